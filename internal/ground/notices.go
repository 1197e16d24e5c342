package ground

import (
	"slices"
	"strconv"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sns"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/iam"
)

// NoticesArgs describe who is told of what.
type NoticesArgs struct {
	// TopicArn of an existing topic, whose policy must allow events.amazonaws.com to publish. Default: a new topic.
	TopicArn pulumi.StringInput
	// Emails that the new topic writes to. Default: none.
	Emails []string
	// Notices are what is told. Required.
	Notices []Notice
	// Tags of topic and rules. Default: none.
	Tags map[string]string
}

// Notice is what some events are in words.
type Notice struct {
	// Name of its rule, after the component's and a hyphen.
	Name string
	// Description of its rule.
	Description string
	// Pattern of the events, see EventPattern.
	Pattern pulumi.StringInput
	// Paths of the event's fields, as "$.detail.state", by their names in Text.
	Paths map[string]string
	// Text is one line, with <name> for a field.
	Text string
}

// NewNotices makes a topic, unless one is given, and the rules that write to it. It gives the topic's ARN.
func NewNotices(ctx *pulumi.Context, name string, args *NoticesArgs, opts ...pulumi.ResourceOption) (pulumi.StringOutput, error) {
	if args.TopicArn != nil {
		return args.TopicArn.ToStringOutput(), args.tell(ctx, name, args.TopicArn, opts, opts)
	}
	topic, err := NewTopic(ctx, name, args.Emails, args.Tags, opts...)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	policy, err := sns.NewTopicPolicy(ctx, name, &sns.TopicPolicyArgs{
		Arn: topic.Arn,
		Policy: topic.Arn.ApplyT(func(arn string) (string, error) {
			return eventsPublish(arn).Render(iam.ResourcePolicy)
		}).(pulumi.StringOutput),
	}, opts...)
	if err != nil {
		return pulumi.StringOutput{}, err
	}
	return topic.Arn, args.tell(ctx, name, topic.Arn, opts, append(slices.Clone(opts), pulumi.DependsOn([]pulumi.Resource{policy})))
}

// tell makes the rules, and with the options of targets, whose topic they must be able to write to, the targets.
func (args *NoticesArgs) tell(ctx *pulumi.Context, name string, topicArn pulumi.StringInput, opts, targets []pulumi.ResourceOption) error {
	for _, notice := range args.Notices {
		rule, err := cloudwatch.NewEventRule(ctx, name+"-"+notice.Name, &cloudwatch.EventRuleArgs{
			Description: pulumi.String(notice.Description), EventPattern: text(notice.Pattern), Tags: Tags(args.Tags),
		}, opts...)
		if err != nil {
			return err
		}
		if _, err := cloudwatch.NewEventTarget(ctx, name+"-"+notice.Name, &cloudwatch.EventTargetArgs{
			Rule: rule.Name, Arn: topicArn,
			InputTransformer: cloudwatch.EventTargetInputTransformerArgs{
				InputPaths: pulumi.ToStringMap(notice.Paths),
				// Text is a JSON string. https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-transform-target-input.html
				InputTemplate: pulumi.String(strconv.Quote(notice.Text)),
			},
		}, targets...); err != nil {
			return err
		}
	}
	return nil
}

// eventsPublish lets EventBridge write to the topic. It has no condition, since EventBridge meets none: "You can't use
// Condition blocks in Amazon SNS topic policies for EventBridge".
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions
func eventsPublish(topicArn string) iam.Document {
	return iam.Policy(iam.Allow("PublishEvents").For(iam.Service, "events.amazonaws.com").
		Actions("sns:Publish").On(topicArn))
}

// ExecutionStates is the pattern of a pipeline's executions that come into one of the states.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/detect-state-changes-cloudwatch-events.html
func ExecutionStates(pipeline string, states ...string) pulumi.StringOutput {
	return EventPattern(func(known []string) Event {
		return Event{
			Source: "aws.codepipeline", DetailType: "CodePipeline Pipeline Execution State Change",
			Detail: map[string][]string{"pipeline": known, "state": states},
		}
	}, pulumi.String(pipeline))
}
