package aws

import (
	"fmt"
	"math"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

const putMetricAlarmDoc = "https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html"

var comparisons = []string{
	"GreaterThanOrEqualToThreshold", "GreaterThanThreshold", "LessThanThreshold", "LessThanOrEqualToThreshold",
	"LessThanLowerOrGreaterThanUpperThreshold", "LessThanLowerThreshold", "GreaterThanUpperThreshold",
}

var statistics = []string{"SampleCount", "Average", "Sum", "Minimum", "Maximum"}

// metricUnits: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDatum.html
var metricUnits = []string{
	"Seconds", "Microseconds", "Milliseconds", "Bytes", "Kilobytes", "Megabytes", "Gigabytes", "Terabytes", "Bits",
	"Kilobits", "Megabits", "Gigabits", "Terabits", "Percent", "Count", "Bytes/Second", "Kilobytes/Second",
	"Megabytes/Second", "Gigabytes/Second", "Terabytes/Second", "Bits/Second", "Kilobits/Second", "Megabits/Second",
	"Gigabits/Second", "Terabits/Second", "Count/Second", "None",
}

// extendedStatistic: https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Statistics-definitions.html
const extendedStatistic = `(p|tm|wm|tc|ts)(\d{1,2}(\.\d{1,10})?|100)|IQM|(TM|WM|PR|TC|TS)\((\d+(\.\d+)?%?)?:(\d+(\.\d+)?%?)?\)`

// metricAlarm: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
func metricAlarm() *sim.Resource {
	return &sim.Resource{
		Type:     metricAlarmType,
		AutoName: &sim.AutoName{Field: "name", Max: 255},
		Inputs: sim.Fields{
			"actionsEnabled":     sim.Bool().Default(true),
			"alarmActions":       alarmActions(),
			"alarmDescription":   sim.String().AtMost(1024),
			"comparisonOperator": sim.String().Required().OneOf(comparisons...),
			"datapointsToAlarm":  sim.Int().AtLeast(1),
			"dimensions":         metricDimensions(),
			"evaluateLowSampleCountPercentiles": sim.String().Computed().
				OneOf("evaluate", "ignore"),
			"evaluationPeriods":       sim.Int().Required().AtLeast(1),
			"extendedStatistic":       sim.String().Match(extendedStatistic, "a percentile such as p99 or another extended statistic"),
			"insufficientDataActions": alarmActions(),
			"metricName":              sim.String().Between(1, 255),
			"metricQueries":           sim.Set(metricQuery()).AtMost(20),
			"name":                    sim.String().Replaces().Between(1, 255),
			"namespace":               metricNamespace(),
			"okActions":               alarmActions(),
			"period":                  metricPeriod(10, 20, 30),
			"statistic":               sim.String().OneOf(statistics...),
			"tags":                    sim.Tags(),
			"threshold":               sim.Number(),
			"thresholdMetricId":       sim.String().Between(1, 255),
			"treatMissingData":        sim.String().Default("missing").OneOf("breaching", "notBreaching", "ignore", "missing"),
			"unit":                    sim.String().OneOf(metricUnits...),
		},
		Outputs:  []string{"arn", "tagsAll"},
		Validate: validateMetricAlarm,
		Create: func(op *sim.Op) error {
			op.ID = op.In.Str("name")
			op.Out["arn"] = op.ARN("cloudwatch", "alarm:"+op.ID)
			if !op.In.Has("evaluateLowSampleCountPercentiles") {
				op.Out["evaluateLowSampleCountPercentiles"] = ""
			}
			settleTags(op)
			return checkAlarmActions(op)
		},
		Update: func(op *sim.Op) error { settleTags(op); return checkAlarmActions(op) },
		Delete: deleteAlarm,
	}
}

func metricDimensions() *sim.Field {
	return sim.Map(sim.String().Between(1, 1024)).Check(func(v any) string {
		if n := len(v.(map[string]any)); n > 30 {
			return fmt.Sprintf("%d dimensions: an alarm has at most 30", n)
		}
		return ""
	}).Doc(putMetricAlarmDoc)
}

func metricNamespace() *sim.Field {
	return sim.String().Between(1, 255).Match(`[^:].*`, "a namespace that does not begin with a colon")
}

// metricPeriod is in seconds: a multiple of 60, or one of those for metrics of high resolution.
func metricPeriod(short ...float64) *sim.Field {
	return sim.Int().Doc(putMetricAlarmDoc).Check(func(v any) string {
		n := v.(float64)
		for _, s := range short {
			if n == s {
				return ""
			}
		}
		if n < 60 || math.Mod(n, 60) != 0 {
			return fmt.Sprintf("%v is no period: one of %v, or a multiple of 60 seconds", n, short)
		}
		return ""
	})
}

func metricQuery() *sim.Field {
	return sim.Object(sim.Fields{
		"accountId":  sim.String().Between(1, 255),
		"expression": sim.String().Between(1, 1024),
		"id": sim.String().Required().Between(1, 255).
			Match(`[a-z][A-Za-z0-9_]*`, "an id that begins with a lower-case letter and holds letters, digits and underscores"),
		"label": sim.String(),
		"metric": sim.Object(sim.Fields{
			"dimensions": metricDimensions(),
			"metricName": sim.String().Required().Between(1, 255),
			"namespace":  metricNamespace(),
			"period":     metricPeriod(1, 5, 10, 20, 30).Required(),
			"stat":       sim.String().Required().Match(strings.Join(statistics, "|")+"|"+extendedStatistic, "a statistic"),
			"unit":       sim.String().OneOf(metricUnits...),
		}),
		"period":     metricPeriod(1, 5, 10, 20, 30),
		"returnData": sim.Bool().Default(false),
	})
}

func validateMetricAlarm(c *sim.Check) {
	c.Exclusive("statistic", "extendedStatistic")
	c.Exclusive("threshold", "thresholdMetricId")
	c.Exclusive("metricName", "metricQueries")
	switch {
	case c.In.Has("metricName"):
		c.OneOf("statistic", "extendedStatistic")
		for _, name := range []string{"namespace", "period"} {
			if !c.In.Has(name) {
				c.Fail(name, "an alarm on a metric needs %s (%s)", name, putMetricAlarmDoc)
			}
		}
	case c.In.Has("metricQueries"):
		validateMetricQueries(c)
	default:
		c.Fail("metricName", "one of metricName, metricQueries must be given (%s)", putMetricAlarmDoc)
	}
	if !c.In.Has("threshold") && !c.In.Has("thresholdMetricId") {
		c.Fail("threshold", "one of threshold, thresholdMetricId must be given (%s)", putMetricAlarmDoc)
	}
	band := strings.Contains(c.In.Str("comparisonOperator"), "Upper") || strings.Contains(c.In.Str("comparisonOperator"), "LowerThreshold")
	if c.In.Has("comparisonOperator") && !sim.IsUnknown(c.In["comparisonOperator"]) && band != c.In.Has("thresholdMetricId") {
		c.Fail("comparisonOperator", "%s is for alarms on anomaly detection, which have a thresholdMetricId, and those have no other",
			c.In.Str("comparisonOperator"))
	}
	if m, n := c.In.Num("datapointsToAlarm"), c.In.Num("evaluationPeriods"); n > 0 && m > n {
		c.Fail("datapointsToAlarm", "%v is more than the %v evaluationPeriods", m, n)
	}
	if span := c.In.Num("period") * c.In.Num("evaluationPeriods"); span > maxEvaluation(c.In.Num("period")) {
		c.Fail("evaluationPeriods", "period times evaluationPeriods is %v seconds: at most one day, or seven where the period is an hour or more (%s)",
			span, putMetricAlarmDoc)
	}
}

// maxEvaluation is how long an alarm can look back, in seconds.
func maxEvaluation(period float64) float64 {
	if period >= 3600 {
		return 7 * 86400
	}
	return 86400
}

func validateMetricQueries(c *sim.Check) {
	for _, name := range []string{"dimensions", "extendedStatistic", "namespace", "period", "statistic"} {
		if c.In.Has(name) {
			c.Fail(name, "conflicts with metricQueries: give it in the query's metric")
		}
	}
	returned := 0
	ids := map[string]bool{}
	for _, q := range c.In.Objs("metricQueries") {
		if q.Has("expression") == q.Has("metric") {
			c.Fail("metricQueries", "query %q: give exactly one of expression and metric", q.Str("id"))
		}
		if ids[q.Str("id")] {
			c.Fail("metricQueries", "id %q is given twice", q.Str("id"))
		}
		ids[q.Str("id")] = true
		if q.Bool("returnData") {
			returned++
		}
	}
	wanted := 1
	if c.In.Has("thresholdMetricId") {
		wanted = 2 // the metric and its band
	}
	if !sim.IsUnknown(c.In["metricQueries"]) && returned != wanted {
		c.Fail("metricQueries", "%d queries have returnData: exactly %d must (%s)", returned, wanted, putMetricAlarmDoc)
	}
}
