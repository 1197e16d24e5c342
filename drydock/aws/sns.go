package aws

import (
	"regexp"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// snsDeliveries are the protocols whose deliveries a topic can log.
var snsDeliveries = []string{"application", "firehose", "http", "lambda", "sqs"}

// snsTopic: https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html
func snsTopic() *sim.Resource {
	inputs := sim.Fields{
		"archivePolicy":             sim.JSON(),
		"contentBasedDeduplication": sim.Bool().Default(false),
		"deliveryPolicy":            sim.JSON(),
		"displayName":               sim.String().AtMost(100),
		"fifoThroughputScope":       sim.String().Computed().OneOf("Topic", "MessageGroup"),
		"fifoTopic":                 sim.Bool().Replaces().Default(false),
		"kmsMasterKeyId":            sim.String(),
		"name":                      sim.String().Replaces().Computed(),
		"namePrefix":                sim.String().Replaces().Computed(),
		"policy":                    policyField(resourcePolicy).Computed(),
		"signatureVersion":          sim.Int().Computed().Between(1, 2),
		"tags":                      sim.Tags(),
		"tracingConfig":             sim.String().Computed().OneOf("Active", "PassThrough"),
	}
	for _, name := range snsDeliveries {
		inputs[name+"FailureFeedbackRoleArn"] = arnField()
		inputs[name+"SuccessFeedbackRoleArn"] = arnField()
		inputs[name+"SuccessFeedbackSampleRate"] = sim.Int().Between(0, 100)
	}
	return &sim.Resource{
		Type:     topicType,
		AutoName: &sim.AutoName{Field: "name", Max: 256},
		Inputs:   inputs,
		Outputs:  []string{"arn", "beginningArchiveTime", "owner", "tagsAll"},
		Validate: validateTopic,
		Create:   createTopic,
		Update:   func(op *sim.Op) error { settleTags(op); return checkTopicPolicy(op, op.ID) },
	}
}

var (
	topicName     = regexp.MustCompile(`^[0-9A-Za-z_-]{1,256}$`)
	fifoTopicName = regexp.MustCompile(`^[0-9A-Za-z_-]{1,251}\.fifo$`)
)

func validateTopic(c *sim.Check) {
	c.Exclusive("name", "namePrefix")
	fifo := c.In.Bool("fifoTopic")
	if sim.IsUnknown(c.In["fifoTopic"]) {
		return
	}
	name := c.In.Str("name")
	switch {
	case name == "":
	case fifo && !fifoTopicName.MatchString(name):
		c.Fail("name", "invalid topic name: %s: a FIFO topic's has letters, digits, hyphens and underscores, and ends with .fifo", name)
	case !fifo && !topicName.MatchString(name):
		c.Fail("name", "invalid topic name: %s: letters, digits, hyphens and underscores, at most 256 (%s)", name,
			"https://docs.aws.amazon.com/sns/latest/api/API_CreateTopic.html")
	}
	if fifo {
		return
	}
	if c.In.Has("archivePolicy") {
		c.Fail("archivePolicy", "message archive policy can only be set for FIFO topics")
	}
	if c.In.Has("fifoThroughputScope") {
		c.Fail("fifoThroughputScope", "FIFO throughput scope can only be set for FIFO topics")
	}
	if c.In.Bool("contentBasedDeduplication") {
		c.Fail("contentBasedDeduplication", "content-based deduplication can only be set for FIFO topics")
	}
}

func createTopic(op *sim.Op) error {
	name := settleName(op)
	op.ID = op.ARN("sns", name)
	if op.Cloud.Get(topicType, op.Record.Scope, op.ID) != nil {
		return sim.Refuse("InvalidParameter", "Invalid parameter: topic %s exists already: CreateTopic would take it over", name)
	}
	op.Out["arn"], op.Out["owner"], op.Out["beginningArchiveTime"] = op.ID, op.Account(), ""
	for name, value := range map[string]any{
		"policy": defaultTopicPolicy(op.ID, op.Account()), "fifoThroughputScope": "", "signatureVersion": float64(0), "tracingConfig": "",
	} {
		if !op.In.Has(name) {
			op.Out[name] = value
		}
	}
	settleTags(op)
	return checkTopicPolicy(op, op.ID)
}

// checkTopicPolicy refuses a policy that names another resource than its topic, or principals that do not exist.
// https://docs.aws.amazon.com/sns/latest/api/API_SetTopicAttributes.html
func checkTopicPolicy(op *sim.Op, topic string) error {
	text := op.In.Str("policy")
	if text == "" {
		return nil
	}
	doc, _ := parsePolicy(text)
	for _, s := range doc.statements {
		resources, _ := s.either("Resource")
		for _, r := range resources {
			if r != topic {
				return sim.Refuse("InvalidParameter", "Invalid parameter: Policy statement resource %s must match the topic %s!", r, topic)
			}
		}
		actions, _ := s.either("Action")
		for _, a := range actions {
			if !topicAction.MatchString(a) {
				return sim.Refuse("InvalidParameter", "Invalid parameter: Policy statement action out of service scope! (%s)", a)
			}
		}
	}
	return checkPrincipalsExist(op, text)
}

// topicAction is an action in a topic's policy: those of other services are out of its scope, and so is sns:*.
var topicAction = regexp.MustCompile(`^(?i:sns):[A-Za-z]+$`)

// defaultTopicPolicy lets the topic's owner alone use it.
// https://docs.aws.amazon.com/sns/latest/dg/sns-access-policy-use-cases.html
func defaultTopicPolicy(arn, account string) string {
	return `{"Version":"2008-10-17","Id":"__default_policy_ID","Statement":[{"Sid":"__default_statement_ID","Effect":"Allow",` +
		`"Principal":{"AWS":"*"},"Action":["SNS:GetTopicAttributes","SNS:SetTopicAttributes","SNS:AddPermission",` +
		`"SNS:RemovePermission","SNS:DeleteTopic","SNS:Subscribe","SNS:ListSubscriptionsByTopic","SNS:Publish"],` +
		`"Resource":"` + arn + `","Condition":{"StringEquals":{"AWS:SourceOwner":"` + account + `"}}}]}`
}

// snsTopicPolicy: https://registry.terraform.io/providers/hashicorp/aws/latest/docs/resources/sns_topic_policy
func snsTopicPolicy() *sim.Resource {
	return &sim.Resource{
		Type: "aws:sns/topicPolicy:TopicPolicy",
		Inputs: sim.Fields{
			"arn":    arnField().Required().Replaces().Refs(topicType, "arn", "NotFound: Topic does not exist: %s"),
			"policy": policyField(resourcePolicy).Required(),
		},
		Outputs: []string{"owner"},
		Create: func(op *sim.Op) error {
			op.ID = op.In.Str("arn")
			op.Out["owner"] = arnPart(op.ID, 4)
			return checkTopicPolicy(op, op.ID)
		},
		Update: func(op *sim.Op) error { return checkTopicPolicy(op, op.ID) },
	}
}
