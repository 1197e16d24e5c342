package ground

import (
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/internal/iam"
)

var ohio = Place{Partition: "aws", Region: "us-east-2", Account: "123456789012", DNSSuffix: "amazonaws.com"}

func TestBuildMachine(t *testing.T) {
	tests := map[string]struct {
		args        BuildProjectArgs
		kind, image string
	}{
		"by default":    {kind: "LINUX_CONTAINER", image: "aws/codebuild/amazonlinux-x86_64-standard:6.0"},
		"x86":           {BuildProjectArgs{Architecture: X8664}, "LINUX_CONTAINER", "aws/codebuild/amazonlinux-x86_64-standard:6.0"},
		"arm":           {BuildProjectArgs{Architecture: ARM64}, "ARM_CONTAINER", "aws/codebuild/amazonlinux-aarch64-standard:4.0"},
		"its own image": {BuildProjectArgs{Architecture: ARM64, Image: "golang:1.26"}, "ARM_CONTAINER", "golang:1.26"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, test.kind, test.args.environmentType())
			assert.Equal(t, test.image, test.args.image())
		})
	}
}

// allows decides a request with the statements alone.
func allows(t *testing.T, statements []iam.Statement, action, resource string) bool {
	t.Helper()
	document := iam.Policy(statements...)
	require.NoError(t, document.Validate(iam.InlineRolePolicy))
	decision, err := iam.Evaluate(iam.Request{
		Principal: "arn:aws:iam::123456789012:role/bash-dog", Action: action, Resource: resource,
	}, iam.Attached{Type: iam.IdentityBased, Document: document})
	require.NoError(t, err)
	return decision.Allowed
}

func TestArtifactStatementsReachOneBucketOnly(t *testing.T) {
	const bucket, key = "arn:aws:s3:::bash-dog", "arn:aws:kms:us-east-2:123456789012:key/1"
	plain, encrypted := ArtifactStatements(bucket, ""), ArtifactStatements(bucket, key)

	assert.True(t, allows(t, plain, "s3:GetObject", bucket+"/any/object"))
	assert.True(t, allows(t, plain, "s3:GetBucketVersioning", bucket))
	assert.False(t, allows(t, plain, "s3:GetObject", "arn:aws:s3:::bash-dog-2/any/object"))
	assert.False(t, allows(t, plain, "s3:DeleteObject", bucket+"/any/object"))
	assert.False(t, allows(t, plain, "kms:Decrypt", key))
	assert.True(t, allows(t, encrypted, "kms:GenerateDataKeyWithoutPlaintext", key))
	assert.False(t, allows(t, encrypted, "kms:Decrypt", key+"2"))
}

func TestLogStatementReachesOneGroupOnly(t *testing.T) {
	group := ohio.ARN("logs", "log-group:/codebuild/bash-dog")
	statements := []iam.Statement{LogStatement(group)}

	assert.True(t, allows(t, statements, "logs:CreateLogStream", group))
	assert.True(t, allows(t, statements, "logs:PutLogEvents", group+":log-stream:1"))
	assert.False(t, allows(t, statements, "logs:PutLogEvents", group+"-2:log-stream:1"))
	assert.False(t, allows(t, statements, "logs:CreateLogGroup", group))
}

func TestConnectionStatementCoversBothNamesOfTheService(t *testing.T) {
	for _, made := range []string{"codeconnections", "codestar-connections"} {
		statements := []iam.Statement{ConnectionStatement(ohio.ARN(made, "connection/1"))}
		for _, asked := range []string{"codeconnections", "codestar-connections"} {
			assert.True(t, allows(t, statements, asked+":UseConnection", ohio.ARN(asked, "connection/1")), "%s, %s", made, asked)
			assert.False(t, allows(t, statements, asked+":UseConnection", ohio.ARN(asked, "connection/2")), "%s, %s", made, asked)
		}
	}
}

func TestBuildTrustIsForOneProject(t *testing.T) {
	text, err := buildTrust(ohio, "bash-dog-build").Render(iam.TrustPolicy)
	require.NoError(t, err)
	var trust struct{ Statement []map[string]any }
	require.NoError(t, json.Unmarshal([]byte(text), &trust))
	assert.Equal(t, map[string]any{"Service": []any{"codebuild.amazonaws.com"}}, trust.Statement[0]["Principal"])
	assert.Equal(t, map[string]any{"StringEquals": map[string]any{
		"aws:SourceArn": []any{"arn:aws:codebuild:us-east-2:123456789012:project/bash-dog-build"},
	}}, trust.Statement[0]["Condition"])
}

func TestConsole(t *testing.T) {
	tests := map[string]struct {
		place Place
		want  string
	}{
		"commercial": {ohio, "https://console.aws.amazon.com/codesuite/home?region=us-east-2"},
		"china":      {Place{Partition: "aws-cn", Region: "cn-north-1"}, "https://console.amazonaws.cn/codesuite/home?region=cn-north-1"},
		"government": {Place{Partition: "aws-us-gov", Region: "us-gov-west-1"}, "https://console.amazonaws-us-gov.com/codesuite/home?region=us-gov-west-1"},
		"isolated":   {Place{Partition: "aws-iso", Region: "us-iso-east-1"}, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { assert.Equal(t, test.want, test.place.Console("codesuite/home")) })
	}
}
