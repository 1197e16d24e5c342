package aws

import "github.com/container-pipeline/container-pipeline/drydock/internal/sim"

// settleTags sets tagsAll: the provider's default tags under the resource's own.
// https://www.pulumi.com/registry/packages/aws/how-to-guides/default-tags/
func settleTags(op *sim.Op) {
	all := map[string]any{}
	for k, v := range op.Config.Obj("defaultTags").Obj("tags") {
		all[k] = v
	}
	for k, v := range op.In.Obj("tags") {
		all[k] = v
	}
	op.Out["tagsAll"] = all
}
