package calls

import (
	"slices"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

// part is what a role does in a release.
type part string

const (
	conducts  part = "pipeline"  // of the pipeline and its actions
	starts    part = "start"     // of a rule that starts the pipeline
	builds    part = "build"     // of a CodeBuild project
	deploys   part = "deploy"    // of a deployment group
	launches  part = "execution" // of the ECS agent
	runs      part = "task"      // of the containers
	deploysTo part = "cluster"   // that a build takes on, to enter a cluster
	proposes  part = "proposal"  // of a CodeBuild project that pull requests run
)

// services are the only ones that may take on a role of the part; a part without one is taken on by roles.
var services = map[part]string{
	conducts: "codepipeline.amazonaws.com", starts: "events.amazonaws.com", builds: "codebuild.amazonaws.com",
	deploys: "codedeploy.amazonaws.com", launches: "ecs-tasks.amazonaws.com", runs: "ecs-tasks.amazonaws.com",
	proposes: "codebuild.amazonaws.com", provisions: "codebuild.amazonaws.com", previews: "codebuild.amazonaws.com",
}

// party is a role and its parts; a role that has several may do what each of them may.
type party struct {
	role  string
	parts []part
}

func (p party) has(parts []part) bool {
	return slices.ContainsFunc(p.parts, func(own part) bool { return slices.Contains(parts, own) })
}

// parties are the roles of a release by the pipeline.
func parties(w *world.World, p *world.Pipeline) []party {
	var all []party
	add := func(does part, role string) {
		at := slices.IndexFunc(all, func(p party) bool { return p.role == role })
		switch {
		case role == "":
		case at < 0:
			all = append(all, party{role, []part{does}})
		default:
			all[at].parts = append(all[at].parts, does)
		}
	}
	add(conducts, p.Role)
	for _, target := range w.Where("aws:cloudwatch/eventTarget:EventTarget", "arn", p.ARN) {
		add(starts, target.Inputs.Str("roleArn"))
	}
	for _, a := range actionsOf(p) {
		add(conducts, a.Role)
		if project := projectOf(w, a); project != nil && a.Provider == "CodeBuild" {
			add(builds, project.Inputs.Str("serviceRole"))
			if does, ok := deployerPart(project); ok {
				add(does, project.Inputs.Str("serviceRole"))
			}
			for _, role := range entered(w, project) {
				add(deploysTo, role)
			}
		}
	}
	for _, project := range proposals(w, p) {
		add(proposes, project.Inputs.Str("serviceRole"))
		if does, ok := deployerPart(project); ok {
			add(does, project.Inputs.Str("serviceRole"))
		}
	}
	for _, group := range groupsOf(w, p) {
		add(deploys, group.Attr("serviceRoleArn"))
		for _, definition := range definitionsOf(w, group) {
			add(launches, definition.Attr("executionRoleArn"))
			add(runs, definition.Attr("taskRoleArn"))
		}
	}
	return all
}

func actionsOf(p *world.Pipeline) []world.Action {
	var all []world.Action
	for _, stage := range p.Stages {
		all = append(all, stage.Actions...)
	}
	return all
}

// groupsOf are the deployment groups that the pipeline deploys to.
func groupsOf(w *world.World, p *world.Pipeline) []*drydock.Record {
	var all []*drydock.Record
	for _, a := range actionsOf(p) {
		if g := Group(w, a.Configuration["ApplicationName"], a.Configuration["DeploymentGroupName"]); g != nil && !slices.Contains(all, g) {
			all = append(all, g)
		}
	}
	return all
}

// definitionsOf are the task definitions of the group's service, as it runs now.
func definitionsOf(w *world.World, group *drydock.Record) []*drydock.Record {
	var all []*drydock.Record
	for _, service := range w.Where("aws:ecs/service:Service", "name", group.Inputs.Obj("ecsService").Str("serviceName")) {
		all = append(all, w.Where("aws:ecs/taskDefinition:TaskDefinition", "arn", service.Attr("taskDefinition"))...)
	}
	return all
}
