package calls

import (
	"fmt"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

const (
	blueGreenDoc = "https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECSbluegreen.html"
	tagTaskDoc   = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/supported-iam-actions-tagging.html"
)

// TaskRoles are the ARNs of the two roles of a task definition; empty for none.
type TaskRoles struct {
	// Execution is the role of the ECS agent, Task that of the code in the containers.
	Execution, Task string
}

func (r TaskRoles) each() []string {
	var given []string
	for _, role := range []string{r.Execution, r.Task} {
		if role != "" && (len(given) == 0 || given[0] != role) {
			given = append(given, role)
		}
	}
	return given
}

// Register is a CodeDeployToECS action: the pipeline reads the artifacts, registers a revision of the family with the
// roles, hands the AppSpec to CodeDeploy, and waits for the deployment.
func Register(w *world.World, p *world.Pipeline, a world.Action, family string, roles TaskRoles) []access.Call {
	role := actor(p, a)
	caller := by{role, blueGreenDoc}
	all := fetchArtifacts(w, p, role, serviceRoleDoc, a)
	all = append(all, caller.may("register the task definition "+family, "*", "ecs:RegisterTaskDefinition")...)
	tag := by{role, tagTaskDoc}.may("tag the task definition "+family, home(p, "ecs", nextRevision(w, family)), "ecs:TagResource")
	all = append(all, given(tag, "ecs:CreateAction", "RegisterTaskDefinition")...)
	all = append(all, passRoles(caller, roles)...)

	name, group := a.Configuration["ApplicationName"], a.Configuration["DeploymentGroupName"]
	application := home(p, "codedeploy", "application:"+name)
	all = append(all, caller.may("register the AppSpec", application,
		"codedeploy:GetApplication", "codedeploy:GetApplicationRevision", "codedeploy:RegisterApplicationRevision")...)
	all = append(all, caller.may("deploy", home(p, "codedeploy", "deploymentgroup:"+name+"/"+group),
		"codedeploy:CreateDeployment", "codedeploy:GetDeployment")...)
	config := home(p, "codedeploy", "deploymentconfig:"+configOf(Group(w, name, group)))
	return append(all, caller.may("deploy", config, "codedeploy:GetDeploymentConfig")...)
}

// passRoles gives the task's roles to ECS, which gives them to the task.
func passRoles(caller by, roles TaskRoles) []access.Call {
	var all []access.Call
	for _, role := range roles.each() {
		pass := caller.may("give the task the role "+nameOf(role), role, "iam:PassRole")
		all = append(all, given(pass, "iam:PassedToService", "ecs-tasks.amazonaws.com")...)
	}
	return all
}

// nextRevision is the resource of the family's coming revision: ECS counts them up.
func nextRevision(w *world.World, family string) string {
	last := 0
	for _, r := range w.Where("aws:ecs/taskDefinition:TaskDefinition", "family", family) {
		last = max(last, int(r.Outputs.Num("revision")))
	}
	return fmt.Sprintf("task-definition/%s:%d", family, last+1)
}

// Group is the record of the application's deployment group, or nil.
func Group(w *world.World, application, group string) *drydock.Record {
	for _, r := range w.Where("aws:codedeploy/deploymentGroup:DeploymentGroup", "deploymentGroupName", group) {
		if r.Attr("appName") == application {
			return r
		}
	}
	return nil
}

// configOf is the group's deployment configuration, for ECS by default the one that shifts all traffic at once.
// https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html
func configOf(group *drydock.Record) string {
	if group == nil || group.Attr("deploymentConfigName") == "" {
		return "CodeDeployDefault.ECSAllAtOnce"
	}
	return group.Attr("deploymentConfigName")
}
