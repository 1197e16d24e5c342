package aws

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

func TestLogGroup(t *testing.T) {
	l := newLab(t)
	in := sim.Values{"name": "/ecs/app", "retentionInDays": 30.0}
	id, out := l.make(logGroupType, in)
	require.Equal(t, "arn:aws:logs:us-east-2:123456789012:log-group:/ecs/app", out.Str("arn"))
	require.Equal(t, "STANDARD", out.Str("logGroupClass"))
	l.refuses(logGroupType, in, "ResourceAlreadyExistsException: The specified log group already exists")
	l.in("eu-west-1").make(logGroupType, in)
	l.refuses(logGroupType, sim.Values{"name": "a b"}, "letters, digits and any of _ - / . #")
	l.refuses(logGroupType, sim.Values{"name": strings.Repeat("a", 513)}, "between 1 and 512 characters")
	l.refuses(logGroupType, sim.Values{"name": "b", "retentionInDays": 31.0}, "31 is no retention that CloudWatch Logs offers")
	l.refuses(logGroupType, sim.Values{"name": "b", "kmsKeyId": "arn:aws:kms:us-east-2:123456789012:key/none"}, "The specified KMS Key Id could not be found.")
	require.Equal(t, "update", l.edit(logGroupType, id, with(in, sim.Values{"retentionInDays": 7.0})))
	require.Equal(t, "replace:name", l.edit(logGroupType, id, with(in, sim.Values{"name": "/ecs/other"})))
	require.NoError(t, l.Delete(logGroupType, id))
	l.make(logGroupType, in)
}

func alarm() sim.Values {
	return sim.Values{
		"name": "5xx", "comparisonOperator": "GreaterThanThreshold", "evaluationPeriods": 2.0, "period": 60.0, "threshold": 5.0,
		"metricName": "HTTPCode_Target_5XX_Count", "namespace": "AWS/ApplicationELB", "statistic": "Sum",
		"dimensions": map[string]any{"LoadBalancer": "app/app/50dc6c495c0c9188"},
	}
}

func TestMetricAlarm(t *testing.T) {
	l := newLab(t)
	id, out := l.make(metricAlarmType, with(alarm(), sim.Values{"alarmActions": []any{"arn:aws:sns:us-east-2:123456789012:topic"}}))
	require.Equal(t, "arn:aws:cloudwatch:us-east-2:123456789012:alarm:5xx", out.Str("arn"))
	require.Equal(t, "missing", out.Str("treatMissingData"))
	require.Equal(t, "replace:name", l.edit(metricAlarmType, id, with(alarm(), sim.Values{"name": "other"})))
	require.Equal(t, "update", l.edit(metricAlarmType, id, with(alarm(), sim.Values{"threshold": 6.0})))

	l.refuses(compositeType, sim.Values{"alarmName": "all", "alarmRule": `ALARM("none")`}, "Alarm names in AlarmRule must exist: none")
	l.refuses(compositeType, sim.Values{"alarmName": "all", "alarmRule": `ALARM(5xx`}, "AlarmRule must not contain syntax errors")
	all, _ := l.make(compositeType, sim.Values{"alarmName": "all", "alarmRule": `ALARM("5xx") AND NOT (OK(5xx))`})
	require.ErrorContains(t, l.Delete(metricAlarmType, id), "referenced by composite alarm all")
	require.NoError(t, l.Delete(compositeType, all))
	require.NoError(t, l.Delete(metricAlarmType, id))
}

