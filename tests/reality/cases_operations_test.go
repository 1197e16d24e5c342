package reality

import "fmt"

// operations are logs, alarms, events and topics.
func operations() service {
	tags := values{"tags": values{"team": "dogs"}}
	const (
		logs         = "cloudwatch/logGroup:LogGroup"
		alarm        = "cloudwatch/metricAlarm:MetricAlarm"
		rule         = "cloudwatch/eventRule:EventRule"
		target       = "cloudwatch/eventTarget:EventTarget"
		topic        = "sns/topic:Topic"
		topicPolicy  = "sns/topicPolicy:TopicPolicy"
		subscription = "sns/topicSubscription:TopicSubscription"
	)
	watch := values{"comparisonOperator": "GreaterThanThreshold", "evaluationPeriods": 2, "metricName": "HTTPCode_Target_5XX_Count",
		"namespace": "AWS/ApplicationELB", "period": 60, "statistic": "Sum", "threshold": 5}
	w := func(more values) values { return over(watch, more) }
	pattern := func(source string) string {
		return fmt.Sprintf(`{"source":[%q],"detail-type":["a thing happened"]}`, source)
	}
	publish := func(topic, sid string) string {
		return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Sid":%q,"Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},`+
			`"Action":"sns:Publish","Resource":"${%s.arn}"}]}`, sid, topic)
	}
	email := values{"topic": "${topic.arn}", "protocol": "email", "endpoint": "team@example.com"}
	return service{
		fixtures: []fixture{
			{"topic", topic, values{"name": "fixture"}},
			{"topic-two", topic, values{"name": "fixture-two"}},
			{"rule", rule, values{"name": "fixture", "eventPattern": pattern("aws.codepipeline")}},
			{"rule-two", rule, values{"name": "fixture-two", "eventPattern": pattern("aws.codepipeline")}},
			{"fixture-alarm", alarm, over(watch, values{"name": "fixture"})},
		},
		edits: []edit{
			{"logs-retention", logs, values{"name": "/dogs/retention", "retentionInDays": 7}, values{"retentionInDays": 14}},
			{"logs-name", logs, values{"name": "/dogs/before"}, values{"name": "/dogs/after"}},
			{"logs-unnamed", logs, values{}, tags},
			{"logs-class", logs, values{"name": "/dogs/class"}, values{"logGroupClass": "INFREQUENT_ACCESS"}},
			{"alarm-threshold", alarm, w(nil), values{"threshold": 10}},
			{"alarm-name", alarm, w(values{"name": "before"}), values{"name": "after"}},
			{"alarm-dimensions", alarm, w(nil), values{"dimensions": values{"LoadBalancer": "app/dogs/0123456789abcdef"}}},
			{"alarm-missing", alarm, w(nil), values{"treatMissingData": "notBreaching"}},
			{"alarm-actions", alarm, w(nil), values{"alarmActions": list("${topic.arn}")}},
			{"rule-pattern", rule, values{"eventPattern": pattern("aws.codepipeline")}, values{"eventPattern": pattern("aws.codedeploy")}},
			{"rule-respelt", rule, values{"eventPattern": pattern("aws.codepipeline")}, values{"eventPattern": spaced(pattern("aws.codepipeline"))}},
			{"rule-name", rule, values{"name": "before", "eventPattern": pattern("aws.ecs")}, values{"name": "after"}},
			{"rule-state", rule, values{"eventPattern": pattern("aws.ecs")}, values{"state": "DISABLED"}},
			{"target-input", target, values{"rule": "${rule.name}", "arn": "${topic.arn}"}, values{"inputPath": "$.detail"}},
			{"target-rule", target, values{"rule": "${rule.name}", "arn": "${topic.arn}"}, values{"rule": "${rule-two.name}"}},
			{"target-arn", target, values{"rule": "${rule-two.name}", "arn": "${topic.arn}"}, values{"arn": "${topic-two.arn}"}},
			{"target-id", target, values{"rule": "${rule.name}", "targetId": "before", "arn": "${topic.arn}"}, values{"targetId": "after"}},
			{"topic-name", topic, values{"name": "before"}, values{"name": "after"}},
			{"topic-display", topic, values{"name": "display"}, values{"displayName": "Dogs"}},
			{"topic-tags", topic, values{}, tags},
			{"topic-policy-text", topicPolicy, values{"arn": "${topic.arn}", "policy": publish("topic", "Events")},
				values{"policy": publish("topic", "AllEvents")}},
			{"topic-policy-topic", topicPolicy, values{"arn": "${topic-two.arn}", "policy": publish("topic-two", "Events")},
				values{"arn": "${topic.arn}"}},
			{"subscription-endpoint", subscription, email, values{"endpoint": "oncall@example.com"}},
			{"subscription-topic", subscription, over(email, values{"endpoint": "two@example.com"}), values{"topic": "${topic-two.arn}"}},
			{"subscription-filter", subscription, over(email, values{"endpoint": "three@example.com"}), values{"filterPolicy": `{"kind":["failure"]}`}},
		},
		wrongs: []wrong{
			{"logs-retention-no", logs, values{"name": "/dogs/no", "retentionInDays": 8}},
			{"logs-name-no", logs, values{"name": "dogs:no"}},
			{"logs-long", logs, values{"name": text(513)}},
			{"logs-class-no", logs, values{"name": "/dogs/no", "logGroupClass": "COLD"}},
			{"logs-key-no", logs, values{"name": "/dogs/no", "kmsKeyId": "my-key"}},
			{"alarm-operator", alarm, w(values{"comparisonOperator": "MoreThan"})},
			{"alarm-statistic", alarm, w(values{"statistic": "Median"})},
			{"alarm-two-statistics", alarm, w(values{"extendedStatistic": "p99"})},
			{"alarm-period", alarm, w(values{"period": 45})},
			{"alarm-missing-no", alarm, w(values{"treatMissingData": "hope"})},
			{"alarm-no-periods", alarm, w(values{"evaluationPeriods": none{}})},
			{"alarm-zero-periods", alarm, w(values{"evaluationPeriods": 0})},
			{"alarm-action-no", alarm, w(values{"alarmActions": list("page the team")})},
			{"alarm-long", alarm, w(values{"name": text(256)})},
			{"rule-nothing", rule, values{"name": "wrong"}},
			{"rule-name-no", rule, values{"name": "my rule", "eventPattern": pattern("aws.ecs")}},
			{"rule-long", rule, values{"name": text(65), "eventPattern": pattern("aws.ecs")}},
			{"rule-pattern-no", rule, values{"name": "wrong", "eventPattern": "everything"}},
			{"rule-schedule-no", rule, values{"name": "wrong", "scheduleExpression": text(257)}},
			{"rule-state-no", rule, values{"name": "wrong", "eventPattern": pattern("aws.ecs"), "state": "PAUSED"}},
			{"target-arn-no", target, values{"rule": "${rule.name}", "arn": "topic"}},
			{"target-lost", target, values{"rule": "lost", "arn": "${topic.arn}"}},
			{"target-two-inputs", target, values{"rule": "${rule.name}", "arn": "${topic.arn}", "input": "{}", "inputPath": "$.detail"}},
			{"target-id-no", target, values{"rule": "${rule.name}", "arn": "${topic.arn}", "targetId": "my target"}},
			{"topic-name-no", topic, values{"name": "my topic"}},
			{"topic-long", topic, values{"name": text(257)}},
			{"topic-fifo", topic, values{"name": "dogs", "fifoTopic": true}},
			{"topic-policy-no", topicPolicy, values{"arn": "${topic.arn}", "policy": "allow"}},
			{"subscription-protocol", subscription, over(email, values{"protocol": "pigeon"})},
			{"subscription-filter-no", subscription, over(email, values{"filterPolicy": "failures"})},
			{"subscription-scope", subscription, over(email, values{"filterPolicy": `{"kind":["failure"]}`, "filterPolicyScope": "Everything"})},
			{"subscription-no-endpoint", subscription, over(email, values{"endpoint": none{}})},
		},
	}
}
