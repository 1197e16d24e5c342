package reality

import (
	"encoding/json"
	"os"
	"slices"
)

// callsFile has what the real provider called in the lives of the stacks: by stack, by the role that it had assumed for it
// ("" for none), and by operation. TestLifecycle with -update writes it.
const callsFile = "testdata/calls.json"

// callsOf are calls by operation, as "iam CreateRole"; those of S3, which has a method and a path instead, as
// "s3 PUT bucket policy".
type callsOf map[string]*called

// called is what all calls of an operation were about. What is random in ARNs is zeros.
type called struct {
	On     []string `json:"on,omitempty"`     // ARNs of what the requests name
	Made   []string `json:"made,omitempty"`   // ARNs of what they make, where they do not name it
	Passes []string `json:"passes,omitempty"` // ARNs of roles that they hand on
	Tagged bool     `json:"tagged,omitempty"` // they give tags to what they make
}

func recordedCalls() (map[string]map[string]callsOf, error) {
	all := map[string]map[string]callsOf{}
	text, err := os.ReadFile(callsFile)
	if err != nil {
		return nil, err
	}
	return all, json.Unmarshal(text, &all)
}

// sorted are both, each once.
func sorted(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// components are where the stacks' files have their one component, of which disposable and tags are settings of. The domain's
// stack has nothing in AWS.
var components = map[string]string{
	"dev": "pipelines.bash-dog", "staging": "pipelines.bash-dog", "production": "pipelines.bash-dog",
	"website": "staged.website", "meta": "meta.deployer", "eks": "ekscicd.acme", "edge": "",
}

// tags are the settings that give all of a stack a tag, so that the calls about tags are on record too.
func tags(stack string) map[string]any {
	if components[stack] == "" {
		return map[string]any{}
	}
	return map[string]any{components[stack] + ".tags.team": "dogs"}
}
