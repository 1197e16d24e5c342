package meta

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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

// actionsOf are the pipeline's actions by name.
func actionsOf(t *testing.T, m *mocked) map[string]map[string]any {
	t.Helper()
	all := map[string]map[string]any{}
	for _, stage := range m.resource(t, "Pipeline", "deployer-pipeline").plain()["stages"].([]any) {
		for _, action := range stage.(map[string]any)["actions"].([]any) {
			a := action.(map[string]any)
			all[a["name"].(string)] = a
		}
	}
	return all
}

func TestAnUpdateIsPreviewedAgreedToAndDone(t *testing.T) {
	cloud := deploy(t, pipelineArgs())
	pipeline := cloud.resource(t, "Pipeline", "deployer-pipeline").plain()
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
	trigger := deploy(t, pipelineArgs()).resource(t, "Pipeline", "deployer-pipeline").plain()["triggers"].([]any)
	require.Len(t, trigger, 1)
	push := trigger[0].(map[string]any)["gitConfiguration"].(map[string]any)["pushes"].([]any)[0].(map[string]any)
	assert.Equal(t, map[string]any{"includes": []any{
		"components/**", "internal/**", "stacks/**", "*.go", "go.mod", "go.sum", "Pulumi.yaml",
	}}, push["filePaths"])
}

func TestRolesAreWithinTheBoundary(t *testing.T) {
	cloud := deploy(t, pipelineArgs())
	roles := cloud.all("Role")
	require.Len(t, roles, 4)
	for _, role := range roles {
		assert.Equal(t, "arn:aws:iam::123456789012:policy/deployer-boundary", role.text(t, "permissionsBoundary"), role.Name)
	}
}

func TestPolicies(t *testing.T) {
	cloud := deploy(t, pipelineArgs())
	for _, name := range []string{"pipeline", "preview", "up", "review"} {
		goldenJSON(t, "policies/"+name+".json", cloud.resource(t, "RolePolicy", "deployer-"+name).text(t, "policy"))
	}
	for _, name := range []string{"boundary", "deploy-1", "read-1"} {
		goldenJSON(t, "policies/"+name+".json", cloud.resource(t, "Policy", "deployer-"+name).text(t, "policy"))
	}
	goldenJSON(t, "policies/topic.json", cloud.resource(t, "TopicPolicy", "deployer").text(t, "policy"))
	attached := map[string]string{}
	for _, a := range cloud.all("RolePolicyAttachment") {
		attached[a.Name] = a.text(t, "policyArn")
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
		parameter := cloud.resource(t, "Parameter", "deployer-"+name)
		assert.Equal(t, "/container-pipeline/deployer/"+name, parameter.text(t, "name"))
		assert.Equal(t, []string{"value"}, parameter.Request.GetIgnoreChanges())
	}
}

// environment are the variables of a project, each with its type before it if it is no plain text.
func environment(project registered) map[string]string {
	variables := map[string]string{}
	for _, v := range project.plain()["environment"].(map[string]any)["environmentVariables"].([]any) {
		variable := v.(map[string]any)
		text := variable["value"].(string)
		if kind, given := variable["type"]; given {
			text = kind.(string) + " " + text
		}
		variables[variable["name"].(string)] = text
	}
	return variables
}

func TestEnvironments(t *testing.T) {
	cloud := deploy(t, pipelineArgs())
	up := environment(cloud.resource(t, "Project", "deployer-up"))
	assert.Equal(t, map[string]string{
		"BACKEND_URL": "s3://deployer-state-1a2b3c4?region=us-east-2&awssdk=v2", "DIRECTORY": ".", "OWN_STACK": "meta", "STACKS": "production meta",
		"DEFINITION_PARAMETER": "/container-pipeline/deployer/definition", "STATUS_PARAMETER": "/container-pipeline/deployer/status",
		"PULUMI_VERSION": "3.255.0", "PULUMI_SHA256": strings.Repeat("0a", 32),
		"CLOUDFLARE_API_TOKEN": "SECRETS_MANAGER arn:aws:secretsmanager:us-east-2:123456789012:secret:cf-a1b2c3",
	}, up)
	review := environment(cloud.resource(t, "Project", "deployer-review"))
	assert.NotContains(t, review, "CLOUDFLARE_API_TOKEN", "reviews have secrets of their own")
	assert.Equal(t, "main yes", review["BASE_BRANCH"]+" "+review["PREVIEW"])
}

