package meta

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/problems"
)

// NotificationOptions say who is told that an update has failed or waits.
type NotificationOptions struct {
	// TopicArn of an existing SNS topic, whose policy must allow events.amazonaws.com to publish. Default: a new topic.
	TopicArn pulumi.StringInput `pulumi:"topicArn"`
	// Emails that the new topic writes to, each after its owner has confirmed. Default: none.
	Emails []string `pulumi:"emails"`
}

// NotificationsArgs describe who is told of what.
type NotificationsArgs struct {
	// NotificationOptions say who. nil: nobody, and nothing is made.
	*NotificationOptions
	// PipelineName is that of the pipeline, which need not exist yet. Required.
	PipelineName string `pulumi:"pipelineName"`
	// Tags of topic and rule. Default: none.
	Tags map[string]string `pulumi:"tags"`
}

// Notifications tell people of updates that did not come about.
type Notifications struct {
	pulumi.ResourceState

	// TopicArn is told. Empty where nobody is.
	TopicArn pulumi.StringOutput `pulumi:"topicArn"`
}

// NewNotifications makes a topic, unless one is given, and the rule that writes to it.
func NewNotifications(
	ctx *pulumi.Context, name string, args *NotificationsArgs, opts ...pulumi.ResourceOption,
) (*Notifications, error) {
	if args == nil {
		args = &NotificationsArgs{}
	}
	if err := args.validate(); err != nil {
		return nil, err
	}
	n := &Notifications{TopicArn: pulumi.String("").ToStringOutput()}
	if err := ctx.RegisterComponentResource("container-pipeline:meta:Notifications", name, n, opts...); err != nil {
		return nil, err
	}
	if args.NotificationOptions != nil {
		if err := n.compose(ctx, name, args); err != nil {
			return nil, err
		}
	}
	return n, ctx.RegisterResourceOutputs(n, pulumi.Map{"topicArn": n.TopicArn})
}

func (args *NotificationsArgs) validate() error {
	p := &problems.List{}
	if args.NotificationOptions == nil {
		return nil
	}
	if args.PipelineName == "" {
		p.Add("pipelineName", "missing: give the name of the pipeline")
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
		TopicArn: args.TopicArn, Emails: args.Emails, Notices: []ground.Notice{args.failure(here)}, Tags: args.Tags,
	}, pulumi.Parent(n))
	return err
}

// failure is that an execution ends without success, by someone's hand among them.
func (args *NotificationsArgs) failure(here ground.Place) ground.Notice {
	return ground.Notice{
		Name:        "failure",
		Description: "Updates through " + args.PipelineName + " that fail",
		Pattern:     ground.ExecutionStates(args.PipelineName, "FAILED", "STOPPED", "CANCELED"),
		Paths:       map[string]string{"state": "$.detail.state", "execution": "$.detail.execution-id"},
		Text: "The update of the definition through " + args.PipelineName +
			": <state>. Its parameters say which definition is the last good one. Execution <execution>. " +
			here.Console("codesuite/codepipeline/pipelines/"+args.PipelineName+"/view"),
	}
}
