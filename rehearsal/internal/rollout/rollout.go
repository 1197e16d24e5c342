// Package rollout plays AWS CodeDeploy's blue/green deployment of an Amazon ECS service on a simulated clock: the
// lifecycle events in their order, the checks that each AWS call would make, the traffic, the alarms, and the rollback.
//
// https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-steps-ecs.html
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-bluegreen.html
package rollout

import (
	"context"
	"time"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/appspec"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/taskdef"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// Input is a deployment to play. World, Group, Task and Spec are required, the latter two as parsed without problems.
type Input struct {
	World *world.World
	// Group is the deployment group, Task the revision and Spec the AppSpec that it deploys.
	Group *drydock.Record
	Task  *taskdef.Definition
	Spec  *appspec.Spec
	// Start is the simulated time at which the deployment begins.
	Start time.Duration
	// Ask tells why the AWS calls of a moment are denied, or nil. The detail is the moment's own: the function of a Hook,
	// the percentage of a Shift. Default: all are allowed.
	Ask func(m Moment, detail string) *verdict.Problem
	// Tasks starts a green task for real. Default: none is run, and a Note says so.
	Tasks func(ctx context.Context) (Running, error)
	// Patience is the real time that a task has to answer its health check. Default: 15 seconds.
	Patience time.Duration
	// Images are the platforms of the containers' images, as "linux/amd64". A container without one is not checked.
	Images map[string]string
	// Alarm are the alarms that fire, Hooks the outcomes of hooks by function. Default: none, and Succeeded.
	Alarm []Fire
	Hooks map[string]HookResult
	// CountTasks is the number of tasks. Default: the service's desired count.
	CountTasks int
}

// Running is a task that runs on this machine.
type Running interface {
	// Probe asks the port of the task for the path. The error is that of the connection.
	Probe(ctx context.Context, port int, path string) (status int, body string, err error)
	// Failed tells why the task has stopped, or nil; Inconclusive that it may be for want of what only AWS has, as a network
	// beyond the task.
	Failed() *verdict.Problem
	Inconclusive() bool
	// Unhealthy tells which container's own health check has not passed, or nil.
	Unhealthy() *verdict.Problem
	// Logs are the last lines of its containers.
	Logs() []string
	Stop() error
}

// Moment is a point of the deployment at which AWS is called.
type Moment string

const (
	CreateTaskSet Moment = "CreateTaskSet" // CodeDeploy makes the green task set
	StartTasks    Moment = "StartTasks"    // ECS pulls images, reads secrets and opens logs by the execution role
	RunTask       Moment = "RunTask"       // the containers use the task role
	Hook          Moment = "Hook"          // CodeDeploy invokes a function
	Shift         Moment = "Shift"         // CodeDeploy changes a listener
	PollAlarms    Moment = "PollAlarms"    // CodeDeploy reads the alarms
	Terminate     Moment = "Terminate"     // CodeDeploy makes green the primary task set and deletes the blue one
)

// Fire is an alarm that goes into the ALARM state.
type Fire struct {
	Name string
	At   time.Duration // after the traffic began to shift
}

// HookResult is how a hook's function ends.
type HookResult string

const (
	Succeeded HookResult = "Succeeded" // the default
	Failed    HookResult = "Failed"
	TimedOut  HookResult = "TimedOut" // it never reports a status
)

// Outcome is what became of the deployment.
type Outcome struct {
	Steps   []verdict.Step
	Samples []verdict.Sample
	// Succeeded means that green serves all traffic. RolledBack means that blue serves it again after a failure.
	Succeeded, RolledBack bool
	Notes                 []string
	// Blue and Green are the ARNs of the target groups that served before, and that should serve now.
	Blue, Green string
	Took        time.Duration
}

// deployment is one in progress.
type deployment struct {
	in      Input
	place   *place
	out     *Outcome
	now     time.Duration
	shifted *time.Duration // when traffic began to shift
	green   float64        // percentage of the traffic
	exists  bool           // the green task set does
	stopped bool           // by an alarm
	fired   map[int]bool   // alarms of the input that stopped the deployment
	running Running
	granted string // why the health check's answer is not known
}

// event is a part of the lifecycle. Its problem ends the deployment.
type event func(ctx context.Context) *verdict.Problem

// Run plays the deployment. It returns soon after the context ends; the green task that it started has stopped then.
func Run(ctx context.Context, in Input) *Outcome {
	d := &deployment{in: in, out: &Outcome{}, now: in.Start, fired: map[int]bool{}}
	defer func() { d.out.Took = d.now - in.Start }()
	defer d.stop()
	if !d.created() {
		d.fellThrough()
		return d.out
	}
	d.sample(0, "blue serves")
	for _, happens := range d.lifecycle() {
		problem := happens(ctx)
		if problem == nil && ctx.Err() != nil {
			problem = &verdict.Problem{What: "The rehearsal was interrupted: " + ctx.Err().Error()}
			d.record("Deployment", d.now, "", problem)
		}
		if problem != nil {
			if ctx.Err() == nil {
				d.rollBack()
			}
			d.fellThrough()
			return d.out
		}
	}
	d.out.Succeeded = true
	d.fellThrough()
	return d.out
}

// lifecycle are the events in their order.
// https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html#reference-appspec-file-structure-hooks-run-order-ecs
func (d *deployment) lifecycle() []event {
	return []event{
		d.hook("BeforeInstall"), d.createTaskSet, d.startTasks, d.becomeHealthy, d.hook("AfterInstall"),
		d.allowTestTraffic, d.hook("AfterAllowTestTraffic"), d.ready, d.hook("BeforeAllowTraffic"),
		d.allowTraffic, d.hook("AfterAllowTraffic"), d.keepBlue, d.terminateBlue,
	}
}

// ask is the input's Ask.
func (d *deployment) ask(m Moment, detail string) *verdict.Problem {
	if d.in.Ask == nil {
		return nil
	}
	return d.in.Ask(m, detail)
}

func (d *deployment) note(text string) { d.out.Notes = append(d.out.Notes, text) }

// stop ends the green task.
func (d *deployment) stop() {
	if d.running == nil {
		return
	}
	if err := d.running.Stop(); err != nil {
		d.note("The green task could not be stopped on this machine: " + err.Error())
	}
}
