package aws

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

func buildProject() sim.Values {
	return sim.Values{
		"name": "shop", "serviceRole": testRole,
		"environment": map[string]any{
			"type": "LINUX_CONTAINER", "computeType": "BUILD_GENERAL1_SMALL", "image": "aws/codebuild/standard:7.0", "privilegedMode": true,
		},
		"source":    map[string]any{"type": "CODEPIPELINE", "buildspec": "version: 0.2\nphases: {}\n"},
		"artifacts": map[string]any{"type": "CODEPIPELINE"},
	}
}

func TestBuildProject(t *testing.T) {
	w := newWorld(t)
	base := buildProject()
	environment := func(key string, value any) sim.Values { return inside(base, value, "environment", key) }
	vpc := func(id string) sim.Values {
		return sim.Values{"vpcConfig": map[string]any{"vpcId": id, "subnets": []any{"subnet-a"}, "securityGroupIds": []any{"sg-1"}}}
	}
	w.refuses(codebuildType, base, []refusal{
		{"name", sim.Values{"name": "-shop"}, "beginning with a letter or digit"},
		{"role", sim.Values{"serviceRole": "arn:aws:iam::123456789012:role/gone"}, "not authorized to perform: sts:AssumeRole"},
		{"role of another", sim.Values{"serviceRole": taskRole}, "must allow it to codebuild.amazonaws.com"},
		{"timeout", sim.Values{"buildTimeout": 4.0}, "between 5 and 2160"},
		{"queue", sim.Values{"queuedTimeout": 481.0}, "between 5 and 480"},
		{"limit", sim.Values{"concurrentBuildLimit": 0.0}, "at least 1"},
		{"compute type", environment("computeType", "SMALL"), "expected one of BUILD_GENERAL1_SMALL"},
		{"compute of another type", environment("computeType", "BUILD_LAMBDA_1GB"), "BUILD_LAMBDA_1GB is not supported with environment type LINUX_CONTAINER"},
		{"GPU", sim.Values{"environment": map[string]any{"type": "LINUX_GPU_CONTAINER", "computeType": "BUILD_GENERAL1_MEDIUM", "image": "aws/codebuild/standard:7.0"}}, "BUILD_GENERAL1_MEDIUM is not supported"},
		{"image of another architecture", environment("image", "aws/codebuild/amazonlinux2-aarch64-standard:3.0"), "does not run on environment type LINUX_CONTAINER"},
		{"credentials", environment("imagePullCredentialsType", "SERVICE_ROLE"), "must use CODEBUILD credentials"},
		{"variable twice", environment("environmentVariables", []any{map[string]any{"name": "A", "value": "1"}, map[string]any{"name": "A", "value": "2"}}), "defined more than once"},
		{"half a pipeline", sim.Values{"artifacts": map[string]any{"type": "NO_ARTIFACTS"}}, "both must be"},
		{"located pipeline", inside(base, "https://x", "source", "location"), "must not be given with type CODEPIPELINE"},
		{"no version", inside(base, "phases:\n  build: {}\n", "source", "buildspec"), "lacks its version"},
		{"no location", sim.Values{"source": map[string]any{"type": "GITHUB"}, "artifacts": map[string]any{"type": "NO_ARTIFACTS"}}, "required with type GITHUB"},
		{"no source, no spec", sim.Values{"source": map[string]any{"type": "NO_SOURCE"}, "artifacts": map[string]any{"type": "NO_ARTIFACTS"}}, "required with type NO_SOURCE"},
		{"cache", sim.Values{"cache": map[string]any{"type": "S3"}}, "cache location is required"},
		{"cache modes", sim.Values{"cache": map[string]any{"type": "LOCAL"}}, "required with type LOCAL"},
		{"identifier", sim.Values{"secondarySources": []any{map[string]any{"type": "CODEPIPELINE", "sourceIdentifier": "my-source"}}}, "only alphanumeric characters and underscores"},
		{"logs", sim.Values{"logsConfig": map[string]any{"s3Logs": map[string]any{"status": "ENABLED"}}}, "required with status ENABLED"},
		{"vpc", vpc("vpc-2"), "The subnet subnet-a does not exist in vpc-2"},
	})
	id, out := w.made(codebuildType, with(base, vpc("vpc-1")))
	require.Equal(t, "arn:aws:codebuild:us-east-2:123456789012:project/shop", id)
	require.Equal(t, "arn:aws:kms:us-east-2:123456789012:alias/aws/s3", out.Str("encryptionKey"))
	_, _, err := w.Create(codebuildType, "again", base)
	require.ErrorContains(t, err, "ResourceAlreadyExistsException")
	w.edits(codebuildType, id, with(base, vpc("vpc-1")), []edit{
		{"rename", sim.Values{"name": "store"}, []string{"name"}, nil},
		{"timeout", sim.Values{"buildTimeout": 20.0}, nil, []string{"buildTimeout"}},
		{"image", environment("image", "aws/codebuild/standard:6.0"), nil, []string{"environment.image"}},
	})
}

