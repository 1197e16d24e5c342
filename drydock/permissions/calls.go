package permissions

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/container-pipeline/container-pipeline/internal/iam"
)

// Call is an action that managing a resource asks for, on one resource or "*".
type Call struct {
	Action, Resource string
	// Conditions are those on which a deployer is allowed the call: their keys are those that the call's request has.
	Conditions []iam.Condition
}

// Operation is what a provider does with a resource.
type Operation string

// The operations.
const (
	Creating Operation = "create"
	Reading  Operation = "read"
	Updating Operation = "update"
	Deleting Operation = "delete"
)

// Calls are the actions that a provider asks for in an operation on a resource, as the table has them; the names are
// exact where Generate's are general. Whatever it does, a provider reads the resource afterwards, but for what it deletes.
// known is false for a type of AWS's that the table lacks.
func Calls(r Resource, op Operation, place Place) (calls []Call, known bool) {
	grants, known := table()[r.Type]
	kept, restore := exact(r)
	for _, g := range grants {
		resources := []string{"*"}
		if g.on != nil {
			resources = g.on(place, kept)
		}
		var conditions []iam.Condition
		if g.when != nil {
			conditions = g.when(Options{Place: place}, r)
		}
		for _, action := range g.actions {
			if !belongs(action, op) {
				continue
			}
			for _, resource := range resources {
				calls = append(calls, Call{action, restore(resource), conditions})
			}
		}
	}
	return calls, known || local(r.Type) || !strings.HasPrefix(r.Type, "aws:")
}

// verbs begin the names of an operation's actions. What none of them has is asked for at every change.
var verbs = map[Operation][]string{
	Creating: {"Add", "Allocate", "Associate", "Attach", "Authorize", "Create", "Enable", "Import", "Pass", "Put", "Register", "Request", "Run", "Set",
		"Subscribe", "Tag", "Use"},
	Reading:  {"BatchGet", "Describe", "Get", "List"},
	Updating: {"Modify", "Move", "Update", "Put", "Set", "Tag"},
	Deleting: {"Delete", "Deregister", "Detach", "Disassociate", "Release", "Remove", "Revoke", "Schedule", "Unsubscribe"},
}

func belongs(action string, op Operation) bool {
	_, name, _ := strings.Cut(action, ":")
	begins := func(op Operation) bool {
		return slices.ContainsFunc(verbs[op], func(verb string) bool { return strings.HasPrefix(name, verb) })
	}
	return begins(op) || begins(Reading)
}

// exact is the resource with the parts of its names that generalName would make general replaced by what it leaves alone,
// and what puts them back. What ends in * is the resource itself where that fits.
func exact(r Resource) (kept Resource, restore func(string) string) {
	var parts []string
	keep := func(part string) string {
		parts = append(parts, part)
		return fmt.Sprintf("\x01%d\x01", len(parts)-1)
	}
	kept = Resource{Type: r.Type, Name: r.Name, Inputs: keptIn(r.Inputs, keep), Outputs: keptIn(r.Outputs, keep)}
	own := r.text("arn")
	return kept, func(resource string) string {
		resource = token.ReplaceAllStringFunc(resource, func(t string) string {
			at, _ := strconv.Atoi(strings.Trim(t, "\x01")) // as the pattern has it
			return parts[at]
		})
		if all, ok := strings.CutSuffix(resource, "*"); ok && strings.HasPrefix(own, all) {
			return own
		}
		return resource
	}
}

var token = regexp.MustCompile("\x01\\d+\x01")

func keptIn(values map[string]any, keep func(string) string) map[string]any {
	kept := make(map[string]any, len(values))
	for key, value := range values {
		kept[key] = keptValue(value, keep)
	}
	return kept
}

func keptValue(value any, keep func(string) string) any {
	switch v := value.(type) {
	case string:
		if strings.HasPrefix(v, "arn:") {
			v = secretSuffix.ReplaceAllStringFunc(v, keep)
			v = revision.ReplaceAllStringFunc(v, keep)
		}
		return automatic.ReplaceAllStringFunc(identifier.ReplaceAllStringFunc(v, keep), keep)
	case []any:
		kept := make([]any, len(v))
		for i := range v {
			kept[i] = keptValue(v[i], keep)
		}
		return kept
	case map[string]any:
		return keptIn(v, keep)
	}
	return value
}
