package node

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/kube/api"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/task"
)

// eager is the pause between a container's probes until the first that passes, so that nobody waits for an interval.
const eager = 500 * time.Millisecond

// probes ask the containers of a run how they are.
type probes struct {
	running *task.Running
	cancel  context.CancelFunc
	work    sync.WaitGroup

	mutex  sync.Mutex
	health map[string]*health // by container
	events []event
}

// health is what a container's probes say.
type health struct {
	started, ready bool
	dead           string    // why the container is to be ended
	since          time.Time // it runs
}

// probes begins to ask.
func (r *run) probes(running *task.Running) *probes {
	p := &probes{running: running, health: map[string]*health{}}
	ctx, cancel := context.WithCancel(r.ctx)
	p.cancel = cancel
	for _, c := range r.containers() {
		p.health[c.Name] = &health{started: c.StartupProbe == nil, ready: c.StartupProbe == nil && c.ReadinessProbe == nil}
		p.work.Go(func() { p.watch(ctx, c) })
		r.noteProbes(c)
	}
	return p
}

// noteProbes says which probes are not asked as a kubelet does.
func (r *run) noteProbes(c api.Container) {
	if n := len(commandProbes(c)); n > 1 {
		r.node.note("Container %s of %s has %d probes that are commands: the first is asked, and the others are taken as passed.", c.Name, r.name(), n)
	}
	for _, p := range []*api.Probe{c.ReadinessProbe, c.LivenessProbe, c.StartupProbe} {
		if p != nil && (p.GRPC != nil || p.HTTPGet != nil && p.HTTPGet.Scheme == "HTTPS") {
			r.node.note("Container %s of %s is probed by gRPC or HTTPS: nothing but that its port is open is asked.", c.Name, r.name())
		}
	}
}

func (p *probes) stop() {
	p.cancel()
	p.work.Wait()
}

func (p *probes) get(name string) health {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	return *p.health[name]
}

// settled is whether a container has run for so long that it counts as started.
func (p *probes) settled(name string) bool {
	since := p.get(name).since
	return !since.IsZero() && time.Since(since) >= settling
}

func (p *probes) change(name string, f func(h *health)) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	f(p.health[name])
}

func (p *probes) takeEvents() []event {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	events := p.events
	p.events = nil
	return events
}

// watch asks a container's probes: that of its start first, and only then the others.
// https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/
func (p *probes) watch(ctx context.Context, c api.Container) {
	for !p.runs(c.Name) {
		if !sleep(ctx, glance) {
			return
		}
	}
	p.change(c.Name, func(h *health) { h.since = time.Now() })
	if c.StartupProbe != nil {
		p.ask(ctx, c, "Startup", c.StartupProbe, func(h *health, passed, failed bool) (done bool) {
			h.started = passed
			h.ready = passed && c.ReadinessProbe == nil
			return passed || failed
		})
	}
	var work sync.WaitGroup
	if c.ReadinessProbe != nil {
		work.Go(func() {
			p.ask(ctx, c, "Readiness", c.ReadinessProbe, func(h *health, passed, failed bool) bool {
				h.ready = passed || h.ready && !failed
				return false
			})
		})
	}
	if c.LivenessProbe != nil {
		work.Go(func() {
			p.ask(ctx, c, "Liveness", c.LivenessProbe, func(_ *health, _, failed bool) bool { return failed })
		})
	}
	work.Wait()
}

func (p *probes) state(name string) task.State {
	for _, s := range p.running.States() {
		if s.Name == name {
			return s
		}
	}
	return task.State{}
}

func (p *probes) runs(name string) bool { return p.state(name).Status == task.StatusRunning }

// ask asks one probe until it is done: passed is its last result, failed whether it has failed as often as counts.
func (p *probes) ask(ctx context.Context, c api.Container, kind string, probe *api.Probe, result func(h *health, passed, failed bool) bool) {
	period, counts := seconds(probe.PeriodSeconds), time.Now().Add(seconds(probe.InitialDelaySeconds))
	failures, pause := 0, min(eager, period)
	for p.runs(c.Name) {
		why := p.once(ctx, c, probe)
		switch now := time.Now(); {
		case ctx.Err() != nil:
			return
		case why == nil:
			failures, pause = 0, period
		case !now.Before(counts):
			failures, counts = failures+1, now.Add(period)
			p.tell(fmt.Sprintf("%s probe of container %s failed: %v", kind, c.Name, why))
		}
		var done bool
		p.change(c.Name, func(h *health) {
			failed := failures >= probe.FailureThreshold
			if failed && probe != c.ReadinessProbe {
				h.dead = fmt.Sprintf("%s probe failed: %v", kind, why)
			}
			done = result(h, why == nil, failed)
		})
		if done || !sleep(ctx, pause) {
			return
		}
	}
}

func (p *probes) tell(text string) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	p.events = append(p.events, event{"Unhealthy", text})
}

// once asks a probe, and tells why it failed.
func (p *probes) once(ctx context.Context, c api.Container, probe *api.Probe) error {
	switch {
	case probe.HTTPGet != nil && probe.HTTPGet.Scheme != "HTTPS":
		status, _, err := p.running.Probe(ctx, port(c, probe.HTTPGet.Port), "/"+strings.TrimPrefix(probe.HTTPGet.Path, "/"))
		if err == nil && (status < 200 || status >= 400) {
			err = fmt.Errorf("HTTP probe failed with statuscode: %d", status)
		}
		return err
	case probe.HTTPGet != nil:
		return p.dial(ctx, port(c, probe.HTTPGet.Port))
	case probe.TCPSocket != nil:
		return p.dial(ctx, port(c, probe.TCPSocket.Port))
	case probe.GRPC != nil:
		return p.dial(ctx, port(c, probe.GRPC.Port))
	}
	if s := p.state(c.Name); probe == commandProbes(c)[0] && s.Health != task.HealthHealthy {
		return fmt.Errorf("command %q does not succeed", probe.Exec.Command)
	}
	return nil
}

// commandProbes are a container's probes that are commands. The first is its health check here, of which it has but one.
func commandProbes(c api.Container) []*api.Probe {
	return slices.DeleteFunc([]*api.Probe{c.ReadinessProbe, c.LivenessProbe, c.StartupProbe}, func(p *api.Probe) bool { return p == nil || p.Exec == nil })
}

// dial is whether the port is open: whatever answers, and however, it is unless the connection is refused.
func (p *probes) dial(ctx context.Context, port int) error {
	_, _, err := p.running.Probe(ctx, port, "/")
	if err != nil && strings.Contains(err.Error(), "connection refused") {
		return err
	}
	return nil
}

// port is a probe's, which may be named.
func port(c api.Container, n api.Number) int {
	for _, p := range c.Ports {
		if p.Name != "" && p.Name == string(n) {
			return p.ContainerPort
		}
	}
	number, err := strconv.Atoi(string(n))
	if err != nil {
		return 0 // the API server lets no other name pass
	}
	return number
}

func seconds(n int) time.Duration { return time.Duration(n) * time.Second }

func sleep(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}
