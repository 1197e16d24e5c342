package calls

import (
	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

const (
	ruleTopicDoc  = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions"
	alarmTopicDoc = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html"
	topicKeyDoc   = "https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html"
)

// Notify is EventBridge and CloudWatch that publish to topics: each rule with a topic for a target, and each alarm with
// one for an action. The topic's policy, and its key's, allow that or not: these services have no role there.
func Notify(w *world.World) []access.Call {
	var all []access.Call
	for _, target := range w.All("aws:cloudwatch/eventTarget:EventTarget") {
		topic := target.Inputs.Str("arn")
		rule := w.Find("aws:cloudwatch/eventRule:EventRule", "name", target.Inputs.Str("rule"))
		if isTopic(topic) && rule != nil {
			all = append(all, publish(w, "events.amazonaws.com", ruleTopicDoc, rule.Attr("arn"), topic)...)
		}
	}
	for _, alarm := range alarms(w) {
		for _, state := range []string{"alarmActions", "okActions", "insufficientDataActions"} {
			for _, topic := range alarm.Inputs.Strs(state) {
				if isTopic(topic) {
					all = append(all, publish(w, "cloudwatch.amazonaws.com", alarmTopicDoc, alarm.Attr("arn"), topic)...)
				}
			}
		}
	}
	return all
}

func isTopic(arn string) bool {
	parsed, ok := world.ParseARN(arn)
	return ok && parsed.Service == "sns"
}

func alarms(w *world.World) []*drydock.Record {
	return append(w.All("aws:cloudwatch/metricAlarm:MetricAlarm"), w.All("aws:cloudwatch/compositeAlarm:CompositeAlarm")...)
}

func publish(w *world.World, service, doc, source, topic string) []access.Call {
	all := from(by{service, doc}.may("tell the subscribers of "+topic, topic, "sns:Publish"), source)
	if key := topicKey(w, topic); key != "" {
		use := by{service, topicKeyDoc}.may("encrypt the message", key, "kms:GenerateDataKey", "kms:Decrypt")
		all = append(all, from(use, source)...)
	}
	return all
}
