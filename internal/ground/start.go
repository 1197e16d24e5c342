package ground

import (
	"encoding/json"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/iam"
)

// StartArgs describe an event that starts a pipeline.
type StartArgs struct {
	// PipelineName and PipelineArn of what is started. Required.
	PipelineName string
	PipelineArn  pulumi.StringInput
	// When and Event are the event in words, as "the templates change" and "The templates of bash-dog have changed". Required.
	When, Event string
	// Pattern of the event, see EventPattern. Required.
	Pattern pulumi.StringInput
	// Tags of rule and role.
	Tags map[string]string
}

// NewStart makes a rule that starts a pipeline on an event, and its role. It gives what exists once events do start it.
func NewStart(
	ctx *pulumi.Context, name string, here Place, args *StartArgs, opts ...pulumi.ResourceOption,
) ([]pulumi.Resource, error) {
	role, err := NewRole(ctx, name, &RoleArgs{
		Description: "Starts the pipeline " + args.PipelineName + " when " + args.When,
		Trust:       eventsTrust(here),
		Policy:      Policy(startPolicy, args.PipelineArn),
		Tags:        args.Tags,
	}, opts...)
	if err != nil {
		return nil, err
	}
	rule, err := cloudwatch.NewEventRule(ctx, name, &cloudwatch.EventRuleArgs{
		Description: pulumi.String(args.Event), EventPattern: text(args.Pattern), Tags: Tags(args.Tags),
	}, opts...)
	if err != nil {
		return nil, err
	}
	target, err := cloudwatch.NewEventTarget(ctx, name, &cloudwatch.EventTargetArgs{
		Rule: rule.Name, Arn: args.PipelineArn, RoleArn: role.Role.Arn,
	}, append(slices.Clone(opts), pulumi.DependsOn(role.Ready()))...)
	return []pulumi.Resource{target}, err
}

// eventsTrust lets EventBridge assume the role for this account's rules.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/cross-service-confused-deputy-prevention.html
func eventsTrust(here Place) iam.Document {
	return iam.TrustService("events.amazonaws.com", iam.If(iam.StringEquals, "aws:SourceAccount", here.Account))
}

// startPolicy allows one pipeline to be started.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-identity-based.html
func startPolicy(values []string) iam.Document {
	return iam.Policy(iam.Allow("StartPipeline").Actions("codepipeline:StartPipelineExecution").On(values[0]))
}

// Event is which events a rule is for: those of the source and type whose detail has one of the values in each field,
// and, where Resources are given, that are about one of them.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-event-patterns.html
type Event struct {
	Source     string
	DetailType string
	Resources  []string
	Detail     map[string][]string
}

// EventPattern matches the event that build makes of the values once they are known.
func EventPattern(build func(values []string) Event, values ...pulumi.StringInput) pulumi.StringOutput {
	return pulumi.StringArray(values).ToStringArrayOutput().ApplyT(func(known []string) (string, error) {
		event := build(known)
		pattern := map[string]any{
			"source": []string{event.Source}, "detail-type": []string{event.DetailType}, "detail": event.Detail,
		}
		if len(event.Resources) > 0 {
			pattern["resources"] = event.Resources
		}
		text, err := json.Marshal(pattern)
		return string(text), err
	}).(pulumi.StringOutput)
}

// BranchUpdates is the pattern of pushes to a branch of a CodeCommit repository, its first one among them.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-trigger-source-repo-changes-cli.html
func BranchUpdates(repositoryArn pulumi.StringInput, branch string) pulumi.StringOutput {
	return EventPattern(func(known []string) Event {
		return Event{
			Source: "aws.codecommit", DetailType: "CodeCommit Repository State Change", Resources: known,
			Detail: map[string][]string{
				"event": {"referenceCreated", "referenceUpdated"}, "referenceType": {"branch"}, "referenceName": {branch},
			},
		}
	}, repositoryArn)
}
