package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/report"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// Verdict is the outcome of a rehearsal.
type Verdict = verdict.Verdict

// Problem is a defect that it found.
type Problem = verdict.Problem

// Run releases the app through the pipeline in the cloud. The test fails when the release does, with the timeline and
// each problem's place and fix; the verdict is returned for what else a test wants to know.
func Run(t drydock.TB, cloud *drydock.Dock, app App, options ...Option) *Verdict {
	t.Helper()
	v, err := Release(t.Context(), cloud, app, options...)
	if err != nil {
		t.Fatalf("the rehearsal could not be carried out: %v", err)
	}
	if !v.Passed() {
		var text strings.Builder
		if err := report.Terminal(&text, v, false, 100); err != nil {
			t.Fatalf("%v", err)
		}
		t.Fatalf("the release fails:\n%s", text.String())
	}
	return v
}

// Release releases the app through the pipeline in the cloud and leaves the clouds as the release would: images pushed,
// the new revision running. The verdict tells whether it went through. An error is of the rehearsal itself: a
// *drydock.UsageError for what is not there, as a pipeline, a folder or an alarm, another one for an interruption. One
// folder's rehearsals run one after the other.
func Release(ctx context.Context, cloud *drydock.Dock, app App, options ...Option) (*Verdict, error) {
	r, err := opened(ctx, cloud, app, options)
	if err != nil {
		return nil, err
	}
	s := r.settings
	s.begin(r.verdict)
	started := time.Now()
	err = r.play(ctx)
	if err == nil && r.deployment == nil { // what is deployed goes to a copy
		err = r.leave(cloud)
	}
	if err == nil && s.stack != nil && r.deployment == nil && r.verdict.Passed() {
		err = r.previewed(ctx, s.stack)
	}
	if ctx.Err() != nil {
		err = fmt.Errorf("interrupted %s; nothing of the release is left on this machine", r.where())
	}
	r.verdict.Wall, r.verdict.Images = time.Since(started), r.builder.Busy()
	return r.verdict, errors.Join(err, r.tidy())
}

// opened is what begins with the app at the stack's pipeline, in the clouds as they are.
func opened(ctx context.Context, cloud *drydock.Dock, app App, options []Option) (*release, error) {
	s := settled(options)
	s.dock = cloud
	if err := cloud.Serve(ctx); err != nil {
		return nil, err
	}
	if s.stack != nil && app.Pipeline == "" {
		name, err := pipelineOf(s.stack)
		if err != nil {
			return nil, err
		}
		app.Pipeline = name
	}
	return newRelease(world.Of(cloud.Cloud()), app, s, cloud.Dir())
}

// where is how far the release has come.
func (r *release) where() string {
	if len(r.verdict.Steps) == 0 {
		return "at the start"
	}
	last := r.verdict.Steps[len(r.verdict.Steps)-1]
	return "after " + last.Stage + ", " + last.Name
}

// wrong is an error in what was asked for.
func wrong(format string, args ...any) error {
	return &drydock.UsageError{Problem: fmt.Sprintf(format, args...)}
}

// pipelineOf is the name of the stack's pipeline.
func pipelineOf(stack *drydock.Stack) (string, error) {
	resources, err := stack.Resources()
	if err != nil {
		return "", err
	}
	var names []string
	for _, r := range resources {
		if r.Type == "aws:codepipeline/pipeline:Pipeline" {
			names = append(names, r.ID)
		}
	}
	switch len(names) {
	case 1:
		return names[0], nil
	case 0:
		if len(resources) == 0 {
			return "", fmt.Errorf("the stack %s is not up in this drydock: run `drydock up --stack %[1]s` first", stack.Name())
		}
		return "", wrong("the stack %s has no pipeline: give a stack that has one", stack.Name())
	}
	return "", wrong("the stack %s has %d pipelines (%s): name one", stack.Name(), len(names), strings.Join(names, ", "))
}

// previewed: a release must not look like drift. What a preview would change without looking at the clouds is none of
// the release's doing: the program has been edited since the up.
func (r *release) previewed(ctx context.Context, stack *drydock.Stack) error {
	return ignoreProblem(r.do(ctx, verdict.Step{Stage: "Afterwards", Name: "pulumi preview --refresh"}, func(s *verdict.Step) error {
		refreshed, err := changes(ctx, stack, drydock.Args("--refresh"))
		if err != nil {
			return err
		}
		s.Detail = "nothing to change"
		if len(refreshed) == 0 {
			return nil
		}
		edited, err := changes(ctx, stack)
		if err != nil {
			return err
		}
		drift := slices.DeleteFunc(refreshed, func(c string) bool { return slices.Contains(edited, c) })
		if len(edited) > 0 {
			r.note("The program has been edited since the up, and would change %s.", strings.Join(edited, "; "))
		}
		if len(drift) == 0 {
			return nil
		}
		s.Detail = ""
		return &verdict.Problem{
			What: "an up after this release would change back what the release has changed: " + strings.Join(drift, "; "),
			Fix:  "let the program ignore what a release changes, with pulumi.IgnoreChanges",
		}
	}))
}

// changes are what a preview would change, each as the resource and its properties.
func changes(ctx context.Context, stack *drydock.Stack, options ...drydock.RunOption) ([]string, error) {
	result, err := stack.Run(ctx, drydock.Preview, options...)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, step := range result.Steps {
		list = append(list, fmt.Sprintf("%s of %s (%s)", step.Op, step.Name, strings.Join(step.Diff, ", ")))
	}
	return list, nil
}
