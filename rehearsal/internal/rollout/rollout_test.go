package rollout

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

const allHooks = `Hooks:
  - BeforeInstall: before-install
  - AfterInstall: after-install
  - AfterAllowTestTraffic: after-test
  - BeforeAllowTraffic: before-traffic
  - AfterAllowTraffic: arn:aws:lambda:us-east-2:123456789012:function:after-traffic:live
`

// withTest gives the world a test listener.
func withTest(w *world.World) *world.World {
	w.Add(&drydock.Record{Type: listenerType, ID: testARN, Inputs: values{
		"loadBalancerArn": balancerARN, "port": 8443.0, "defaultActions": list(values{"type": "forward", "targetGroupArn": blueARN}),
	}, Outputs: values{}})
	pair := w.All(groupRecord)[0].Inputs.Obj("loadBalancerInfo").Obj("targetGroupPairInfo")
	pair["testTrafficRoute"] = values{"listenerArns": list(testARN)}
	return w
}

func names(o *Outcome) []string {
	var all []string
	for _, s := range o.Steps {
		all = append(all, s.Name)
	}
	return all
}

// failure is the problem of the first step that failed, and the step's name.
func failure(o *Outcome) (step string, problem verdict.Problem) {
	for _, s := range o.Steps {
		if s.Problem != nil {
			return s.Name, *s.Problem
		}
	}
	return "", verdict.Problem{}
}

func TestADeploymentSucceeds(t *testing.T) {
	in := deploy(t, withTest(shop()))
	in.Spec, in.Start = spec(t, allHooks), time.Hour
	in.Hooks = map[string]HookResult{
		"before-install": Succeeded, "after-install": Succeeded, "after-test": Succeeded, "before-traffic": Succeeded, "after-traffic": Succeeded,
	}
	o := Run(t.Context(), in)
	assert.True(t, o.Succeeded)
	assert.False(t, o.RolledBack)
	assert.Equal(t, []string{blueARN, greenARN}, []string{o.Blue, o.Green})
	assert.Equal(t, []string{
		"Deployment is created", "BeforeInstall", "Green task set is created", "Green tasks start", "Green tasks become healthy", "AfterInstall",
		"AllowTestTraffic", "AfterAllowTestTraffic", "BeforeAllowTraffic", "AllowTraffic", "AfterAllowTraffic", "Blue is kept", "Blue is terminated",
	}, names(o))
	at := in.Start
	for _, s := range o.Steps {
		assert.Equal(t, at, s.At, "%s follows the step before", s.Name)
		at += s.Took
		assert.Equal(t, verdict.Passed, s.Result, s.Name)
	}
	assert.Equal(t, at-in.Start, o.Took)
	assert.Equal(t, []string{"That the tasks answer the health check /health is taken for granted: the tasks were not run on this machine."}, o.Notes)
}

func TestGreenIsTheOneThatDoesNotServe(t *testing.T) {
	w := shop()
	set(w, listenerType, "id", listenerARN, values{"defaultActions": list(values{"type": "forward", "forward": values{
		"targetGroups": list(values{"arn": blueARN, "weight": 0.0}, values{"arn": greenARN, "weight": 100.0}),
	}})})
	o := Run(t.Context(), deploy(t, w))
	assert.True(t, o.Succeeded)
	assert.Equal(t, []string{greenARN, blueARN}, []string{o.Blue, o.Green})
}

