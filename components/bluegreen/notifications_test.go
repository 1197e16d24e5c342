package bluegreen

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/container-pipeline/container-pipeline/internal/golden"
	"github.com/container-pipeline/container-pipeline/internal/mocks"
)

func deployNotifications(t *testing.T, options *NotificationOptions) *mocks.Cloud {
	t.Helper()
	return mocks.Deploy(t, func(ctx *pulumi.Context) error {
		n, err := NewNotifications(ctx, "bash-dog", &NotificationsArgs{
			NotificationOptions: options, PipelineName: "bash-dog-pipeline", Deployment: deployment(),
		})
		if err == nil {
			ctx.Export("topic", n.TopicArn)
		}
		return err
	})
}

// deployment stands in for what moves the traffic.
func deployment() *Deployment {
	return &Deployment{
		ApplicationName:     known("bash-dog"),
		ApplicationArn:      known("arn:aws:codedeploy:us-east-2:123456789012:application:bash-dog"),
		DeploymentGroupName: known("bash-dog-group"),
		DeploymentGroupArn:  known("arn:aws:codedeploy:us-east-2:123456789012:deploymentgroup:bash-dog/bash-dog-group"),
		ConfigArn:           known("arn:aws:codedeploy:us-east-2:123456789012:deploymentconfig:CodeDeployDefault.ECSAllAtOnce"),
	}
}

func known(value string) pulumi.StringOutput { return pulumi.String(value).ToStringOutput() }

func TestNotificationsWithoutOptionsMakeNothing(t *testing.T) {
	assert.Empty(t, deployNotifications(t, nil).Children("Notifications"))
}

func TestNotificationsTellOfReleasesAndRollbacks(t *testing.T) {
	cloud := deployNotifications(t, &NotificationOptions{Emails: []string{"team@example.com"}})

	assert.Equal(t, []string{
		"EventRule bash-dog-release",
		"EventRule bash-dog-rollback",
		"EventTarget bash-dog-release",
		"EventTarget bash-dog-rollback",
		"Topic bash-dog",
		"TopicPolicy bash-dog",
		"TopicSubscription bash-dog-team@example.com",
	}, cloud.Children("Notifications"))
	golden.JSON(t, "policies/notifications.topic.json", cloud.Resource(t, "TopicPolicy", "bash-dog").Text(t, "policy"))

	release := cloud.Resource(t, "EventTarget", "bash-dog-release")
	assert.Equal(t, "arn:aws:sns:us-east-2:123456789012:bash-dog", release.Plain()["arn"])
	release.Needs(t, "TopicPolicy::bash-dog")
	assert.Equal(t, map[string]any{
		"inputPaths": map[string]any{
			"pipeline": "$.detail.pipeline", "state": "$.detail.state", "execution": "$.detail.execution-id",
		},
		"inputTemplate": `"Release through <pipeline>: <state>. Execution <execution>. ` +
			`https://console.aws.amazon.com/codesuite/codepipeline/pipelines/bash-dog-pipeline/view?region=us-east-2"`,
	}, release.Plain()["inputTransformer"])
}

// A rollback is itself a deployment that ends in SUCCESS: only the pipeline may tell of success.
func TestNotificationsNeverTellARollbackAsSuccess(t *testing.T) {
	cloud := deployNotifications(t, &NotificationOptions{})

	assert.JSONEq(t, `{
		"source": ["aws.codepipeline"], "detail-type": ["CodePipeline Pipeline Execution State Change"],
		"detail": {"pipeline": ["bash-dog-pipeline"], "state": ["SUCCEEDED", "FAILED", "STOPPED", "CANCELED"]}
	}`, cloud.Resource(t, "EventRule", "bash-dog-release").Text(t, "eventPattern"))
	assert.JSONEq(t, `{
		"source": ["aws.codedeploy"], "detail-type": ["CodeDeploy Deployment State-change Notification"],
		"detail": {"application": ["bash-dog"], "deploymentGroup": ["bash-dog-group"], "state": ["FAILURE", "STOP"]}
	}`, cloud.Resource(t, "EventRule", "bash-dog-rollback").Text(t, "eventPattern"))
}

func TestNotificationsToAnExistingTopicLeaveItAsItIs(t *testing.T) {
	const topic = "arn:aws:sns:us-east-2:123456789012:releases"
	cloud := deployNotifications(t, &NotificationOptions{TopicArn: pulumi.String(topic)})

	assert.Len(t, cloud.Children("Notifications"), 4)
	assert.Equal(t, topic, cloud.Resource(t, "EventTarget", "bash-dog-rollback").Plain()["arn"])
}

func TestNotificationsReportAllThatIsWrong(t *testing.T) {
	err := (&mocks.Cloud{}).Run(func(ctx *pulumi.Context) error {
		_, err := NewNotifications(ctx, "bash-dog", &NotificationsArgs{NotificationOptions: &NotificationOptions{
			TopicArn: pulumi.String("arn:aws:sns:us-east-2:123456789012:releases"), Emails: []string{"team"},
		}})
		return err
	})
	for _, want := range []string{"pipelineName:", "deployment:", "topicArn is too", `"team" is not valid`} {
		assert.ErrorContains(t, err, want)
	}
}
