package bluegreen

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/container-pipeline/container-pipeline/internal/golden"
	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/mocks"
)

const topicArn = "arn:aws:sns:us-east-2:123456789012:bash-dog"

func deployRelease(t *testing.T, a *ContainerPipelineArgs, artifacts *ArtifactStore) *mocks.Cloud {
	t.Helper()
	return mocks.Deploy(t, func(ctx *pulumi.Context) error {
		_, err := NewRelease(ctx, "bash-dog", &ReleaseArgs{
			Pipeline: a, Artifacts: artifacts, Deployment: deployment(),
			Build: &Build{
				ProjectName: known("bash-dog-build"),
				ProjectArn:  known("arn:aws:codebuild:us-east-2:123456789012:project/bash-dog-build"),
			},
			Service: &Service{
				TaskDefinitionText: known("{}"),
				AppSpecText:        known("version: 0.0"),
				TaskRoleArn:        known("arn:aws:iam::123456789012:role/bash-dog-task"),
				ExecutionRoleArn:   known("arn:aws:iam::123456789012:role/bash-dog-execution"),
			},
			TopicArn: pulumi.String(topicArn),
		})
		return err
	})
}

func TestReleaseOfTheGuide(t *testing.T) {
	cloud := deployRelease(t, resolved(t, nil), store(nil))

	assert.Equal(t, []string{
		"BucketObjectv2 bash-dog-config",
		"Connection bash-dog",
		"EventRule bash-dog-start",
		"EventTarget bash-dog-start",
		"Parameter bash-dog-config",
		"Pipeline bash-dog-pipeline",
		"Role bash-dog-pipeline",
		"Role bash-dog-start",
	}, cloud.Children("Release"))

	pipeline := cloud.Resource(t, "Pipeline", "bash-dog-pipeline")
	for input, want := range map[string]any{
		"name": "bash-dog-pipeline", "pipelineType": "V2", "executionMode": "SUPERSEDED",
		"artifactStores": []any{map[string]any{"type": "S3", "location": "bash-dog-artifacts"}},
	} {
		assert.Equal(t, want, pipeline.Plain()[input], input)
	}
	assert.Equal(t, []string{"Source/Source", "Source/Config", "Build/Build", "Deploy/Deploy"}, actionsOf(pipeline))
	assert.Equal(t, map[string]any{
		"ApplicationName": "bash-dog", "DeploymentGroupName": "bash-dog-group",
		"TaskDefinitionTemplateArtifact": "Build", "TaskDefinitionTemplatePath": "taskdef.json",
		"AppSpecTemplateArtifact": "Build", "AppSpecTemplatePath": "appspec.yaml",
	}, pipeline.Action(t, "Deploy")["configuration"])
	build := pipeline.Action(t, "Build")
	assert.Equal(t, []any{"Source", "Config"}, build["inputArtifacts"])
	assert.Equal(t, map[string]any{"ProjectName": "bash-dog-build", "PrimarySource": "Source"}, build["configuration"])

	golden.JSON(t, "policies/pipeline.json", policyOf(t, cloud, "bash-dog-pipeline"))
	golden.JSON(t, "policies/pipeline.trust.json", cloud.Resource(t, "Role", "bash-dog-pipeline").Text(t, "assumeRolePolicy"))
}

func TestReleaseStartsWhenTheTemplatesChange(t *testing.T) {
	cloud := deployRelease(t, resolved(t, nil), store(nil))

	object := cloud.Resource(t, "BucketObjectv2", "bash-dog-config")
	assert.Equal(t, "config/bash-dog.zip", object.Plain()["key"])
	config := cloud.Resource(t, "Pipeline", "bash-dog-pipeline").Action(t, "Config")["configuration"]
	assert.Equal(t, map[string]any{
		"S3Bucket": "bash-dog-artifacts", "S3ObjectKey": "config/bash-dog.zip", "PollForSourceChanges": "false",
	}, config)

	// The parameter's new value is what starts the pipeline: it comes after all that the release uses.
	parameter := cloud.Resource(t, "Parameter", "bash-dog-config")
	assert.Equal(t, "/container-pipeline/bash-dog/config", parameter.Plain()["name"])
	assert.Equal(t, "1", parameter.Text(t, "value"))
	parameter.Needs(t, "EventTarget::bash-dog-start")
	cloud.Resource(t, "Pipeline", "bash-dog-pipeline").Needs(t, "BucketObjectv2::bash-dog-config")

	// Its creation starts nothing, for that of the pipeline does.
	assert.JSONEq(t, `{
		"source": ["aws.ssm"], "detail-type": ["Parameter Store Change"],
		"detail": {"name": ["/container-pipeline/bash-dog/config"], "operation": ["Update"]}
	}`, cloud.Resource(t, "EventRule", "bash-dog-start").Text(t, "eventPattern"))
	golden.JSON(t, "policies/start.json", policyOf(t, cloud, "bash-dog-start"))
	golden.JSON(t, "policies/start.trust.json", cloud.Resource(t, "Role", "bash-dog-start").Text(t, "assumeRolePolicy"))
}

func TestReleaseWithOwnFilesHasOneSource(t *testing.T) {
	cloud := deployRelease(t, resolved(t, func(a *ContainerPipelineArgs) { a.OwnFiles = true }), store(nil))

	assert.Equal(t, []string{
		"Connection bash-dog",
		"Pipeline bash-dog-pipeline",
		"Role bash-dog-pipeline",
	}, cloud.Children("Release"))
	pipeline := cloud.Resource(t, "Pipeline", "bash-dog-pipeline")
	assert.Equal(t, []string{"Source/Source", "Build/Build", "Deploy/Deploy"}, actionsOf(pipeline))
	assert.Equal(t, map[string]any{"ProjectName": "bash-dog-build"}, pipeline.Action(t, "Build")["configuration"])
	golden.JSON(t, "policies/pipeline.ownfiles.json", policyOf(t, cloud, "bash-dog-pipeline"))
}

