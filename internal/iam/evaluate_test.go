package iam_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/internal/iam"
)

const (
	buildRole    = "arn:aws:iam::111122223333:role/build"
	buildSession = "arn:aws:sts::111122223333:assumed-role/build/AWSCodeBuild-1"
	bucket       = "arn:aws:s3:::releases"
	repository   = "arn:aws:ecr:us-east-2:111122223333:repository/bash-dog-api"

	guide = "https://docs.aws.amazon.com/IAM/latest/UserGuide/"
)

// evaluation is one case: what a document on a page of AWS's says of a request.
type evaluation struct {
	name    string
	page    string // below guide
	request iam.Request
	// policies by their type; each is a list of statements.
	identity, resource, gatekeeper, boundary string
	allowed                                  bool
	reason                                   string // part of the reason
}

func (e evaluation) attached(t *testing.T) []iam.Attached {
	t.Helper()
	var list []iam.Attached
	for _, policy := range []struct {
		name       string
		policyType iam.PolicyType
		statements string
	}{
		{"identity", iam.IdentityBased, e.identity},
		{"resource", iam.ResourceBased, e.resource},
		{"gatekeeper", iam.Gatekeeper, e.gatekeeper},
		{"boundary", iam.Boundary, e.boundary},
	} {
		if policy.statements == "" {
			continue
		}
		document, err := iam.Parse(`{"Version": "2012-10-17", "Statement": [` + policy.statements + `]}`)
		require.NoError(t, err)
		list = append(list, iam.Attached{Name: policy.name, Type: policy.policyType, Document: document})
	}
	return list
}

func check(t *testing.T, cases []evaluation) {
	t.Helper()
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			decision, err := iam.Evaluate(c.request, c.attached(t)...)
			require.NoError(t, err, guide+c.page)
			assert.Equal(t, c.allowed, decision.Allowed, "%s\n%s%s", decision.Reason, guide, c.page)
			assert.Contains(t, decision.Reason, c.reason)
		})
	}
}

func get(resource string) iam.Request {
	return iam.Request{Principal: buildRole, Session: buildSession, Action: "s3:GetObject", Resource: resource}
}

const (
	allowBucket = `{"Sid": "Read", "Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::releases/*"}`
	allowAll    = `{"Sid": "All", "Effect": "Allow", "Action": "*", "Resource": "*"}`
	denyBucket  = `{"Sid": "Keep", "Effect": "Deny", "Action": "s3:*", "Resource": "arn:aws:s3:::releases/*"}`
)

func grant(principal string) string {
	return `{"Sid": "Grant", "Effect": "Allow", "Principal": ` + principal + `, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::releases/*"}`
}

