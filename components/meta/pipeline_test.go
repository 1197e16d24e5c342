package meta

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/internal/golden"
	"github.com/container-pipeline/container-pipeline/internal/mocks"
)

// permissions are those of a stack with one image repository and one secret.
const permissions = `{"Version": "2012-10-17", "Statement": [
	{"Sid": "Ecr", "Effect": "Allow", "Action": ["ecr:CreateRepository", "ecr:DescribeRepositories"],
	 "Resource": ["arn:aws:ecr:us-east-2:123456789012:repository/dog"]}]}
	{"Version": "2012-10-17", "Statement": [
	{"Sid": "Secret", "Effect": "Allow", "Action": ["secretsmanager:DescribeSecret", "secretsmanager:GetSecretValue"],
	 "Resource": ["arn:aws:secretsmanager:us-east-2:123456789012:secret:dog-??????"]},
	{"Sid": "Role", "Effect": "Allow", "Action": ["iam:CreateRole"], "Resource": ["arn:aws:iam::123456789012:role/dog-*"],
	 "Condition": {"StringEquals": {"iam:PermissionsBoundary": ["arn:aws:iam::123456789012:policy/deployer-boundary"]}}}]}`

func pipelineArgs() *PipelineArgs {
	return &PipelineArgs{
		Source: Source{Repository: "acme/dog"}, Stacks: []string{"production", "meta"}, Permissions: []string{permissions},
		Pulumi:        PulumiRelease{Version: "3.255.0", SHA256: strings.Repeat("0a", 32)},
		Approval:      &Approval{},
		Notifications: &NotificationOptions{Emails: []string{"team@example.com"}},
		PullRequests:  &PullRequests{Actors: []string{"583231"}},
		Secrets:       map[string]pulumi.StringInput{"CLOUDFLARE_API_TOKEN": pulumi.String("arn:aws:secretsmanager:us-east-2:123456789012:secret:cf-a1b2c3")},
	}
}

// inStackMeta is a cloud whose program is the pipeline's own stack.
func inStackMeta() *mocks.Cloud { return &mocks.Cloud{Stack: "meta"} }

// deploy makes the pipeline "deployer" and gives what it consists of.
func deploy(t *testing.T, args *PipelineArgs) *mocks.Cloud {
	t.Helper()
	cloud := inStackMeta()
	require.NoError(t, cloud.Run(func(ctx *pulumi.Context) error {
		_, err := NewPipeline(ctx, "deployer", args)
		return err
	}))
	return cloud
}

// actionsOf are the inputs of the pipeline's actions by name.
func actionsOf(t *testing.T, cloud *mocks.Cloud) map[string]map[string]any {
	t.Helper()
	all := map[string]map[string]any{}
	for _, action := range cloud.Resource(t, "Pipeline", "deployer-pipeline").Actions() {
		all[action.Name] = action.Inputs
	}
	return all
}

func TestAnUpdateIsPreviewedAgreedToAndDone(t *testing.T) {
	cloud := deploy(t, pipelineArgs())
	pipeline := cloud.Resource(t, "Pipeline", "deployer-pipeline").Plain()
	assert.Equal(t, "QUEUED", pipeline["executionMode"])
	actions := actionsOf(t, cloud)
	require.Len(t, actions, 4)
	assert.Equal(t, "Preview", actions["Preview"]["namespace"])
	assert.Equal(t, []any{"Plan"}, actions["Preview"]["outputArtifacts"])
	assert.Equal(t, map[string]any{
		"CustomData":         "Update of deployer: #{Preview.SUMMARY}",
		"NotificationArn":    "arn:aws:sns:us-east-2:123456789012:deployer",
		"ExternalEntityLink": "https://console.aws.amazon.com/codesuite/codepipeline/pipelines/deployer-pipeline/view?region=us-east-2",
	}, actions["Approve"]["configuration"])
	assert.Equal(t, []any{"Source", "Plan"}, actions["Up"]["inputArtifacts"])
	assert.NotContains(t, actions["Up"], "outputArtifacts")
	assert.Equal(t, "false", actions["Source"]["configuration"].(map[string]any)["DetectChanges"])
}

