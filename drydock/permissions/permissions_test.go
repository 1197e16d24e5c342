package permissions

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock/aws"
	"github.com/container-pipeline/container-pipeline/internal/iam"
)

const boundary = "arn:aws:iam::111122223333:policy/container-pipeline-boundary"

var options = Options{Place: Place{"aws", "us-east-2", "111122223333"}, Boundary: boundary}

// drydockARN is one of the drydock's account.
func drydockARN(service, resource string) string {
	return "arn:aws:" + service + ":us-east-2:123456789012:" + resource
}

func resource(token, name string, outputs map[string]any) Resource {
	return Resource{Type: token, Name: name, Inputs: outputs, Outputs: outputs}
}

func generate(t *testing.T, resources ...Resource) *Report {
	t.Helper()
	report, err := Generate(resources, options)
	require.NoError(t, err)
	return report
}

func TestEveryTypeOfTheDrydockIsInTheTable(t *testing.T) {
	for _, r := range aws.Provider().Resources {
		assert.Contains(t, table(), r.Type)
	}
}

func TestTable(t *testing.T) {
	for token, grants := range table() {
		assert.NotEmpty(t, grants, token)
		for _, g := range grants {
			assert.NotEmpty(t, g.actions, token)
			assert.Equal(t, g.on == nil, g.everything != "", "%s: resources or a reason: %v", token, g.actions)
			for _, action := range g.actions {
				assert.NotContains(t, action, "*", token)
			}
		}
	}
}

// decide asks the policies whether a request is allowed.
func decide(t *testing.T, report *Report, action, resource string, context map[string]string) bool {
	t.Helper()
	request := iam.Request{
		Principal: "arn:aws:iam::111122223333:role/deployer", Action: action, Resource: resource, Context: map[string][]string{},
	}
	for key, value := range context {
		request.Context[key] = []string{value}
	}
	var policies []iam.Attached
	for _, d := range report.Documents {
		policies = append(policies, iam.Attached{Document: d})
	}
	decision, err := iam.Evaluate(request, policies...)
	require.NoError(t, err)
	return decision.Allowed
}

func TestRolesNeedTheBoundary(t *testing.T) {
	report := generate(t, resource(roleType, "api", map[string]any{
		"arn": "arn:aws:iam::123456789012:role/api-1a2b3c4",
		"assumeRolePolicy": `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole",
			"Principal": {"Service": "ecs-tasks.amazonaws.com"}}]}`,
	}))
	role, another := "arn:aws:iam::111122223333:role/api-9999999", "arn:aws:iam::111122223333:role/admin"
	bound := map[string]string{"iam:PermissionsBoundary": boundary}
	assert.True(t, decide(t, report, "iam:CreateRole", role, bound))
	assert.False(t, decide(t, report, "iam:CreateRole", role, nil))
	assert.False(t, decide(t, report, "iam:CreateRole", role, map[string]string{"iam:PermissionsBoundary": boundary + "2"}))
	assert.False(t, decide(t, report, "iam:CreateRole", another, bound))
	assert.False(t, decide(t, report, "iam:DeleteRolePermissionsBoundary", role, bound))
	assert.True(t, decide(t, report, "iam:PassRole", role, map[string]string{"iam:PassedToService": "ecs-tasks.amazonaws.com"}))
	assert.False(t, decide(t, report, "iam:PassRole", role, map[string]string{"iam:PassedToService": "ec2.amazonaws.com"}))
	assert.Equal(t, []string{"api"}, report.Unbounded)
}

func TestBoundariesAreReadAlone(t *testing.T) {
	report := generate(t,
		resource("aws:iam/policy:Policy", "b", map[string]any{"arn": "arn:aws:iam::123456789012:policy/meta-boundary"}),
		resource("aws:iam/policy:Policy", "p", map[string]any{"arn": "arn:aws:iam::123456789012:policy/meta-1a2b3c4"}))
	boundary := "arn:aws:iam::111122223333:policy/meta-boundary"
	assert.True(t, decide(t, report, "iam:GetPolicy", boundary, nil))
	assert.False(t, decide(t, report, "iam:GetPolicy", "arn:aws:iam::111122223333:policy/else", nil))
	assert.True(t, decide(t, report, "iam:CreatePolicyVersion", "arn:aws:iam::111122223333:policy/meta-7654321", nil))
	for _, d := range report.Documents {
		for _, s := range d.Statements {
			if strings.Contains(strings.Join(s.Action, " "), "Create") {
				assert.NotContains(t, s.Resource, boundary)
			}
		}
	}
}