func TestAlarmRefusals(t *testing.T) {
	query := func(over sim.Values) map[string]any {
		return with(sim.Values{"id": "e1", "expression": "m1/m2", "returnData": true}, over)
	}
	queries := func(list ...any) sim.Values {
		return sim.Values{"metricQueries": list, "metricName": nil, "namespace": nil, "period": nil, "statistic": nil, "dimensions": nil}
	}
	actions := []any{}
	for i := range 6 {
		actions = append(actions, fmt.Sprintf("arn:aws:sns:us-east-2:123456789012:t%d", i))
	}
	dimensions := map[string]any{}
	for i := range 31 {
		dimensions[fmt.Sprintf("d%d", i)] = "v"
	}
	tests := []struct {
		name, want string
		changes    sim.Values
	}{
		{"period", "45 is no period", sim.Values{"period": 45.0}},
		{"comparison", "expected one of GreaterThanOrEqualToThreshold", sim.Values{"comparisonOperator": "GreaterThan"}},
		{"statistic", "one of statistic, extendedStatistic must be given", sim.Values{"statistic": nil}},
		{"both statistics", "conflicts with statistic", sim.Values{"extendedStatistic": "p99"}},
		{"extended", "a percentile such as p99", sim.Values{"statistic": nil, "extendedStatistic": "P99"}},
		{"missing data", "expected one of breaching", sim.Values{"treatMissingData": "notbreaching"}},
		{"threshold", "one of threshold, thresholdMetricId must be given", sim.Values{"threshold": nil}},
		{"band", "is for alarms on anomaly detection", sim.Values{"comparisonOperator": "GreaterThanUpperThreshold"}},
		{"datapoints", "3 is more than the 2 evaluationPeriods", sim.Values{"datapointsToAlarm": 3.0}},
		{"span", "at most one day", sim.Values{"evaluationPeriods": 1441.0}},
		{"dimensions", "31 dimensions: an alarm has at most 30", sim.Values{"dimensions": dimensions}},
		{"actions", "at most 5 elements, got 6", sim.Values{"alarmActions": actions}},
		{"action", "is no action of an alarm", sim.Values{"okActions": []any{"arn:aws:s3:::bucket"}}},
		{"far action", "Invalid region eu-west-1 specified. Only us-east-2 is supported.", sim.Values{"okActions": []any{"arn:aws:sns:eu-west-1:123456789012:t"}}},
		{"namespace", "an alarm on a metric needs namespace", sim.Values{"namespace": nil}},
		{"no metric", "one of metricName, metricQueries must be given", sim.Values{"metricName": nil}},
		{"no returned query", "0 queries have returnData: exactly 1 must", queries(query(sim.Values{"returnData": false}))},
		{"query of two kinds", "give exactly one of expression and metric", queries(query(sim.Values{"expression": nil}))},
		{"query id", "begins with a lower-case letter", queries(query(sim.Values{"id": "E1"}))},
		{"period beside queries", "conflicts with metricQueries", with(queries(query(nil)), sim.Values{"period": 60.0})},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			newLab(t).refuses(metricAlarmType, with(alarm(), test.changes), test.want)
		})
	}
	newLab(t).make(metricAlarmType, with(alarm(), queries(query(nil))))
}

func TestDashboard(t *testing.T) {
	l := newLab(t)
	const typ = "aws:cloudwatch/dashboard:Dashboard"
	body := `{"widgets":[{"type":"text","properties":{"markdown":"hello"}}]}`
	id, out := l.make(typ, sim.Values{"dashboardName": "app", "dashboardBody": body})
	require.Equal(t, "arn:aws:cloudwatch::123456789012:dashboard/app", out.Str("dashboardArn"))
	require.Equal(t, "none", l.edit(typ, id, sim.Values{"dashboardName": "app", "dashboardBody": strings.ReplaceAll(body, ":", ": ")}))
	l.refuses(typ, sim.Values{"dashboardName": "app.", "dashboardBody": body}, "letters, digits, hyphens and underscores")
	l.refuses(typ, sim.Values{"dashboardName": "app", "dashboardBody": "{"}, "invalid JSON")
	l.refuses(typ, sim.Values{"dashboardName": "app", "dashboardBody": `{"widgets":[{"type":"clock"}]}`}, "a widget has a type")
}

const deployFailed = `{"source":["aws.codedeploy"],"detail-type":["CodeDeploy Deployment State-change Notification"],"detail":{"state":["FAILURE"]}}`

func TestRuleAndTargets(t *testing.T) {
	l := newLab(t)
	rule, out := l.make(eventRuleType, sim.Values{"name": "failed", "eventPattern": deployFailed})
	require.Equal(t, "arn:aws:events:us-east-2:123456789012:rule/failed", out.Str("arn"))
	require.Equal(t, "ENABLED", out.Str("state"))
	topic := "arn:aws:sns:us-east-2:123456789012:topic"
	var targets []string
	for i := range maxTargets {
		id, _ := l.make(eventTargetType, sim.Values{"rule": rule, "targetId": fmt.Sprintf("t%d", i), "arn": topic})
		targets = append(targets, id)
	}
	require.Equal(t, "failed-t0", targets[0])
	l.refuses(eventTargetType, sim.Values{"rule": rule, "arn": topic}, "LimitExceededException")
	require.ErrorContains(t, l.Delete(eventRuleType, rule), "ValidationException: Rule can't be deleted since it has targets.")
	require.Equal(t, "update", l.edit(eventTargetType, targets[0], sim.Values{"rule": rule, "targetId": "t0", "arn": topic + "2"}))
	require.Equal(t, "replace:rule", l.edit(eventTargetType, targets[0], sim.Values{"rule": "other", "targetId": "t0", "arn": topic}))
	for _, id := range targets {
		require.NoError(t, l.Delete(eventTargetType, id))
	}
	_, err := l.Update(eventRuleType, rule, sim.Values{"name": "failed", "eventPattern": deployFailed, "state": "DISABLED"})
	require.NoError(t, err)
	require.NoError(t, l.Delete(eventRuleType, rule))
}

