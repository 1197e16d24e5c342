package iam

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

var (
	// alphanumericSid is IAM's rule for identity-based and trust policies; other services allow more.
	// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html#policies-grammar-notes-strings
	alphanumericSid = regexp.MustCompile(`^[A-Za-z0-9]*$`)
	// actionForm is a service's prefix, a colon, and an action's name with wildcards. The service takes none.
	// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_action.html
	actionForm = regexp.MustCompile(`^[A-Za-z0-9-]+:[A-Za-z0-9*?]+$`)
	// resourceForm is an ARN. Its service takes no wildcard.
	// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html#reference_policies_elements_resource_wildcards
	resourceForm = regexp.MustCompile(`^arn:aws[a-z-]*:[a-z0-9-]+:[^:]*:[^:]*:.+$`)
	// allowedText is what a policy document can contain at all.
	// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-names
	allowedText = regexp.MustCompile(`^[\t\n\r\x{20}-\x{FF}]*$`)
	// principalARN is a principal that IAM or STS knows, or an account.
	principalARN = regexp.MustCompile(`^(\*|\d{12}|arn:aws[a-z-]*:(iam|sts)::\d{12}:[^*?]+)$`)
)

// Validate checks a document against the policy language's grammar and its kind's rules, and reports every
// problem by statement.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
func (d Document) Validate(kind Kind) error {
	problems := []error{d.validateHead(kind)}
	sids := map[string]bool{}
	for i, s := range d.Statements {
		if s.Sid != "" && sids[s.Sid] {
			problems = append(problems, fmt.Errorf("Sid %q is given twice: a Sid is unique in its policy", s.Sid))
		}
		sids[s.Sid] = true
		if err := s.validate(kind); err != nil {
			problems = append(problems, fmt.Errorf("statement %s: %w", s.name(i), err))
		}
	}
	if err := errors.Join(problems...); err != nil {
		return fmt.Errorf("%s: %w", kind.name, err)
	}
	return nil
}

func (d Document) validateHead(kind Kind) error {
	var problems []error
	if d.Version != Version && d.Version != oldVersion && d.Version != "" {
		problems = append(problems, fmt.Errorf("Version %q is none: use %q", d.Version, Version))
	}
	if d.ID != "" && !kind.basedOnResource {
		problems = append(problems, fmt.Errorf("Id %q: only resource-based policies have one", d.ID))
	}
	if len(d.Statements) == 0 {
		problems = append(problems, errors.New("Statement is empty: a policy has at least one"))
	}
	size, err := d.size()
	problems = append(problems, err)
	if kind.limit > 0 && size > kind.limit {
		problems = append(problems, fmt.Errorf("%d characters without white space, %d are allowed: split it (%s)",
			size, kind.limit, kind.limitPage))
	}
	return errors.Join(problems...)
}

// name is how reasons and errors call a statement: by its Sid, else by its position from 1.
func (s Statement) name(index int) string {
	if s.Sid != "" {
		return fmt.Sprintf("%q", s.Sid)
	}
	return fmt.Sprintf("#%d", index+1)
}

func (s Statement) validate(kind Kind) error {
	var problems []error
	if s.Effect != EffectAllow && s.Effect != EffectDeny {
		problems = append(problems, fmt.Errorf("Effect %q is neither Allow nor Deny", s.Effect))
	}
	if (!kind.basedOnResource || kind.name == TrustPolicy.name) && !alphanumericSid.MatchString(s.Sid) {
		problems = append(problems, fmt.Errorf("Sid %q: use the letters A-Z, a-z and digits only", s.Sid))
	}
	problems = append(problems, s.validatePrincipals(kind), s.validateActions(), s.validateResources(kind),
		s.validateConditions())
	return errors.Join(problems...)
}