func TestTrafficFollowsTheConfiguration(t *testing.T) {
	linear := func(step time.Duration) map[time.Duration]float64 {
		all := map[time.Duration]float64{}
		for i := range 10 {
			all[time.Duration(i)*step] = float64(10 * (i + 1))
		}
		return all
	}
	for name, want := range map[string]map[time.Duration]float64{
		"CodeDeployDefault.ECSAllAtOnce":                    {0: 100},
		"CodeDeployDefault.ECSLinear10PercentEvery1Minutes": linear(time.Minute),
		"CodeDeployDefault.ECSLinear10PercentEvery3Minutes": linear(3 * time.Minute),
		"CodeDeployDefault.ECSCanary10Percent5Minutes":      {0: 10, 5 * time.Minute: 100},
		"CodeDeployDefault.ECSCanary10Percent15Minutes":     {0: 10, 15 * time.Minute: 100},
		"own-canary":  {0: 25, 7 * time.Minute: 100},
		"own-linear":  {0: 40, 2 * time.Minute: 80, 4 * time.Minute: 100},
		"own-at-once": {0: 100},
	} {
		t.Run(name, func(t *testing.T) {
			w := shop()
			own(w, "own-canary", values{"type": "TimeBasedCanary", "timeBasedCanary": values{"percentage": 25.0, "interval": 7.0}})
			own(w, "own-linear", values{"type": "TimeBasedLinear", "timeBasedLinear": values{"percentage": 40.0, "interval": 2.0}})
			own(w, "own-at-once", values{"type": "AllAtOnce"})
			set(w, groupRecord, "id", "group", values{"deploymentConfigName": name})
			o := Run(t.Context(), deploy(t, w))
			require.True(t, o.Succeeded)
			require.Len(t, o.Samples, 1+len(want))
			assert.Equal(t, verdict.Sample{At: callDuration, Event: "blue serves"}, o.Samples[0])
			got := map[time.Duration]float64{}
			for _, s := range o.Samples[1:] {
				got[s.At-o.Samples[1].At] = s.Green
			}
			assert.Empty(t, cmp.Diff(want, got))
		})
	}
}

func own(w *world.World, name string, routing values) {
	w.Add(&drydock.Record{Type: configType, ID: name, Inputs: values{"deploymentConfigName": name, "computePlatform": "ECS", "trafficRoutingConfig": routing}})
}

func TestAnAlarmDuringTheCanaryRollsBack(t *testing.T) {
	w := shop()
	set(w, groupRecord, "id", "group", values{"deploymentConfigName": "CodeDeployDefault.ECSCanary10Percent5Minutes"})
	in := deploy(t, w)
	in.Alarm = []Fire{{"errors", 3 * time.Minute}, {"spare", time.Minute}, {"errors", 4 * time.Minute}}
	o := Run(t.Context(), in)
	assert.False(t, o.Succeeded)
	assert.True(t, o.RolledBack)
	step, problem := failure(o)
	assert.Equal(t, "AllowTraffic", step)
	assert.Contains(t, problem.What, "Activated alarms: <errors>")
	require.Len(t, o.Samples, 3)
	assert.Equal(t, []float64{0, 10, 0}, []float64{o.Samples[0].Green, o.Samples[1].Green, o.Samples[2].Green})
	assert.Equal(t, 3*time.Minute+callDuration, o.Samples[2].At-o.Samples[1].At)
	assert.Contains(t, o.Notes, "The alarm spare stops nothing: the deployment group does not watch it.")
	assert.Equal(t, "Rollback", o.Steps[len(o.Steps)-1].Name)
}

func TestAlarms(t *testing.T) {
	for name, test := range map[string]struct {
		config  values // of alarms
		at      time.Duration
		stopped string // the step
		note    string
	}{
		"while blue is kept":  {nil, 2 * time.Minute, "Blue is kept", ""},
		"as the shift begins": {nil, 0, "AllowTraffic", ""},
		"afterwards":          {nil, time.Hour, "", "when the deployment has ended"},
		"not enabled":         {values{"enabled": false, "alarms": list("errors")}, 0, "", "is not enabled"},
		"not watched":         {values{"enabled": true, "alarms": list("spare")}, 0, "", "does not watch it"},
	} {
		t.Run(name, func(t *testing.T) {
			w := shop()
			if test.config != nil {
				set(w, groupRecord, "id", "group", values{"alarmConfiguration": test.config})
			}
			in := deploy(t, w)
			in.Alarm = []Fire{{"errors", test.at}}
			o := Run(t.Context(), in)
			step, _ := failure(o)
			assert.Equal(t, test.stopped, step)
			assert.Equal(t, test.stopped != "", o.RolledBack)
			if test.note != "" {
				assert.Contains(t, o.Notes[len(o.Notes)-1], test.note)
			}
		})
	}
}