func TestEvaluateAllowsAndDenies(t *testing.T) {
	const denyAllow = "reference_policies_evaluation-logic_policy-eval-denyallow.html"
	const crossAccount = "reference_policies_evaluation-logic-cross-account.html"
	const principals = "reference_policies_elements_principal.html"
	object := get(bucket + "/a")
	foreign := object
	foreign.ResourceAccount = "444455556666"
	const user = "arn:aws:iam::111122223333:user/ada"
	ada := object
	ada.Principal, ada.Session = user, ""
	owned := iam.Request{Principal: "logging.s3.amazonaws.com", Action: "s3:GetObject", Resource: bucket + "/a", ResourceAccount: "111122223333"}
	service := iam.Request{Principal: "ecs-tasks.amazonaws.com", Action: "sts:AssumeRole", Resource: buildRole}
	check(t, []evaluation{
		{name: "nothing attached denies", page: denyAllow, request: object, reason: `no statement allows the action "s3:GetObject"`},
		{name: "an identity policy allows", page: denyAllow, request: object, identity: allowBucket, allowed: true, reason: `statement "Read" of policy "identity"`},
		{name: "a denial wins in one policy", page: denyAllow, request: object, identity: allowAll + "," + denyBucket, reason: `denied by statement "Keep" of policy "identity"`},
		{name: "a denial wins over another policy", page: denyAllow, request: object, identity: allowAll, resource: `{"Sid": "Stop", "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*"}`, reason: `"Stop"`},
		{name: "a denial of another principal does not apply", page: principals, request: object, identity: allowAll, resource: `{"Effect": "Deny", "Principal": {"AWS": "arn:aws:iam::111122223333:role/other"}, "Action": "s3:*", "Resource": "*"}`, allowed: true},
		{name: "a resource policy alone allows a role of the account", page: denyAllow, request: object, resource: grant(`{"AWS": "` + buildRole + `"}`), allowed: true, reason: `"Grant"`},
		{name: "a resource policy alone allows everyone", page: principals, request: object, resource: grant(`"*"`), allowed: true},
		{name: "everyone of AWS is everyone", page: principals, request: object, resource: grant(`{"AWS": "*"}`), allowed: true},
		{name: "an account delegates, it does not allow", page: principals, request: object, resource: grant(`{"AWS": "111122223333"}`)},
		{name: "an account by its root is the same", page: principals, request: object, resource: grant(`{"AWS": "arn:aws:iam::111122223333:root"}`)},
		{name: "another role is not the caller", page: principals, request: object, resource: grant(`{"AWS": "arn:aws:iam::111122223333:role/other"}`), reason: "allows the action to others than " + buildRole},
		{name: "a principal takes no part of a name", page: principals, request: object, resource: grant(`{"AWS": "arn:aws:iam::111122223333:role/bu*"}`)},
		{name: "a boundary limits the identity", page: "access_policies_boundaries.html", request: object, identity: allowAll, boundary: `{"Sid": "OnlyLogs", "Effect": "Allow", "Action": "logs:*", "Resource": "*"}`, reason: "permissions boundary does not"},
		{name: "a boundary does not allow", page: "access_policies_boundaries.html", request: object, boundary: allowAll},
		{name: "a boundary and the identity together allow", page: "access_policies_boundaries.html", request: object, identity: allowBucket, boundary: allowAll, allowed: true, reason: `"Read"`},
		{name: "a boundary's denial denies", page: "access_policies_boundaries.html", request: object, identity: allowAll, boundary: allowAll + "," + denyBucket, reason: `"Keep"`},
		{name: "a boundary limits a grant to a role", page: denyAllow, request: object, resource: grant(`{"AWS": "` + buildRole + `"}`), boundary: `{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}`},
		{name: "a boundary does not limit a grant to a session", page: denyAllow, request: object, resource: grant(`{"AWS": "` + buildSession + `"}`), boundary: `{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}`, allowed: true},
		{name: "a boundary does not limit a grant to a user", page: denyAllow, request: ada, resource: grant(`{"AWS": "` + user + `"}`), boundary: `{"Effect": "Allow", "Action": "logs:*", "Resource": "*"}`, allowed: true},
		{name: "a user is no role", page: principals, request: ada, resource: grant(`{"AWS": "` + buildRole + `"}`)},
		{name: "a service has no account to cross", page: principals, request: owned, resource: grant(`{"Service": "logging.s3.amazonaws.com"}`), allowed: true},
		{name: "a service is no AWS principal", page: principals, request: owned, resource: grant(`{"AWS": "111122223333"}`)},
		{name: "across accounts the identity alone does not allow", page: crossAccount, request: foreign, identity: allowAll, reason: "account 444455556666, whose policy must allow too"},
		{name: "across accounts the resource alone does not allow", page: crossAccount, request: foreign, resource: grant(`{"AWS": "` + buildRole + `"}`)},
		{name: "across accounts both allow", page: crossAccount, request: foreign, identity: allowAll, resource: grant(`{"AWS": "111122223333"}`), allowed: true},
		{name: "a trust policy lets its service in", page: "id_roles_compare-resource-policies.html", request: service, gatekeeper: `{"Effect": "Allow", "Principal": {"Service": "ecs-tasks.amazonaws.com"}, "Action": "sts:AssumeRole"}`, allowed: true},
		{name: "a trust policy keeps other services out", page: "id_roles_compare-resource-policies.html", request: service, gatekeeper: `{"Effect": "Allow", "Principal": {"Service": "ecs.amazonaws.com"}, "Action": "sts:AssumeRole"}`, reason: "others than ecs-tasks.amazonaws.com"},
		{name: "a key policy that does not name the caller denies", page: denyAllow, request: iam.Request{Principal: buildRole, Action: "kms:Decrypt", Resource: "*"}, identity: allowAll, gatekeeper: `{"Effect": "Allow", "Principal": {"AWS": "444455556666"}, "Action": "kms:*", "Resource": "*"}`},
		{name: "a key policy that names the account leaves it to the identity", page: denyAllow, request: iam.Request{Principal: buildRole, Action: "kms:Decrypt", Resource: "*"}, identity: allowAll, gatekeeper: `{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "kms:*", "Resource": "*"}`, allowed: true, reason: `"All"`},
		{name: "NotPrincipal denies all others", page: "reference_policies_elements_notprincipal.html", request: object, identity: allowAll, resource: `{"Sid": "Others", "Effect": "Deny", "NotPrincipal": {"AWS": "arn:aws:iam::111122223333:role/other"}, "Action": "s3:*", "Resource": "*"}`, reason: `"Others"`},
		{name: "NotPrincipal spares the named", page: "reference_policies_elements_notprincipal.html", request: object, identity: allowAll, resource: `{"Effect": "Deny", "NotPrincipal": {"AWS": "` + buildRole + `"}, "Action": "s3:*", "Resource": "*"}`, allowed: true},
	})
}

