package rehearsal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/internal/scratch"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/awscli"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/images"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/rollout"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// release is one execution of a pipeline.
type release struct {
	app      App
	settings *settings
	world    *world.World
	pipeline *world.Pipeline
	judge    *access.Judge
	verdict  *verdict.Verdict
	clock    time.Duration
	mu       sync.Mutex // of verdict.Calls: a build makes calls side by side

	dir        string // scratch, of the folder
	folder     *scratch.Folder
	sources    map[string]*checkout // by source action
	artifacts  map[string]string    // folders by artifact name
	revisions  map[string]string    // commits, by artifact name
	variables  map[string]string    // by "namespace.name"
	objects    *objects
	registry   *images.Registry
	builder    *images.Builder
	execution  string // the pipeline execution's ID, a UUID
	building   *caller
	fires      []rollout.Fire  // the alarms that go off
	group      *drydock.Record // of the deployment; nil before it
	deployment *deployment     // by Pulumi; nil without
	clusters   *clusters
	sessions   *awscli.Sessions
	deployed   *deployed // nil until a deployment went through
}

func newRelease(w *world.World, app App, s *settings, kept string) (*release, error) {
	p, err := w.Pipeline(app.Pipeline)
	if err != nil {
		return nil, wrong("%v", err)
	}
	sources, err := app.sources(p)
	if err != nil {
		return nil, err
	}
	arn, ok := world.ParseARN(p.ARN)
	if !ok {
		return nil, fmt.Errorf("pipeline %s has no ARN, but %q", p.Name, p.ARN)
	}
	fires, err := fires(w, p, s.alarms)
	if err != nil {
		return nil, err
	}
	folder, err := scratch.Make("rehearsal-", "")
	if err != nil {
		return nil, err
	}
	dir := folder.Path()
	r := &release{
		app: app, settings: s, world: w, pipeline: p, judge: access.New(w), folder: folder, dir: dir, fires: fires,
		sources: sources, artifacts: map[string]string{}, revisions: map[string]string{}, variables: map[string]string{}, execution: uuid.NewString(),
		clusters: cmp.Or(s.clusters, newClusters(dir)), sessions: awscli.NewSessions(),
		verdict: &verdict.Verdict{
			Pipeline: p.Name, Region: arn.Region, Account: arn.Account,
			Source: verdict.Source{Repository: app.Repository, Branch: app.Branch, Commit: app.Commit, Message: app.Message},
		},
	}
	for _, action := range repositoryActions(p) {
		if from := sources[action.Name]; !from.pushed {
			r.verdict.Beside = append(r.verdict.Beside, from.Source)
		}
	}
	if err := r.supply(kept); err != nil {
		return nil, errors.Join(err, r.tidy())
	}
	return r, nil
}

// tidy removes what the release has left on this machine.
func (r *release) tidy() error {
	var errs []error
	if r.clusters != r.settings.clusters {
		errs = append(errs, r.clusters.close())
	}
	if r.deployment != nil {
		errs = append(errs, r.deployment.Close())
	}
	if r.builder != nil {
		errs = append(errs, r.builder.Close())
	}
	if r.registry != nil {
		errs = append(errs, r.registry.Close())
	}
	return errors.Join(append(errs, r.folder.Remove())...)
}

// play runs the pipeline's stages until one fails. A problem of the release is in the verdict, and is no error.
func (r *release) play(ctx context.Context) error {
	err := r.start(ctx)
	for _, stage := range r.pipeline.Stages {
		for _, together := range inOrder(stage.Actions) {
			err = r.side(ctx, stage.Name, together, err)
		}
	}
	err = cmp.Or(err, r.outcome(ctx, err))
	if err == nil {
		err = r.notify(ctx)
	}
	if err == nil {
		err = r.strangers(ctx)
	}
	if err := ignoreProblem(err); err != nil {
		return err
	}
	return ignoreProblem(r.forbid(ctx))
}

// inOrder are the actions of a stage, those together that run side by side.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-pipeline-structure.html
func inOrder(actions []world.Action) [][]world.Action {
	byOrder := map[int][]world.Action{}
	for _, a := range actions {
		byOrder[a.RunOrder] = append(byOrder[a.RunOrder], a)
	}
	var sets [][]world.Action
	for _, order := range slices.Sorted(maps.Keys(byOrder)) {
		sets = append(sets, byOrder[order])
	}
	return sets
}

// side runs actions that begin at the same time, unless something before them has failed. All are run, as in AWS; the
// error is the first one's.
func (r *release) side(ctx context.Context, stage string, actions []world.Action, failed error) error {
	begin, end, err := r.clock, r.clock, failed
	for _, a := range actions {
		if problemOf(failed) != nil {
			r.emit(verdict.Step{Stage: stage, Action: a.Name, Name: a.Provider, At: begin, Result: verdict.Skipped})
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		r.clock = begin
		err = cmp.Or(err, r.act(ctx, action{Action: a, stage: stage}))
		end = max(end, r.clock)
	}
	r.clock = end
	return err
}

// action is an action of the pipeline under way.
type action struct {
	world.Action
	stage string
}

// act runs one action.
func (r *release) act(ctx context.Context, a action) error {
	switch a.Category + "/" + a.Provider {
	case "Source/CodeStarSourceConnection":
		return r.sourceConnection(ctx, a)
	case "Source/CodeCommit":
		return r.sourceCodeCommit(ctx, a)
	case "Source/S3":
		return r.sourceObject(ctx, a)
	case "Build/CodeBuild", "Test/CodeBuild":
		return r.build(ctx, a)
	case "Approval/Manual":
		return r.approve(ctx, a)
	case "Deploy/CodeDeployToECS":
		return r.deploy(ctx, a)
	}
	return r.do(ctx, verdict.Step{Stage: a.stage, Action: a.Name, Name: a.Provider}, func(*verdict.Step) error {
		return &verdict.Problem{
			What:  fmt.Sprintf("the rehearsal does not know the action provider %s of category %s", a.Provider, a.Category),
			Where: "pipeline " + r.pipeline.Name,
			Fix:   "rehearse a pipeline of the providers in docs/rehearsal.md",
		}
	})
}

// do carries out a step, and notes how it ended. Its error is the step's: a problem, or why the rehearsal cannot go on.
func (r *release) do(ctx context.Context, s verdict.Step, f func(*verdict.Step) error) error {
	s.At = r.clock
	err := ctx.Err()
	if err == nil {
		err = f(&s)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var p *verdict.Problem
	switch {
	case errors.As(err, &p):
		s.Result, s.Problem = verdict.Failed, p
	case err != nil:
		return fmt.Errorf("%s, %s: %w", s.Stage, s.Name, err)
	case s.Result == "":
		s.Result = verdict.Passed
	}
	r.clock += s.Took
	r.emit(s)
	return err
}

func (r *release) emit(s verdict.Step) {
	r.verdict.Steps = append(r.verdict.Steps, s)
	r.settings.step(s)
}

// note tells of what the rehearsal could not do, once.
func (r *release) note(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(r.verdict.Notes, text) {
		r.verdict.Notes = append(r.verdict.Notes, text)
	}
}