func TestReleaseAsksForApproval(t *testing.T) {
	cloud := deployRelease(t, resolved(t, func(a *ContainerPipelineArgs) {
		a.Approval, a.Notifications = &Approval{Comment: "Look first."}, &NotificationOptions{}
	}), store(pulumi.String(keyArn)))

	pipeline := cloud.Resource(t, "Pipeline", "bash-dog-pipeline")
	assert.Equal(t, []string{"Source/Source", "Source/Config", "Build/Build", "Approval/Approve", "Deploy/Deploy"}, actionsOf(pipeline))
	assert.Equal(t, map[string]any{
		"NotificationArn": topicArn, "CustomData": "Look first.", "ExternalEntityLink": "https://bash-dog.example.com",
	}, pipeline.Action(t, "Approve")["configuration"])
	golden.JSON(t, "policies/pipeline.approval.key.json", policyOf(t, cloud, "bash-dog-pipeline"))
}

func TestReleaseWithoutNotificationsTellsNobodyOfTheApproval(t *testing.T) {
	cloud := deployRelease(t, resolved(t, func(a *ContainerPipelineArgs) { a.Approval = &Approval{} }), store(nil))

	approval := cloud.Resource(t, "Pipeline", "bash-dog-pipeline").Action(t, "Approve")["configuration"]
	assert.NotContains(t, approval, "NotificationArn")
	assert.NotContains(t, policyOf(t, cloud, "bash-dog-pipeline"), "sns:Publish")
}

func TestReleaseTriggers(t *testing.T) {
	tests := map[string]struct {
		include, exclude []string
		push             map[string]any
	}{
		"every push": {push: map[string]any{"branches": includes("release")}},
		"some files": {
			include: []string{"src/**"}, exclude: []string{"**/*.md"},
			push: map[string]any{
				"branches":  includes("release"),
				"filePaths": map[string]any{"includes": []any{"src/**"}, "excludes": []any{"**/*.md"}},
			},
		},
		"only ignored files": {
			exclude: []string{"docs/**"},
			push: map[string]any{
				"branches":  includes("release"),
				"filePaths": map[string]any{"excludes": []any{"docs/**"}},
			},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			cloud := deployRelease(t, resolved(t, func(a *ContainerPipelineArgs) {
				a.Source.Branch, a.Source.FilePaths, a.Source.IgnoreFilePaths = "release", test.include, test.exclude
			}), store(nil))

			pipeline := cloud.Resource(t, "Pipeline", "bash-dog-pipeline")
			assert.Equal(t, []any{map[string]any{
				"providerType": "CodeStarSourceConnection",
				"gitConfiguration": map[string]any{
					"sourceActionName": "Source", "pushes": []any{test.push},
				},
			}}, pipeline.Plain()["triggers"])
			source := pipeline.Action(t, "Source")["configuration"].(map[string]any)
			assert.Equal(t, "release", source["BranchName"])
			assert.Equal(t, "false", source["DetectChanges"])
		})
	}
}

func includes(patterns ...any) map[string]any { return map[string]any{"includes": patterns} }

func TestReleaseThroughAnExistingConnection(t *testing.T) {
	const connection = "arn:aws:codeconnections:us-east-2:123456789012:connection/aEXAMPLE-8aad-4d5d-8878-dfcab0bc441f"
	cloud := deployRelease(t, resolved(t, func(a *ContainerPipelineArgs) {
		a.Source.ConnectionArn = pulumi.String(connection)
	}), store(nil))

	assert.NotContains(t, cloud.Children("Release"), "Connection bash-dog")
	source := cloud.Resource(t, "Pipeline", "bash-dog-pipeline").Action(t, "Source")["configuration"]
	assert.Equal(t, connection, source.(map[string]any)["ConnectionArn"])
}

func TestReleaseSaysWhereToCompleteTheConnection(t *testing.T) {
	tests := map[string]struct {
		connection pulumi.StringInput
		url        string
	}{
		"new":      {nil, "https://console.aws.amazon.com/codesuite/settings/connections?region=us-east-2"},
		"existing": {pulumi.String("arn:aws:codeconnections:us-east-2:123456789012:connection/1"), ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			a := resolved(t, func(a *ContainerPipelineArgs) {
				a.Source.ConnectionArn = test.connection
			})
			mocks.Deploy(t, func(ctx *pulumi.Context) error {
				release := &Release{}
				here := ground.Place{Partition: "aws", Region: "us-east-2", Account: "123456789012"}
				if err := release.connect(ctx, "bash-dog", here, a); err != nil {
					return err
				}
				assert.Equal(t, test.url, mocks.Await(release.ConnectionSetupURL))
				return nil
			})
		})
	}
}

func TestReleaseNamesAllThatIsMissing(t *testing.T) {
	err := (&mocks.Cloud{}).Run(func(ctx *pulumi.Context) error {
		_, err := NewRelease(ctx, "bash-dog", nil)
		return err
	})
	for _, field := range []string{"pipeline:", "artifacts:", "build:", "deployment:", "service:"} {
		assert.ErrorContains(t, err, field)
	}
}

// actionsOf are the pipeline's actions in their order, as "stage/action".
func actionsOf(pipeline mocks.Resource) []string {
	var list []string
	for _, action := range pipeline.Actions() {
		list = append(list, action.Stage+"/"+action.Name)
	}
	return list
}