func TestTargetRefusals(t *testing.T) {
	l := newLab(t)
	l.make(eventRuleType, sim.Values{"name": "rule", "scheduleExpression": "rate(1 hour)"})
	topic := sim.Values{"rule": "rule", "arn": "arn:aws:sns:us-east-2:123456789012:topic"}
	transformer := func(paths map[string]any, template string) sim.Values {
		return sim.Values{"inputTransformer": map[string]any{"inputPaths": paths, "inputTemplate": template}}
	}
	tests := []struct {
		name, want string
		changes    sim.Values
	}{
		{"rule", "ResourceNotFoundException: Rule other does not exist on EventBus default.", sim.Values{"rule": "other"}},
		{"bus", "Event bus other does not exist", sim.Values{"eventBusName": "other"}},
		{"no ARN", "is an invalid ARN", sim.Values{"arn": "topic"}},
		{"service", "does not simulate targets of dynamodb", sim.Values{"arn": "arn:aws:dynamodb:us-east-2:123456789012:table/t"}},
		{"Region", "is not in the rule's Region us-east-2", sim.Values{"arn": "arn:aws:sns:eu-west-1:123456789012:topic"}},
		{"role", "RoleArn is required for target", sim.Values{"arn": "arn:aws:codepipeline:us-east-2:123456789012:pipeline"}},
		{"cluster", "needs ecsTarget", sim.Values{"arn": "arn:aws:ecs:us-east-2:123456789012:cluster/c"}},
		{"ecsTarget", "EcsParameters not valid for target", sim.Values{"ecsTarget": map[string]any{"taskDefinitionArn": "arn:aws:ecs:us-east-2:123456789012:task-definition/t:1"}}},
		{"two inputs", "conflicts with input", sim.Values{"input": `{}`, "inputPath": "$.detail"}},
		{"input", "invalid JSON", sim.Values{"input": "hello"}},
		{"variable", "variable <b> is not among inputPaths", transformer(map[string]any{"a": "$.detail"}, `"<a> <b>"`)},
		{"reserved key", `must not start with "AWS"`, transformer(map[string]any{"AWSa": "$.detail"}, `"x"`)},
		{"path", "a JSON path that begins with $", transformer(map[string]any{"a": "detail"}, `"<a>"`)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { l.refuses(eventTargetType, with(topic, test.changes), test.want) })
	}
	l.make(eventTargetType, with(topic, transformer(map[string]any{"state": "$.detail.state"}, `"<state> by <aws.events.rule-name>"`)))
}

func TestEventPatterns(t *testing.T) {
	good := []string{
		deployFailed, `{"detail":{"a":[{"prefix":"x"},{"exists":false},{"numeric":[">",0,"<=",5]},null,true,3]}}`,
		`{"detail":{"a":[{"anything-but":["x","y"]},{"anything-but":{"prefix":"z"}},{"suffix":{"equals-ignore-case":".PNG"}}]}}`,
		`{"$or":[{"source":["a"]},{"source":["b"]}]}`, `{"detail":{"ip":[{"cidr":"10.0.0.0/24"}],"b":[{"wildcard":"a*b"}]}}`,
	}
	for _, text := range good {
		require.Empty(t, checkEventPattern(text), text)
	}
	bad := map[string]string{
		`[]`: "Filter is not an object", `{}`: "Empty event pattern is not allowed",
		`{"source":"aws.ecs"}`: `"source" must be an object or an array`, `{"source":[]}`: "Empty arrays are not allowed",
		`{"detail":{}}`: "Empty objects are not allowed", `{"a":[{"starts":"x"}]}`: "Unrecognized match type or value: starts",
		`{"a":[{"prefix":"x","suffix":"y"}]}`: "Only one key allowed", `{"a":[{"numeric":["=>",1]}]}`: "numeric",
		`{"a":[{"exists":"yes"}]}`: "exists", `{"$or":[{"a":["b"]}]}`: "at least 2 Objects", `{"a":[["b"]]}`: "Match value must be",
		`{"a":["` + strings.Repeat("b", 2048) + `"]}`: "2048 are allowed",
	}
	for text, want := range bad {
		require.Contains(t, checkEventPattern(text), want, text)
	}
	newLab(t).refuses(eventRuleType, sim.Values{"name": "rule"}, "one of eventPattern, scheduleExpression must be given")
	newLab(t).refuses(eventRuleType, sim.Values{"name": strings.Repeat("a", 65), "eventPattern": deployFailed}, "between 1 and 64 characters")
}

