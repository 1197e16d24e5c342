package bluegreen

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
)

func deployNotifications(t *testing.T, options *NotificationOptions) *mocked {
	t.Helper()
	return mock(t, func(ctx *pulumi.Context) error {
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
	assert.Empty(t, deployNotifications(t, nil).children("Notifications"))
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
	}, cloud.children("Notifications"))
	goldenJSON(t, "policies/notifications.topic.json", cloud.resource(t, "TopicPolicy", "bash-dog").text(t, "policy"))

	release := cloud.resource(t, "EventTarget", "bash-dog-release")
	assert.Equal(t, "arn:aws:sns:us-east-2:123456789012:bash-dog", release.plain()["arn"])
	assert.True(t, dependsOn(release, "TopicPolicy", "bash-dog"))
	assert.Equal(t, map[string]any{
		"inputPaths": map[string]any{
			"pipeline": "$.detail.pipeline", "state": "$.detail.state", "execution": "$.detail.execution-id",
		},
		"inputTemplate": `"Release through <pipeline>: <state>. Execution <execution>. ` +
			`https://console.aws.amazon.com/codesuite/codepipeline/pipelines/bash-dog-pipeline/view?region=us-east-2"`,
	}, release.plain()["inputTransformer"])
}

// A rollback is itself a deployment that ends in SUCCESS: only the pipeline may tell of success.
func TestNotificationsNeverTellARollbackAsSuccess(t *testing.T) {
	cloud := deployNotifications(t, &NotificationOptions{})

	assert.JSONEq(t, `{
		"source": ["aws.codepipeline"], "detail-type": ["CodePipeline Pipeline Execution State Change"],
		"detail": {"pipeline": ["bash-dog-pipeline"], "state": ["SUCCEEDED", "FAILED", "STOPPED", "CANCELED"]}
	}`, cloud.resource(t, "EventRule", "bash-dog-release").text(t, "eventPattern"))
	assert.JSONEq(t, `{
		"source": ["aws.codedeploy"], "detail-type": ["CodeDeploy Deployment State-change Notification"],
		"detail": {"application": ["bash-dog"], "deploymentGroup": ["bash-dog-group"], "state": ["FAILURE", "STOP"]}
	}`, cloud.resource(t, "EventRule", "bash-dog-rollback").text(t, "eventPattern"))
}

func TestNotificationsToAnExistingTopicLeaveItAsItIs(t *testing.T) {
	const topic = "arn:aws:sns:us-east-2:123456789012:releases"
	cloud := deployNotifications(t, &NotificationOptions{TopicArn: pulumi.String(topic)})

	assert.Len(t, cloud.children("Notifications"), 4)
	assert.Equal(t, topic, cloud.resource(t, "EventTarget", "bash-dog-rollback").plain()["arn"])
}

func TestNotificationsReportAllThatIsWrong(t *testing.T) {
	err := (&mocked{}).run(func(ctx *pulumi.Context) error {
		_, err := NewNotifications(ctx, "bash-dog", &NotificationsArgs{NotificationOptions: &NotificationOptions{
			TopicArn: pulumi.String("arn:aws:sns:us-east-2:123456789012:releases"), Emails: []string{"team"},
		}})
		return err
	})
	for _, want := range []string{"pipelineName:", "deployment:", "topicArn is too", `"team" is not valid`} {
		assert.ErrorContains(t, err, want)
	}
}
