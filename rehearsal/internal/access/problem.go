package access

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// Problem is what is wrong with a call that must be possible and is denied, and what mends it; nil for one that is allowed.
func Problem(c verdict.Call) *verdict.Problem {
	if c.Allowed {
		return nil
	}
	what := fmt.Sprintf("AccessDenied: %s", c.Reason)
	if c.Why != "" {
		what += fmt.Sprintf(" (needed to %s)", c.Why)
	}
	return &verdict.Problem{What: what, Where: where(c), Fix: mend(c)}
}

// Excess is what is wrong with a call that must not be possible and is allowed; nil for one that is denied.
func Excess(c verdict.Call) *verdict.Problem {
	if !c.Allowed {
		return nil
	}
	return &verdict.Problem{
		What:  fmt.Sprintf("%s may %s on %s%s, which a release never needs: %s", who(c.Role), c.Action, c.Resource, purpose(c), c.Reason),
		Where: where(c),
		Fix:   fmt.Sprintf("narrow %s until it no longer covers %s on %s", statement(c), c.Action, c.Resource),
	}
}

// purpose is what the call would be for, and what it would bring.
func purpose(c verdict.Call) string {
	if c.Why == "" {
		return brought(c)
	}
	return ", and so " + c.Why + brought(c)
}

// where is the thing that has the policy to be changed.
func where(c verdict.Call) string {
	if c.Action == "sts:AssumeRole" || isService(c.Role) {
		return guarded(c.Resource)
	}
	return who(c.Role)
}

func mend(c verdict.Call) string {
	switch {
	case strings.HasPrefix(c.Reason, who(c.Role)+" cannot "): // see undecidable
		return "put right what is named: AWS can decide nothing before"
	case c.Policy != "":
		return fmt.Sprintf("remove or narrow %s, which denies it", statement(c))
	case c.Action == "sts:AssumeRole":
		return fmt.Sprintf("let the trust policy (assumeRolePolicy) of %s allow sts:AssumeRole to %s, on conditions that it meets%s",
			guarded(c.Resource), c.Role, brought(c))
	case isService(c.Role):
		return fmt.Sprintf("let the policy of %s allow %s to the service %s%s", guarded(c.Resource), c.Action, c.Role, brought(c))
	case strings.HasPrefix(c.Action, "kms:"):
		return fmt.Sprintf("allow %s on %s in a policy of %s%s, and see that the key's own policy allows the role or its account",
			c.Action, c.Resource, who(c.Role), brought(c))
	}
	return fmt.Sprintf("add %s on %s to a policy of %s%s", c.Action, c.Resource, who(c.Role), brought(c))
}

// statement is the one that decided.
func statement(c verdict.Call) string {
	if c.Sid == "" {
		return "the statement of policy " + c.Policy
	}
	return fmt.Sprintf("statement %q of policy %s", c.Sid, c.Policy)
}

// brought are the call's own condition keys, which a statement may ask for.
func brought(c verdict.Call) string {
	if len(c.Context) == 0 {
		return ""
	}
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(c.Context)) {
		pairs = append(pairs, fmt.Sprintf("%s = %s", key, strings.Join(c.Context[key], ", ")))
	}
	return " (the call has " + strings.Join(pairs, "; ") + ")"
}

// guarded calls a resource by its kind and name.
func guarded(resource string) string {
	if strings.Contains(resource, ":role/") {
		return "role " + nameOf(resource)
	}
	return resource
}
