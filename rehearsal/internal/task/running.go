package task

import (
	"context"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/task/sandbox"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// probeTimeout is the load balancer's default.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
const probeTimeout = 5 * time.Second

// Running is a started task. Its methods may be called at any time, from several goroutines, and after Stop.
type Running struct {
	sandbox *sandbox.Sandbox
	dir     string
	members []*member
	log     *journal
	notes   []string
	runs    sync.WaitGroup
	unwatch func() bool

	endOnce, goneOnce sync.Once
	ending            chan struct{} // closes when the task is to end
	gone              chan struct{} // closes when nothing is left of it
	removed           error         // why its files are left, once gone has closed

	mutex   sync.Mutex
	failure *verdict.Problem
}

// run takes a container through its life.
func (r *Running) run(m *member) {
	for _, a := range m.awaits {
		met, why := a.wait(r.ending)
		if closed(r.ending) {
			break // and what it waits for ends, too
		}
		if !met {
			m.end(-1, why)
			r.fail(dependencyProblem(m, why))
			r.end()
			return
		}
	}
	if closed(r.ending) {
		m.end(-1, "")
		return
	}
	if cannot := m.launch(r.sandbox); cannot != "" {
		m.end(-1, "CannotStartContainerError: "+cannot)
		r.lose(m, func() *verdict.Problem { return startProblem(m, cannot) })
		return
	}
	var watches sync.WaitGroup
	watches.Go(m.watch)
	watches.Go(func() { r.watchHealth(m) })
	m.finish()
	r.lose(m, func() *verdict.Problem { return exitProblem(m, r.others(m)) })
	watches.Wait()
}

// lose ends the task, if it cannot do without the container.
func (r *Running) lose(m *member, problem func() *verdict.Problem) {
	if m.Essential && !closed(r.ending) {
		r.fail(problem())
		r.end()
	}
}

// watchHealth ends the task when an essential container is unhealthy: a service replaces the task.
func (r *Running) watchHealth(m *member) {
	select {
	case <-m.unhealthy:
		r.lose(m, func() *verdict.Problem { return healthProblem(m) })
	case <-m.ended:
	}
}

func (r *Running) others(m *member) []*member {
	return slices.DeleteFunc(slices.Clone(r.members), func(o *member) bool { return o == m })
}

// fail notes why the task ends. The first reason is the one: the others follow from it.
func (r *Running) fail(p *verdict.Problem) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.failure == nil {
		r.failure = p
	}
}

// end asks all containers to end, and makes them.
func (r *Running) end() {
	r.endOnce.Do(func() {
		close(r.ending)
		for _, m := range r.members {
			go m.terminate()
		}
	})
}

// kill ends the containers without asking and removes everything.
func (r *Running) kill() error {
	r.goneOnce.Do(func() {
		r.end()
		closeErr := r.sandbox.Close()
		r.runs.Wait()
		r.removed = os.RemoveAll(r.dir)
		if r.removed == nil {
			r.removed = closeErr
		}
		close(r.gone)
	})
	<-r.gone
	return r.removed
}

// Stop asks the containers to end, kills those that have not after their StopTimeout (3 s at most), and removes all that the
// task has left. It may be called more than once.
func (r *Running) Stop() error {
	r.unwatch()
	r.end()
	r.runs.Wait()
	return r.kill()
}

// Probe asks the task for a path by HTTP, for at most 5 s, as a load balancer does: at the task's address, which a container
// that listens on 127.0.0.1 does not answer. A redirect is an answer. The body is cut at 64 KiB.
func (r *Running) Probe(ctx context.Context, port int, path string) (status int, body string, err error) {
	answer, err := r.sandbox.Probe(ctx, port, path, probeTimeout)
	return answer.Status, answer.Body, err
}

// States are the containers', in the task's order.
func (r *Running) States() []State {
	var all []State
	for _, m := range r.members {
		all = append(all, m.snapshot())
	}
	return all
}

// Failed is why the task ended by itself, or nil.
func (r *Running) Failed() *verdict.Problem {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.failure
}

// Inconclusive is whether the task ended by itself because it reaches nothing beyond it, which on Fargate it may.
func (r *Running) Inconclusive() bool {
	p := r.Failed()
	return p != nil && p.Fix == fixBeyond
}

// Unhealthy is why the task is not healthy, or not yet: the health check of a container that it cannot do without.
func (r *Running) Unhealthy() *verdict.Problem {
	for _, m := range r.members {
		if m.Essential && m.HealthCheck.enabled() && m.snapshot().Health != HealthHealthy {
			return healthProblem(m)
		}
	}
	return nil
}

// Logs are the last 2000 lines of the containers, each as "container: line", in the order in which they came.
func (r *Running) Logs() []string { return r.log.snapshot() }

// Notes are what differs from a task on Fargate, on this machine.
func (r *Running) Notes() []string { return slices.Clone(r.notes) }
