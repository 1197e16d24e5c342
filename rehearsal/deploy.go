package rehearsal

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/appspec"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/calls"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/rollout"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// deployed is what a deployment has put in place.
type deployed struct {
	cluster, service string
	containers       string // JSON of the revision's container definitions
}

// deploy registers the task definition that the build has left, and has CodeDeploy replace the tasks and shift the
// traffic.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECSbluegreen.html
func (r *release) deploy(ctx context.Context, a action) error {
	var revision *revision
	err := r.do(ctx, verdict.Step{Stage: a.stage, Action: a.Name, Name: "Files"}, func(s *verdict.Step) (err error) {
		revision, err = r.readRevision(s, a)
		return err
	})
	if err != nil {
		return err
	}
	err = r.do(ctx, verdict.Step{Stage: a.stage, Action: a.Name, Name: "Registration", Took: 2 * time.Second}, func(s *verdict.Step) error {
		application, name := a.Configuration["ApplicationName"], a.Configuration["DeploymentGroupName"]
		if r.group = calls.Group(r.world, application, name); r.group == nil {
			return &verdict.Problem{
				What:  fmt.Sprintf("DeploymentGroupDoesNotExistException: the application %s has no deployment group %s", application, name),
				Where: "pipeline " + r.pipeline.Name, Fix: "let the action name an application and a deployment group that exist",
			}
		}
		s.Detail = "a revision of " + revision.task.Family
		return r.ask(s, calls.Register(r.world, r.pipeline, a.Action, revision.task.Family, revision.roles))
	})
	if err != nil {
		return err
	}
	g, err := r.prepare(ctx, a, r.group, revision)
	if err != nil {
		return err
	}
	hooks, err := r.hooks(revision.spec)
	if err != nil {
		return err
	}
	more := map[*verdict.Problem][]verdict.Problem{}
	outcome := rollout.Run(ctx, rollout.Input{
		World: r.world, Group: r.group, Task: revision.task, Spec: revision.spec, Start: r.clock, Patience: r.settings.patience,
		Images: g.platforms, Tasks: r.starter(g, revision.task), Alarm: r.fires, Hooks: hooks,
		Ask: func(m rollout.Moment, detail string) *verdict.Problem {
			s := &verdict.Step{Stage: a.stage, Name: string(m)}
			p := problemOf(r.ask(s, r.callsAt(m, detail, r.group, g)))
			more[p] = s.More
			return p
		},
	})
	if err := ctx.Err(); err != nil {
		return err // the deployment's steps tell of the interruption as of a failure
	}
	for _, s := range outcome.Steps {
		s.Stage, s.Action, s.More = a.stage, a.Name, append(s.More, more[s.Problem]...)
		r.emit(s)
	}
	return r.conclude(r.group, revision, outcome)
}

// conclude takes over what the deployment has done.
func (r *release) conclude(group *drydock.Record, revision *revision, outcome *rollout.Outcome) error {
	r.clock += outcome.Took
	r.verdict.Traffic = append(r.verdict.Traffic, outcome.Samples...)
	for _, note := range outcome.Notes {
		r.note("%s", note)
	}
	if failed := r.verdict.FailedStep(); failed != nil {
		return failed.Problem
	}
	target := group.Inputs.Obj("ecsService")
	r.deployed = &deployed{cluster: target.Str("clusterName"), service: target.Str("serviceName"), containers: revision.containers}
	return nil
}

// fires are the alarms that were told to fire, by their full names. Those that roll the pipeline's deployments back are
// meant before any others in the clouds.
func fires(w *world.World, p *world.Pipeline, told []alarm) ([]rollout.Fire, error) {
	var all []string
	for _, alarm := range w.All("aws:cloudwatch/metricAlarm:MetricAlarm") {
		all = append(all, alarm.Attr("name"))
	}
	own := calls.Alarms(w, p)
	var fires []rollout.Fire
	for _, told := range told {
		meant := called(told.name, own)
		if len(meant) == 0 {
			meant = called(told.name, all)
		}
		if len(meant) != 1 {
			return nil, wrong("%q is the name of %d alarms: give one of %s", told.name, len(meant),
				first(strings.Join(own, ", "), strings.Join(all, ", "), "none, as there are none"))
		}
		fires = append(fires, rollout.Fire{Name: meant[0], At: told.at})
	}
	return fires, nil
}

// called are the names that are meant by a name or a part of one.
func called(name string, all []string) []string {
	if slices.Contains(all, name) {
		return []string{name}
	}
	return slices.DeleteFunc(slices.Clone(all), func(full string) bool { return !strings.Contains(full, name) })
}

// hooks are the results by function, of those that were told by function or by event.
func (r *release) hooks(spec *appspec.Spec) (map[string]rollout.HookResult, error) {
	results := map[string]rollout.HookResult{}
	for name, result := range r.settings.hooks {
		at := slices.IndexFunc(spec.Hooks, func(h appspec.Hook) bool { return h.Event == name || h.Function == name })
		if at < 0 {
			return nil, wrong("%s has no hook %q: give one of %s", spec.File, name, first(eventsOf(spec), "none, as it has none"))
		}
		results[spec.Hooks[at].Function] = rollout.HookResult(result)
	}
	return results, nil
}

func eventsOf(spec *appspec.Spec) string {
	var events []string
	for _, h := range spec.Hooks {
		events = append(events, h.Event)
	}
	return strings.Join(events, ", ")
}

// callsAt are those of one moment of the deployment.
func (r *release) callsAt(m rollout.Moment, detail string, group *drydock.Record, g *green) []access.Call {
	switch m {
	case rollout.CreateTaskSet:
		return calls.CreateTaskSet(r.world, group, g.calls.Roles)
	case rollout.StartTasks:
		return calls.StartTasks(r.world, g.calls)
	case rollout.RunTask:
		return calls.RunTask(r.world, g.calls)
	case rollout.Hook:
		return calls.Hook(r.world, group, detail)
	case rollout.Shift:
		return calls.Shift(r.world, group)
	case rollout.PollAlarms:
		return calls.PollAlarms(group)
	case rollout.Terminate:
		return calls.Terminate(group)
	}
	return nil
}
