package calls

import (
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

const approvalDoc = "https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals-service-role-permissions.html"

// Approval is the pipeline that tells the approvers, where the action has a topic for it.
func Approval(w *world.World, p *world.Pipeline, a world.Action) []access.Call {
	topic := a.Configuration["NotificationArn"]
	if topic == "" {
		return nil
	}
	caller := by{actor(p, a), approvalDoc}
	all := caller.may("ask for the approval", topic, "sns:Publish")
	return append(all, publishKey(w, caller, topic)...)
}

// publishKey are the calls on the key of an encrypted topic, by a role that publishes to it.
// https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html#sns-what-permissions-for-sse
func publishKey(w *world.World, caller by, topic string) []access.Call {
	return throughService(by{caller.role, topicKeyDoc}, "sns", regionOf(topic), "encrypt the message", topicKey(w, topic),
		"aws:sns:topicArn", topic, "kms:GenerateDataKey", "kms:Decrypt")
}

// topicKey is the customer's key that a topic is encrypted with, or nothing.
func topicKey(w *world.World, topic string) string {
	if r := w.Find("aws:sns/topic:Topic", "arn", topic); r != nil {
		return customerKey(w, r.Attr("kmsMasterKeyId"), topic)
	}
	return ""
}
