// Package iam holds IAM policy documents as typed values: writing them, reading any valid one, checking them
// against IAM's grammar, and deciding with them whether a request is allowed, by which statement or for which
// lack.
//
// A policy reads as it is spoken:
//
//	iam.Policy(
//		iam.Allow("PassTaskRoles").Actions("iam:PassRole").On(taskRole, executionRole).
//			When(iam.StringEquals, "iam:PassedToService", "ecs-tasks.amazonaws.com"),
//	)
package iam

import "slices"

// Version is the policy language's current version, the first with policy variables.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_version.html
const Version = "2012-10-17"

// oldVersion is what a document without a version has.
const oldVersion = "2008-10-17"

// Effect is what a statement does to the requests that it applies to.
type Effect string

// The two effects.
const (
	EffectAllow Effect = "Allow"
	EffectDeny  Effect = "Deny"
)

// Document is a policy.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
type Document struct {
	Version    string
	ID         string // of resource-based policies only
	Statements []Statement
}

// Statement allows or denies actions on resources. Of Action and NotAction exactly one is set; so it is with
// Resource and NotResource, but for trust policies, whose resource is the role; Principal and NotPrincipal
// belong to resource-based policies only.
type Statement struct {
	Sid          string
	Effect       Effect
	Principal    Principals
	NotPrincipal Principals
	Action       []string
	NotAction    []string
	Resource     []string
	NotResource  []string
	Condition    Conditions
}

// Principals are identifiers by kind: [AWS], [Service], [Federated], [CanonicalUser], or [Everyone], whose only
// identifier is "*".
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_principal.html
type Principals map[string][]string

// Kinds of principals.
const (
	AWS           = "AWS" // account, role, user or session, by ARN or account ID
	Service       = "Service"
	Federated     = "Federated"
	CanonicalUser = "CanonicalUser"
	Everyone      = "*"
)

// Conditions are values by operator and condition key. A request must meet every operator and key; of a key's
// values it needs one, or for negated operators must have none.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html
type Conditions map[Operator]map[string][]string

// Condition is one entry of [Conditions].
type Condition struct {
	Operator Operator
	Key      string
	Values   []string
}

// If is the condition that a key of the request meets one of the values.
func If(operator Operator, key string, values ...string) Condition {
	return Condition{operator, key, values}
}

// Policy is a document of the current version.
func Policy(statements ...Statement) Document {
	return Document{Version: Version, Statements: statements}
}

// TrustService is the trust policy of a role that an AWS service assumes. Conditions on aws:SourceAccount or
// aws:SourceArn keep the service from being led here by someone else's resource.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/confused-deputy.html
func TrustService(service string, conditions ...Condition) Document {
	statement := Allow("AssumeRole").For(Service, service).Actions("sts:AssumeRole")
	for _, c := range conditions {
		statement = statement.When(c.Operator, c.Key, c.Values...)
	}
	return Policy(statement)
}

// Allow begins a statement that allows.
func Allow(sid string) Statement { return Statement{Sid: sid, Effect: EffectAllow} }

// Deny begins a statement that denies, whatever else allows.
func Deny(sid string) Statement { return Statement{Sid: sid, Effect: EffectDeny} }

// Actions adds actions, as ecr:PutImage; * and ? are wildcards.
func (s Statement) Actions(actions ...string) Statement {
	s.Action = slices.Concat(s.Action, actions)
	return s
}

// On adds resources, as ARNs with wildcards, or "*".
func (s Statement) On(resources ...string) Statement {
	s.Resource = slices.Concat(s.Resource, resources)
	return s
}

// For adds principals of one kind.
func (s Statement) For(kind string, identifiers ...string) Statement {
	principals := make(Principals, len(s.Principal)+1)
	for k, ids := range s.Principal {
		principals[k] = ids
	}
	principals[kind] = slices.Concat(principals[kind], identifiers)
	s.Principal = principals
	return s
}

// ForEveryone makes anyone the principal, with credentials or without.
func (s Statement) ForEveryone() Statement {
	s.Principal = Principals{Everyone: {"*"}}
	return s
}

// When adds a condition: that the request's key meets one of the values.
func (s Statement) When(operator Operator, key string, values ...string) Statement {
	conditions := make(Conditions, len(s.Condition)+1)
	for op, keys := range s.Condition {
		conditions[op] = keys
	}
	keys := make(map[string][]string, len(conditions[operator])+1)
	for k, v := range conditions[operator] {
		keys[k] = v
	}
	keys[key] = slices.Concat(keys[key], values)
	conditions[operator] = keys
	s.Condition = conditions
	return s
}
