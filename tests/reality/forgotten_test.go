package reality

import (
	"slices"

	"github.com/container-pipeline/container-pipeline/drydock"
)

// forgotten is what emulators do not keep, by the resource's type: the provider reads it back as not there, or as something
// that was not given.
var forgotten = map[string][]string{
	"aws:lb/listener:Listener":         {"mutualAuthentication"}, // no such attribute in its elbv2
	"aws:appautoscaling/target:Target": {"tags", "tagsAll"},      // RegisterScalableTarget drops Tags
	"aws:lb/trustStore:TrustStore":     {"tags", "tagsAll"},      // AddTags does not know trust stores
	"aws:codebuild/project:Project":    {"artifacts"},            // with NO_ARTIFACTS, an emulator's CodeBuild has a packaging; AWS's has none
}

// isForgotten tells that the step would only give back what the emulator did not keep.
func isForgotten(s drydock.Step) bool {
	known := forgotten[s.Type]
	return s.Op == "update" && !slices.ContainsFunc(s.Diff, func(p string) bool { return !slices.Contains(known, top(p)) })
}
