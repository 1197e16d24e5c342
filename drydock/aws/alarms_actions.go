package aws

import (
	"regexp"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// ec2Automate is an action on the instance that a metric is of, which is no ARN of anything.
var ec2Automate = regexp.MustCompile(`^arn:[\w-]+:automate:[\w-]+:ec2:(reboot|recover|stop|terminate)$`)

// alarmActionServices are what an alarm can act on.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutMetricAlarm.html
var alarmActionServices = []string{"sns", "lambda", "autoscaling", "ssm", "ssm-incidents", "swf", "aiops"}

func alarmActions() *sim.Field {
	return sim.Set(sim.String().Between(1, 1024).Check(func(v any) string {
		arn := v.(string)
		if ec2Automate.MatchString(arn) || arnForm.MatchString(arn) && contains(alarmActionServices, arnPart(arn, 2)) {
			return ""
		}
		return arn + " is no action of an alarm: the ARN of an SNS topic, a Lambda function, a scaling policy or an SSM item"
	})).AtMost(5).Doc(putMetricAlarmDoc)
}

// checkAlarmActions refuses actions in another Region. CloudWatch does not ask whether the action's target exists.
func checkAlarmActions(op *sim.Op) error {
	for _, field := range []string{"alarmActions", "okActions", "insufficientDataActions"} {
		for _, arn := range op.In.Strs(field) {
			if region := arnPart(arn, 3); !ec2Automate.MatchString(arn) && region != op.Region() {
				return sim.Refuse("ValidationError", "Invalid region %s specified. Only %s is supported.", region, op.Region())
			}
		}
	}
	return nil
}

// compositeAlarm: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutCompositeAlarm.html
func compositeAlarm() *sim.Resource {
	return &sim.Resource{
		Type: compositeType,
		Inputs: sim.Fields{
			"actionsEnabled": sim.Bool().Default(true).Replaces(),
			"actionsSuppressor": sim.Object(sim.Fields{
				"alarm":           sim.String().Required().Between(1, 1600),
				"extensionPeriod": sim.Int().Required().AtLeast(0),
				"waitPeriod":      sim.Int().Required().AtLeast(0),
			}),
			"alarmActions":            alarmActions(),
			"alarmDescription":        sim.String().AtMost(1024),
			"alarmName":               sim.String().Required().Replaces().Between(1, 255),
			"alarmRule":               sim.String().Required().Between(1, 10240),
			"insufficientDataActions": alarmActions(),
			"okActions":               alarmActions(),
			"tags":                    sim.Tags(),
		},
		Outputs: []string{"arn", "tagsAll"},
		Create: func(op *sim.Op) error {
			op.ID = op.In.Str("alarmName")
			op.Out["arn"] = op.ARN("cloudwatch", "alarm:"+op.ID)
			settleTags(op)
			return checkComposite(op)
		},
		Update: func(op *sim.Op) error { settleTags(op); return checkComposite(op) },
		Delete: deleteAlarm,
	}
}

var (
	alarmState = regexp.MustCompile(`\b(ALARM|OK|INSUFFICIENT_DATA)\(\s*"?([^")]+?)"?\s*\)`)
	alarmLogic = regexp.MustCompile(`^(\(|\)|\s|AND|OR|NOT|TRUE|FALSE|@)*$`)
)

// checkComposite refuses a rule that is malformed or names an alarm that does not exist.
func checkComposite(op *sim.Op) error {
	if err := checkAlarmActions(op); err != nil {
		return err
	}
	rule := op.In.Str("alarmRule")
	rest := alarmState.ReplaceAllString(rule, "@")
	if !alarmLogic.MatchString(rest) || strings.Count(rest, "(") != strings.Count(rest, ")") {
		return sim.Refuse("ValidationError", "AlarmRule must not contain syntax errors: %s", rule)
	}
	for _, m := range alarmState.FindAllStringSubmatch(rule, -1) {
		if !alarmExists(op, m[2]) {
			return sim.Refuse("ValidationError", "Alarm names in AlarmRule must exist: %s", m[2])
		}
	}
	return nil
}

// alarmExists tells whether there is an alarm with the name or ARN.
func alarmExists(op *sim.Op, name string) bool {
	for _, typ := range []string{metricAlarmType, compositeType} {
		if named(op, typ, "id", name) != nil || named(op, typ, "arn", name) != nil {
			return true
		}
	}
	return false
}

// deleteAlarm refuses to delete an alarm that a composite alarm looks at.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DeleteAlarms.html
func deleteAlarm(op *sim.Op) error {
	for _, r := range inRegion(op, compositeType) {
		for _, m := range alarmState.FindAllStringSubmatch(r.Attr("alarmRule"), -1) {
			if m[2] == op.ID || m[2] == op.Out.Str("arn") {
				return sim.Refuse("ValidationError", "Alarm %s cannot be deleted as it is referenced by composite alarm %s", op.ID, r.ID)
			}
		}
	}
	return nil
}

// dashboard: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_PutDashboard.html
func dashboard() *sim.Resource {
	return &sim.Resource{
		Type: "aws:cloudwatch/dashboard:Dashboard",
		Inputs: sim.Fields{
			"dashboardBody": sim.JSON().Required().Check(checkDashboard),
			"dashboardName": sim.String().Required().Replaces().Between(1, 255).Match(`[A-Za-z0-9_-]+`, "letters, digits, hyphens and underscores"),
		},
		Outputs: []string{"dashboardArn"},
		Create: func(op *sim.Op) error {
			op.ID = op.In.Str("dashboardName")
			op.Out["dashboardArn"] = "arn:" + op.Partition() + ":cloudwatch::" + op.Account() + ":dashboard/" + op.ID
			return nil
		},
	}
}

// checkDashboard: https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/CloudWatch-Dashboard-Body-Structure.html
func checkDashboard(v any) string {
	var body struct {
		Widgets []struct {
			Type       string         `json:"type"`
			Properties map[string]any `json:"properties"`
		} `json:"widgets"`
	}
	if err := decodeJSON(v.(string), &body); err != nil {
		return "The dashboard body is invalid: " + err.Error()
	}
	if body.Widgets == nil {
		return "The dashboard body is invalid: it has no list of widgets"
	}
	for _, w := range body.Widgets {
		if !contains([]string{"metric", "text", "log", "alarm", "explorer"}, w.Type) || w.Properties == nil {
			return "The dashboard body is invalid: a widget has a type (metric, text, log, alarm, explorer) and properties"
		}
	}
	return ""
}
