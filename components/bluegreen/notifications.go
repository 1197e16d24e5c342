package bluegreen

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/problems"
)

// NotificationsArgs describe who is told of releases.
type NotificationsArgs struct {
	// NotificationOptions say who. nil: nobody, and nothing is made.
	*NotificationOptions
	// PipelineName is that of the pipeline, which need not exist yet. Required.
	PipelineName string `pulumi:"pipelineName"`
	// Deployment moves the traffic. Required.
	Deployment *Deployment
	// Tags of topic and rules. Default: none.
	Tags map[string]string `pulumi:"tags"`
}

// Notifications tell people how releases end.
//
// That a release succeeded is told by its pipeline alone: CodeDeploy rolls back with a deployment of its own, which
// ends in SUCCESS. That one failed is told by both, by CodeDeploy first.
type Notifications struct {
	pulumi.ResourceState

	// TopicArn is told. Empty where nobody is.
	TopicArn pulumi.StringOutput `pulumi:"topicArn"`
}

// NewNotifications makes a topic, unless one is given, and the rules that write to it.
func NewNotifications(
	ctx *pulumi.Context, name string, args *NotificationsArgs, opts ...pulumi.ResourceOption,
) (*Notifications, error) {
	if args == nil {
		args = &NotificationsArgs{}
	}
	if err := args.validate(); err != nil {
		return nil, err
	}
	notifications := &Notifications{TopicArn: pulumi.String("").ToStringOutput()}
	if err := ctx.RegisterComponentResource("container-pipeline:bluegreen:Notifications", name, notifications, opts...); err != nil {
		return nil, err
	}
	if args.NotificationOptions != nil {
		if err := notifications.compose(ctx, name, args); err != nil {
			return nil, err
		}
	}
	return notifications, ctx.RegisterResourceOutputs(notifications, pulumi.Map{"topicArn": notifications.TopicArn})
}

func (args *NotificationsArgs) validate() error {
	p := &problems.List{}
	if args.NotificationOptions == nil {
		return nil
	}
	if args.PipelineName == "" {
		p.Add("pipelineName", "missing: give the name of the pipeline")
	}
	if args.Deployment == nil {
		p.Add("deployment", "missing: give the deployment that the pipeline runs")
	}
	ground.ValidPeople(p, "", args.TopicArn, args.Emails)
	return p.Err()
}

func (n *Notifications) compose(ctx *pulumi.Context, name string, args *NotificationsArgs) error {
	here, err := ground.Here(ctx, pulumi.Parent(n))
	if err != nil {
		return err
	}
	n.TopicArn, err = ground.NewNotices(ctx, name, &ground.NoticesArgs{
		TopicArn: args.TopicArn, Emails: args.Emails, Notices: args.notices(here), Tags: args.Tags,
	}, pulumi.Parent(n))
	return err
}

// notices are how the pipeline ends, and that a deployment did not become the running release.
//
// A release that waits for approval is not among them: the approval action tells the topic itself, with the link to
// the decision. Nor is a superseded one: a newer release, which contains it, takes its place.
func (args *NotificationsArgs) notices(here ground.Place) []ground.Notice {
	return []ground.Notice{
		{
			Name:        "release",
			Description: "How releases through " + args.PipelineName + " end",
			Pattern:     ground.ExecutionStates(args.PipelineName, "SUCCEEDED", "FAILED", "STOPPED", "CANCELED"),
			Paths: map[string]string{
				"pipeline": "$.detail.pipeline", "state": "$.detail.state", "execution": "$.detail.execution-id",
			},
			Text: "Release through <pipeline>: <state>. Execution <execution>. " +
				here.Console("codesuite/codepipeline/pipelines/"+args.PipelineName+"/view"),
		},
		{
			Name:        "rollback",
			Description: "Deployments of " + args.PipelineName + " that fail or are stopped",
			Pattern:     deploymentFails(args.Deployment.ApplicationName, args.Deployment.DeploymentGroupName),
			Paths: map[string]string{
				"application": "$.detail.application", "state": "$.detail.state", "deployment": "$.detail.deploymentId",
			},
			Text: "Deployment <deployment> of <application>: <state>. It is not the running release. " +
				here.Console("codesuite/codedeploy/deployments/<deployment>"),
		},
	}
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