func TestEachHookMayFail(t *testing.T) {
	for function, event := range map[string]string{
		"before-install": "BeforeInstall", "after-install": "AfterInstall", "after-test": "AfterAllowTestTraffic",
		"before-traffic": "BeforeAllowTraffic", "after-traffic": "AfterAllowTraffic",
	} {
		for result, words := range map[HookResult]string{Failed: "reported Failed", TimedOut: "within one hour"} {
			in := deploy(t, withTest(shop()))
			in.Spec, in.Hooks = spec(t, allHooks), map[string]HookResult{function: result}
			o := Run(t.Context(), in)
			step, problem := failure(o)
			assert.Equal(t, event, step)
			assert.Contains(t, problem.What, words)
			assert.Equal(t, in.Spec.Hook(event).Line, problem.Line)
			assert.True(t, o.RolledBack)
			assert.False(t, o.Succeeded)
			last := o.Samples[len(o.Samples)-1]
			assert.Zero(t, last.Green, "blue serves")
			assert.Equal(t, event == "AfterAllowTraffic", last.Event == "rolled back", event)
			if result == TimedOut {
				assert.GreaterOrEqual(t, o.Took, time.Hour)
			}
		}
	}
}

func TestATestHookNeedsATestListener(t *testing.T) {
	in := deploy(t, shop())
	in.Spec = spec(t, allHooks)
	in.Hooks = map[string]HookResult{"after-test": Failed}
	o := Run(t.Context(), in)
	assert.True(t, o.Succeeded)
	assert.Equal(t, verdict.Skipped, o.Steps[6].Result)
}

func TestWithoutRollbackGreenStays(t *testing.T) {
	w := shop()
	set(w, groupRecord, "id", "group", values{"autoRollbackConfiguration": values{"enabled": true, "events": list("DEPLOYMENT_FAILURE")}})
	in := deploy(t, w)
	in.Alarm = []Fire{{"errors", time.Minute}}
	o := Run(t.Context(), in)
	assert.False(t, o.Succeeded || o.RolledBack)
	assert.Equal(t, 100.0, o.Samples[len(o.Samples)-1].Green)
	assert.Equal(t, verdict.Skipped, o.Steps[len(o.Steps)-1].Result)
	assert.Contains(t, o.Notes[len(o.Notes)-1], "green keeps 100% of the traffic, and the green tasks run on")
}

func TestAPersonReroutes(t *testing.T) {
	w := shop()
	w.All(groupRecord)[0].Inputs.Obj("blueGreenDeploymentConfig")["deploymentReadyOption"] = values{"actionOnTimeout": "STOP_DEPLOYMENT", "waitTimeInMinutes": 30.0}
	o := Run(t.Context(), deploy(t, w))
	assert.True(t, o.Succeeded)
	assert.Contains(t, names(o), "Traffic is rerouted by hand")
	assert.Contains(t, o.Notes[1], "within 30m0s")
}

func TestDeniedCallsEndTheDeployment(t *testing.T) {
	for m, step := range map[Moment]string{
		PollAlarms: "Deployment is created", CreateTaskSet: "Green task set is created", StartTasks: "Green tasks start", RunTask: "Green tasks start",
		Hook: "BeforeInstall", Shift: "AllowTestTraffic", Terminate: "Blue is terminated",
	} {
		in := deploy(t, withTest(shop()))
		in.Spec = spec(t, allHooks)
		in.Ask = func(asked Moment, _ string) *verdict.Problem {
			if asked == m {
				return &verdict.Problem{What: "AccessDenied"}
			}
			return nil
		}
		o := Run(t.Context(), in)
		got, problem := failure(o)
		assert.Equal(t, step, got, m)
		assert.Equal(t, "AccessDenied", problem.What)
		assert.Equal(t, m != PollAlarms, o.RolledBack, m)
	}
}

// fake is a task that answers as told.
type fake struct {
	status  int
	refuses error
	dead    *verdict.Problem
	sick    *verdict.Problem
	alone   bool // it died of that
	stopped int
	asked   string
}

func (f *fake) Probe(_ context.Context, _ int, path string) (int, string, error) {
	f.asked = path
	return f.status, "", f.refuses
}
func (f *fake) Failed() *verdict.Problem    { return f.dead }
func (f *fake) Inconclusive() bool          { return f.dead != nil && f.alone }
func (f *fake) Unhealthy() *verdict.Problem { return f.sick }
func (f *fake) Logs() []string              { return []string{"the last line"} }
func (f *fake) Stop() error                 { f.stopped++; return nil }

