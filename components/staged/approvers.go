package staged

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/problems"
)

// ApproversArgs describe who is asked to approve.
type ApproversArgs struct {
	// ApprovalOptions say who.
	ApprovalOptions
	// Tags of a new topic. Default: none.
	Tags map[string]string `pulumi:"tags"`
}

// Approvers are told of each release that waits, by a topic.
//
// The pipeline's role publishes to it, in the same account: a topic needs no policy for that.
type Approvers struct {
	pulumi.ResourceState

	// TopicArn is told. Empty where nobody is.
	TopicArn pulumi.StringOutput `pulumi:"topicArn"`

	told bool
}

// NewApprovers makes a topic with its subscriptions where emails are given.
func NewApprovers(
	ctx *pulumi.Context, name string, args *ApproversArgs, opts ...pulumi.ResourceOption,
) (*Approvers, error) {
	if args == nil {
		args = &ApproversArgs{}
	}
	p := &problems.List{}
	if ground.ValidPeople(p, "", args.TopicArn, args.Emails); p.Err() != nil {
		return nil, p.Err()
	}
	a := &Approvers{TopicArn: pulumi.String("").ToStringOutput()}
	if err := ctx.RegisterComponentResource("container-pipeline:staged:Approvers", name, a, opts...); err != nil {
		return nil, err
	}
	switch {
	case args.TopicArn != nil:
		a.TopicArn, a.told = args.TopicArn.ToStringOutput(), true
	case len(args.Emails) > 0:
		topic, err := ground.NewTopic(ctx, name, args.Emails, args.Tags, pulumi.Parent(a))
		if err != nil {
			return nil, err
		}
		a.TopicArn, a.told = topic.Arn, true
	}
	return a, ctx.RegisterResourceOutputs(a, pulumi.Map{"topicArn": a.TopicArn})
}

// topic is nil where nobody is told.
func (a *Approvers) topic() pulumi.StringInput {
	if a == nil || !a.told {
		return nil
	}
	return a.TopicArn
}
