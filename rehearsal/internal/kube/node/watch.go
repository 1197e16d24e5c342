package node

import (
	"fmt"
	"strings"
	"time"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/kube/api"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/task"
)

const (
	// glance is how often the containers are looked at.
	glance = 100 * time.Millisecond
	// initPatience is how long init containers may take. One that waits for what it cannot reach here waits for ever.
	initPatience = time.Minute
	// settling is how long a container has to run until it counts as started. A kubelet looks once a second, and does not see
	// those that end at once: https://github.com/kubernetes/kubernetes/blob/v1.34.2/pkg/kubelet/kubelet.go, genericPlegRelistPeriod.
	settling = time.Second
)

// watch follows running containers, and tells whether they are to be started anew.
func (r *run) watch(running *task.Running) (again bool) {
	began := time.Now()
	probes := r.probes(running)
	defer probes.stop()
	for {
		states := running.States()
		r.heard(states)
		s := r.look(states, probes)
		if s.phase == "Succeeded" || s.phase == "Failed" {
			r.blame(s)
			r.set(s)
			return false
		}
		if ended := r.crashed(running, probes); ended != nil {
			if ended.Inconclusive() {
				r.take(fmt.Sprintf("container %s ended, and nothing beyond the pod is reached in a rehearsal: %s", ended.Name, ended.LastWords()))
				return false
			}
			r.crash(s, ended, probes)
			return true
		}
		if !s.initialized && time.Since(began) > initPatience {
			r.take(fmt.Sprintf("their init containers have not ended within %s, and nothing beyond the pod is reached in a rehearsal", initPatience))
			return false
		}
		r.set(s)
		if !r.pause(glance) {
			return false
		}
	}
}

// look is the state that the containers are in.
func (r *run) look(states []task.State, p *probes) state {
	s := waiting(r.pod.Spec, "PodInitializing")
	s.initialized = true
	at := map[string]task.State{}
	for _, t := range states {
		at[t.Name] = t
	}
	s.each(func(i int, init bool, status *api.ContainerStatus) {
		t := at[status.Name]
		status.RestartCount = r.restarts[status.Name]
		status.LastState = api.ContainerState{Terminated: r.last[status.Name]}
		switch {
		case t.Status == task.StatusRunning && p.settled(status.Name):
			status.State = api.ContainerState{Running: &api.Started{}}
			status.Started, status.Ready = p.get(status.Name).started, p.get(status.Name).ready
			if init && !stays(r.pod.Spec.InitContainers[i]) {
				status.Ready = false
			}
		case t.Status == task.StatusStopped && !heldBack(t):
			status.State = api.ContainerState{Terminated: terminated(t)}
			status.Ready = init && t.ExitCode == 0
		}
		if init && !status.Ready && !status.Started {
			s.initialized = false
		}
	})
	s.phase = r.phase(s)
	s.events = p.takeEvents()
	for _, e := range s.events {
		r.node.trouble(r, "%s", e.message)
	}
	return s
}

// phase is the pod's.
// https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#pod-phase
func (r *run) phase(s state) string {
	if !s.initialized {
		for _, c := range s.init {
			if t := c.State.Terminated; t != nil && t.ExitCode != 0 && r.pod.Spec.RestartPolicy == "Never" {
				return "Failed"
			}
		}
		return "Pending"
	}
	if r.pod.Spec.RestartPolicy == "Always" {
		return "Running"
	}
	phase := "Succeeded"
	for _, c := range s.main {
		switch t := c.State.Terminated; {
		case t == nil:
			return "Running"
		case t.ExitCode != 0 && r.pod.Spec.RestartPolicy == "OnFailure":
			return "Running"
		case t.ExitCode != 0:
			phase = "Failed"
		}
	}
	return phase
}

func terminated(t task.State) *api.Terminated {
	if cannot, ok := strings.CutPrefix(t.Reason, cannotStart); ok {
		return &api.Terminated{ExitCode: 128, Reason: "StartError", Message: cannot}
	}
	if t.ExitCode == 0 {
		return &api.Terminated{Reason: "Completed"}
	}
	return &api.Terminated{ExitCode: t.ExitCode, Reason: "Error", Message: t.LastWords()}
}

// crashed is the container whose end, or liveness probe, makes the pod's containers start anew: the one that ended first, if
// several have.
func (r *run) crashed(running *task.Running, p *probes) *task.State {
	first := ""
	if failed := running.Failed(); failed != nil {
		first = strings.TrimPrefix(failed.Where, "container ")
	}
	var found *task.State
	for _, t := range running.States() {
		again := t.Status == task.StatusStopped && !heldBack(t) && r.restartsAfter(t)
		if (again || p.get(t.Name).dead != "") && (found == nil || t.Name == first) {
			found = &t
		}
	}
	return found
}

// heldBack is whether a container never ran because another one, that it waits for, has failed.
func heldBack(t task.State) bool {
	return t.ExitCode < 0 && !strings.HasPrefix(t.Reason, cannotStart)
}

// cannotStart begins the reason of a container whose command cannot be run.
const cannotStart = "CannotStartContainerError: "

// restartsAfter is whether the pod's restart policy restarts a container that has ended.
func (r *run) restartsAfter(t task.State) bool {
	for _, c := range r.pod.Spec.InitContainers {
		if c.Name == t.Name && !stays(c) {
			return t.ExitCode != 0 && r.pod.Spec.RestartPolicy != "Never"
		}
		if c.Name == t.Name {
			return r.pod.Spec.RestartPolicy == "Always"
		}
	}
	return r.pod.Spec.RestartPolicy == "Always" || r.pod.Spec.RestartPolicy == "OnFailure" && t.ExitCode != 0
}

// blame notes which containers of a pod that is not restarted have failed.
func (r *run) blame(s state) {
	s.each(func(_ int, _ bool, status *api.ContainerStatus) {
		if t := status.State.Terminated; t != nil && t.ExitCode != 0 {
			r.node.trouble(r, "%s", failure(status.Name, t))
		}
	})
}

// crash notes that a container is to be started anew.
func (r *run) crash(s state, t *task.State, p *probes) {
	name := t.Name
	ended := terminated(*t)
	if t.Status != task.StatusStopped {
		ended = &api.Terminated{ExitCode: 137, Reason: "Error", Message: p.get(name).dead}
	}
	r.node.trouble(r, "%s", failure(name, ended))
	r.restarts[name]++
	r.last[name] = ended
	s.each(func(_ int, _ bool, status *api.ContainerStatus) {
		if status.Name == name {
			status.State, status.Ready, status.Started = api.ContainerState{Terminated: ended}, false, false
			status.RestartCount = r.restarts[name]
		}
	})
	r.set(s)
}

// failure tells how a container ended.
func failure(name string, t *api.Terminated) string {
	return strings.TrimSuffix(fmt.Sprintf("container %s ended with exit code %d: %s", name, t.ExitCode, t.Message), ": ")
}
