package access

import (
	"fmt"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/internal/iam"
)

// who is how reasons call a caller.
func who(caller string) string {
	if isService(caller) {
		return caller
	}
	return "role " + nameOf(caller)
}

// undecidable is the reason of a denial for which nothing could be decided.
func undecidable(c Call, err error) string {
	return fmt.Sprintf("%s cannot %s on %s: %v", who(c.Role), c.Action, c.Resource, err)
}

// reason says which statement decided. Of a denial for want of one it says what lacks, and names the nearest statements:
// those that allow the action elsewhere or on a condition, else what the caller may do with the service.
func reason(request iam.Request, decision iam.Decision, attached []iam.Attached, unknown []string) string {
	caller := who(request.Principal)
	switch {
	case decision.Allowed:
		return decision.Reason
	case decision.Explicit:
		return fmt.Sprintf("%s is refused %s on %s: %s", caller, request.Action, request.Resource, decision.Reason)
	}
	lack := fmt.Sprintf("%s has no statement that allows %s on %s", caller, request.Action, request.Resource)
	if isService(request.Principal) || request.Action == "sts:AssumeRole" {
		lack = fmt.Sprintf("no policy lets %s %s on %s", caller, request.Action, request.Resource)
	}
	detail := decision.Reason
	if strings.HasPrefix(detail, "no statement allows the action") {
		detail = neighbours(request, attached)
	}
	if len(unknown) > 0 {
		detail += fmt.Sprintf("; and what AWS has written in %s is not known here: attach a policy of the account's own",
			strings.Join(unknown, ", "))
	}
	return lack + ": " + detail
}

// neighbours are the statements that allow something of the same service: on this resource if there are any, else on
// others. Those on * are among the latter, being mostly for actions that have no resource.
func neighbours(request iam.Request, attached []iam.Attached) string {
	service, _, _ := strings.Cut(request.Action, ":")
	var here, elsewhere []string
	for _, policy := range attached {
		for _, s := range policy.Document.Statements {
			actions := ofService(s, service)
			if len(actions) == 0 {
				continue
			}
			listed := strings.Join(actions, ", ")
			if !slices.Contains(s.Resource, "*") && allows(request, policy, s, actions[0]) {
				here = append(here, fmt.Sprintf("policy %s allows %s there", policy.Name, listed))
			} else {
				elsewhere = append(elsewhere, fmt.Sprintf("policy %s allows %s on %s", policy.Name, listed, strings.Join(s.Resource, ", ")))
			}
		}
	}
	switch {
	case len(here) > 0:
		return strings.Join(here, "; ")
	case len(elsewhere) > 0:
		return strings.Join(elsewhere, "; ")
	case len(attached) == 0:
		return "no policy is attached"
	}
	return fmt.Sprintf("nothing of %s is allowed by %s", service, names(attached))
}

// ofService are the actions of the service that a statement allows.
func ofService(s iam.Statement, service string) []string {
	if s.Effect != iam.EffectAllow {
		return nil
	}
	return slices.DeleteFunc(slices.Clone(s.Action), func(action string) bool {
		prefix, _, _ := strings.Cut(action, ":")
		return !strings.EqualFold(prefix, service)
	})
}

// allows tells whether the statement by itself would allow the action on the request's resource.
func allows(request iam.Request, policy iam.Attached, s iam.Statement, action string) bool {
	request.Action = action
	policy.Document.Statements = []iam.Statement{s}
	decision, err := iam.Evaluate(request, policy)
	return err == nil && decision.Allowed
}

func names(attached []iam.Attached) string {
	var all []string
	for _, a := range attached {
		all = append(all, a.Name)
	}
	if len(all) == 1 {
		return all[0]
	}
	return strings.Join(all[:len(all)-1], ", ") + " or " + all[len(all)-1]
}