func TestEvaluateMatchesActionsAndResources(t *testing.T) {
	const actions = "reference_policies_elements_action.html"
	const resources = "reference_policies_elements_resource.html"
	const variables = "reference_policies_variables.html"
	allow := func(action, resource string) string {
		return `{"Sid": "It", "Effect": "Allow", "Action": ` + action + `, "Resource": ` + resource + `}`
	}
	push := iam.Request{Principal: buildRole, Action: "ecr:PutImage", Resource: repository}
	home := iam.Request{
		Principal: buildRole, Action: "s3:GetObject", Resource: bucket + "/home/ada/x",
		Context: map[string][]string{"aws:username": {"ada"}},
	}
	starred := home
	starred.Context = map[string][]string{"aws:username": {"*"}}
	check(t, []evaluation{
		{name: "case of an action does not count", page: actions, request: push, identity: allow(`"ECR:putimage"`, `"*"`), allowed: true},
		{name: "case of a resource counts", page: resources, request: push, identity: allow(`"ecr:*"`, `"arn:aws:ecr:us-east-2:111122223333:repository/Bash-dog-api"`), reason: "for other resources"},
		{name: "* in an action", page: actions, request: push, identity: allow(`"ecr:Put*"`, `"*"`), allowed: true},
		{name: "? in an action is one character", page: actions, request: push, identity: allow(`"ecr:PutImag?"`, `"*"`), allowed: true},
		{name: "? in an action is not none", page: actions, request: push, identity: allow(`"ecr:PutImage?"`, `"*"`), reason: "no statement allows the action"},
		{name: "a prefix is no match", page: actions, request: push, identity: allow(`"ecr:Put"`, `"*"`)},
		{name: "NotAction allows what it does not list", page: "reference_policies_elements_notaction.html", request: push, identity: `{"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}`, allowed: true},
		{name: "NotAction does not allow what it lists", page: "reference_policies_elements_notaction.html", request: push, identity: `{"Effect": "Allow", "NotAction": "ecr:*", "Resource": "*"}`},
		{name: "other resources are named", page: resources, request: push, identity: allow(`"ecr:PutImage"`, `"arn:aws:ecr:us-east-2:111122223333:repository/other"`), reason: "for other resources: arn:aws:ecr:us-east-2:111122223333:repository/other; asked for is " + repository},
		{name: "* crosses slashes", page: resources, request: get(bucket + "/a/b/c"), identity: allow(`"s3:GetObject"`, `"arn:aws:s3:::releases/*"`), allowed: true},
		{name: "* at the end crosses colons", page: resources, request: iam.Request{Principal: buildRole, Action: "logs:PutLogEvents", Resource: "arn:aws:logs:us-east-2:111122223333:log-group:/ecs/a:log-stream:b"}, identity: allow(`"logs:PutLogEvents"`, `"arn:aws:logs:us-east-2:111122223333:log-group:/ecs/*"`), allowed: true},
		{name: "* within a segment crosses no colon", page: resources, request: iam.Request{Principal: buildRole, Action: "logs:PutLogEvents", Resource: "arn:aws:logs:us-east-2:111122223333:log-group:/ecs/a:log-stream:b"}, identity: allow(`"logs:PutLogEvents"`, `"arn:aws:logs:us-east-2:111122223333:log-group:/e*stream:b"`)},
		{name: "a bucket is not its objects", page: resources, request: get(bucket), identity: allow(`"s3:GetObject"`, `"arn:aws:s3:::releases/*"`)},
		{name: "NotResource allows elsewhere", page: "reference_policies_elements_notresource.html", request: push, identity: `{"Effect": "Allow", "Action": "ecr:*", "NotResource": "arn:aws:ecr:*:*:repository/other"}`, allowed: true},
		{name: "a variable is the request's", page: variables, request: home, identity: allow(`"s3:GetObject"`, `"arn:aws:s3:::releases/home/${aws:username}/*"`), allowed: true},
		{name: "a variable's key has no case", page: variables, request: home, identity: allow(`"s3:GetObject"`, `"arn:aws:s3:::releases/home/${AWS:UserName}/*"`), allowed: true},
		{name: "a variable of another", page: variables, request: get(bucket + "/home/bob/x"), identity: allow(`"s3:GetObject"`, `"arn:aws:s3:::releases/home/${aws:username}/*"`)},
		{name: "a wildcard in a variable's value is a character", page: variables, request: starred, identity: allow(`"s3:GetObject"`, `"arn:aws:s3:::releases/home/${aws:username}/*"`)},
		{name: "a default stands in for a missing key", page: variables + "#policy-vars-default-values", request: get(bucket + "/home/anonymous/x"), identity: allow(`"s3:GetObject"`, `"arn:aws:s3:::releases/home/${aws:username, 'anonymous'}/*"`), allowed: true},
		{name: "a special character is itself", page: variables + "#policy-vars-specialchars", request: get(bucket + "/*"), identity: allow(`"s3:GetObject"`, `"arn:aws:s3:::releases/${*}"`), allowed: true},
		{name: "a special character is no wildcard", page: variables + "#policy-vars-specialchars", request: get(bucket + "/a"), identity: allow(`"s3:GetObject"`, `"arn:aws:s3:::releases/${*}"`)},
	})
}