func TestTheHealthCheckIsAsked(t *testing.T) {
	for name, test := range map[string]struct {
		task *fake
		what string
	}{
		"healthy":           {&fake{status: 204}, ""},
		"500":               {&fake{status: 500}, "Health checks failed with these codes: [500]"},
		"a redirect":        {&fake{status: 302}, "Health checks failed with these codes: [302]"},
		"a container's own": {&fake{status: 200, sick: &verdict.Problem{What: "api is UNHEALTHY"}}, "api is UNHEALTHY"},
		"no listener":       {&fake{refuses: errors.New("connection refused")}, "connection refused"},
		"dead":              {&fake{status: 500, dead: &verdict.Problem{What: "Essential container in task exited"}}, "Essential container in task exited"},
		"misses a database": {&fake{refuses: errors.New("refused"), dead: &verdict.Problem{What: "Essential container in task exited"}, alone: true}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			in := deploy(t, shop())
			in.Patience = time.Millisecond
			in.Tasks = func(context.Context) (Running, error) { return test.task, nil }
			o := Run(t.Context(), in)
			assert.Equal(t, 1, test.task.stopped)
			assert.Equal(t, "/health", test.task.asked)
			if test.what == "" {
				assert.True(t, o.Succeeded)
				assert.Len(t, o.Notes, map[bool]int{true: 1}[test.task.alone])
				return
			}
			step, problem := failure(o)
			assert.Equal(t, "Green tasks become healthy", step)
			assert.Contains(t, problem.What, test.what)
			assert.True(t, o.RolledBack)
			failed := o.Steps[3]
			assert.Equal(t, time.Hour, failed.Took)
			assert.Contains(t, failed.Detail, "ECS stops each task after 45s")
			assert.Equal(t, []string{"the last line"}, failed.Log)
		})
	}
}

func TestATaskThatDoesNotStart(t *testing.T) {
	in := deploy(t, shop())
	in.Tasks = func(context.Context) (Running, error) { return nil, errors.New("no such image") }
	o := Run(t.Context(), in)
	step, problem := failure(o)
	assert.Equal(t, "Green tasks start", step)
	assert.Contains(t, problem.What, "no such image")
}

func TestAHookThatWasNotRunIsNoted(t *testing.T) {
	in := deploy(t, shop())
	in.Spec = spec(t, "Hooks:\n  - BeforeInstall: migrate\n")
	assert.Contains(t, Run(t.Context(), in).Notes, "The function migrate of the hook BeforeInstall was not run: that it reports Succeeded is taken for granted.")
}

// hanging is a task that is interrupted while it is asked.
type hanging struct {
	fake
	interrupt func()
}

func (h *hanging) Probe(ctx context.Context, _ int, _ string) (int, string, error) {
	h.interrupt()
	<-ctx.Done()
	return 0, "", ctx.Err()
}

func TestAnInterruptOfTheHealthCheck(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	running := &hanging{interrupt: cancel}
	in := deploy(t, shop())
	in.Tasks = func(context.Context) (Running, error) { return running, nil }
	o := Run(ctx, in)
	_, problem := failure(o)
	assert.Contains(t, problem.What, "interrupted")
	assert.Equal(t, 1, running.stopped)
	assert.False(t, o.RolledBack)
}

func TestAnInterruptEndsIt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	running := &fake{refuses: errors.New("connection refused")}
	in := deploy(t, shop())
	in.Tasks = func(context.Context) (Running, error) { cancel(); return running, nil }
	o := Run(ctx, in)
	assert.False(t, o.Succeeded || o.RolledBack)
	assert.Equal(t, 1, running.stopped)
	_, problem := failure(o)
	assert.Contains(t, problem.What, "interrupted")
}

func TestMatchers(t *testing.T) {
	for matcher, codes := range map[string]map[int]bool{
		"200": {200: true, 201: false}, "200-299": {200: true, 299: true, 300: false}, "200,302": {302: true, 301: false},
		"200-202, 404": {201: true, 404: true, 500: false}, "x": {200: false},
	} {
		for code, want := range codes {
			assert.Equal(t, want, matches(matcher, code), "%s %d", matcher, code)
		}
	}
}
