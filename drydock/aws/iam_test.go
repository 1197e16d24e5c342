package aws

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

const ecsTrust = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}`

const taskExecution = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"

func role(name string) sim.Values {
	return sim.Values{"name": name, "assumeRolePolicy": ecsTrust}
}

// allows is an identity policy of one statement with the elements.
func allows(elements string) string {
	return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",` + elements + `}]}`
}

var readsObjects = allows(`"Action":"s3:GetObject","Resource":"arn:aws:s3:::bucket/*"`)

func TestRoleLifecycle(t *testing.T) {
	l := newLab(t)
	id, out := l.make(roleType, with(role("app"), sim.Values{"path": "/service/"}))
	require.Equal(t, "app", id)
	require.Equal(t, "arn:aws:iam::123456789012:role/service/app", out.Str("arn"))
	require.Regexp(t, `^AROA[A-Z0-9]{17}$`, out.Str("uniqueId"))
	require.Equal(t, 3600.0, out.Num("maxSessionDuration"))
	l.refuses(roleType, role("APP"), "EntityAlreadyExists: Role with name APP already exists.")
	l.in("eu-west-1").refuses(roleType, role("app"), "EntityAlreadyExists")

	found := l.invoke("aws:iam/getRole:getRole", sim.Values{"name": "app"})
	require.Equal(t, out.Str("arn"), found.Str("arn"))
	_, err := l.Invoke("aws:iam/getRole:getRole", sim.Values{"name": "other"})
	require.ErrorContains(t, err, "NoSuchEntity: The role with name other cannot be found.")

	require.NoError(t, l.Delete(roleType, id))
	in, _, err := l.Read(roleType, id)
	require.NoError(t, err)
	require.Nil(t, in)
}

func TestNamesWithPrefixesAreUnique(t *testing.T) {
	l := newLab(t)
	in := sim.Values{"namePrefix": "app-", "assumeRolePolicy": ecsTrust}
	first, _ := l.make(roleType, in)
	second, _ := l.make(roleType, in)
	require.NotEqual(t, first, second)
	require.Regexp(t, `^app-\d{26}$`, first)
	require.Equal(t, "none", l.edit(roleType, first, in))
}

func TestRoleWithPoliciesStays(t *testing.T) {
	l := newLab(t)
	for _, force := range []bool{false, true} {
		name := fmt.Sprintf("app-%t", force)
		id, _ := l.make(roleType, with(role(name), sim.Values{"forceDetachPolicies": force}))
		other, _ := l.make(roleType, role("other-"+name))
		attachment, _ := l.make(rolePolicyAttachmentType, sim.Values{"role": name, "policyArn": taskExecution})
		inline, _ := l.make(rolePolicyType, sim.Values{"role": name, "name": "inline", "policy": readsObjects})
		kept, _ := l.make(rolePolicyType, sim.Values{"role": other, "name": name, "policy": readsObjects})
		if force {
			require.NoError(t, l.Delete(roleType, id))
			in, _, err := l.Read(rolePolicyType, inline)
			require.NoError(t, err)
			require.Nil(t, in)
			in, _, err = l.Read(rolePolicyType, kept)
			require.NoError(t, err)
			require.NotNil(t, in)
			continue
		}
		require.ErrorContains(t, l.Delete(roleType, id), "DeleteConflict: Cannot delete entity, must detach all policies first.")
		require.NoError(t, l.Delete(rolePolicyAttachmentType, attachment))
		require.ErrorContains(t, l.Delete(roleType, id), "DeleteConflict: Cannot delete entity, must delete policies first.")
		require.NoError(t, l.Delete(rolePolicyType, inline))
		require.NoError(t, l.Delete(roleType, id))
	}
}

