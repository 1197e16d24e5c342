package aws

import "github.com/container-pipeline/container-pipeline/drydock/internal/sim"

const (
	logGroupType    = "aws:cloudwatch/logGroup:LogGroup"
	metricAlarmType = "aws:cloudwatch/metricAlarm:MetricAlarm"
	compositeType   = "aws:cloudwatch/compositeAlarm:CompositeAlarm"
	eventRuleType   = "aws:cloudwatch/eventRule:EventRule"
	eventTargetType = "aws:cloudwatch/eventTarget:EventTarget"
	topicType       = "aws:sns/topic:Topic"
)

// observability are logs, alarms, events and notifications.
func observability() ([]*sim.Resource, []*sim.Function) {
	return []*sim.Resource{
		logGroup(), metricAlarm(), compositeAlarm(), dashboard(),
		eventRule(), eventTarget(),
		snsTopic(), snsTopicPolicy(), snsTopicSubscription(),
	}, nil
}
