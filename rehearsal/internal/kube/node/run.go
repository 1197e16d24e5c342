package node

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/kube/api"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/task"
)

// run is the containers of one template's pods.
type run struct {
	node   *Node
	key    string
	pod    api.Pod // the first
	users  int     // pods that share it; the node's mutex guards it
	ctx    context.Context
	cancel context.CancelFunc
	images map[string]v1.Image // by their names in the pod

	restarts map[string]int             // by container
	last     map[string]*api.Terminated // its last end

	mutex   sync.Mutex
	logs    map[string][]string // by container
	state   state
	changed chan struct{} // closes with the next state
}

func (n *Node) newRun(key string, p api.Pod) *run {
	r := &run{
		node: n, key: key, pod: p, images: map[string]v1.Image{}, restarts: map[string]int{}, last: map[string]*api.Terminated{}, logs: map[string][]string{},
		state: waiting(p.Spec, "ContainerCreating"), changed: make(chan struct{}),
	}
	r.ctx, r.cancel = context.WithCancel(n.ctx)
	return r
}

// name is of what the pods belong to, as "Deployment shop/api".
func (r *run) name() string {
	m := r.pod.Metadata
	kind, name := "Pod", m.Name
	if owner := m.Controller(); owner.UID != "" {
		kind, name = owner.Kind, owner.Name
	}
	// A Deployment's ReplicaSet is called by it and the template's hash.
	if deployment, ok := strings.CutSuffix(name, "-"+m.Labels["pod-template-hash"]); ok && kind == "ReplicaSet" {
		kind, name = "Deployment", deployment
	}
	return kind + " " + m.Namespace + "/" + name
}

// set makes the run's next state.
func (r *run) set(s state) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if reflect.DeepEqual(r.state, s) && len(s.events) == 0 {
		return
	}
	r.state = s
	close(r.changed)
	r.changed = make(chan struct{})
}

// snapshot is the state, and what closes when there is another one.
func (r *run) snapshot() (state, <-chan struct{}) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	return r.state, r.changed
}

// log is the end of a container's log, if it has run.
func (r *run) log(container string) ([]string, bool) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	lines, ok := r.logs[container]
	return lines, ok
}

// heard keeps what containers have written until now.
func (r *run) heard(states []task.State) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	for _, s := range states {
		if s.Status != task.StatusPending {
			r.logs[s.Name] = s.Log
		}
	}
}

// pause waits, and tells whether the run goes on.
func (r *run) pause(d time.Duration) bool {
	select {
	case <-r.ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// live takes the run through its life, which ends with the last of its pods.
func (r *run) live() {
	if !r.pull() {
		return
	}
	for {
		t, ok := r.configure()
		if !ok {
			return
		}
		if why := r.cannotRun(); why != "" {
			r.take(why)
			return
		}
		running, err := task.Start(r.ctx, t)
		if err != nil {
			if r.ctx.Err() == nil {
				r.take(err.Error())
			}
			return
		}
		for _, note := range running.Notes() {
			r.node.note("%s", note)
		}
		again := r.watch(running)
		err = running.Stop()
		r.heard(running.States())
		if err != nil {
			r.node.note("The containers of %s have left something behind: %v.", r.name(), err)
		}
		if !again || !r.backOff() {
			return
		}
	}
}

func (r *run) containers() []api.Container {
	return slices.Concat(r.pod.Spec.InitContainers, r.pod.Spec.Containers)
}

// backOff waits before the containers are started anew: the first time it does not, then as a kubelet.
// https://kubernetes.io/docs/concepts/workloads/pods/pod-lifecycle/#restart-policy
func (r *run) backOff() bool {
	most := 0
	for _, n := range r.restarts {
		most = max(most, n)
	}
	if most < 2 {
		return r.ctx.Err() == nil
	}
	pause := min(10*time.Second<<min(most-2, 5), 5*time.Minute)
	s, _ := r.snapshot()
	s.init, s.main, s.events = slices.Clone(s.init), slices.Clone(s.main), nil
	s.each(func(_ int, _ bool, status *api.ContainerStatus) {
		if status.State.Terminated == nil || r.restarts[status.Name] == 0 {
			return
		}
		status.LastState = status.State
		status.State = api.ContainerState{Waiting: &api.Waiting{
			Reason: "CrashLoopBackOff", Message: fmt.Sprintf("back-off %s restarting failed container=%s", pause, status.Name),
		}}
		s.events = append(s.events, event{"BackOff", "Back-off restarting failed container " + status.Name})
	})
	r.set(s)
	return r.pause(pause)
}
