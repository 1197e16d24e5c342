package meta

import (
	"strconv"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sns"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/iam"
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
	if args.NotificationOptions != nil && args.PipelineName == "" {
		p.Add("pipelineName", "missing: give the name of the pipeline")
	}
	args.NotificationOptions.validate(p)
	return p.Err()
}

func (n *Notifications) compose(ctx *pulumi.Context, name string, args *NotificationsArgs) error {
	here, err := ground.Here(ctx, pulumi.Parent(n))
	if err != nil {
		return err
	}
	var ready []pulumi.Resource
	if args.TopicArn != nil {
		n.TopicArn = args.TopicArn.ToStringOutput()
	} else {
		policy, err := n.newTopic(ctx, name, args)
		if err != nil {
			return err
		}
		ready = append(ready, policy)
	}
	rule, err := cloudwatch.NewEventRule(ctx, name+"-failure", &cloudwatch.EventRuleArgs{
		Description: pulumi.String("Updates through " + args.PipelineName + " that fail"), EventPattern: failures(args.PipelineName),
		Tags: ground.Tags(args.Tags),
	}, pulumi.Parent(n))
	if err != nil {
		return err
	}
	_, err = cloudwatch.NewEventTarget(ctx, name+"-failure", &cloudwatch.EventTargetArgs{
		Rule: rule.Name, Arn: n.TopicArn,
		InputTransformer: cloudwatch.EventTargetInputTransformerArgs{
			InputPaths: pulumi.StringMap{"state": pulumi.String("$.detail.state"), "execution": pulumi.String("$.detail.execution-id")},
			// Text is a JSON string. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
			InputTemplate: pulumi.String(strconv.Quote("The update of the definition through " + args.PipelineName +
				": <state>. Its parameters say which definition is the last good one. Execution <execution>. " +
				here.Console("codesuite/codepipeline/pipelines/"+args.PipelineName+"/view"))),
		},
	}, pulumi.Parent(n), pulumi.DependsOn(ready))
	return err
}

// failures is the pattern of executions that end without success, by someone's hand among them.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html
func failures(pipeline string) pulumi.StringOutput {
	return ground.EventPattern(func(known []string) ground.Event {
		return ground.Event{
			Source: "aws.codepipeline", DetailType: "CodePipeline Pipeline Execution State Change",
			Detail: map[string][]string{"pipeline": known, "state": {"FAILED", "STOPPED", "CANCELED"}},
		}
	}, pulumi.String(pipeline))
}

// newTopic makes a topic that EventBridge may write to. Its policy has no condition, since EventBridge meets none:
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions
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
			return iam.Policy(iam.Allow("PublishEvents").For(iam.Service, "events.amazonaws.com").
				Actions("sns:Publish").On(arn)).Render(iam.ResourcePolicy)
		}).(pulumi.StringOutput),
	}, pulumi.Parent(n))
}