func (s Statement) validatePrincipals(kind Kind) error {
	given := len(s.Principal) + len(s.NotPrincipal)
	switch {
	case !kind.basedOnResource && given > 0:
		return errors.New("Principal: an identity-based policy has none, it applies to the identity that has it")
	case !kind.basedOnResource:
		return nil
	case len(s.Principal) > 0 && len(s.NotPrincipal) > 0:
		return errors.New("Principal and NotPrincipal: give one of them")
	case given == 0:
		return errors.New("Principal is missing: a resource-based policy says whom it concerns")
	}
	var problems []error
	for _, principals := range []Principals{s.Principal, s.NotPrincipal} {
		if _, everyone := principals[Everyone]; everyone && len(principals) > 1 {
			problems = append(problems, errors.New(`Principal "*" stands alone: it covers the others`))
		}
		for _, kind := range slices.Sorted(maps.Keys(principals)) {
			problems = append(problems, validatePrincipal(kind, principals[kind]))
		}
	}
	return errors.Join(problems...)
}

func validatePrincipal(kind string, identifiers []string) error {
	if len(identifiers) == 0 {
		return fmt.Errorf("principal %s has no identifier", kind)
	}
	var problems []error
	for _, id := range identifiers {
		switch kind {
		case AWS:
			if !principalARN.MatchString(id) {
				problems = append(problems, fmt.Errorf(
					"principal AWS %q is neither an account, the full ARN of a role, user or session, nor *", id))
			}
		case Service:
			if !strings.Contains(id, ".amazonaws.com") {
				problems = append(problems, fmt.Errorf(
					"principal Service %q is not a service: write it as ecs-tasks.amazonaws.com", id))
			}
		case Everyone:
			if id != "*" {
				problems = append(problems, fmt.Errorf("principal %q: everyone is *", id))
			}
		case Federated, CanonicalUser:
			if id == "" {
				problems = append(problems, fmt.Errorf("principal %s is empty", kind))
			}
		default:
			return fmt.Errorf("principal %q is no kind of principal: use AWS, Service, Federated or CanonicalUser", kind)
		}
	}
	return errors.Join(problems...)
}

func (s Statement) validateActions() error {
	if (len(s.Action) == 0) == (len(s.NotAction) == 0) {
		return errors.New("Action: give exactly one of Action and NotAction, with at least one action")
	}
	var problems []error
	for _, action := range slices.Concat(s.Action, s.NotAction) {
		if action != "*" && !actionForm.MatchString(action) {
			problems = append(problems, fmt.Errorf(
				"action %q is not of the form service:Action, with wildcards in the action alone", action))
		}
	}
	return errors.Join(problems...)
}

func (s Statement) validateResources(kind Kind) error {
	given := len(s.Resource) + len(s.NotResource)
	switch {
	case kind.impliesResource && given == 0:
		return nil
	case kind.name == TrustPolicy.name:
		return errors.New("Resource: a trust policy names none, it applies to its role")
	case (len(s.Resource) == 0) == (len(s.NotResource) == 0):
		return errors.New("Resource: give exactly one of Resource and NotResource, with at least one resource")
	}
	var problems []error
	for _, resource := range slices.Concat(s.Resource, s.NotResource) {
		if resource != "*" && !resourceForm.MatchString(resource) {
			problems = append(problems, fmt.Errorf(
				"resource %q is neither an ARN, arn:partition:service:region:account:resource, nor *", resource))
		}
		if !allowedText.MatchString(resource) {
			problems = append(problems, fmt.Errorf("resource %q has a character that no policy can contain", resource))
		}
	}
	return errors.Join(problems...)
}

func (s Statement) validateConditions() error {
	var problems []error
	for _, operator := range slices.Sorted(maps.Keys(s.Condition)) {
		if _, err := operator.parse(); err != nil {
			problems = append(problems, err)
		}
		for _, key := range slices.Sorted(maps.Keys(s.Condition[operator])) {
			values := s.Condition[operator][key]
			if !strings.Contains(key, ":") || !allowedText.MatchString(key) {
				problems = append(problems, fmt.Errorf(
					"condition key %q is not of the form service:key or aws:key", key))
			}
			if len(values) == 0 {
				problems = append(problems, fmt.Errorf("condition %s %s has no value", operator, key))
			}
			if i := slices.IndexFunc(values, func(v string) bool { return !allowedText.MatchString(v) }); i >= 0 {
				problems = append(problems, fmt.Errorf(
					"condition %s %s: value %q has a character that no policy can contain", operator, key, values[i]))
			}
		}
	}
	return errors.Join(problems...)
}
