package rehearsal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/calls"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/codebuild"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// build runs a CodeBuild project: its buildspec in a real shell, with docker and aws answered as AWS would.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeBuild.html
func (r *release) build(ctx context.Context, a action) error {
	var project *codebuild.Project
	err := r.do(ctx, verdict.Step{Stage: a.stage, Action: a.Name, Name: "Start"}, func(s *verdict.Step) error {
		var err error
		if project, err = codebuild.ReadProject(r.world, a.Configuration["ProjectName"]); err != nil {
			return &verdict.Problem{What: err.Error(), Where: "pipeline " + r.pipeline.Name, Fix: "let the action name a project that exists"}
		}
		s.Detail = "project " + project.Name
		return r.ask(s, append(calls.StartBuild(r.world, r.pipeline, a.Action), calls.Build(r.world, r.pipeline, a.Action)...))
	})
	if err != nil {
		return err
	}
	if err := r.deploys(ctx, a, project); err != nil {
		return err
	}
	input, err := r.buildInput(ctx, a, project)
	if err != nil {
		return r.do(ctx, verdict.Step{Stage: a.stage, Action: a.Name, Name: "Sources"}, func(*verdict.Step) error { return err })
	}
	output, err := r.run(ctx, *input)
	if err = errors.Join(err, r.building.close()); err != nil {
		return err
	}
	for _, note := range output.Notes {
		r.note("%s", note)
	}
	err = r.phases(ctx, a, project, output)
	if err := r.deployedWhat(ctx, a, err != nil); err != nil {
		return err
	}
	if err != nil {
		return err
	}
	if err := r.running(ctx, a); err != nil {
		return err
	}
	return r.outputs(a, output)
}

// run builds. Builds take long, and their output is seen only where it is asked for.
func (r *release) run(ctx context.Context, input codebuild.Input) (*codebuild.Output, error) {
	if r.settings.log == io.Discard {
		defer r.settings.busy("The project " + input.Project.Name + " builds")()
	}
	return codebuild.Run(ctx, input)
}

// buildInput is what CodePipeline gives to a build.
func (r *release) buildInput(ctx context.Context, a action, project *codebuild.Project) (*codebuild.Input, error) {
	sources, err := r.buildSources(a)
	if err != nil {
		return nil, err
	}
	overrides, err := r.buildVariables(a)
	if err != nil {
		return nil, err
	}
	programs, err := r.programs(ctx, a, project)
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(r.dir, "build-")
	if err != nil {
		return nil, err
	}
	docker, err := os.MkdirTemp(r.dir, "docker-")
	if err != nil {
		return nil, err
	}
	r.building = &caller{release: r, stage: a.stage, role: project.Role}
	commands, err := r.commands(r.building, docker)
	if err != nil {
		return nil, err
	}
	return &codebuild.Input{
		Project: project, ID: uuid.NewString(), Sources: sources, Overrides: overrides, Initiator: "codepipeline/" + r.pipeline.Name,
		Region: r.verdict.Region, Account: r.verdict.Account, Tools: commands,
		Programs: programs, Resolve: r.resolve, Scratch: dir, Log: r.settings.log,
	}, nil
}

// primarySource is the only input artifact, or of several the one that PrimarySource names.
func primarySource(a action) string {
	if len(a.Inputs) == 1 {
		return a.Inputs[0]
	}
	return a.Configuration["PrimarySource"]
}

// buildSources are the input artifacts, each at its own revision.
func (r *release) buildSources(a action) ([]codebuild.Source, error) {
	primary := primarySource(a)
	var sources []codebuild.Source
	found := false
	for _, name := range a.Inputs {
		dir, err := r.input(a, name)
		if err != nil {
			return nil, err
		}
		found = found || name == primary
		sources = append(sources, codebuild.Source{Name: name, Dir: dir, Version: r.revisions[name], Primary: name == primary})
	}
	if !found {
		return nil, &verdict.Problem{
			What:  fmt.Sprintf("the action %s has the inputs %s, and its PrimarySource is %q", a.Name, strings.Join(a.Inputs, ", "), primary),
			Where: "pipeline " + r.pipeline.Name, Fix: "let PrimarySource name one of the inputs",
		}
	}
	return sources, nil
}

// buildVariables are the environment variables of the action, which override the project's.
func (r *release) buildVariables(a action) ([]codebuild.Variable, error) {
	text := a.Configuration["EnvironmentVariables"]
	if text == "" {
		return nil, nil
	}
	var list []codebuild.Variable
	if err := json.Unmarshal([]byte(text), &list); err != nil {
		return nil, &verdict.Problem{
			What: fmt.Sprintf("EnvironmentVariables of the action %s is no JSON list of name, value and type: %v", a.Name, err), Where: "pipeline " + r.pipeline.Name,
		}
	}
	for i := range list {
		value, err := r.resolved(a, list[i].Value)
		if err != nil {
			return nil, err
		}
		list[i].Value = value
	}
	return list, nil
}

// phases notes each phase as a step, and the problem of a failed build at the phase that failed first.
func (r *release) phases(ctx context.Context, a action, project *codebuild.Project, output *codebuild.Output) error {
	var failed error
	for _, phase := range output.Phases {
		step := verdict.Step{Stage: a.stage, Action: a.Name, Name: phase.Name, Took: phase.Took.Round(time.Millisecond)}
		err := r.do(ctx, step, func(s *verdict.Step) error {
			s.Log, s.Detail = phase.Log, inOneLine(phase.Context)
			if phase.Status == codebuild.Succeeded {
				return nil
			}
			if p, more := r.refusedDeployment(a.stage); failed == nil && p != nil {
				s.More = more
				return p
			}
			if failed == nil && output.Problem != nil {
				var p *verdict.Problem
				p, s.More = r.causes(output.Problem, phase.Log)
				return p
			}
			return &verdict.Problem{What: first(phase.Context, phase.Name+" "+string(phase.Status)), Where: "project " + project.Name}
		})
		if failed == nil {
			failed = err
		}
	}
	if failed == nil && output.Problem != nil {
		return r.do(ctx, verdict.Step{Stage: a.stage, Action: a.Name, Name: "Build"}, func(*verdict.Step) error { return output.Problem })
	}
	return failed
}

// inOneLine leaves out what is between a text's first and last line: the log has the whole command.
func inOneLine(text string) string {
	begin, rest, more := strings.Cut(text, "\n")
	if !more {
		return text
	}
	return begin + " … " + strings.TrimSpace(rest[strings.LastIndexByte(rest, '\n')+1:])
}

// outputs hands the build's artifacts on: the first output is the primary one, others have the names of secondary ones.
// They are of the primary source's revision.
func (r *release) outputs(a action, output *codebuild.Output) error {
	variables := map[string]string{}
	for name, value := range output.Exported {
		variables[name] = value
	}
	r.publish(a, variables)
	for i, name := range a.Outputs {
		dir, ok := output.Artifacts[name]
		if primary, has := output.Artifacts[""]; !ok && has && i == 0 {
			dir, ok = primary, true
		}
		if ok {
			r.artifacts[name], r.revisions[name] = dir, r.revisions[primarySource(a)]
		}
	}
	return nil
}