func TestRoleRefusals(t *testing.T) {
	trust := func(elements string) sim.Values { return sim.Values{"assumeRolePolicy": allows(elements)} }
	service := `"Principal":{"Service":"ecs-tasks.amazonaws.com"},`
	tests := []struct {
		name, want string
		changes    sim.Values
	}{
		{"long name", "between 1 and 64 characters", sim.Values{"name": strings.Repeat("a", 65)}},
		{"name", "letters, digits and any of + = , . @ - _", sim.Values{"name": "my role"}},
		{"path", "a path that begins and ends with a slash", sim.Values{"path": "service"}},
		{"session", "between 3600 and 43200", sim.Values{"maxSessionDuration": 60.0}},
		{"boundary", "NoSuchEntity: Scope ARN: arn:aws:iam::123456789012:policy/none", sim.Values{"permissionsBoundary": "arn:aws:iam::123456789012:policy/none"}},
		{"both names", "conflicts with name", sim.Values{"namePrefix": "a"}},
		{"no JSON", "not a JSON object", sim.Values{"assumeRolePolicy": "[]"}},
		{"no principal", "MalformedPolicyDocument: Missing required field Principal", trust(`"Action":"sts:AssumeRole"`)},
		{"resource", "MalformedPolicyDocument: Has prohibited field Resource", trust(service + `"Action":"sts:AssumeRole","Resource":"*"`)},
		{"effect", "Syntax errors in policy.", sim.Values{"assumeRolePolicy": strings.Replace(ecsTrust, "Allow", "Permit", 1)}},
		{"action", "AssumeRole policy may only specify STS AssumeRole actions.", trust(service + `"Action":"s3:GetObject"`)},
		{"everyone", `AssumeRole policy contained an invalid principal: "STAR":"*".`, trust(`"Principal":"*","Action":"sts:AssumeRole"`)},
		{"service", `Invalid principal in policy: "SERVICE":"ecs-task.amazonaws.com"`, trust(`"Principal":{"Service":"ecs-task.amazonaws.com"},"Action":"sts:AssumeRole"`)},
		{"role", `Invalid principal in policy: "AWS":"arn:aws:iam::123456789012:role/none"`, trust(`"Principal":{"AWS":"arn:aws:iam::123456789012:role/none"},"Action":"sts:AssumeRole"`)},
		{"size", "LimitExceeded: Cannot exceed quota for ACLSizePerRole: 2048", trust(service + `"Sid":"` + strings.Repeat("a", 2000) + `","Action":"sts:AssumeRole"`)},
		{"managed policy", "NoSuchEntity: Policy arn:aws:iam::aws:policy/AmazonECSTaskExecutionRolePolicy does not exist or is not attachable.",
			sim.Values{"managedPolicyArns": []any{"arn:aws:iam::aws:policy/AmazonECSTaskExecutionRolePolicy"}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			newLab(t).refuses(roleType, with(role("app"), test.changes), test.want)
		})
	}
}

func TestTrustedPrincipals(t *testing.T) {
	l := newLab(t)
	l.make(roleType, role("first"))
	for i, principal := range []string{
		`{"Service":["ecs.amazonaws.com","codedeploy.us-east-2.amazonaws.com","pods.eks.amazonaws.com"]}`,
		`{"AWS":"arn:aws:iam::123456789012:role/first"}`, `{"AWS":"arn:aws:iam::999999999999:role/far"}`,
		`{"AWS":"123456789012"}`, `{"AWS":"arn:aws:iam::123456789012:root"}`, `{"AWS":"*"}`,
		`{"Federated":"arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"}`,
	} {
		l.make(roleType, with(role(fmt.Sprintf("role%d", i)), sim.Values{
			"assumeRolePolicy": allows(`"Action":["sts:AssumeRole","sts:TagSession"],"Principal":` + principal),
		}))
	}
}

func TestRoleEdits(t *testing.T) {
	l := newLab(t)
	id, _ := l.make(roleType, role("app"))
	for what, want := range map[string]struct {
		changes sim.Values
		effect  string
	}{
		"nothing":        {sim.Values{}, "none"},
		"same policy":    {sim.Values{"assumeRolePolicy": strings.Replace(ecsTrust, `"sts:AssumeRole"`, ` ["sts:AssumeRole"]`, 1)}, "none"},
		"other policy":   {sim.Values{"assumeRolePolicy": strings.Replace(ecsTrust, "ecs-tasks", "ecs", 1)}, "update"},
		"name":           {sim.Values{"name": "other"}, "replace:name"},
		"path":           {sim.Values{"path": "/other/"}, "replace:path"},
		"description":    {sim.Values{"description": "it"}, "update"},
		"longer session": {sim.Values{"maxSessionDuration": 7200.0}, "update"},
	} {
		t.Run(what, func(t *testing.T) {
			require.Equal(t, want.effect, l.edit(roleType, id, with(role("app"), want.changes)))
		})
	}
}

