package diff

import (
	"cmp"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock"
)

// Judge classifies what a preview would do. It looks at nothing else, so a table of results tests it.
func Judge(preview *drydock.Result) Verdict {
	moved := findRenames(preview.Steps)
	var v Verdict
	for _, s := range preview.Steps {
		change := Change{Op: s.Op, Resource: resourceOf(s), RenamedTo: moved[s.URN].to.Name}
		if s.Op == "update" || s.Op == "replace" {
			change.Properties = properties(s)
		}
		v.Changes = append(v.Changes, change)
		v.Dangers = append(v.Dangers, losses(s, moved)...)
		access, widened := policies(s)
		v.Access = append(v.Access, access...)
		v.Dangers = append(v.Dangers, widened...)
	}
	v.Dangers = append(v.Dangers, unguarded(slices.Concat(preview.Steps, preview.Options))...)
	v.Exposure = exposures(preview.Steps)
	v.Dangers = append(v.Dangers, opened(v.Exposure)...)
	slices.SortStableFunc(v.Dangers, func(a, b Danger) int {
		return cmp.Compare(slices.Index(kinds, a.Kind), slices.Index(kinds, b.Kind))
	})
	return v
}

func resourceOf(s drydock.Step) Resource { return Resource{URN: s.URN, Type: s.Type, Name: s.Name} }

func inputs(s *drydock.ResourceState) map[string]any {
	if s == nil {
		return nil
	}
	return s.Inputs
}

// kindOf is the type's token by which the rules know it: the AWS provider has three names for its load balancers.
// https://www.pulumi.com/registry/packages/aws/api-docs/alb/
func kindOf(typ string) string {
	for _, alias := range []string{"aws:alb/", "aws:elasticloadbalancingv2/", "aws:applicationloadbalancing/"} {
		if rest, ok := strings.CutPrefix(typ, alias); ok {
			return "aws:lb/" + rest
		}
	}
	return typ
}
