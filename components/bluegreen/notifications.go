package bluegreen

import (
	"net/mail"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sns"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/iam"
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
	if args.TopicArn != nil && len(args.Emails) > 0 {
		p.Add("emails", "%d given, but topicArn is too: subscribe them to that topic, or leave it out", len(args.Emails))
	}
	for _, email := range args.Emails {
		if address, err := mail.ParseAddress(email); err != nil || address.Address != email {
			p.Add("emails", "%q is not valid: give an address such as team@example.com", email)
		}
	}
	return p.Err()
}

func (n *Notifications) compose(ctx *pulumi.Context, name string, args *NotificationsArgs) error {
	here, err := ground.Here(ctx, pulumi.Parent(n))
	if err != nil {
		return err
	}
	n.TopicArn = n.given(args)
	ready := []pulumi.Resource{}
	if args.TopicArn == nil {
		policy, err := n.newTopic(ctx, name, args)
		if err != nil {
			return err
		}
		ready = append(ready, policy)
	}
	for _, rule := range args.rules(here) {
		if err := rule.make(ctx, name, n.TopicArn, args.Tags, pulumi.Parent(n), pulumi.DependsOn(ready)); err != nil {
			return err
		}
	}
	return nil
}

func (n *Notifications) given(args *NotificationsArgs) pulumi.StringOutput {
	if args.TopicArn == nil {
		return n.TopicArn
	}
	return args.TopicArn.ToStringOutput()
}

// newTopic makes a topic that EventBridge may write to, with its subscriptions. It is not encrypted with the account's
// key for SNS, under which EventBridge could not write.
// https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
func (n *Notifications) newTopic(ctx *pulumi.Context, name string, args *NotificationsArgs) (*sns.TopicPolicy, error) {
	topic, err := sns.NewTopic(ctx, name, &sns.TopicArgs{Tags: ground.Tags(args.Tags)}, pulumi.Parent(n))
	if err != nil {
		return nil, err
	}
	n.TopicArn = topic.Arn
	for _, email := range args.Emails {
		if _, err := sns.NewTopicSubscription(ctx, name+"-"+email, &sns.TopicSubscriptionArgs{
			Topic: topic.Arn, Protocol: pulumi.String("email"), Endpoint: pulumi.String(email),
		}, pulumi.Parent(n)); err != nil {
			return nil, err
		}
	}
	return sns.NewTopicPolicy(ctx, name, &sns.TopicPolicyArgs{
		Arn: topic.Arn,
		Policy: topic.Arn.ApplyT(func(arn string) (string, error) {
			return topicPolicy(arn).Render(iam.ResourcePolicy)
		}).(pulumi.StringOutput),
	}, pulumi.Parent(n))
}

// topicPolicy lets EventBridge write to the topic. It has no condition, since EventBridge meets none: "You can't use
// Condition blocks in Amazon SNS topic policies for EventBridge".
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions
func topicPolicy(topicArn string) iam.Document {
	return iam.Policy(iam.Allow("PublishEvents").For(iam.Service, "events.amazonaws.com").
		Actions("sns:Publish").On(topicArn))
}
