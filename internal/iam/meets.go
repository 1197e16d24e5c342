package iam

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// reach is how a statement's principals meet the caller.
type reach int

const (
	notMet    reach = iota
	byAccount       // as one of the account that is named
	byRole          // as a session of the role that is named
	byCaller        // as the session, user or service that is named, or as everyone
)

// stage is how far a request came through a statement; the farthest is the likeliest mistake.
type stage int

const (
	atAction stage = iota
	atPrincipal
	atResource
	atCondition
)

// shortfall is what a statement lacks to apply to a request.
type shortfall struct {
	stage  stage
	detail string
}

// miss is an allowing statement that does not apply.
type miss struct {
	ruling
	shortfall
}

// lack says, for people, why no statement allowed: of those that came farthest, what each lacked.
func (v verdict) lack(r Request) string {
	farthest := atAction
	for _, m := range v.near {
		farthest = max(farthest, m.stage)
	}
	if farthest == atAction {
		return fmt.Sprintf("no statement allows the action %q", r.Action)
	}
	var reasons []string
	for _, m := range v.near {
		if m.stage == farthest {
			reasons = append(reasons, fmt.Sprintf("%s %s", m.ruling, m.detail))
		}
	}
	return strings.Join(reasons, "; ")
}

// meets tells whether a statement applies to the request, and if not, what is lacking.
func (r Request) meets(s Statement, policyType PolicyType, variables bool) (reach, *shortfall, error) {
	if !r.meetsAction(s) {
		return 0, &shortfall{stage: atAction}, nil
	}
	met, attachedToResource := byRole, policyType == ResourceBased || policyType == Gatekeeper
	if attachedToResource {
		if met = r.meetsPrincipals(s); met == notMet {
			return 0, &shortfall{atPrincipal, fmt.Sprintf("allows the action to others than %s", r.Principal)}, nil
		}
	}
	resolve := r.resolver(variables)
	if !r.meetsResource(s, attachedToResource, resolve) {
		return 0, &shortfall{atResource, fmt.Sprintf("allows the action for other resources: %s; asked for is %s",
			strings.Join(slices.Concat(s.Resource, s.NotResource), ", "), r.Resource)}, nil
	}
	failing, err := r.failing(s.Condition, resolve)
	if err != nil {
		return 0, nil, err
	}
	if failing != "" {
		return 0, &shortfall{atCondition, "has a condition that fails: " + failing}, nil
	}
	return met, nil, nil
}

// failing says which condition the request does not meet, and with what; it is empty if all are met.
func (r Request) failing(conditions Conditions, resolve resolver) (string, error) {
	for _, operator := range slices.Sorted(maps.Keys(conditions)) {
		for _, key := range slices.Sorted(maps.Keys(conditions[operator])) {
			wanted := conditions[operator][key]
			holds, err := r.holds(operator, key, wanted, resolve)
			if err != nil {
				return "", fmt.Errorf("condition %s %s: %w", operator, key, err)
			}
			if !holds {
				return fmt.Sprintf("%s %s wants %s, %s", operator, key, quoted(wanted), r.has(key)), nil
			}
		}
	}
	return "", nil
}

func (r Request) has(key string) string {
	values, present := r.values(key)
	if !present {
		return "the request has no such key"
	}
	return "the request has " + quoted(values)
}

func quoted(values []string) string {
	list := make([]string, len(values))
	for i, value := range values {
		list[i] = fmt.Sprintf("%q", value)
	}
	return strings.Join(list, " or ")
}

// meetsPrincipals is the greatest reach of the statement's principals.
func (r Request) meetsPrincipals(s Statement) reach {
	if len(s.NotPrincipal) > 0 {
		if r.reachOf(s.NotPrincipal) != notMet {
			return notMet
		}
		return byCaller
	}
	return r.reachOf(s.Principal)
}

func (r Request) reachOf(principals Principals) reach {
	met := notMet
	for kind, identifiers := range principals {
		for _, id := range identifiers {
			met = max(met, r.reachOfOne(kind, id))
		}
	}
	return met
}

// reachOfOne follows AWS's page on principals: an account stands for all of its own, and leaves the decision to
// their identity policies; a role stands for its sessions.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
func (r Request) reachOfOne(kind, id string) reach {
	switch {
	case kind == Everyone, kind == AWS && id == "*":
		return byCaller
	case kind == Service:
		if r.Principal == id {
			return byCaller
		}
	case kind != AWS || isService(r.Principal):
		return notMet
	case id == r.Session && id != "":
		return byCaller
	case id == r.Principal:
		if strings.Contains(id, ":role/") {
			return byRole
		}
		return byCaller
	case id == account(r.Principal), strings.HasSuffix(id, ":root") && account(id) == account(r.Principal):
		return byAccount
	}
	return notMet
}

// meetsAction compares without case.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
func (r Request) meetsAction(s Statement) bool {
	asked := []rune(strings.ToLower(r.Action))
	lists := func(action string) bool {
		p, _ := parsePattern(strings.ToLower(action), nil)
		return p.matches(asked, anywhere)
	}
	if len(s.NotAction) > 0 {
		return !slices.ContainsFunc(s.NotAction, lists)
	}
	return slices.ContainsFunc(s.Action, lists)
}

// meetsResource compares with case. A statement without resources is about what it is attached to.
func (r Request) meetsResource(s Statement, attachedToResource bool, resolve resolver) bool {
	if len(s.Resource)+len(s.NotResource) == 0 {
		return attachedToResource
	}
	names := func(resource string) bool {
		p, resolved := parsePattern(resource, resolve)
		return resolved && p.matches([]rune(r.Resource), atSegmentEnd)
	}
	if len(s.NotResource) > 0 {
		return !slices.ContainsFunc(s.NotResource, names)
	}
	return slices.ContainsFunc(s.Resource, names)
}
