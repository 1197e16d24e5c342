package access

import (
	"maps"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/internal/iam"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

// request is the call with the condition keys that every request has. Those that the call gives itself stay. The time is
// left out, so that a rehearsal does not depend on when it is.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
func (j *Judge) request(c Call) iam.Request {
	caller, _ := world.ParseARN(c.Role)
	owner := j.owner(c, caller)
	context := map[string][]string{
		"aws:SecureTransport":       {"true"},
		"aws:ViaAWSService":         {"false"},
		"aws:PrincipalIsAWSService": {"false"},
	}
	set := func(key, value string) {
		if value != "" {
			context[key] = []string{value}
		}
	}
	if isService(c.Role) {
		set("aws:PrincipalIsAWSService", "true")
		set("aws:PrincipalServiceName", c.Role)
	} else {
		set("aws:PrincipalArn", c.Role)
		set("aws:PrincipalAccount", caller.Account)
		set("aws:PrincipalType", "AssumedRole")
		tags(set, "aws:PrincipalTag/", j.world.Find(roleType, "arn", c.Role))
	}
	set("aws:RequestedRegion", j.region(c.Resource))
	set("aws:ResourceAccount", owner)
	tags(set, "aws:ResourceTag/", j.record(c.Resource))
	override(context, c.Context)

	request := iam.Request{Principal: c.Role, Action: c.Action, Resource: c.Resource, Context: context}
	if !isService(c.Role) {
		request.ResourceAccount = owner
	}
	return request
}

// override puts the call's own keys over the others; keys compare without case.
func override(context, own map[string][]string) {
	for key := range own {
		maps.DeleteFunc(context, func(k string, _ []string) bool { return strings.EqualFold(k, key) })
	}
	maps.Copy(context, own)
}

func tags(set func(key, value string), prefix string, r *drydock.Record) {
	if r == nil {
		return
	}
	all := r.Outputs.Obj("tagsAll")
	if len(all) == 0 {
		all = r.Inputs.Obj("tags")
	}
	for key := range all {
		set(prefix+key, all.Str(key))
	}
}

// isService tells a service from a role: only the latter has an ARN.
func isService(caller string) bool { return !strings.HasPrefix(caller, "arn:") }

// owner is the account that the resource is in. The ARN of a bucket does not tell it, its record does.
func (j *Judge) owner(c Call, caller world.ARN) string {
	if c.ResourceAccount != "" {
		return c.ResourceAccount
	}
	if arn, ok := world.ParseARN(c.Resource); ok && arn.Account != "" {
		return arn.Account
	}
	if r := j.record(c.Resource); r != nil {
		account, _, _ := strings.Cut(r.Scope, "/")
		return account
	}
	return caller.Account
}

// region is where the request goes: the resource's region, or for what has none the region of the pipelines. IAM is
// served in one region only.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-requestedregion
func (j *Judge) region(resource string) string {
	arn, _ := world.ParseARN(resource)
	switch {
	case arn.Region != "":
		return arn.Region
	case arn.Service == "iam":
		return "us-east-1"
	}
	if r := j.record(resource); r != nil && r.Attr("region") != "" {
		return r.Attr("region")
	}
	for _, p := range j.world.Pipelines() {
		if arn, ok := world.ParseARN(p.ARN); ok {
			return arn.Region
		}
	}
	return ""
}

// resourceTypes are the types of the records that calls are on, by the ARN's service.
var resourceTypes = map[string][]string{
	"codebuild":            {"aws:codebuild/project:Project"},
	"codecommit":           {"aws:codecommit/repository:Repository"},
	"codedeploy":           {"aws:codedeploy/application:Application", "aws:codedeploy/deploymentGroup:DeploymentGroup"},
	"codepipeline":         {"aws:codepipeline/pipeline:Pipeline"},
	"codestar-connections": {"aws:codestarconnections/connection:Connection"},
	"codeconnections":      {"aws:codeconnections/connection:Connection"},
	"ecr":                  {"aws:ecr/repository:Repository"},
	"ecs": {
		"aws:ecs/cluster:Cluster", "aws:ecs/service:Service", "aws:ecs/taskDefinition:TaskDefinition",
	},
	"elasticloadbalancing": {
		"aws:lb/listener:Listener", "aws:lb/listenerRule:ListenerRule", "aws:lb/targetGroup:TargetGroup",
	},
	"iam":            {roleType, policyType},
	"kms":            {"aws:kms/key:Key"},
	"lambda":         {"aws:lambda/function:Function"},
	"logs":           {"aws:cloudwatch/logGroup:LogGroup"},
	"s3":             {"aws:s3/bucketV2:BucketV2", "aws:s3/bucket:Bucket"},
	"secretsmanager": {"aws:secretsmanager/secret:Secret"},
	"sns":            {"aws:sns/topic:Topic"},
	"ssm":            {"aws:ssm/parameter:Parameter"},
}

// record is the record of the resource, or nil; that of an object is its bucket's, that of a log stream its group's.
func (j *Judge) record(resource string) *drydock.Record {
	arn, ok := world.ParseARN(resource)
	if !ok {
		return nil
	}
	switch arn.Service {
	case "s3":
		resource, _, _ = strings.Cut(resource, "/")
	case "logs":
		resource, _, _ = strings.Cut(resource, ":log-stream:")
	}
	for _, typ := range resourceTypes[arn.Service] {
		for _, attribute := range []string{"arn", "id"} { // of ECS services the id is the ARN
			if r := j.world.Find(typ, attribute, resource); r != nil {
				return r
			}
		}
	}
	return nil
}
