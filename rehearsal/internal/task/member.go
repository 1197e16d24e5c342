package task

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/task/sandbox"
)

const (
	// startTimeout is the default of ECS's agent: https://github.com/aws/amazon-ecs-agent, ECS_CONTAINER_START_TIMEOUT.
	startTimeout = 3 * time.Minute
	// stopLimit is how long a rehearsal waits for a container to end.
	stopLimit = 3 * time.Second
	// killed is the exit code after SIGKILL.
	killed = 128 + 9
)

// member is a container of a running task. Each channel closes once: started and ended say that it runs and that it will
// not any more, healthy and unhealthy are the first such results of its health check.
type member struct {
	Container
	spec       sandbox.Spec
	refused    string
	awaits     []await
	dependents []*member
	log        *logOf

	started, ended, healthy, unhealthy chan struct{}

	mutex   sync.Mutex
	process *sandbox.Container
	state   State
	sick    string // why it is unhealthy
}

// await is a dependency.
type await struct {
	on        *member
	condition Condition
}

func newMember(c Container, spec sandbox.Spec, refused string, log *journal) *member {
	return &member{
		Container: c, spec: spec, refused: refused, log: &logOf{name: c.Name, journal: log},
		started: make(chan struct{}), ended: make(chan struct{}), healthy: make(chan struct{}), unhealthy: make(chan struct{}),
		state: State{Name: c.Name, Status: StatusPending, ExitCode: -1, Health: HealthUnknown},
	}
}

// wait waits until the condition holds, and tells why if it never will; or until ending closes.
func (a await) wait(ending <-chan struct{}) (met bool, why string) {
	reached := map[Condition]chan struct{}{
		ConditionStart: a.on.started, ConditionComplete: a.on.ended, ConditionSuccess: a.on.ended, ConditionHealthy: a.on.healthy,
	}[a.condition]
	limit := time.NewTimer(orDefault(a.on.StartTimeout, startTimeout))
	defer limit.Stop()
	select {
	case <-reached:
	case <-a.on.ended:
	case <-a.on.unhealthy:
		return false, fmt.Sprintf("container %s is not healthy", a.on.Name)
	case <-limit.C:
		return false, fmt.Sprintf("container %s did not reach %s within its start timeout", a.on.Name, a.condition)
	case <-ending:
		return false, ""
	}
	return a.settled()
}

// settled tells what a condition has come to once it was reached or its container has ended.
func (a await) settled() (met bool, why string) {
	state := a.on.snapshot()
	ran := closed(a.on.started)
	switch a.condition {
	case ConditionStart:
		met = ran
	case ConditionHealthy:
		met = closed(a.on.healthy)
	case ConditionComplete:
		met = ran
	case ConditionSuccess:
		met = state.ExitCode == 0
	}
	switch {
	case met:
		return true, ""
	case !ran:
		return false, fmt.Sprintf("container %s did not start", a.on.Name)
	case a.condition == ConditionSuccess:
		return false, fmt.Sprintf("container %s did not exit successfully: exit code %d", a.on.Name, state.ExitCode)
	}
	return false, fmt.Sprintf("container %s exited with code %d before it was healthy", a.on.Name, state.ExitCode)
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func (m *member) snapshot() State {
	m.mutex.Lock()
	defer m.mutex.Unlock()
	state := m.state
	state.Log = m.log.snapshot()
	return state
}

// launch starts the container, or says why it cannot.
func (m *member) launch(in *sandbox.Sandbox) (cannot string) {
	if m.refused != "" {
		return m.refused
	}
	process, err := in.Start(m.spec)
	if err != nil {
		return err.Error()
	}
	m.mutex.Lock()
	m.process, m.state.Status = process, StatusRunning
	m.mutex.Unlock()
	close(m.started)
	return ""
}

// finish waits for the container's end and takes its output until then.
func (m *member) finish() {
	copied := make(chan error, 1)
	go func() { copied <- m.process.CopyOutput(m.log) }()
	code, err := m.process.Wait()
	err = errors.Join(err, <-copied)
	m.log.finish()
	if err != nil {
		m.end(killed, "the task was killed")
		return
	}
	m.end(code, "")
}

func (m *member) end(code int, reason string) {
	m.mutex.Lock()
	m.state.Status, m.state.ExitCode, m.state.Reason = StatusStopped, code, reason
	m.mutex.Unlock()
	close(m.ended)
}

// terminate ends the container, after those that depend on it, as ECS does.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#container_definition_dependson
func (m *member) terminate() {
	for _, d := range m.dependents {
		<-d.ended
	}
	select {
	case <-m.ended:
		return
	case <-m.started:
	}
	_ = m.process.Terminate() // it fails when the sandbox is gone, and the container with it
	select {
	case <-m.ended:
		return
	case <-time.After(min(orDefault(m.StopTimeout, 30*time.Second), stopLimit)):
	}
	_ = m.process.Kill()
}

func orDefault(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d
}
