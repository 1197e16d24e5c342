package aws

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

const scalingPolicyType = "aws:appautoscaling/policy:Policy"

func scalingPolicy() *sim.Resource {
	inputs := scalableIdentity()
	inputs["name"] = sim.String().Required().Replaces().Between(1, 255)
	inputs["policyType"] = sim.String().OneOf("StepScaling", "TargetTrackingScaling").Default("StepScaling").Doc(scalingPolicyDoc)
	inputs["stepScalingPolicyConfiguration"] = sim.Object(sim.Fields{
		"adjustmentType":         sim.String().OneOf("ChangeInCapacity", "PercentChangeInCapacity", "ExactCapacity"),
		"cooldown":               sim.Int().AtLeast(0),
		"metricAggregationType":  sim.String().OneOf("Average", "Minimum", "Maximum"),
		"minAdjustmentMagnitude": sim.Int(),
		"stepAdjustments": sim.Set(sim.Object(sim.Fields{
			"metricIntervalLowerBound": sim.String(), "metricIntervalUpperBound": sim.String(), "scalingAdjustment": sim.Int().Required(),
		})),
	})
	inputs["targetTrackingScalingPolicyConfiguration"] = sim.Object(sim.Fields{
		"targetValue":      sim.Number().Required(),
		"disableScaleIn":   sim.Bool().Default(false),
		"scaleInCooldown":  sim.Int().AtLeast(0),
		"scaleOutCooldown": sim.Int().AtLeast(0),
		"predefinedMetricSpecification": sim.Object(sim.Fields{
			"predefinedMetricType": sim.String().Required().
				OneOf("ECSServiceAverageCPUUtilization", "ECSServiceAverageMemoryUtilization", "ALBRequestCountPerTarget").
				Doc("https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PredefinedMetricSpecification.html"),
			"resourceLabel": sim.String().AtMost(1023),
		}),
		"customizedMetricSpecification": customizedMetric(),
	})
	return &sim.Resource{
		Type:     scalingPolicyType,
		AutoName: &sim.AutoName{Field: "name", Max: 255},
		Inputs:   inputs,
		Outputs:  []string{"arn", "alarmArns"},
		Identity: "arn", // the id is the name, which each scaled resource may use
		Validate: validateScalingPolicy,
		Create:   createScalingPolicy,
		Update:   func(op *sim.Op) error { return scalableTargetExists(op) },
	}
}

// customizedMetric: https://docs.aws.amazon.com/autoscaling/application/APIReference/API_CustomizedMetricSpecification.html
func customizedMetric() *sim.Field {
	dimensions := func() *sim.Field {
		return sim.Set(sim.Object(sim.Fields{"name": sim.String().Required(), "value": sim.String().Required()}))
	}
	return sim.Object(sim.Fields{
		"metricName": sim.String(),
		"namespace":  sim.String(),
		"statistic":  sim.String().OneOf("Average", "Minimum", "Maximum", "SampleCount", "Sum"),
		"unit":       sim.String(),
		"dimensions": dimensions(),
		"metrics": sim.Set(sim.Object(sim.Fields{
			"id":         sim.String().Required().Between(1, 255),
			"expression": sim.String().Between(1, 2047),
			"label":      sim.String().Between(1, 2047),
			"returnData": sim.Bool().Default(true),
			"metricStat": sim.Object(sim.Fields{
				"metric": sim.Object(sim.Fields{
					"metricName": sim.String().Required(), "namespace": sim.String().Required(), "dimensions": dimensions(),
				}).Required(),
				"stat": sim.String().Required().Between(1, 100),
				"unit": sim.String(),
			}),
		})),
	})
}

var albResourceLabel = regexp.MustCompile(`^app/[^/]+/[0-9a-f]+/targetgroup/[^/]+/[0-9a-f]+$`)

func validateScalingPolicy(c *sim.Check) {
	configurations := map[string]string{
		"StepScaling": "stepScalingPolicyConfiguration", "TargetTrackingScaling": "targetTrackingScalingPolicyConfiguration",
	}
	for policyType, key := range configurations {
		if (c.In.Str("policyType") == policyType) != c.In.Has(key) && c.In.Str("policyType") != "" {
			c.Fail(key, "ValidationException: goes with policyType %s, and only with it (%s)", policyType, scalingPolicyDoc)
		}
	}
	tracking := c.In.Obj("targetTrackingScalingPolicyConfiguration")
	const path = "targetTrackingScalingPolicyConfiguration"
	if len(tracking) > 0 && tracking.Has("predefinedMetricSpecification") == tracking.Has("customizedMetricSpecification") {
		c.Fail(path, "ValidationException: give one of predefinedMetricSpecification and customizedMetricSpecification (%s)", scalingPolicyDoc)
	}
	metric := tracking.Obj("predefinedMetricSpecification")
	label, labelled := metric["resourceLabel"].(string)
	switch alb := metric.Str("predefinedMetricType") == "ALBRequestCountPerTarget"; {
	case alb && !metric.Has("resourceLabel"), alb && labelled && !albResourceLabel.MatchString(label):
		c.Fail(path+".predefinedMetricSpecification.resourceLabel",
			"ValidationException: ALBRequestCountPerTarget wants app/<load balancer>/<id>/targetgroup/<target group>/<id>, got %q", label)
	case !alb && labelled:
		c.Fail(path+".predefinedMetricSpecification.resourceLabel", "ValidationException: goes with ALBRequestCountPerTarget only")
	}
}

func scalableTargetExists(op *sim.Op) error {
	for _, t := range op.Cloud.All(scalableTargetType) {
		if t.Scope == op.Record.Scope && t.ID == op.In.Str("resourceId") {
			return nil
		}
	}
	return sim.Refuse("ObjectNotFoundException", "No scalable target found for service namespace: %s, resource ID: %s, scalable dimension: %s",
		op.In.Str("serviceNamespace"), op.In.Str("resourceId"), op.In.Str("scalableDimension"))
}

func createScalingPolicy(op *sim.Op) error {
	if err := scalableTargetExists(op); err != nil {
		return err
	}
	name, resource := op.In.Str("name"), op.In.Str("resourceId")
	if slices.ContainsFunc(op.Cloud.All(scalingPolicyType), func(p *sim.Record) bool {
		return p.Scope == op.Record.Scope && p.Inputs.Str("name") == name && p.Inputs.Str("resourceId") == resource
	}) {
		return fmt.Errorf("%s has a policy named %s already; PutScalingPolicy would overwrite it (%s)", resource, name, scalingPolicyDoc)
	}
	op.ID = name
	// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsautoscaling.html
	op.Out["arn"] = op.ARN("autoscaling", fmt.Sprintf("scalingPolicy:%s:resource/ecs/%s:policyName/%s", uuid(), resource, name))
	op.Out["alarmArns"] = trackingAlarms(op, resource)
	return nil
}

// trackingAlarms are the two alarms that target tracking makes for itself.
func trackingAlarms(op *sim.Op, resource string) []any {
	alarms := []any{}
	if op.In.Str("policyType") == "TargetTrackingScaling" {
		for _, kind := range []string{"AlarmHigh", "AlarmLow"} {
			alarms = append(alarms, op.ARN("cloudwatch", fmt.Sprintf("alarm:TargetTracking-%s-%s-%s", resource, kind, uuid())))
		}
	}
	return alarms
}

// uuid is a random identifier as AWS prints it.
func uuid() string {
	h := sim.Hex(32)
	return fmt.Sprintf("%s-%s-%s-%s-%s", h[:8], h[8:12], h[12:16], h[16:20], h[20:])
}