func TestIdentityPolicyGrammar(t *testing.T) {
	good := []string{
		readsObjects,
		allows(`"Action":"*","Resource":"*"`),
		allows(`"Sid":"One2","NotAction":["iam:*"],"NotResource":["arn:aws:s3:::a*","arn:aws:ecs:us-east-2:123456789012:service/a/b"]`),
		allows(`"Action":"iam:PassRole","Resource":"arn:aws:iam::123456789012:role/a","Condition":{"StringEqualsIfExists":{"iam:PassedToService":["ecs-tasks.amazonaws.com"]},"Bool":{"aws:SecureTransport":true}}`),
		allows(`"Action":"s3:ListBucket","Resource":"arn:aws:s3:::bucket","Condition":{"ForAnyValue:StringLike":{"s3:prefix":"a/*"},"Null":{"aws:TokenIssueTime":"true"}}`),
	}
	for _, text := range good {
		require.Empty(t, checkPolicy(identityPolicy)(text), text)
	}
	bad := map[string]string{
		`{"Statement":[]}`:                                                                         "Syntax errors in policy. (no statement)",
		`{"Version":"2012-10-17","Statements":[]}`:                                                 `Syntax errors in policy. (element "Statements"`,
		strings.Replace(readsObjects, "2012-10-17", "2008-10-17", 1):                               "must be version 2012-10-17 or greater",
		strings.Replace(readsObjects, "2012-10-17", "2020-01-01", 1):                               `Version "2020-01-01"`,
		allows(`"Action":"s3:GetObject"`):                                                          "Policy statement must contain resources.",
		allows(`"Action":[],"Resource":"*"`):                                                       "Policy statement must contain actions.",
		allows(`"Resource":"*"`):                                                                   "Policy statement must contain actions.",
		allows(`"Action":"GetObject","Resource":"*"`):                                              "must be prefaced by a vendor",
		allows(`"Action":"s3:Get:Object","Resource":"*"`):                                          "can contain only one colon",
		allows(`"Action":"s*:GetObject","Resource":"*"`):                                           "Vendor s* is not valid",
		allows(`"Action":"s3:GetObject","Resource":"bucket"`):                                      `Resource bucket must be in ARN format or "*".`,
		allows(`"Action":"s3:GetObject","Resource":"arn:s3:::bucket"`):                             `Partition "s3" is not valid`,
		allows(`"Action":"s3:GetObject","Resource":"arn:aws:*:::bucket"`):                          "cannot contain regexes",
		allows(`"Action":"s3:GetObject","Resource":"arn:aws:s3:bucket"`):                           "failed legacy parsing",
		allows(`"Action":"s3:GetObject","Resource":"arn:aws:s3:us-east-2::bucket"`):                "can not contain region information",
		allows(`"Action":"s3:GetObject","Resource":"*","Principal":"*"`):                           "should not specify a principal",
		allows(`"Sid":"my-sid","Action":"s3:GetObject","Resource":"*"`):                            "Statement IDs (SID) must be alpha-numeric",
		allows(`"Action":"s3:GetObject","NotAction":"s3:PutObject","Resource":"*"`):                "both Action and NotAction",
		allows(`"Action":"s3:GetObject","Resource":"*","Condition":{"StringEqual":{"aws:a":"b"}}`): `condition operator "StringEqual"`,
		allows(`"Action":"s3:GetObject","Resource":"*","Condition":{"StringEquals":{"a":"b"}}`):    `condition key "a"`,
		allows(`"Action":"s3:GetObject","Resource":"*","Condition":{"StringEquals":{"aws:a":{}}}`): "a text, number, boolean or a list of them",
		`{"Version":"2012-10-17","Statement":[{"Sid":"A","Effect":"Allow","Action":"s3:a","Resource":"*"},{"Sid":"A","Effect":"Deny","Action":"s3:a","Resource":"*"}]}`: "must be unique",
	}
	for text, want := range bad {
		require.Contains(t, checkPolicy(identityPolicy)(text), want, text)
	}
}