func TestSchedules(t *testing.T) {
	for _, text := range []string{"rate(1 hour)", "rate(5 minutes)", "cron(0 12 * * ? *)", "cron(0/15 8-18 ? * MON-FRI *)"} {
		require.Empty(t, checkSchedule(text), text)
	}
	for _, text := range []string{"rate(1 hours)", "rate(5 minute)", "rate(0 minutes)", "0 12 * * *", "cron(0 12 * * *)", "cron(0 12 * * * *)", "cron(0 12 ? * ? *)"} {
		require.Contains(t, checkSchedule(text), "Parameter ScheduleExpression is not valid.", text)
	}
}

func topicPolicy(resource, action string) string {
	return `{"Version":"2012-10-17","Statement":[{"Sid":"Events","Effect":"Allow","Principal":{"Service":"events.amazonaws.com"},"Action":"` +
		action + `","Resource":"` + resource + `"}]}`
}

func TestTopic(t *testing.T) {
	l := newLab(t)
	id, out := l.make(topicType, sim.Values{"name": "app"})
	require.Equal(t, "arn:aws:sns:us-east-2:123456789012:app", id)
	require.Empty(t, checkPolicy(resourcePolicy)(out.Str("policy")))
	l.refuses(topicType, sim.Values{"name": "a.b"}, "invalid topic name: a.b")
	l.refuses(topicType, sim.Values{"name": "a", "fifoTopic": true}, "ends with .fifo")
	l.refuses(topicType, sim.Values{"name": "a", "contentBasedDeduplication": true}, "content-based deduplication can only be set for FIFO topics")
	l.make(topicType, sim.Values{"name": "a.fifo", "fifoTopic": true, "contentBasedDeduplication": true})
	require.Equal(t, "replace:name", l.edit(topicType, id, sim.Values{"name": "other"}))
	require.Equal(t, "update", l.edit(topicType, id, sim.Values{"name": "app", "displayName": "App"}))

	const policy = "aws:sns/topicPolicy:TopicPolicy"
	l.make(policy, sim.Values{"arn": id, "policy": topicPolicy(id, "sns:Publish")})
	l.refuses(policy, sim.Values{"arn": id, "policy": topicPolicy(id+"2", "sns:Publish")}, "Policy statement resource "+id+"2 must match the topic")
	l.refuses(policy, sim.Values{"arn": id, "policy": topicPolicy(id, "sns:*")}, "Policy statement action out of service scope!")
	l.refuses(policy, sim.Values{"arn": id + "2", "policy": topicPolicy(id, "sns:Publish")}, "NotFound: Topic does not exist")
	l.refuses(policy, sim.Values{"arn": id, "policy": allows(`"Action":"sns:Publish","Resource":"` + id + `"`)}, "Missing required field Principal")
}

func TestSubscriptions(t *testing.T) {
	l := newLab(t)
	topic, _ := l.make(topicType, sim.Values{"name": "app"})
	const typ = "aws:sns/topicSubscription:TopicSubscription"
	in := func(protocol, endpoint string) sim.Values {
		return sim.Values{"topic": topic, "protocol": protocol, "endpoint": endpoint}
	}
	id, out := l.make(typ, in("email", "team@example.com"))
	require.True(t, out.Bool("pendingConfirmation"))
	require.Equal(t, "replace:endpoint", l.edit(typ, id, in("email", "other@example.com")))
	_, out = l.make(typ, in("sqs", "arn:aws:sqs:us-east-2:123456789012:queue"))
	require.False(t, out.Bool("pendingConfirmation"))
	for _, wrong := range [][2]string{
		{"email", "team"}, {"email", "Team <team@example.com>"}, {"https", "http://example.com"}, {"https", "example.com"},
		{"sms", "phone"}, {"lambda", "arn:aws:sqs:us-east-2:123456789012:queue"},
	} {
		l.refuses(typ, in(wrong[0], wrong[1]), "does not fit the protocol "+wrong[0])
	}
	l.refuses(typ, in("mail", "team@example.com"), "expected one of application, email")
	l.refuses(typ, with(in("email", "a@example.com"), sim.Values{"topic": topic + "2"}), "NotFound: Topic does not exist")
	l.refuses(typ, with(in("email", "a@example.com"), sim.Values{"rawMessageDelivery": true}), "does not support raw message delivery")
	l.refuses(typ, in("firehose", "arn:aws:firehose:us-east-2:123456789012:deliverystream/s"), "must contain subscription_role_arn")
}