func TestPatterns(t *testing.T) {
	for arn, want := range map[string]string{
		drydockARN("secretsmanager", "secret:dog/KEY-AbCdEf"):                                            "secret:dog/KEY-??????",
		drydockARN("ecs", "task-definition/dog:12"):                                                      "task-definition/dog:*",
		drydockARN("ecr", "repository/dog-api"):                                                          "repository/dog-api",
		drydockARN("sns", "dog-1a2b3c4"):                                                                 "dog-*",
		drydockARN("acm", "certificate/9f6f94ca-a7b9-e3cd-969b-ef6866c32681"):                            "certificate/*",
		drydockARN("elasticloadbalancing", "listener/app/dog-4c002a5/8c030a1813866cc5/e2186e43fafb3459"): "listener/app/dog-*/*/*",
	} {
		got := patterns(options.Place, arn)
		require.Len(t, got, 1)
		assert.Equal(t, want, strings.SplitN(got[0], ":", 6)[5])
		assert.Contains(t, got[0], ":us-east-2:111122223333:")
	}
	assert.Equal(t, []string{"arn:aws:s3:::dog-*"}, patterns(options.Place, "arn:aws:s3:::dog-1a2b3c4"))
	assert.Empty(t, patterns(options.Place, "dog"))
}

func TestNamesOfAWSsOwnAreNarrowedByTheStacksTags(t *testing.T) {
	vpc := func(name string, tags map[string]any) Resource {
		return resource("aws:ec2/vpc:Vpc", name, map[string]any{"tags": tags, "arn": drydockARN("ec2", "vpc/vpc-0123456789abcdef0")})
	}
	report := generate(t, vpc("a", map[string]any{"Name": "a", "team": "dogs", "tier": "1"}), vpc("b", map[string]any{"team": "dogs", "tier": "2"}))
	arn := "arn:aws:ec2:us-east-2:111122223333:vpc/vpc-0fedcba9876543210"
	assert.True(t, decide(t, report, "ec2:DeleteVpc", arn, map[string]string{"aws:ResourceTag/team": "dogs"}))
	assert.False(t, decide(t, report, "ec2:DeleteVpc", arn, nil))
	assert.True(t, decide(t, report, "ec2:CreateVpc", arn, nil))
	assert.False(t, decide(t, report, "ec2:CreateVpc", strings.Replace(arn, "us-east-2", "eu-west-1", 1), nil))
}

func TestManyResourcesFillSeveralPolicies(t *testing.T) {
	var many []Resource
	for i := range 200 {
		many = append(many, resource("aws:ecr/repository:Repository", fmt.Sprint(i),
			map[string]any{"arn": drydockARN("ecr", fmt.Sprintf("repository/a-rather-long-name-of-a-repository-%d", i))}))
	}
	report := generate(t, many...)
	assert.Greater(t, len(report.Documents), 2)
	for _, d := range report.Documents {
		assert.NoError(t, d.Validate(iam.ManagedPolicy))
	}
	for _, i := range []int{0, 99, 199} {
		arn := fmt.Sprintf("arn:aws:ecr:us-east-2:111122223333:repository/a-rather-long-name-of-a-repository-%d", i)
		assert.True(t, decide(t, report, "ecr:CreateRepository", arn, nil), arn)
	}
	assert.False(t, decide(t, report, "ecr:CreateRepository", "arn:aws:ecr:us-east-2:111122223333:repository/another", nil))
}

func TestGenerateRefuses(t *testing.T) {
	_, err := Generate([]Resource{{Type: "aws:lambda/function:Function", Name: "f"}, {Type: "aws:dynamodb/table:Table", Name: "t"}}, options)
	assert.ErrorContains(t, err, "aws:lambda/function:Function f, aws:dynamodb/table:Table t")
	_, err = Generate([]Resource{{Type: "pulumi:pulumi:Stack"}, {Type: "tls:index/privateKey:PrivateKey"}}, options)
	assert.ErrorContains(t, err, "none of the stack's 2 resources")
}

func TestOtherClouds(t *testing.T) {
	report := generate(t, resource("aws:sns/topic:Topic", "t", map[string]any{"arn": drydockARN("sns", "t")}),
		Resource{Type: "cloudflare:index/record:Record"}, Resource{Type: "cloudflare:index/record:Record"}, Resource{Type: "pulumi:providers:aws"})
	assert.Equal(t, []string{"cloudflare:index/record:Record"}, report.Elsewhere)
	assert.Empty(t, report.Wildcards)
}

func TestWildcardsHaveReasons(t *testing.T) {
	report := generate(t, resource("aws:ssm/parameter:Parameter", "p", map[string]any{"arn": drydockARN("ssm", "parameter/p")}))
	assert.Equal(t, []Wildcard{{[]string{"ssm:DescribeParameters"}, "the list of parameters has no resource-level permission"}}, report.Wildcards)
}
