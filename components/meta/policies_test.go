package meta

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/internal/iam"
)

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
