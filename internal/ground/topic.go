package ground

import (
	"fmt"
	"net/mail"
	"regexp"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sns"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/problems"
)

// domain of an address that is reached from anywhere: one with a dot.
var domain = regexp.MustCompile(`@[^@.]+(\.[^@.]+)+$`)

// ValidPeople reports addresses that are none, and those that would need another topic than the given one. prefix comes
// before the fields' names, as "notifications.".
func ValidPeople(p *problems.List, prefix string, topicArn pulumi.StringInput, emails []string) {
	TopicARN.Check(p, prefix+"topicArn", topicArn)
	if topicArn != nil && len(emails) > 0 {
		p.Add(prefix+"emails", "%d given, but topicArn is too: subscribe them to that topic, or leave it out", len(emails))
	}
	seen := map[string]bool{}
	for i, email := range emails {
		field := fmt.Sprintf("%semails[%d]", prefix, i)
		if address, err := mail.ParseAddress(email); err != nil || address.Address != email || !domain.MatchString(email) {
			p.Add(field, "%q is not valid: give an address such as team@example.com", email)
		} else if seen[email] {
			p.Add(field, "%q is given twice: remove one", email)
		}
		seen[email] = true
	}
}

// NewTopic makes a topic with its subscriptions. A role of the same account publishes to it without a policy of the topic.
// It is not encrypted with the account's key for SNS, under which EventBridge could not write.
// https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#compatibility-with-aws-services
func NewTopic(
	ctx *pulumi.Context, name string, emails []string, tags map[string]string, opts ...pulumi.ResourceOption,
) (*sns.Topic, error) {
	topic, err := sns.NewTopic(ctx, name, &sns.TopicArgs{Tags: Tags(tags)}, opts...)
	if err != nil {
		return nil, err
	}
	for _, email := range emails {
		if _, err := sns.NewTopicSubscription(ctx, name+"-"+email, &sns.TopicSubscriptionArgs{
			Topic: topic.Arn, Protocol: pulumi.String("email"), Endpoint: pulumi.String(email),
		}, opts...); err != nil {
			return nil, err
		}
	}
	return topic, nil
}
