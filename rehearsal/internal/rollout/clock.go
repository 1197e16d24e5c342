package rollout

import (
	"time"

	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

const (
	// healthTimeout is how long CodeDeploy waits for the green tasks.
	// https://docs.aws.amazon.com/codedeploy/latest/userguide/troubleshooting-ecs.html
	healthTimeout = time.Hour
	// hookTimeout is how long it waits for the status of a hook.
	// https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html
	hookTimeout = time.Hour

	// AWS documents no durations for these; they are what one commonly sees, and nothing is decided by them.
	callDuration  = 2 * time.Second
	hookDuration  = 10 * time.Second
	startDuration = 45 * time.Second
)

// record adds a step that began at the time and ends now.
func (d *deployment) record(name string, at time.Duration, detail string, problem *verdict.Problem) {
	step := verdict.Step{Stage: "Deploy", Name: name, At: at, Took: d.now - at, Result: verdict.Passed, Detail: detail, Problem: problem}
	if problem != nil {
		step.Result = verdict.Failed
	}
	d.out.Steps = append(d.out.Steps, step)
}

// end records the step with each of its problems, and returns the first.
func (d *deployment) end(name string, at time.Duration, detail string, problems []verdict.Problem) *verdict.Problem {
	if len(problems) == 0 {
		d.record(name, at, detail, nil)
		return nil
	}
	for i := range problems {
		d.record(name, at, detail, &problems[i])
	}
	return &problems[0]
}

// during is a step of the duration, which an alarm may cut short.
func (d *deployment) during(name string, took time.Duration, detail string) *verdict.Problem {
	at := d.now
	problem := d.pass(took)
	d.record(name, at, detail, problem)
	return problem
}

// aside records a step that did not happen, or that a person does.
func (d *deployment) aside(name string, result verdict.Result, detail string) {
	d.record(name, d.now, detail, nil)
	d.out.Steps[len(d.out.Steps)-1].Result = result
}

// sample records the share of traffic that green has from now on.
func (d *deployment) sample(green float64, event string) {
	d.green = green
	d.out.Samples = append(d.out.Samples, verdict.Sample{At: d.now, Green: green, Event: event})
}

func seconds(n float64) time.Duration { return time.Duration(n * float64(time.Second)) }
func minutes(n float64) time.Duration { return time.Duration(n * float64(time.Minute)) }
