package permissions

// observabilityTable are CloudWatch, its logs, EventBridge and SNS.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatchlogs.html
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoneventbridge.html
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsns.html
func observabilityTable() map[string][]grant {
	alarm := []string{"DeleteAlarms", "DescribeAlarms", "ListTagsForResource", "TagResource", "UntagResource"}
	return map[string][]grant{
		"aws:cloudwatch/metricAlarm:MetricAlarm":       {allow(own, "cloudwatch", append(alarm, "PutMetricAlarm")...)},
		"aws:cloudwatch/compositeAlarm:CompositeAlarm": {allow(own, "cloudwatch", append(alarm, "PutCompositeAlarm")...)},
		"aws:cloudwatch/dashboard:Dashboard": {allow(dashboard, "cloudwatch",
			"DeleteDashboards", "GetDashboard", "PutDashboard")},
		"aws:cloudwatch/logGroup:LogGroup": {
			// Some actions name the group's ARN with its streams, others without.
			allow(ownAnd(":*"), "logs", "AssociateKmsKey", "CreateLogGroup", "DeleteLogGroup", "DeleteRetentionPolicy", "DisassociateKmsKey",
				"ListTagsForResource", "PutRetentionPolicy", "TagResource", "UntagResource"),
			allowAll("the list of log groups has no resource-level permission", "logs", "DescribeLogGroups"),
		},
		"aws:cloudwatch/eventRule:EventRule": {allow(own, "events", "DeleteRule", "DescribeRule", "ListTagsForResource", "PutRule",
			"TagResource", "UntagResource")},
		"aws:cloudwatch/eventTarget:EventTarget": {allow(named("events", "rule/", "rule"), "events",
			"ListTargetsByRule", "PutTargets", "RemoveTargets")},
		"aws:sns/topic:Topic": {allow(own, "sns", "CreateTopic", "DeleteTopic", "GetTopicAttributes", "ListTagsForResource",
			"SetTopicAttributes", "TagResource", "UntagResource")},
		"aws:sns/topicPolicy:TopicPolicy": {allow(at("arn"), "sns", "GetTopicAttributes", "SetTopicAttributes")},
		"aws:sns/topicSubscription:TopicSubscription": {
			allow(at("topic"), "sns", "ListSubscriptionsByTopic", "Subscribe"),
			allowAll("what is about a subscription names no topic", "sns",
				"GetSubscriptionAttributes", "SetSubscriptionAttributes", "Unsubscribe"),
		},
	}
}

// dashboard has no region in its ARN.
func dashboard(p Place, r Resource) []string {
	if name := r.text("dashboardName"); name != "" {
		return []string{p.global("cloudwatch", "dashboard/"+generalName(name))}
	}
	return nil
}