func TestEvaluateKnowsNoVariablesBefore2012(t *testing.T) {
	document, err := iam.Parse(`{"Version": "2008-10-17", "Statement": {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::releases/${aws:username}"}}`)
	require.NoError(t, err)
	request := get(bucket + "/ada")
	request.Context = map[string][]string{"aws:username": {"ada"}}
	decision, err := iam.Evaluate(request, iam.Attached{Document: document})
	require.NoError(t, err)
	assert.False(t, decision.Allowed)

	request.Resource = bucket + "/${aws:username}"
	decision, err = iam.Evaluate(request, iam.Attached{Document: document})
	require.NoError(t, err)
	assert.True(t, decision.Allowed)
}

func TestDecisionNamesItsStatement(t *testing.T) {
	policy := iam.Attached{Name: "role", Document: iam.Policy(iam.Deny("Never").Actions("s3:*").On("*"))}
	decision, err := iam.Evaluate(get(bucket+"/a"), policy)
	require.NoError(t, err)
	assert.Equal(t, iam.Decision{
		Explicit: true, Sid: "Never", Policy: "role", Reason: `denied by statement "Never" of policy "role"`,
	}, decision)
}

func TestEvaluateRefusesWhatIAMWouldNotHaveAccepted(t *testing.T) {
	for name, c := range map[string]struct {
		statement iam.Statement
		want      string
	}{
		"operator":              {iam.Allow("A").Actions("ec2:*").On("*").When("StringMatches", "aws:x", "1"), `unknown condition operator "StringMatches"`},
		"operator in lowercase": {iam.Allow("A").Actions("ec2:*").On("*").When("stringequals", "aws:x", "1"), `unknown condition operator "stringequals"`},
		"Null that may lack":    {iam.Allow("A").Actions("ec2:*").On("*").When(iam.Null.IfExists(), "aws:x", "true"), `unknown condition operator "NullIfExists"`},
		"qualifier":             {iam.Allow("A").Actions("ec2:*").On("*").When("ForSomeValues:StringEquals", "aws:x", "1"), "ForSomeValues"},
		"effect":                {iam.Statement{Effect: "Permit", Action: []string{"*"}, Resource: []string{"*"}}, `unknown effect "Permit"`},
	} {
		t.Run(name, func(t *testing.T) {
			policy := iam.Attached{Name: "role", Document: iam.Policy(c.statement)}
			decision, err := iam.Evaluate(get(bucket+"/a"), policy)
			assert.ErrorContains(t, err, c.want)
			assert.ErrorContains(t, err, `policy "role", statement `)
			assert.False(t, decision.Allowed)
		})
	}
}
