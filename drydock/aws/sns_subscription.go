package aws

import (
	"net/mail"
	"net/url"
	"regexp"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// snsTopicSubscription: https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html
func snsTopicSubscription() *sim.Resource {
	return &sim.Resource{
		Type: "aws:sns/topicSubscription:TopicSubscription",
		Inputs: sim.Fields{
			"confirmationTimeoutInMinutes": sim.Int().Default(float64(1)),
			"deliveryPolicy":               sim.JSON(),
			"endpoint":                     sim.String().Required().Replaces(),
			"endpointAutoConfirms":         sim.Bool().Default(false),
			"filterPolicy":                 sim.JSON(),
			"filterPolicyScope":            sim.String().Computed().OneOf("MessageAttributes", "MessageBody"),
			"protocol": sim.String().Required().Replaces().
				OneOf("application", "email", "email-json", "firehose", "http", "https", "lambda", "sms", "sqs"),
			"rawMessageDelivery":  sim.Bool().Default(false),
			"redrivePolicy":       sim.JSON(),
			"replayPolicy":        sim.JSON(),
			"subscriptionRoleArn": arnField(),
			"topic":               arnField().Required().Replaces().Refs(topicType, "arn", "NotFound: Topic does not exist: %s"),
		},
		Outputs:  []string{"arn", "confirmationWasAuthenticated", "ownerId", "pendingConfirmation"},
		Validate: validateSubscription,
		Create:   createSubscription,
	}
}

var phoneNumber = regexp.MustCompile(`^\+?[0-9][0-9-]{5,14}$`)

func validateSubscription(c *sim.Check) {
	protocol, endpoint := c.In.Str("protocol"), c.In.Str("endpoint")
	if endpoint != "" && protocol != "" && !endpointFits(protocol, endpoint) {
		c.Fail("endpoint", "InvalidParameter: Invalid parameter: Endpoint %q does not fit the protocol %s "+
			"(https://docs.aws.amazon.com/sns/latest/api/API_Subscribe.html)", endpoint, protocol)
	}
	if protocol == "firehose" && !c.In.Has("subscriptionRoleArn") {
		c.Fail("subscriptionRoleArn", "protocol firehose must contain subscription_role_arn")
	}
	if protocol != "" && protocol != "firehose" && c.In.Has("subscriptionRoleArn") {
		c.Fail("subscriptionRoleArn", "protocol %s must not contain subscription_role_arn", protocol)
	}
	if c.In.Has("filterPolicyScope") && !c.In.Has("filterPolicy") {
		c.Fail("filterPolicy", "filter_policy is required when filter_policy_scope is set")
	}
	if protocol != "" && c.In.Bool("rawMessageDelivery") && !contains([]string{"sqs", "http", "https", "firehose"}, protocol) {
		c.Fail("rawMessageDelivery", "InvalidParameter: Invalid parameter: Delivery protocol [%s] does not support raw message delivery.", protocol)
	}
}

func endpointFits(protocol, endpoint string) bool {
	switch protocol {
	case "email", "email-json":
		address, err := mail.ParseAddress(endpoint)
		return err == nil && address.Address == endpoint && strings.Contains(endpoint[strings.LastIndex(endpoint, "@"):], ".")
	case "http", "https":
		u, err := url.Parse(endpoint)
		return err == nil && u.Scheme == protocol && u.Host != ""
	case "sms":
		return phoneNumber.MatchString(endpoint)
	case "application":
		return arnPart(endpoint, 2) == "sns"
	}
	return arnPart(endpoint, 2) == protocol
}

func createSubscription(op *sim.Op) error {
	protocol := op.In.Str("protocol")
	op.ID = op.In.Str("topic") + ":" + newUUID()
	op.Out["arn"], op.Out["ownerId"] = op.ID, op.Account()
	if !op.In.Has("filterPolicyScope") {
		op.Out["filterPolicyScope"] = ""
		if op.In.Has("filterPolicy") {
			op.Out["filterPolicyScope"] = "MessageAttributes"
		}
	}
	// A person or web server must confirm; a queue or function of the same account need not.
	// https://docs.aws.amazon.com/sns/latest/dg/SendMessageToHttp.confirm.html
	pending := contains([]string{"email", "email-json", "http", "https"}, protocol) && !op.In.Bool("endpointAutoConfirms")
	op.Out["pendingConfirmation"], op.Out["confirmationWasAuthenticated"] = pending, !pending
	return nil
}