func TestOnlyTheDefinitionStartsThePipeline(t *testing.T) {
	trigger := deploy(t, pipelineArgs()).Resource(t, "Pipeline", "deployer-pipeline").Plain()["triggers"].([]any)
	require.Len(t, trigger, 1)
	push := trigger[0].(map[string]any)["gitConfiguration"].(map[string]any)["pushes"].([]any)[0].(map[string]any)
	assert.Equal(t, map[string]any{"includes": []any{
		"components/**", "internal/**", "stacks/**", "*.go", "go.mod", "go.sum", "Pulumi.yaml",
	}}, push["filePaths"])
}

func TestRolesAreWithinTheBoundary(t *testing.T) {
	cloud := deploy(t, pipelineArgs())
	roles := cloud.All("Role")
	require.Len(t, roles, 4)
	for _, role := range roles {
		assert.Equal(t, "arn:aws:iam::123456789012:policy/deployer-boundary", role.Text(t, "permissionsBoundary"), role.Name)
	}
}

func TestPolicies(t *testing.T) {
	cloud := deploy(t, pipelineArgs())
	for _, name := range []string{"pipeline", "preview", "up", "review"} {
		golden.JSON(t, "policies/"+name+".json", cloud.Resource(t, "RolePolicy", "deployer-"+name).Text(t, "policy"))
	}
	for _, name := range []string{"boundary", "deploy-1", "read-1"} {
		golden.JSON(t, "policies/"+name+".json", cloud.Resource(t, "Policy", "deployer-"+name).Text(t, "policy"))
	}
	golden.JSON(t, "policies/topic.json", cloud.Resource(t, "TopicPolicy", "deployer").Text(t, "policy"))
	attached := map[string]string{}
	for _, a := range cloud.All("RolePolicyAttachment") {
		attached[a.Name] = a.Text(t, "policyArn")
	}
	assert.Equal(t, map[string]string{
		"deployer-up-1":      "arn:aws:iam::123456789012:policy/deployer-deploy-1",
		"deployer-preview-1": "arn:aws:iam::123456789012:policy/deployer-read-1",
		"deployer-review-1":  "arn:aws:iam::123456789012:policy/deployer-read-1",
	}, attached)
}

func TestTheBuildsWriteTheParameters(t *testing.T) {
	cloud := deploy(t, pipelineArgs())
	for _, name := range []string{"definition", "status"} {
		parameter := cloud.Resource(t, "Parameter", "deployer-"+name)
		assert.Equal(t, "/container-pipeline/deployer/"+name, parameter.Text(t, "name"))
		assert.Equal(t, []string{"value"}, parameter.Request.GetIgnoreChanges())
	}
}

func TestEnvironments(t *testing.T) {
	cloud := deploy(t, pipelineArgs())
	up := cloud.Resource(t, "Project", "deployer-up").Variables()
	assert.Equal(t, map[string]string{
		"BACKEND_URL": "s3://deployer-state-1a2b3c4?region=us-east-2&awssdk=v2", "DIRECTORY": ".", "OWN_STACK": "meta", "STACKS": "production meta",
		"DEFINITION_PARAMETER": "/container-pipeline/deployer/definition", "STATUS_PARAMETER": "/container-pipeline/deployer/status",
		"PULUMI_VERSION": "3.255.0", "PULUMI_SHA256": strings.Repeat("0a", 32), "BOUNDARY": "deployer-boundary",
		"CLOUDFLARE_API_TOKEN": "SECRETS_MANAGER arn:aws:secretsmanager:us-east-2:123456789012:secret:cf-a1b2c3",
	}, up)
	review := cloud.Resource(t, "Project", "deployer-review").Variables()
	assert.NotContains(t, review, "CLOUDFLARE_API_TOKEN", "reviews have secrets of their own")
	assert.Equal(t, "main yes", review["BASE_BRANCH"]+" "+review["PREVIEW"])
}

