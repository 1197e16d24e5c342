package aws

import (
	"regexp"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// maxTargets: https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
const maxTargets = 5

// eventTargetServices are what a rule can send events to, and whether it needs a role for that.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-targets.html
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html
var eventTargetServices = map[string]bool{
	"codebuild": true, "codepipeline": true, "ecs": true, "events": false, "firehose": true, "kinesis": true,
	"lambda": false, "logs": false, "sns": false, "sqs": false, "ssm": true, "states": true,
}

// eventTarget: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutTargets.html
func eventTarget() *sim.Resource {
	return &sim.Resource{
		Type: eventTargetType,
		Inputs: sim.Fields{
			"arn":              arnField().Required(),
			"deadLetterConfig": sim.Object(sim.Fields{"arn": arnField()}),
			"ecsTarget":        eventECSTarget(),
			"eventBusName":     eventBus(),
			"forceDestroy":     sim.Bool().Default(false),
			"input":            sim.JSON().AtMost(8192),
			"inputPath":        sim.String().AtMost(256).Match(`\$.*`, "a JSON path that begins with $"),
			"inputTransformer": sim.Object(sim.Fields{
				"inputPaths":    sim.Map(sim.String().Match(`\$.*`, "a JSON path that begins with $")),
				"inputTemplate": sim.String().Required().Between(1, 8192),
			}),
			"kinesisTarget": sim.Object(sim.Fields{"partitionKeyPath": sim.String().Between(1, 256)}),
			"retryPolicy": sim.Object(sim.Fields{
				"maximumEventAgeInSeconds": sim.Int().Between(60, 86400),
				"maximumRetryAttempts":     sim.Int().Between(0, 185),
			}),
			"roleArn": arnField(),
			"rule": sim.String().Required().Replaces().
				Refs(eventRuleType, "name", "ResourceNotFoundException: Rule %s does not exist on EventBus default."),
			"sqsTarget": sim.Object(sim.Fields{"messageGroupId": sim.String()}),
			"targetId":  sim.String().Replaces().Computed().Between(1, 64).Match(`[\.\-_A-Za-z0-9]+`, "letters, digits and any of . - _"),
		},
		Validate: validateEventTarget,
		Create:   createEventTarget,
		Update:   func(op *sim.Op) error { return checkTargetRole(op) },
	}
}

func eventECSTarget() *sim.Field {
	return sim.Object(sim.Fields{
		"enableEcsManagedTags": sim.Bool().Default(false),
		"enableExecuteCommand": sim.Bool().Default(false),
		"group":                sim.String().Between(1, 255),
		"launchType":           sim.String().OneOf("EC2", "FARGATE", "EXTERNAL"),
		"networkConfiguration": sim.Object(sim.Fields{
			"assignPublicIp": sim.Bool().Default(false),
			"securityGroups": sim.Set(sim.String()),
			"subnets":        sim.Set(sim.String()).Required(),
		}),
		"platformVersion":   sim.String().AtMost(1600),
		"propagateTags":     sim.String().OneOf("TASK_DEFINITION"),
		"tags":              sim.Tags(),
		"taskCount":         sim.Int().Default(float64(1)).AtLeast(1),
		"taskDefinitionArn": arnField().Required(),
	})
}

func validateEventTarget(c *sim.Check) {
	c.Exclusive("input", "inputPath", "inputTransformer")
	arn := c.In.Str("arn")
	service := arnPart(arn, 2)
	_, known := eventTargetServices[service]
	switch {
	case arn == "":
	case !known:
		c.Fail("arn", "the drydock does not simulate targets of %s: %s", service, arn)
	case service == "ecs" && !c.In.Has("ecsTarget"):
		c.Fail("ecsTarget", "a target that is an ECS cluster needs ecsTarget")
	case service != "ecs" && c.In.Has("ecsTarget"):
		c.Fail("ecsTarget", "Parameter EcsParameters not valid for target %s", arn)
	}
	if c.In.Has("inputTransformer") {
		validateTransformer(c, c.In.Obj("inputTransformer"))
	}
}

var (
	templateVariable = regexp.MustCompile(`<([A-Za-z0-9_.-]+)>`)
	transformerKey   = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)
)

const maxInputPaths = 100

// validateTransformer: https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_InputTransformer.html
func validateTransformer(c *sim.Check, t sim.Values) {
	paths := t.Obj("inputPaths")
	if len(paths) > maxInputPaths {
		c.Fail("inputTransformer.inputPaths", "%d paths: at most %d", len(paths), maxInputPaths)
	}
	for key := range paths {
		if strings.HasPrefix(key, "AWS") || !transformerKey.MatchString(key) {
			c.Fail("inputTransformer.inputPaths."+key, `a key has letters, digits, - and _, and must not start with "AWS"`)
		}
	}
	if sim.IsUnknown(t["inputPaths"]) {
		return
	}
	for _, m := range templateVariable.FindAllStringSubmatch(t.Str("inputTemplate"), -1) {
		if !paths.Has(m[1]) && !strings.HasPrefix(m[1], "aws.events.") {
			c.Fail("inputTransformer.inputTemplate",
				"Invalid InputTemplate for target: variable <%s> is not among inputPaths", m[1])
		}
	}
}

func createEventTarget(op *sim.Op) error {
	if err := checkEventBus(op); err != nil {
		return err
	}
	rule := op.In.Str("rule")
	if !op.In.Has("targetId") {
		op.Out["targetId"] = "terraform-" + fixedDigits(uniqueSuffix)
	}
	op.ID = rule + "-" + op.Out.Str("targetId")
	if len(targetsOf(op, rule)) >= maxTargets {
		return sim.Refuse("LimitExceededException", "The requested resource exceeds the maximum number allowed: %d targets of rule %s.", maxTargets, rule)
	}
	return checkTargetRole(op)
}

// checkTargetRole refuses a target that EventBridge reaches only with a role it was not given.
func checkTargetRole(op *sim.Op) error {
	arn := op.In.Str("arn")
	if eventTargetServices[arnPart(arn, 2)] && !op.In.Has("roleArn") {
		return sim.Refuse("ValidationException", "RoleArn is required for target %s.", arn)
	}
	if region := arnPart(arn, 3); region != op.Region() && arnPart(arn, 2) != "events" {
		return sim.Refuse("ValidationException", "Provided Arn is not in correct format. Reason: target %s is not in the rule's Region %s.", arn, op.Region())
	}
	return nil
}
