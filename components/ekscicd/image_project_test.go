package ekscicd

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/container-pipeline/container-pipeline/internal/mocks"
)

func imageArgs() *ImageProjectArgs {
	return &ImageProjectArgs{
		Repository: "acme/shop", Artifacts: store(),
		ImageURL: pulumi.String("111111111111.dkr.ecr.us-east-2.amazonaws.com/shop"),
		ImageArn: pulumi.String("arn:aws:ecr:us-east-2:111111111111:repository/shop"),
	}
}

func deployImage(t *testing.T, args *ImageProjectArgs) *mocks.Cloud {
	t.Helper()
	return deploy(t, func(ctx *pulumi.Context) error {
		_, err := NewImageProject(ctx, "shop", args)
		return err
	})
}

func TestImageProject(t *testing.T) {
	cloud := deployImage(t, imageArgs())
	assert.Equal(t, []string{"LogGroup shop-image", "Project shop-image", "Role shop-image", "RolePolicy shop-image"}, cloud.Made())
	project := cloud.Resource(t, "Project", "shop-image")
	assert.Equal(t, map[string]any{"type": "CODEPIPELINE", "buildspec": imageBuildspec}, project.Plain()["source"])
	assert.Equal(t, true, project.Plain()["environment"].(map[string]any)["privilegedMode"])
	assert.Equal(t, map[string]string{
		"REPOSITORY_URL": "111111111111.dkr.ecr.us-east-2.amazonaws.com/shop", "TAG_PREFIX": "", "PLATFORM": "linux/amd64",
		"DOCKERFILE": "Dockerfile", "CONTEXT": ".",
	}, project.Variables())
	goldenRole(t, cloud, "shop-image", "image")
}

func TestPullRequestsAreBuiltApart(t *testing.T) {
	args := imageArgs()
	args.PullRequests = &PullRequests{Actors: []string{"583231", "9919"}, CredentialArn: pulumi.String(tokenSecret)}
	args.Branch, args.Machine.Architecture = "release/1.x", "ARM64"
	cloud := deployImage(t, args)

	project := cloud.Resource(t, "Project", "shop-image-pull-request")
	assert.Equal(t, map[string]any{
		"type": "GITHUB", "location": "https://github.com/acme/shop.git", "gitCloneDepth": 1.0, "reportBuildStatus": true,
		"buildspec": imageBuildspec,
	}, project.Plain()["source"])
	assert.Equal(t, map[string]any{"type": "NO_ARTIFACTS"}, project.Plain()["artifacts"])
	assert.NotContains(t, project.Plain(), "concurrentBuildLimit", "what is above a limit is not run at all")
	assert.Equal(t, "pull-request-", project.Variables()["TAG_PREFIX"])
	assert.Equal(t, "linux/arm64", project.Variables()["PLATFORM"])
	goldenRole(t, cloud, "shop-image-pull-request", "image-pull-request")

	webhook := cloud.Resource(t, "Webhook", "shop-image-pull-request").Plain()
	filter := func(kind, pattern string) map[string]any { return map[string]any{"type": kind, "pattern": pattern} }
	assert.Equal(t, []any{map[string]any{"filters": []any{
		filter("EVENT", "PULL_REQUEST_CREATED, PULL_REQUEST_UPDATED, PULL_REQUEST_REOPENED"),
		filter("ACTOR_ACCOUNT_ID", "^(583231|9919)$"),
		filter("BASE_REF", `^refs/heads/release/1\.x$`),
	}}}, webhook["filterGroups"])
	assert.Equal(t, "shop-image-pull-request", webhook["projectName"])
}

// A pull request's build runs what nobody has read: it must reach nothing that a release is made of.
func TestPullRequestsReachNoArtifacts(t *testing.T) {
	args := imageArgs()
	args.PullRequests = &PullRequests{Actors: []string{"1"}}
	cloud := deployImage(t, args)
	policy := cloud.Resource(t, "RolePolicy", "shop-image-pull-request").Plain()["policy"]
	assert.NotContains(t, policy, "s3:")
	assert.NotContains(t, policy, "secretsmanager:")
}

func TestPullRequestsThroughAConnection(t *testing.T) {
	args := imageArgs()
	args.PullRequests = &PullRequests{Actors: []string{"1"}, CredentialArn: pulumi.String(connection)}
	goldenRole(t, deployImage(t, args), "shop-image-pull-request", "image-pull-request.connection")
}

func TestWrongImageProject(t *testing.T) {
	refused(t, func(ctx *pulumi.Context) error {
		_, err := NewImageProject(ctx, "a name", nil)
		return err
	}, `name: "a name" is not valid`, `repository: "" is not valid`, "imageUrl: missing", "artifacts: missing")
	refused(t, func(ctx *pulumi.Context) error {
		args := imageArgs()
		args.Branch, args.PullRequests = "refs/heads/main", &PullRequests{CredentialArn: pulumi.String("token")}
		args.Machine = BuildMachine{Architecture: "arm", ComputeType: "SMALL", TimeoutMinutes: 1, LogRetentionDays: 2}
		_, err := NewImageProject(ctx, "shop", args)
		return err
	}, `branch: "refs/heads/main" is a full reference`, "pullRequests.actors: missing", `pullRequests.credentialArn: this value is not valid`,
		`machine.architecture: "arm"`, `machine.computeType: "SMALL"`, "machine.timeoutMinutes: 1", "machine.logRetentionDays: 2")
	refused(t, func(ctx *pulumi.Context) error {
		args := imageArgs()
		args.PullRequests = &PullRequests{Actors: []string{"octocat", ".*"}}
		_, err := NewImageProject(ctx, "shop", args)
		return err
	}, `pullRequests.actors[0]: "octocat" is not valid`, `pullRequests.actors[1]: ".*" is not valid`)
}
