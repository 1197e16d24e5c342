package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/codebuild"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// deployedWhat notes what a stage's runs of the engine have changed. The engine goes on where it may not take its lock off a
// state, and no update comes after that one: what was denied counts although the build has succeeded.
func (r *release) deployedWhat(ctx context.Context, a action, failed bool) error {
	if r.deployment == nil {
		return nil
	}
	var stacks []string
	for _, run := range r.deployment.commands {
		if run.stage == a.stage && run.command == "up" {
			stacks = append(stacks, run.stack+": "+run.summary())
		}
	}
	denied, more := r.refusedDeployment(a.stage)
	if len(stacks) == 0 && (denied == nil || failed) {
		return nil
	}
	return r.do(ctx, verdict.Step{Stage: a.stage, Action: a.Name, Name: "Deployed"}, func(s *verdict.Step) error {
		s.Detail = strings.Join(stacks, "; ")
		if denied != nil && !failed {
			s.More = more
			return denied
		}
		return nil
	})
}

func (r ran) summary() string {
	counts := map[string]int{}
	for _, change := range r.changes {
		counts[change.Op]++
	}
	var parts []string
	for _, op := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%d %sd", counts[op], op))
	}
	if len(parts) == 0 {
		return "nothing changed"
	}
	return strings.Join(parts, ", ")
}

// outcome checks what a deployment leaves: the definition that is deployed, and that an execution of the same finds nothing
// to do.
func (r *release) outcome(ctx context.Context, failed error) error {
	builds := r.deployingBuilds()
	if r.deployment == nil || len(builds) == 0 || problemOf(failed) == nil && failed != nil {
		return nil
	}
	if err := r.status(ctx, builds[len(builds)-1].project, problemOf(failed) != nil); err != nil || failed != nil {
		return err
	}
	return r.again(ctx, builds)
}

// deploying is a build of the pipeline's that runs Pulumi.
type deploying struct {
	action
	project *codebuild.Project
}

func (r *release) deployingBuilds() []deploying {
	var all []deploying
	for _, stage := range r.pipeline.Stages {
		for _, a := range stage.Actions {
			project, err := codebuild.ReadProject(r.world, a.Configuration["ProjectName"])
			if err == nil && a.Provider == "CodeBuild" && ofPulumi.MatchString(project.BuildSpec) {
				all = append(all, deploying{action{Action: a, stage: stage.Name}, project})
			}
		}
	}
	return all
}

// status is what the parameters say afterwards: the commit if it is deployed, else the last good one.
func (r *release) status(ctx context.Context, project *codebuild.Project, failed bool) error {
	return r.do(ctx, verdict.Step{Stage: "Afterwards", Name: "Definition"}, func(s *verdict.Step) error {
		deployed, want := r.parameter(project, "DEFINITION_PARAMETER"), r.verdict.Source.Commit
		if failed {
			want = r.deployment.before
		}
		if deployed != want {
			return &verdict.Problem{
				What:  fmt.Sprintf("the parameter %s says that %q is deployed, and it is %q", variableOf(project, "DEFINITION_PARAMETER"), deployed, want),
				Where: "project " + project.Name, Fix: "let the build keep the definition that it has deployed, and the former one when it fails",
			}
		}
		s.Detail = first(r.parameter(project, "STATUS_PARAMETER"), "no status is kept")
		return nil
	})
}

// again is a further execution of the same definition, as a pipeline begins that its own update has made anew.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create.html
func (r *release) again(ctx context.Context, builds []deploying) error {
	began := len(r.deployment.commands)
	return r.do(ctx, verdict.Step{Stage: "Afterwards", Name: "The same definition again"}, func(s *verdict.Step) error {
		for _, b := range builds {
			input, err := r.buildInput(ctx, b.action, b.project)
			if err != nil {
				return err
			}
			output, err := r.run(ctx, *input)
			if err = errors.Join(err, r.building.close()); err != nil {
				return err
			}
			if output.Problem != nil {
				return output.Problem
			}
			if err := r.outputs(b.action, output); err != nil {
				return err
			}
		}
		var changed []string
		for _, run := range r.deployment.commands[began:] {
			if len(run.changes) > 0 {
				changed = append(changed, run.stack+": "+run.summary())
			}
		}
		if len(changed) > 0 {
			return &verdict.Problem{
				What:  "an execution of the definition that is deployed changes it again, and so could go on in a circle: " + strings.Join(changed, "; "),
				Where: "pipeline " + r.pipeline.Name, Fix: "let the builds end where the definition is the one that is deployed",
			}
		}
		s.Detail = "it finds nothing to do"
		if r.deployment.renewed {
			s.Detail = "the update has made the pipeline anew, which starts it once more: it finds nothing to do"
		}
		return nil
	})
}
