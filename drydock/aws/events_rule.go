package aws

import (
	"regexp"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// defaultBus is the event bus that every account has, to which AWS's services send their events.
const defaultBus = "default"

// eventBus is an input that takes an event bus. The drydock has the default one alone.
func eventBus() *sim.Field {
	return sim.String().Replaces().Default(defaultBus)
}

func checkEventBus(op *sim.Op) error {
	bus := op.In.Str("eventBusName")
	if bus == defaultBus || bus == op.ARN("events", "event-bus/default") {
		return nil
	}
	return sim.Refuse("ResourceNotFoundException", "Event bus %s does not exist (the drydock has the default event bus alone).", bus)
}

// eventRule: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html
func eventRule() *sim.Resource {
	name := func(max float64) *sim.Field {
		return sim.String().Replaces().Computed().Between(1, max).Match(`[\.\-_A-Za-z0-9]+`, "letters, digits and any of . - _").
			Doc("https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutRule.html")
	}
	return &sim.Resource{
		Type:     eventRuleType,
		AutoName: &sim.AutoName{Field: "name", Max: 64},
		Inputs: sim.Fields{
			"description":        sim.String().AtMost(512),
			"eventBusName":       eventBus(),
			"eventPattern":       sim.JSON().Check(checkEventPattern),
			"forceDestroy":       sim.Bool().Default(false),
			"isEnabled":          sim.Bool().Computed(),
			"name":               name(64),
			"namePrefix":         name(64 - uniqueSuffix),
			"roleArn":            arnField(),
			"scheduleExpression": sim.String().AtMost(256).Check(checkSchedule),
			"state":              sim.String().Computed().OneOf("ENABLED", "DISABLED", "ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS"),
			"tags":               sim.Tags(),
		},
		Outputs: []string{"arn", "tagsAll"},
		Validate: func(c *sim.Check) {
			c.Exclusive("name", "namePrefix")
			c.Exclusive("isEnabled", "state")
			if !c.In.Has("eventPattern") && !c.In.Has("scheduleExpression") {
				c.Fail("eventPattern", "one of eventPattern, scheduleExpression must be given")
			}
		},
		Create: createEventRule,
		Update: func(op *sim.Op) error { settleTags(op); settleRuleState(op); return nil },
		Delete: deleteEventRule,
	}
}

func createEventRule(op *sim.Op) error {
	if err := checkEventBus(op); err != nil {
		return err
	}
	op.ID = settleName(op)
	if op.Cloud.Get(eventRuleType, op.Record.Scope, op.ID) != nil {
		return sim.Refuse("ResourceAlreadyExistsException", "a rule named %s exists on the event bus already: PutRule would take it over", op.ID)
	}
	op.Out["arn"] = op.ARN("events", "rule/"+op.ID)
	settleTags(op)
	settleRuleState(op)
	return nil
}

// settleRuleState keeps the two forms of the same switch in step.
func settleRuleState(op *sim.Op) {
	switch {
	case op.In.Has("state"):
		op.Out["isEnabled"] = op.In.Str("state") != "DISABLED"
	case op.In.Has("isEnabled") && !op.In.Bool("isEnabled"):
		op.Out["state"] = "DISABLED"
	case op.In.Has("isEnabled") || !op.Out.Has("state"):
		op.Out["isEnabled"], op.Out["state"] = true, "ENABLED"
	}
}

// deleteEventRule: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_DeleteRule.html
func deleteEventRule(op *sim.Op) error {
	if len(targetsOf(op, op.ID)) > 0 {
		return sim.Refuse("ValidationException", "Rule can't be deleted since it has targets.")
	}
	return nil
}

// targetsOf are the targets of a rule.
func targetsOf(op *sim.Op, rule string) []*sim.Record {
	var out []*sim.Record
	for _, r := range inRegion(op, eventTargetType) {
		if r.Attr("rule") == rule {
			out = append(out, r)
		}
	}
	return out
}

var (
	rateExpression = regexp.MustCompile(`^rate\((\d+) (minutes?|hours?|days?)\)$`)
	cronField      = regexp.MustCompile(`^[0-9A-Z,*?/#LW-]+$`)
)

// checkSchedule: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-scheduled-rule-pattern.html
func checkSchedule(v any) string {
	const invalid = "ValidationException: Parameter ScheduleExpression is not valid."
	text := v.(string)
	if m := rateExpression.FindStringSubmatch(text); m != nil {
		if m[1] == "0" || (m[1] == "1") == strings.HasSuffix(m[2], "s") {
			return invalid + " A rate is a positive number, with a singular unit for 1 and a plural one otherwise: rate(1 hour), rate(5 minutes)"
		}
		return ""
	}
	inner, isCron := strings.CutPrefix(text, "cron(")
	inner, closed := strings.CutSuffix(inner, ")")
	fields := strings.Fields(inner)
	if !isCron || !closed || len(fields) != 6 {
		return invalid + " It is rate(value unit) or cron(minutes hours day-of-month month day-of-week year)"
	}
	for _, f := range fields {
		if !cronField.MatchString(strings.ToUpper(f)) {
			return invalid + " cron field " + f
		}
	}
	if (fields[2] == "?") == (fields[4] == "?") {
		return invalid + " Exactly one of day-of-month and day-of-week is ?"
	}
	return ""
}
