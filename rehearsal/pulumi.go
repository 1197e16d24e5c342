package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/codebuild"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/pulumi"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/tools"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// ofPulumi is in the buildspecs that run Pulumi.
var ofPulumi = regexp.MustCompile(`\bpulumi\b`)

// deployment is Pulumi in a release: what it deploys to is a copy of the clouds, which ends with the rehearsal.
type deployment struct {
	*pulumi.Deployer
	before   string   // the definition that was deployed
	commands []ran    // of the engine
	denied   []denial // what its roles may not do
	renewed  bool     // the pipeline has been made anew
}

// ran is one run of the engine.
type ran struct {
	stage, command, stack string
	changes               []pulumi.Change
}

// denial is a call that was denied, at a stage.
type denial struct {
	stage   string
	problem verdict.Problem
}

// deploys makes what a build needs that runs Pulumi, unless it is there. Another build needs nothing.
func (r *release) deploys(ctx context.Context, a action, project *codebuild.Project) error {
	if !ofPulumi.MatchString(project.BuildSpec) || r.deployment != nil {
		return nil
	}
	if err := r.deployTo(ctx, project); err != nil {
		return err
	}
	return r.do(ctx, verdict.Step{Stage: a.stage, Action: a.Name, Name: "Stacks"}, func(s *verdict.Step) error {
		if p := r.oneEngine(); p != nil {
			return p
		}
		dir, err := r.input(a, primarySource(a))
		if err != nil {
			return err
		}
		s.Result = verdict.Manual
		return r.bootstrap(s, dir, project)
	})
}

// deployTo begins a copy of the clouds.
func (r *release) deployTo(ctx context.Context, project *codebuild.Project) error {
	deployer, err := pulumi.Start(ctx, pulumi.Options{
		Dir: filepath.Join(r.dir, "pulumi"), World: r.world, Objects: r.objects, Source: r.settings.dock, Progress: r.settings.log,
	})
	if err != nil {
		return err
	}
	r.deployment = &deployment{Deployer: deployer, before: r.parameter(project, "DEFINITION_PARAMETER")}
	return nil
}

// bootstrap takes a person's part as done, who has brought the stacks of the source in the folder to the backend.
func (r *release) bootstrap(s *verdict.Step, dir string, project *codebuild.Project) error {
	dir = filepath.Join(dir, filepath.FromSlash(variableOf(project, "DIRECTORY")))
	done, err := r.deployment.Bootstrap(dir, variableOf(project, "BACKEND_URL"), strings.Fields(variableOf(project, "STACKS")))
	var lacks *drydock.UsageError
	if errors.As(err, &lacks) {
		return &verdict.Problem{
			What: lacks.Problem, Where: "project " + project.Name,
			Fix: "bring the stack up once by hand, and commit its file: see docs/meta.md",
		}
	}
	if err != nil {
		return err
	}
	var names []string
	for _, stack := range done {
		size := "new"
		if stack.Resources > 0 {
			size = fmt.Sprintf("%d resources", stack.Resources)
		}
		names = append(names, fmt.Sprintf("%s (%s)", stack.Name, size))
	}
	s.Detail = "taken as brought to the backend by a person: " + strings.Join(names, ", ")
	return nil
}

// oneEngine tells of builds that pin different releases of Pulumi: one could not do what the other has planned.
func (r *release) oneEngine() *verdict.Problem {
	var pinned []string
	for _, stage := range r.pipeline.Stages {
		for _, a := range stage.Actions {
			project, err := codebuild.ReadProject(r.world, a.Configuration["ProjectName"])
			if a.Provider != "CodeBuild" || err != nil || !ofPulumi.MatchString(project.BuildSpec) {
				continue
			}
			version, sum := variableOf(project, "PULUMI_VERSION"), variableOf(project, "PULUMI_SHA256")
			if own := version + " " + sum; !slices.Contains(pinned, own) {
				pinned = append(pinned, own)
			}
		}
	}
	if len(pinned) < 2 {
		return nil
	}
	return &verdict.Problem{
		What:  "the builds pin different releases of Pulumi: " + strings.Join(pinned, ", and "),
		Where: "pipeline " + r.pipeline.Name, Fix: "pin one version, with its SHA-256: an update does the plan that a preview has made",
	}
}

// variableOf is a plain variable of the project, "" without.
func variableOf(project *codebuild.Project, name string) string {
	for _, v := range project.Variables {
		if v.Name == name && (v.Kind == codebuild.PlainText || v.Kind == "") {
			return v.Value
		}
	}
	return ""
}

// parameter is the value of the parameter that a variable of the project names.
func (r *release) parameter(project *codebuild.Project, variable string) string {
	if p := r.world.Find("aws:ssm/parameter:Parameter", "name", variableOf(project, variable)); p != nil {
		return p.Attr("value")
	}
	return ""
}

// pulumiTools are what a build that runs Pulumi finds beside other commands.
func (r *release) pulumiTools(c *caller) (map[string]tools.Tool, error) {
	if r.deployment == nil {
		return nil, nil
	}
	commands, stop, err := r.deployment.Tools(pulumi.Build{
		Role: c.role, Session: "AWSCodeBuild-" + r.execution, Region: r.verdict.Region, Account: r.verdict.Account,
		World: r.world, Ask: c.askIn, Deployed: c.ran, Note: r.noteOnce,
	})
	c.stop = stop
	return commands, err
}

// askIn is ask in the world as a deployment has made it so far.
func (c *caller) askIn(w *world.World, call access.Call) error {
	decided := access.New(w).Decide(call)
	decided.Stage, decided.Step = c.stage, "pulumi"
	c.remember(decided)
	p := access.Problem(decided)
	if p == nil {
		return nil
	}
	c.mu.Lock()
	c.deployment.denied = append(c.deployment.denied, denial{c.stage, *p})
	c.mu.Unlock()
	return reasonOf(decided)
}

// ran notes what a run of the engine has changed.
func (c *caller) ran(args []string, changes []pulumi.Change) {
	run := ran{stage: c.stage, command: args[0], changes: changes}
	for i, arg := range args[:len(args)-1] {
		if arg == "--stack" {
			run.stack = args[i+1]
		}
	}
	c.deployment.commands = append(c.deployment.commands, run)
	for _, change := range changes {
		if change.Op == "create" && change.Type == "aws:codepipeline/pipeline:Pipeline" && change.ID == c.pipeline.Name {
			c.deployment.renewed = true
		}
	}
}

// noteOnce is note for builds, whose commands run side by side.
func (r *release) noteOnce(format string, args ...any) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.note(format, args...)
}

// refusedDeployment is the denial behind a build's failure, with the others of its stage; nil if nothing was denied.
func (r *release) refusedDeployment(stage string) (first *verdict.Problem, more []verdict.Problem) {
	if r.deployment == nil {
		return nil, nil
	}
	for _, d := range r.deployment.denied {
		switch {
		case d.stage != stage:
		case first == nil:
			first = &d.problem
		case d.problem != *first && !slices.Contains(more, d.problem):
			more = append(more, d.problem)
		}
	}
	return first, more
}