func TestInlinePoliciesAddUp(t *testing.T) {
	l := newLab(t)
	l.make(roleType, role("app"))
	big := allows(`"Action":"s3:GetObject","Resource":"arn:aws:s3:::` + strings.Repeat("b", 6000) + `"`)
	id, _ := l.make(rolePolicyType, sim.Values{"role": "app", "name": "one", "policy": big})
	l.refuses(rolePolicyType, sim.Values{"role": "app", "name": "two", "policy": big}, "LimitExceeded: Maximum policy size of 10240 bytes exceeded for role app")
	_, err := l.Update(rolePolicyType, id, sim.Values{"role": "app", "name": "one", "policy": readsObjects})
	require.NoError(t, err)
	l.make(rolePolicyType, sim.Values{"role": "app", "name": "two", "policy": big})
	l.refuses(rolePolicyType, sim.Values{"role": "none", "name": "two", "policy": readsObjects}, "NoSuchEntity: The role with name none cannot be found.")
	l.refuses(rolePolicyType, sim.Values{"role": "arn:aws:iam::123456789012:role/app", "policy": readsObjects}, "must be the role's name not its ARN")
	require.Equal(t, "replace:role", l.edit(rolePolicyType, id, sim.Values{"role": "other", "name": "one", "policy": readsObjects}))
}

func TestManagedPolicies(t *testing.T) {
	l := newLab(t)
	l.make(roleType, role("app"))
	id, out := l.make(policyType, sim.Values{"name": "reads", "policy": readsObjects})
	require.Equal(t, "arn:aws:iam::123456789012:policy/reads", out.Str("arn"))
	l.refuses(policyType, sim.Values{"name": "Reads", "policy": readsObjects}, "EntityAlreadyExists: A policy called Reads already exists.")
	l.refuses(policyType, sim.Values{"name": "big", "policy": allows(`"Action":"s3:GetObject","Resource":"arn:aws:s3:::` + strings.Repeat("b", 6144) + `"`)},
		"LimitExceeded: Cannot exceed quota for PolicySize: 6144")
	attachment, _ := l.make(rolePolicyAttachmentType, sim.Values{"role": "app", "policyArn": id})
	require.ErrorContains(t, l.Delete(policyType, id), "DeleteConflict: Cannot delete a policy attached to entities.")
	_, now, err := l.Read(policyType, id)
	require.NoError(t, err)
	require.Equal(t, 1.0, now.Num("attachmentCount"))
	require.NoError(t, l.Delete(rolePolicyAttachmentType, attachment))
	require.Equal(t, "update", l.edit(policyType, id, sim.Values{"name": "reads", "policy": allows(`"Action":"s3:*","Resource":"*"`)}))
	require.Equal(t, "replace:description", l.edit(policyType, id, sim.Values{"name": "reads", "policy": readsObjects, "description": "it"}))
	require.NoError(t, l.Delete(policyType, id))
	l.refuses(rolePolicyAttachmentType, sim.Values{"role": "app", "policyArn": id}, "does not exist or is not attachable")
}

func TestTenAttachedPolicies(t *testing.T) {
	l := newLab(t)
	l.make(roleType, role("app"))
	for i := range maxAttachedPolicies {
		id, _ := l.make(policyType, sim.Values{"name": fmt.Sprintf("p%d", i), "policy": readsObjects})
		l.make(rolePolicyAttachmentType, sim.Values{"role": "app", "policyArn": id})
	}
	l.refuses(rolePolicyAttachmentType, sim.Values{"role": "app", "policyArn": taskExecution}, "LimitExceeded: Cannot exceed quota for PoliciesPerRole: 10")
}

