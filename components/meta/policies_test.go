package meta

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/iam"
)

// TestNobodyWithinTheBoundaryGivesMoreThanItHas: not even who is allowed everything.
func TestNobodyWithinTheBoundaryGivesMoreThanItHas(t *testing.T) {
	const account = "arn:aws:iam::123456789012:"
	here := ground.Place{Partition: "aws", Region: "us-east-2", Account: "123456789012", DNSSuffix: "amazonaws.com"}
	arn := account + "policy/deployer-boundary"
	var changes []string
	for _, action := range []string{
		"AttachRolePolicy", "CreatePolicyVersion", "CreateRole", "DeleteRolePermissionsBoundary", "PutRolePermissionsBoundary", "PutRolePolicy",
	} {
		changes = append(changes, "iam:"+action)
	}
	statements := []iam.Statement{iam.Allow("All").Actions(append(changes, "ecs:CreateCluster")...).On("*")}
	policies := []iam.Attached{
		{Document: iam.Policy(iam.Allow("All").Actions("*").On("*"))},
		{Type: iam.Boundary, Document: boundary(here, arn, "deployer", statements, []string{"lambda:InvokeFunction"})},
	}
	for _, c := range []struct {
		action, resource, roleBoundary string
		allowed                        bool
	}{
		{"ecs:DeleteCluster", "*", "", true},
		{"lambda:InvokeFunction", "*", "", true},
		{"lambda:CreateFunction", "*", "", false},
		{"iam:CreateUser", account + "user/me", "", false},
		{"iam:CreateRole", account + "role/dog-1", arn, true},
		{"iam:CreateRole", account + "role/dog-1", "", false},
		{"iam:CreateRole", account + "role/dog-1", account + "policy/another", false},
		{"iam:PutRolePolicy", account + "role/dog-1", arn, true},
		{"iam:PutRolePolicy", account + "role/dog-1", "", false},
		{"iam:PutRolePolicy", account + "role/deployer-up-1a2b3c4", arn, false},
		{"iam:AttachRolePolicy", account + "role/deployer-review-1a2b3c4", arn, false},
		{"iam:PutRolePermissionsBoundary", account + "role/dog-1", account + "policy/another", false},
		{"iam:DeleteRolePermissionsBoundary", account + "role/dog-1", arn, false},
		{"iam:CreatePolicyVersion", arn, "", false},
		{"iam:CreatePolicyVersion", account + "policy/deployer-deploy-1-1a2b3c4", "", false},
		{"iam:CreatePolicyVersion", account + "policy/dog", "", true},
	} {
		request := iam.Request{Principal: account + "role/deployer-up-1a2b3c4", Action: c.action, Resource: c.resource}
		if c.roleBoundary != "" {
			request.Context = map[string][]string{"iam:PermissionsBoundary": {c.roleBoundary}}
		}
		decision, err := iam.Evaluate(request, policies...)
		require.NoError(t, err)
		assert.Equal(t, c.allowed, decision.Allowed, "%s on %s, %s: %s", c.action, c.resource, c.roleBoundary, decision.Reason)
	}
}

func TestReading(t *testing.T) {
	all := iam.Allow("All").Actions(
		"ecr:DescribeRepositories", "ecr:CreateRepository", "s3:GetObject", "s3:GetBucketPolicy", "secretsmanager:GetSecretValue", "ssm:GetParameter",
		"codebuild:BatchGetProjects", "iam:*",
	).On("*")
	read := reading([]iam.Statement{all, iam.Allow("Write").Actions("ecr:PutImage").On("*")})
	require.Len(t, read, 1)
	assert.Equal(t, []string{"ecr:DescribeRepositories", "s3:GetBucketPolicy", "codebuild:BatchGetProjects"}, read[0].Action)
	assert.Len(t, all.Action, 8, "the given statement stays")
}
