package bluegreen

import (
	"strconv"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
)

// notificationRule tells a topic of some events, in words.
type notificationRule struct {
	name        string // after the component's, and a hyphen
	description string
	pattern     pulumi.StringOutput
	paths       map[string]string // of the event's fields, by their names in text
	text        string            // one line, with <name> for a field
}

// rules are how the pipeline ends, and that a deployment did not become the running release.
//
// A release that waits for approval is not among them: the approval action tells the topic itself, with the link to
// the decision. Nor is a superseded one: a newer release, which contains it, takes its place.
func (args *NotificationsArgs) rules(here ground.Place) []notificationRule {
	return []notificationRule{
		{
			name:        "release",
			description: "How releases through " + args.PipelineName + " end",
			pattern:     pipelineEnds(args.PipelineName),
			paths: map[string]string{
				"pipeline": "$.detail.pipeline", "state": "$.detail.state", "execution": "$.detail.execution-id",
			},
			text: "Release through <pipeline>: <state>. Execution <execution>. " +
				here.Console("codesuite/codepipeline/pipelines/"+args.PipelineName+"/view"),
		},
		{
			name:        "rollback",
			description: "Deployments of " + args.PipelineName + " that fail or are stopped",
			pattern:     deploymentFails(args.Deployment.ApplicationName, args.Deployment.DeploymentGroupName),
			paths: map[string]string{
				"application": "$.detail.application", "state": "$.detail.state", "deployment": "$.detail.deploymentId",
			},
			text: "Deployment <deployment> of <application>: <state>. It is not the running release. " +
				here.Console("codesuite/codedeploy/deployments/<deployment>"),
		},
	}
}

func (r notificationRule) make(
	ctx *pulumi.Context, name string, topicArn pulumi.StringInput, tags map[string]string, opts ...pulumi.ResourceOption,
) error {
	rule, err := cloudwatch.NewEventRule(ctx, name+"-"+r.name, &cloudwatch.EventRuleArgs{
		Description: pulumi.String(r.description), EventPattern: r.pattern, Tags: ground.Tags(tags),
	}, opts...)
	if err != nil {
		return err
	}
	_, err = cloudwatch.NewEventTarget(ctx, name+"-"+r.name, &cloudwatch.EventTargetArgs{
		Rule: rule.Name,
		Arn:  topicArn,
		InputTransformer: cloudwatch.EventTargetInputTransformerArgs{
			InputPaths: pulumi.ToStringMap(r.paths),
			// Text is a JSON string. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
			InputTemplate: pulumi.String(strconv.Quote(r.text)),
		},
	}, opts...)
	return err
}

// pipelineEnds is the pattern of executions that end, but for superseded ones.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html
func pipelineEnds(pipeline string) pulumi.StringOutput {
	return ground.EventPattern(func(known []string) ground.Event {
		return ground.Event{
			Source: "aws.codepipeline", DetailType: "CodePipeline Pipeline Execution State Change",
			Detail: map[string][]string{"pipeline": known, "state": {"SUCCEEDED", "FAILED", "STOPPED", "CANCELED"}},
		}
	}, pulumi.String(pipeline))
}

// deploymentFails is the pattern of deployments that do not succeed. Those which CodeDeploy rolls back are among them:
// they fail, or an alarm stops them. The state of a stopped deployment is STOP, not STOPPED.
// https://docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-cloudwatch-events.html
// https://pkg.go.dev/github.com/aws/aws-lambda-go/events#CodeDeployDeploymentState
func deploymentFails(application, group pulumi.StringInput) pulumi.StringOutput {
	return ground.EventPattern(func(known []string) ground.Event {
		return ground.Event{
			Source: "aws.codedeploy", DetailType: "CodeDeploy Deployment State-change Notification",
			Detail: map[string][]string{"application": known[:1], "deploymentGroup": known[1:], "state": {"FAILURE", "STOP"}},
		}
	}, application, group)
}