func TestCachesAreNotShared(t *testing.T) {
	cloud := deploy(t, pipelineArgs())
	cache := func(name string) any { return cloud.Resource(t, "Project", "deployer-"+name).Plain()["cache"] }
	assert.Equal(t, map[string]any{"type": "S3", "location": "deployer-artifacts-1a2b3c4/cache/up"}, cache("up"))
	assert.Equal(t, map[string]any{"type": "S3", "location": "deployer-artifacts-1a2b3c4/cache/preview"}, cache("preview"))
	assert.Nil(t, cache("review"))
}

func TestReviewsAreOfPeopleWhoAreNamed(t *testing.T) {
	webhook := deploy(t, pipelineArgs()).Resource(t, "Webhook", "deployer-review").Plain()
	filters := webhook["filterGroups"].([]any)[0].(map[string]any)["filters"].([]any)
	assert.Contains(t, filters, map[string]any{"type": "ACTOR_ACCOUNT_ID", "pattern": "^(583231)$"})
}

func TestReviewsWithoutAPreviewReachNothing(t *testing.T) {
	args := pipelineArgs()
	args.PullRequests.SkipPreview = true
	cloud := deploy(t, args)
	golden.JSON(t, "policies/review.skip.json", cloud.Resource(t, "RolePolicy", "deployer-review").Text(t, "policy"))
	assert.Equal(t, "no", cloud.Resource(t, "Project", "deployer-review").Variables()["PREVIEW"])
	for _, a := range cloud.All("RolePolicyAttachment") {
		assert.NotContains(t, a.Name, "deployer-review")
	}
}

func TestLeastPipeline(t *testing.T) {
	args := pipelineArgs()
	args.Approval, args.Notifications, args.PullRequests, args.Permissions, args.Secrets = nil, nil, nil, nil, nil
	cloud := deploy(t, args)
	assert.Len(t, actionsOf(t, cloud), 3)
	assert.Len(t, cloud.All("Project"), 2)
	for _, kind := range []string{"Topic", "EventRule", "Webhook", "RolePolicyAttachment"} {
		assert.Empty(t, cloud.All(kind), kind)
	}
	assert.Len(t, cloud.All("Policy"), 1, "the boundary")
}

func TestPulumiCloud(t *testing.T) {
	args := pipelineArgs()
	args.State = State{URL: "https://api.pulumi.com", TokenArn: pulumi.String("arn:aws:secretsmanager:us-east-2:123456789012:secret:token-a1b2c3")}
	cloud := deploy(t, args)
	assert.Empty(t, cloud.All("Key"))
	assert.Equal(t, "SECRETS_MANAGER arn:aws:secretsmanager:us-east-2:123456789012:secret:token-a1b2c3",
		cloud.Resource(t, "Project", "deployer-up").Variables()["PULUMI_ACCESS_TOKEN"])
	golden.JSON(t, "policies/up.cloud.json", cloud.Resource(t, "RolePolicy", "deployer-up").Text(t, "policy"))
}

func TestTheStateIsProtected(t *testing.T) {
	cloud := deploy(t, pipelineArgs())
	assert.True(t, cloud.Resource(t, "Key", "deployer-state").Request.GetProtect())
	assert.True(t, cloud.Resource(t, "BucketV2", "deployer-state").Request.GetProtect())
	args := pipelineArgs()
	args.Disposable = true
	cloud = deploy(t, args)
	assert.False(t, cloud.Resource(t, "Key", "deployer-state").Request.GetProtect())
	assert.True(t, cloud.Resource(t, "BucketV2", "deployer-state").Plain()["forceDestroy"].(bool))
}

func TestNotificationsTellOfFailuresAlone(t *testing.T) {
	rule := deploy(t, pipelineArgs()).Resource(t, "EventRule", "deployer-failure")
	assert.JSONEq(t, `{
		"source": ["aws.codepipeline"], "detail-type": ["CodePipeline Pipeline Execution State Change"],
		"detail": {"pipeline": ["deployer-pipeline"], "state": ["FAILED", "STOPPED", "CANCELED"]}
	}`, rule.Text(t, "eventPattern"))
}
