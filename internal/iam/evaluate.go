package iam

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Request is one call of one AWS action on one resource.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-reqcontext.html
type Request struct {
	// Principal is who calls: the ARN of a role or user, or a service's name, as ecs-tasks.amazonaws.com.
	Principal string
	// Session is the ARN of the role's session, as arn:aws:sts::123456789012:assumed-role/name/session. Default:
	// none, so that policies which name sessions do not apply.
	Session string
	// Action is the IAM action, as ecr:PutImage.
	Action string
	// Resource is the ARN, or "*" for an action without one.
	Resource string
	// ResourceAccount owns the resource. Default: the principal's account.
	ResourceAccount string
	// Context is the values by condition key. Keys compare without case.
	Context map[string][]string
}

// PolicyType is what a policy's word counts for in an evaluation.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#access_policy-types
type PolicyType int

// The types of policies.
const (
	// IdentityBased policies are attached to the caller.
	IdentityBased PolicyType = iota
	// ResourceBased policies are attached to the resource. Within one account they can allow on their own.
	ResourceBased
	// Gatekeeper policies are resource-based ones that must allow, whatever the identity's allow: the key policies
	// of KMS and the trust policies of roles.
	Gatekeeper
	// Boundary policies limit what identity-based policies can allow. One that is attached must allow too.
	Boundary
)

// Attached is a policy where it takes effect. Its name appears in reasons.
type Attached struct {
	Name     string
	Type     PolicyType
	Document Document
}

// Decision is what IAM would answer to a request, and why.
type Decision struct {
	Allowed bool
	// Explicit tells a denial by a statement from one for want of an allowing statement.
	Explicit bool
	// Sid and Policy name the statement that decided; empty for an implicit denial.
	Sid, Policy string
	// Reason is a sentence for people: the statement that decided, or what is lacking and where.
	Reason string
}

// Evaluate decides on a request as IAM does: an explicit denial wins; without one, some policy must allow, and
// everything that limits must allow as well. Policies of organizations and sessions are beyond it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
//
// The error is not a denial: a document says something that IAM would not have accepted, such as an unknown
// condition operator, so that nothing can be said about the request.
func Evaluate(request Request, policies ...Attached) (Decision, error) {
	verdicts := map[PolicyType]verdict{}
	var problems []error
	for _, policy := range policies {
		v, err := request.judge(policy)
		problems = append(problems, err)
		verdicts[policy.Type] = verdicts[policy.Type].join(v)
	}
	if err := errors.Join(problems...); err != nil {
		return Decision{}, err
	}
	for _, policyType := range slices.Sorted(maps.Keys(verdicts)) {
		if denial := verdicts[policyType].denial; denial != nil {
			return denial.decision(false, "denied by %s"), nil
		}
	}
	return request.decide(verdicts), nil
}

// decide combines what the policies said, none of which denies.
func (r Request) decide(said map[PolicyType]verdict) Decision {
	if r.ResourceAccount != "" && r.ResourceAccount != account(r.Principal) {
		return r.decideAcrossAccounts(said)
	}
	gatekeeper, guarded := said[Gatekeeper]
	resource := said[ResourceBased].join(gatekeeper)
	switch {
	case guarded && gatekeeper.direct == nil && gatekeeper.delegated == nil:
		return r.implicit("%s", gatekeeper.lack(r))
	case resource.direct != nil:
		return r.withinBoundary(said, resource.direct)
	}
	return r.decideByIdentity(said)
}

func (r Request) decideByIdentity(said map[PolicyType]verdict) Decision {
	identity := said[IdentityBased]
	if identity.direct == nil {
		return r.implicit("%s", identity.join(said[ResourceBased]).lack(r))
	}
	return r.withinBoundary(said, identity.direct)
}