func TestWebhook(t *testing.T) {
	w := newWorld(t)
	w.made(codebuildType, buildProject())
	id, _ := w.made(codebuildType, with(buildProject(), sim.Values{
		"name": "github", "source": map[string]any{"type": "GITHUB", "location": "https://github.com/shop/web.git"}, "artifacts": map[string]any{"type": "NO_ARTIFACTS"},
	}))
	filters := func(f ...any) sim.Values {
		return sim.Values{"filterGroups": []any{map[string]any{"filters": f}}}
	}
	event := func(pattern string) map[string]any { return map[string]any{"type": "EVENT", "pattern": pattern} }
	base := with(sim.Values{"projectName": "github"}, filters(event("PUSH, PULL_REQUEST_MERGED")))
	w.refuses(codebuildWebhookType, base, []refusal{
		{"project", sim.Values{"projectName": "gone"}, "ResourceNotFoundException"},
		{"source", sim.Values{"projectName": "shop"}, "Webhooks are not supported for source type CODEPIPELINE"},
		{"event", filters(event("PUSHED")), `"PUSHED" is no webhook event`},
		{"no event", filters(map[string]any{"type": "HEAD_REF", "pattern": "main"}), "exactly one EVENT filter, got 0"},
		{"pattern", filters(event("PUSH"), map[string]any{"type": "HEAD_REF", "pattern": "("}), "missing closing"},
		{"both", sim.Values{"branchFilter": "main"}, "conflicts with"},
	})
	_, out := w.made(codebuildWebhookType, base)
	require.Contains(t, out.Str("payloadUrl"), "https://codebuild.us-east-2.amazonaws.com/webhooks")
	require.NoError(t, w.Delete(codebuildType, id))
	require.Empty(t, w.cloud.All(codebuildWebhookType), "a project takes its webhook along")
}

func TestSourceCredential(t *testing.T) {
	const typ = "aws:codebuild/sourceCredential:SourceCredential"
	w := newWorld(t)
	base := sim.Values{"authType": "PERSONAL_ACCESS_TOKEN", "serverType": "GITHUB", "token": "t"}
	w.refuses(typ, base, []refusal{
		{"user", sim.Values{"userName": "u"}, "goes with authType BASIC_AUTH"},
		{"server", sim.Values{"serverType": "GITEA"}, "expected one of GITHUB"},
		{"token for a secret", sim.Values{"authType": "SECRETS_MANAGER"}, "must be the ARN of secretsmanager with authType SECRETS_MANAGER"},
		{"secret for a connection", sim.Values{"authType": "CODECONNECTIONS", "token": "arn:aws:secretsmanager:us-east-2:123456789012:secret:t-a1b2c3"},
			"must be the ARN of codeconnections or codestar-connections"},
	})
	w.made(typ, base)
	_, _, err := w.Create(typ, "again", base)
	require.ErrorContains(t, err, "already exist for server type GITHUB")
}