func TestPoliciesOfAWS(t *testing.T) {
	l := newLab(t)
	out := l.invoke("aws:iam/getPolicy:getPolicy", sim.Values{"name": "AmazonECSTaskExecutionRolePolicy"})
	require.Equal(t, taskExecution, out.Str("arn"))
	require.Contains(t, out.Str("policy"), "ecr:GetAuthorizationToken")
	_, err := l.Invoke("aws:iam/getPolicy:getPolicy", sim.Values{"arn": "arn:aws:iam::aws:policy/ReadOnlyAccess"})
	require.ErrorContains(t, err, "NotSimulated")
	_, err = l.Invoke("aws:iam/getPolicy:getPolicy", sim.Values{"name": "None"})
	require.ErrorContains(t, err, "NoSuchEntity: Policy None was not found.")
	document, ok := ManagedPolicy("arn:aws:iam::aws:policy/AWSCodeDeployRoleForECS")
	require.True(t, ok)
	require.Empty(t, checkPolicy(identityPolicy)(document))
}

func TestPolicyDocumentFunction(t *testing.T) {
	out := newLab(t).invoke("aws:iam/getPolicyDocument:getPolicyDocument", sim.Values{
		"sourcePolicyDocuments": []any{`{"Version":"2012-10-17","Statement":[{"Sid":"Base","Effect":"Deny","Action":"s3:*","Resource":"*"}]}`},
		"statements": []any{map[string]any{
			"sid": "Pass", "actions": []any{"iam:GetRole", "iam:PassRole"}, "resources": []any{"arn:aws:iam::123456789012:role/&{aws:username}"},
			"principals": []any{map[string]any{"type": "Service", "identifiers": []any{"ecs.amazonaws.com"}}},
			"conditions": []any{map[string]any{"test": "StringEquals", "variable": "aws:a", "values": []any{"x", "y"}}},
		}},
		"overridePolicyDocuments": []any{`{"Statement":[{"Sid":"Base","Effect":"Allow","Action":"s3:Get*","Resource":"*"}]}`},
	})
	require.JSONEq(t, `{"Version":"2012-10-17","Statement":[
		{"Sid":"Base","Effect":"Allow","Action":"s3:Get*","Resource":"*"},
		{"Sid":"Pass","Effect":"Allow","Action":["iam:PassRole","iam:GetRole"],"Resource":"arn:aws:iam::123456789012:role/${aws:username}",
		 "Principal":{"Service":"ecs.amazonaws.com"},"Condition":{"StringEquals":{"aws:a":["x","y"]}}}]}`, out.Str("json"))
	require.JSONEq(t, out.Str("json"), out.Str("minifiedJson"))
	require.NotContains(t, out.Str("minifiedJson"), "\n")
}

func TestSamePolicies(t *testing.T) {
	require.True(t, samePolicy(readsObjects, strings.ReplaceAll(readsObjects, `"s3:GetObject"`, `["s3:GetObject"]`)))
	require.True(t, samePolicy(allows(`"Action":["a:b","c:d"],"Principal":"*"`), allows(`"Principal":{"AWS":"*"},"Action":["c:d","a:b"]`)))
	require.False(t, samePolicy(readsObjects, strings.Replace(readsObjects, "Allow", "Deny", 1)))
	require.False(t, samePolicy("x", "y"))
}

func TestOIDCProvider(t *testing.T) {
	l := newLab(t)
	in := sim.Values{"url": "https://token.actions.githubusercontent.com", "clientIdLists": []any{"sts.amazonaws.com"}}
	id, out := l.make(oidcProviderType, in)
	require.Equal(t, "arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com", id)
	require.Len(t, out.List("thumbprintLists"), 1)
	l.refuses(oidcProviderType, in, "EntityAlreadyExists")
	l.refuses(oidcProviderType, with(in, sim.Values{"url": "http://a.example.com"}), "must be a URL that begins with https://")
	l.refuses(oidcProviderType, with(in, sim.Values{"url": "https://a.example.com?x=y"}), "cannot contain query parameters")
	l.refuses(oidcProviderType, with(in, sim.Values{"thumbprintLists": []any{"abc"}}), "the 40 hexadecimal digits")
	require.Equal(t, "replace:url", l.edit(oidcProviderType, id, with(in, sim.Values{"url": "https://b.example.com"})))
	require.Equal(t, "update", l.edit(oidcProviderType, id, with(in, sim.Values{"clientIdLists": []any{"a", "b"}})))
}
