package node

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"runtime"
	"slices"
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

// name is of what the pods belong to, as "ReplicaSet shop/api-5d7".
func (r *run) name() string {
	m := r.pod.Metadata
	if owner := m.Controller(); owner.UID != "" {
		return owner.Kind + " " + m.Namespace + "/" + owner.Name
	}
	return "Pod " + m.Namespace + "/" + m.Name
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

// The pauses are shorter than a kubelet's where somebody waits for the first: an image does not come by waiting in a rehearsal.
const (
	firstPause = time.Second
	lastPause  = 10 * time.Second
)

// pull gets the images, until it has them all.
func (r *run) pull() bool {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		failed := map[string]error{} // by image
		for _, c := range r.containers() {
			if r.images[c.Image] != nil {
				continue
			}
			image, err := r.node.Pull(r.ctx, c.Image)
			switch {
			case err == nil:
				r.images[c.Image] = image
			case !errors.Is(err, ErrUnknownImage):
				failed[c.Image] = err
			}
		}
		if len(failed) == 0 || r.ctx.Err() != nil {
			return r.ctx.Err() == nil
		}
		r.refuse(failed, func(image string, err error) (reason, message string) { return "ErrImagePull", err.Error() })
		if !r.pause(pause / 2) {
			return false
		}
		r.refuse(failed, func(image string, err error) (reason, message string) {
			return "ImagePullBackOff", fmt.Sprintf("Back-off pulling image %q: ErrImagePull: %v", image, err)
		})
		if !r.pause(pause / 2) {
			return false
		}
	}
}

// refuse tells why containers' images are missing.
func (r *run) refuse(failed map[string]error, why func(image string, err error) (reason, message string)) {
	s := waiting(r.pod.Spec, "ContainerCreating")
	s.each(func(_ int, _ bool, status *api.ContainerStatus) {
		err := failed[status.Image]
		if err == nil {
			return
		}
		reason, message := why(status.Image, err)
		status.State.Waiting = &api.Waiting{Reason: reason, Message: message}
		if reason == "ErrImagePull" {
			s.events = append(s.events, event{"Failed", fmt.Sprintf("Failed to pull image %q: %s", status.Image, message)})
		}
	})
	r.set(s)
}

func (r *run) containers() []api.Container {
	return slices.Concat(r.pod.Spec.InitContainers, r.pod.Spec.Containers)
}

// cannotRun is why the pod cannot be run here, though a node in AWS may.
func (r *run) cannotRun() string {
	if r.node.cannot != "" {
		return r.node.cannot
	}
	for _, c := range r.containers() {
		image := r.images[c.Image]
		if image == nil {
			return fmt.Sprintf("nothing is known of the image %s", c.Image)
		}
		config, err := image.ConfigFile()
		if err != nil {
			return fmt.Sprintf("the configuration of the image %s cannot be read: %v", c.Image, err)
		}
		switch platform := config.OS + "/" + config.Architecture; {
		case platform != "linux/"+runtime.GOARCH:
			return fmt.Sprintf("the image %s is made for %s, and this machine is %s/%s", c.Image, platform, runtime.GOOS, runtime.GOARCH)
		case config.Config.Labels["imitated"] == "true":
			return fmt.Sprintf("the image %s is put together without running its Dockerfile", c.Image)
		case isTrue(c.SecurityContext.Privileged):
			return fmt.Sprintf("container %s is privileged", c.Name)
		}
	}
	if r.pod.Spec.HostNetwork {
		return "they use their node's network"
	}
	return ""
}

func isTrue(b *bool) bool { return b != nil && *b }

// take takes the pods as ready, or as done.
func (r *run) take(why string) {
	s := waiting(r.pod.Spec, "")
	s.phase, s.initialized = "Running", true
	completes, as := r.pod.Spec.RestartPolicy != "Always", "ready"
	if completes {
		s.phase, as = "Succeeded", "done"
	}
	r.node.note("The pods of %s are taken as %s: %s.", r.name(), as, why)
	now := time.Now().UTC().Truncate(time.Second)
	s.each(func(i int, init bool, status *api.ContainerStatus) {
		stays := !completes && (!init || stays(r.pod.Spec.InitContainers[i]))
		if stays {
			status.State = api.ContainerState{Running: &api.Started{StartedAt: &now}}
			status.Ready, status.Started = true, true
			return
		}
		status.State = api.ContainerState{Terminated: &api.Terminated{Reason: "Completed", StartedAt: &now, FinishedAt: &now}}
		status.Ready = init
	})
	r.set(s)
}

// stays is whether an init container runs beside the pod's containers.
// https://kubernetes.io/docs/concepts/workloads/pods/sidecar-containers/
func stays(c api.Container) bool { return c.RestartPolicy == "Always" }

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