// decideAcrossAccounts needs the identity's account and the resource's account to agree.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic-cross-account.html
func (r Request) decideAcrossAccounts(said map[PolicyType]verdict) Decision {
	resource := said[ResourceBased].join(said[Gatekeeper])
	if resource.direct == nil && resource.delegated == nil {
		return r.implicit("the resource belongs to account %s, whose policy must allow too: %s",
			r.ResourceAccount, resource.lack(r))
	}
	if isService(r.Principal) {
		return resource.direct.decision(true, "allowed by %s")
	}
	return r.decideByIdentity(said)
}

// withinBoundary lets an allowance stand if the boundary, when there is one, allows too. A resource policy that
// names the caller itself, not its role, is not limited.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-denyallow.html
func (r Request) withinBoundary(said map[PolicyType]verdict, allowance *ruling) Decision {
	boundary, limited := said[Boundary]
	if limited && boundary.direct == nil && !allowance.unlimited {
		return r.implicit("%s allows, but the permissions boundary does not: %s", allowance, boundary.lack(r))
	}
	return allowance.decision(true, "allowed by %s")
}

func (r Request) implicit(format string, args ...any) Decision {
	return Decision{Reason: fmt.Sprintf(format, args...)}
}

// verdict is what the policies of one type say.
type verdict struct {
	denial    *ruling // a statement that denies
	direct    *ruling // a statement that allows the caller
	delegated *ruling // a statement that allows the caller's account, whose identity policies then decide
	near      []miss
}

// ruling is a statement that applies.
type ruling struct {
	sid, statement, policy string
	unlimited              bool // by a permissions boundary
}

func (r ruling) String() string {
	return fmt.Sprintf("statement %s of policy %q", r.statement, r.policy)
}

func (r ruling) decision(allowed bool, format string) Decision {
	return Decision{
		Allowed: allowed, Explicit: !allowed, Sid: r.sid, Policy: r.policy, Reason: fmt.Sprintf(format, r),
	}
}

func (v verdict) join(other verdict) verdict {
	return verdict{
		denial:    cmp.Or(v.denial, other.denial),
		direct:    cmp.Or(v.direct, other.direct),
		delegated: cmp.Or(v.delegated, other.delegated),
		near:      slices.Concat(v.near, other.near),
	}
}

// judge asks every statement of a policy.
func (r Request) judge(policy Attached) (verdict, error) {
	var v verdict
	var problems []error
	variables := policy.Document.Version == Version
	for i, s := range policy.Document.Statements {
		if err := s.evaluable(); err != nil {
			problems = append(problems, fmt.Errorf("policy %q, statement %s: %w", policy.Name, s.name(i), err))
			continue
		}
		ruling := ruling{sid: s.Sid, statement: s.name(i), policy: policy.Name}
		reach, lack, err := r.meets(s, policy.Type, variables)
		switch {
		case err != nil:
			problems = append(problems, fmt.Errorf("policy %q, statement %s: %w", policy.Name, s.name(i), err))
		case lack != nil:
			if s.Effect == EffectAllow {
				v.near = append(v.near, miss{ruling, *lack})
			}
		case s.Effect == EffectDeny:
			v.denial = cmp.Or(v.denial, &ruling)
		case reach == byAccount:
			v.delegated = cmp.Or(v.delegated, &ruling)
		default:
			ruling.unlimited = reach == byCaller
			v.direct = cmp.Or(v.direct, &ruling)
		}
	}
	return v, errors.Join(problems...)
}

// evaluable refuses what cannot be decided with, before anything else can hide it.
func (s Statement) evaluable() error {
	if s.Effect != EffectAllow && s.Effect != EffectDeny {
		return fmt.Errorf("unknown effect %q", s.Effect)
	}
	var problems []error
	for _, operator := range slices.Sorted(maps.Keys(s.Condition)) {
		_, err := operator.parse()
		problems = append(problems, err)
	}
	return errors.Join(problems...)
}

// account is the account of an ARN, or nothing.
func account(arn string) string {
	if parts := strings.SplitN(arn, ":", 6); len(parts) == 6 {
		return parts[4]
	}
	return ""
}

func isService(principal string) bool { return !strings.HasPrefix(principal, "arn:") }
