package pulumi

import (
	"slices"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
)

// passed are the properties of each type that name the role which a service then acts by, and that service. Who creates or
// changes such a thing passes the role.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html
var passed = map[string]struct {
	service    string
	properties []string
}{
	"aws:appautoscaling/target:Target":               {"application-autoscaling.amazonaws.com", []string{"roleArn"}},
	"aws:cloudwatch/eventTarget:EventTarget":         {"events.amazonaws.com", []string{"roleArn"}},
	"aws:codebuild/project:Project":                  {"codebuild.amazonaws.com", []string{"serviceRole"}},
	"aws:codedeploy/deploymentGroup:DeploymentGroup": {"codedeploy.amazonaws.com", []string{"serviceRoleArn"}},
	"aws:codepipeline/pipeline:Pipeline":             {"codepipeline.amazonaws.com", []string{"roleArn"}},
	"aws:ecs/taskDefinition:TaskDefinition":          {"ecs-tasks.amazonaws.com", []string{"executionRoleArn", "taskRoleArn"}},
	"aws:eks/cluster:Cluster":                        {"eks.amazonaws.com", []string{"roleArn"}},
	"aws:eks/nodeGroup:NodeGroup":                    {"eks.amazonaws.com", []string{"nodeRoleArn"}},
	"aws:lambda/function:Function":                   {"lambda.amazonaws.com", []string{"role"}},
}

// passes are the calls by which the record's roles are passed.
func passes(was, next *drydock.Record, name string) []access.Call {
	of, ok := passed[next.Type]
	if !ok {
		return nil
	}
	var roles []string
	for _, property := range of.properties {
		roles = append(roles, next.Inputs.Str(property))
	}
	for _, stage := range next.Inputs.Objs("stages") { // a pipeline's
		for _, action := range stage.Objs("actions") {
			roles = append(roles, action.Str("roleArn"))
		}
	}
	slices.Sort(roles)
	var calls []access.Call
	for _, role := range slices.Compact(roles) {
		if role == "" {
			continue
		}
		calls = append(calls, access.Call{
			Action: "iam:PassRole", Resource: role, Why: "give " + name + " its role", Context: map[string][]string{"iam:PassedToService": {of.service}},
			Doc: "https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_passrole.html",
		})
	}
	return calls
}
