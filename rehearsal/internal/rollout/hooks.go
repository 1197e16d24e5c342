package rollout

import (
	"context"
	"fmt"
	"strings"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/appspec"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// hook is the lifecycle event that invokes the AppSpec's function, if it names one.
// https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html
func (d *deployment) hook(name string) event {
	return func(context.Context) *verdict.Problem {
		h := d.in.Spec.Hook(name)
		if h == nil {
			return nil
		}
		if name == "AfterAllowTestTraffic" && len(d.place.test) == 0 {
			d.aside(name, verdict.Skipped, "there is no test listener, and so no test traffic")
			return nil
		}
		at := d.now
		if p := d.ask(Hook, h.Function); p != nil {
			d.now += callDuration
			d.record(name, at, h.Function, p)
			return p
		}
		return d.hookEnds(h)
	}
}

func (d *deployment) hookEnds(h *appspec.Hook) *verdict.Problem {
	at := d.now
	problem := &verdict.Problem{Where: "function " + h.Function, File: d.in.Spec.File, Line: h.Line}
	result, told := d.result(h.Function)
	switch result {
	case Failed:
		d.now += hookDuration
		problem.What = fmt.Sprintf("A lifecycle event hook failed: the function %s of %s reported Failed.", h.Function, h.Event)
		problem.Fix = "Read the function's log, and mend what it has found."
		d.record(h.Event, at, h.Function, problem)
		return problem
	case TimedOut:
		d.now += hookTimeout
		problem.What = fmt.Sprintf("A lifecycle event hook failed: the function %s of %s did not report a status within one hour.", h.Function, h.Event)
		problem.Fix = "Let the function call codedeploy:PutLifecycleEventHookExecutionStatus with Succeeded or Failed, on each of its ways out."
		d.record(h.Event, at, h.Function, problem)
		return problem
	}
	if !told {
		d.note(fmt.Sprintf("The function %s of the hook %s was not run: that it reports Succeeded is taken for granted.", h.Function, h.Event))
	}
	return d.during(h.Event, hookDuration, h.Function+" reported Succeeded")
}

// result is the outcome of the function, which the input may give by its name though the AppSpec has its ARN. Told is
// whether it does.
func (d *deployment) result(function string) (result HookResult, told bool) {
	if r, ok := d.in.Hooks[function]; ok {
		return r, true
	}
	_, name, _ := strings.Cut(function, ":function:")
	name, _, _ = strings.Cut(name, ":")
	result, told = d.in.Hooks[name]
	return result, told
}
