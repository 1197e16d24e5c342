package node

import (
	"strings"
	"time"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/kube/api"
)

// state is how far a run is, and with it the pods that share it.
type state struct {
	init, main  []api.ContainerStatus
	initialized bool
	phase       string
	gates       []string
	events      []event // those that came with this state
}

type event struct{ reason, message string }

// waiting is the state in which all containers wait for a reason.
func waiting(spec api.PodSpec, reason string) state {
	s := state{phase: "Pending"}
	for _, g := range spec.ReadinessGates {
		s.gates = append(s.gates, g.ConditionType)
	}
	for _, c := range spec.InitContainers {
		s.init = append(s.init, waits(c, reason))
	}
	for _, c := range spec.Containers {
		s.main = append(s.main, waits(c, reason))
	}
	return s
}

func waits(c api.Container, reason string) api.ContainerStatus {
	return api.ContainerStatus{Name: c.Name, Image: c.Image, State: api.ContainerState{Waiting: &api.Waiting{Reason: reason}}}
}

// each calls for each container's status, with its place.
func (s *state) each(f func(i int, init bool, status *api.ContainerStatus)) {
	for i := range s.init {
		f(i, true, &s.init[i])
	}
	for i := range s.main {
		f(i, false, &s.main[i])
	}
}

// ready tells whether all containers are, and names those that are not.
func (s state) ready() (bool, string) {
	var unready []string
	for _, c := range s.main {
		if !c.Ready {
			unready = append(unready, c.Name)
		}
	}
	return len(unready) == 0 && s.initialized, "containers with unready status: [" + strings.Join(unready, " ") + "]"
}

// status is a pod's.
func (s state) status(p *pod) api.PodStatus {
	began := p.began.UTC().Truncate(time.Second)
	status := api.PodStatus{
		Phase: s.phase, HostIP: nodeIP, PodIP: p.ip, StartTime: &began, InitContainerStatuses: s.init, ContainerStatuses: s.main,
	}
	ready, why := s.ready()
	condition := func(kind string, met bool, reason, message string) {
		c := api.Condition{Type: kind, Status: "True"}
		if !met {
			c.Status, c.Reason, c.Message = "False", reason, message
		}
		status.Conditions = append(status.Conditions, c)
	}
	reason := "ContainersNotReady"
	if s.phase == "Succeeded" {
		ready, reason, why = false, "PodCompleted", ""
	}
	condition("PodScheduled", true, "", "")
	condition("Initialized", s.initialized, "ContainersNotInitialized", "containers with incomplete status")
	condition("ContainersReady", ready, reason, why)
	condition("Ready", ready, reason, why)
	for _, g := range s.gates {
		condition(g, true, "", "")
	}
	return status
}