func TestCachesAreNotShared(t *testing.T) {
	cloud := deploy(t, pipelineArgs())
	cache := func(name string) any { return cloud.resource(t, "Project", "deployer-"+name).plain()["cache"] }
	assert.Equal(t, map[string]any{"type": "S3", "location": "deployer-artifacts-1a2b3c4/cache/up"}, cache("up"))
	assert.Equal(t, map[string]any{"type": "S3", "location": "deployer-artifacts-1a2b3c4/cache/preview"}, cache("preview"))
	assert.Nil(t, cache("review"))
}

func TestReviewsAreOfPeopleWhoAreNamed(t *testing.T) {
	webhook := deploy(t, pipelineArgs()).resource(t, "Webhook", "deployer-review").plain()
	filters := webhook["filterGroups"].([]any)[0].(map[string]any)["filters"].([]any)
	assert.Contains(t, filters, map[string]any{"type": "ACTOR_ACCOUNT_ID", "pattern": "^(583231)$"})
}

func TestReviewsWithoutAPreviewReachNothing(t *testing.T) {
	args := pipelineArgs()
	args.PullRequests.SkipPreview = true
	cloud := deploy(t, args)
	goldenJSON(t, "policies/review.skip.json", cloud.resource(t, "RolePolicy", "deployer-review").text(t, "policy"))
	assert.Equal(t, "no", environment(cloud.resource(t, "Project", "deployer-review"))["PREVIEW"])
	for _, a := range cloud.all("RolePolicyAttachment") {
		assert.NotContains(t, a.Name, "deployer-review")
	}
}

func TestLeastPipeline(t *testing.T) {
	args := pipelineArgs()
	args.Approval, args.Notifications, args.PullRequests, args.Permissions, args.Secrets = nil, nil, nil, nil, nil
	cloud := deploy(t, args)
	assert.Len(t, actionsOf(t, cloud), 3)
	assert.Len(t, cloud.all("Project"), 2)
	for _, kind := range []string{"Topic", "EventRule", "Webhook", "RolePolicyAttachment"} {
		assert.Empty(t, cloud.all(kind), kind)
	}
	assert.Len(t, cloud.all("Policy"), 1, "the boundary")
}

func TestPulumiCloud(t *testing.T) {
	args := pipelineArgs()
	args.State = State{URL: "https://api.pulumi.com", TokenArn: pulumi.String("arn:aws:secretsmanager:us-east-2:123456789012:secret:token-a1b2c3")}
	cloud := deploy(t, args)
	assert.Empty(t, cloud.all("Key"))
	assert.Equal(t, "SECRETS_MANAGER arn:aws:secretsmanager:us-east-2:123456789012:secret:token-a1b2c3",
		environment(cloud.resource(t, "Project", "deployer-up"))["PULUMI_ACCESS_TOKEN"])
	goldenJSON(t, "policies/up.cloud.json", cloud.resource(t, "RolePolicy", "deployer-up").text(t, "policy"))
}

func TestTheStateIsProtected(t *testing.T) {
	cloud := deploy(t, pipelineArgs())
	assert.True(t, cloud.resource(t, "Key", "deployer-state").Request.GetProtect())
	assert.True(t, cloud.resource(t, "BucketV2", "deployer-state").Request.GetProtect())
	args := pipelineArgs()
	args.Disposable = true
	cloud = deploy(t, args)
	assert.False(t, cloud.resource(t, "Key", "deployer-state").Request.GetProtect())
	assert.True(t, cloud.resource(t, "BucketV2", "deployer-state").plain()["forceDestroy"].(bool))
}

func TestNotificationsTellOfFailuresAlone(t *testing.T) {
	rule := deploy(t, pipelineArgs()).resource(t, "EventRule", "deployer-failure")
	assert.JSONEq(t, `{
		"source": ["aws.codepipeline"], "detail-type": ["CodePipeline Pipeline Execution State Change"],
		"detail": {"pipeline": ["deployer-pipeline"], "state": ["FAILED", "STOPPED", "CANCELED"]}
	}`, rule.text(t, "eventPattern"))
}
