package calls

import (
	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

const (
	ruleTopicDoc   = "https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions"
	alarmTopicDoc  = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Notify_Users_Alarm_Changes.html"
	noticeTopicDoc = "https://docs.aws.amazon.com/dtconsole/latest/userguide/set-up-sns.html"
	topicKeyDoc    = "https://docs.aws.amazon.com/sns/latest/dg/sns-key-management.html"
)

// Notify is EventBridge, CodeStar Notifications and CloudWatch that publish to topics: each rule with a topic for a
// target, and each alarm with one for an action. The topic's policy, and its key's, allow that or not: these services have no role there. CloudWatch
// says for which alarm it publishes; EventBridge says nothing, so that a policy with conditions on it lets nothing through.
func Notify(w *world.World) []access.Call {
	var all []access.Call
	for _, target := range w.All("aws:cloudwatch/eventTarget:EventTarget") {
		topic := target.Inputs.Str("arn")
		if isTopic(topic) {
			all = append(all, publish(w, by{"events.amazonaws.com", ruleTopicDoc}, topic)...)
		}
	}
	for _, notice := range w.All("aws:codestarnotifications/notificationRule:NotificationRule") {
		for _, target := range notice.Inputs.Objs("targets") {
			if topic := target.Str("address"); isTopic(topic) {
				all = append(all, publish(w, by{"codestar-notifications.amazonaws.com", noticeTopicDoc}, topic)...)
			}
		}
	}
	for _, alarm := range alarms(w) {
		for _, state := range []string{"alarmActions", "okActions", "insufficientDataActions"} {
			for _, topic := range alarm.Inputs.Strs(state) {
				if isTopic(topic) {
					all = append(all, from(publish(w, by{"cloudwatch.amazonaws.com", alarmTopicDoc}, topic), alarm.Attr("arn"))...)
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

func publish(w *world.World, service by, topic string) []access.Call {
	all := service.may("tell the subscribers of "+topic, topic, "sns:Publish")
	if key := topicKey(w, topic); key != "" {
		all = append(all, by{service.role, topicKeyDoc}.may("encrypt the message", key, "kms:GenerateDataKey", "kms:Decrypt")...)
	}
	return all
}
