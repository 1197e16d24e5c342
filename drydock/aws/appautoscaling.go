package aws

import (
	"fmt"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

const (
	scalableTargetType = "aws:appautoscaling/target:Target"
	scalableTargetDoc  = "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_RegisterScalableTarget.html"
	scalingPolicyDoc   = "https://docs.aws.amazon.com/autoscaling/application/APIReference/API_PutScalingPolicy.html"
)

// scalableIdentity are the three inputs that name what is scaled. The drydock scales ECS services only.
func scalableIdentity() sim.Fields {
	return sim.Fields{
		"serviceNamespace":  sim.String().Required().Replaces().OneOf("ecs"),
		"scalableDimension": sim.String().Required().Replaces().OneOf("ecs:service:DesiredCount"),
		"resourceId": sim.String().Required().Replaces().
			Match(`service/[a-zA-Z0-9_-]+/[a-zA-Z0-9_-]+`, "service/<cluster name>/<service name>").Doc(scalableTargetDoc),
	}
}

func scalableTarget() *sim.Resource {
	inputs := scalableIdentity()
	inputs["minCapacity"] = sim.Int().Required().AtLeast(0)
	inputs["maxCapacity"] = sim.Int().Required().AtLeast(0)
	inputs["roleArn"] = iamRoleRef("ValidationException: The role %s does not exist").Computed()
	inputs["suspendedState"] = sim.Object(sim.Fields{
		"dynamicScalingInSuspended":  sim.Bool().Default(false),
		"dynamicScalingOutSuspended": sim.Bool().Default(false),
		"scheduledScalingSuspended":  sim.Bool().Default(false),
	}).Computed()
	inputs["tags"] = sim.Tags()
	return &sim.Resource{
		Type:    scalableTargetType,
		Inputs:  inputs,
		Outputs: []string{"arn", "tagsAll"},
		Validate: func(c *sim.Check) {
			if c.In.Num("maxCapacity") < c.In.Num("minCapacity") && !sim.IsUnknown(c.In["maxCapacity"]) {
				c.Fail("maxCapacity", "ValidationException: Maximum capacity cannot be less than minimum capacity (%s)", scalableTargetDoc)
			}
		},
		Create: func(op *sim.Op) error {
			op.ID = op.In.Str("resourceId")
			op.Out["arn"] = op.ARN("application-autoscaling", "scalable-target/0ec5"+sim.Hex(28))
			if !op.Out.Has("roleArn") {
				op.Out["roleArn"] = fmt.Sprintf("arn:%s:iam::%s:role/aws-service-role/ecs.application-autoscaling.amazonaws.com/"+
					"AWSServiceRoleForApplicationAutoScaling_ECSService", op.Partition(), op.Account())
			}
			settleTags(op)
			return scaleWithin(op)
		},
		Update: func(op *sim.Op) error { settleTags(op); return scaleWithin(op) },
		Delete: deregisterScalableTarget,
	}
}

// ecsServiceNamed finds the service of "service/<cluster>/<service>", nil if none.
func ecsServiceNamed(cloud *sim.Cloud, scope, resourceID string) *sim.Record {
	for _, s := range cloud.All(ecsServiceType) {
		if s.Scope == scope && strings.HasSuffix(s.ID, ":"+resourceID) {
			return s
		}
	}
	return nil
}

// scaleWithin brings the service's count between the limits at once, as registering a target does.
// https://docs.aws.amazon.com/autoscaling/application/userguide/application-auto-scaling-scaling-activities.html
func scaleWithin(op *sim.Op) error {
	service := ecsServiceNamed(op.Cloud, op.Record.Scope, op.In.Str("resourceId"))
	if service == nil {
		return sim.Refuse("ValidationException", "ECS service doesn't exist: %s", op.In.Str("resourceId"))
	}
	count := service.Outputs.Num("desiredCount")
	within := min(max(count, op.In.Num("minCapacity")), op.In.Num("maxCapacity"))
	if within == count {
		return nil
	}
	return op.Cloud.Put(withCount(service, within))
}

// withCount is the service with another desired count. The record is copied: what the cloud holds is never changed in place.
func withCount(service *sim.Record, count float64) *sim.Record {
	next := copyRecord(service)
	next.Inputs["desiredCount"], next.Outputs["desiredCount"] = count, count
	return next
}

func copyRecord(r *sim.Record) *sim.Record {
	next := *r
	next.Inputs, next.Outputs, next.State = r.Inputs.Copy(), r.Outputs.Copy(), r.State.Copy()
	return &next
}

// deregisterScalableTarget takes the target's policies along.
// https://docs.aws.amazon.com/autoscaling/application/APIReference/API_DeregisterScalableTarget.html
func deregisterScalableTarget(op *sim.Op) error {
	for _, p := range op.Cloud.All(scalingPolicyType) {
		if p.Scope == op.Record.Scope && p.Inputs.Str("resourceId") == op.In.Str("resourceId") {
			if err := op.Cloud.Remove(p); err != nil {
				return err
			}
		}
	}
	return nil
}
