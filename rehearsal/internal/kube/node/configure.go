package node

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/kube/api"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/task"
)

// mountError is why a volume cannot be had; any other error of a pod's configuration is a container's.
type mountError struct{ error }

// configure makes the task of the pod, and waits until all that it refers to is there.
func (r *run) configure() (task.Task, bool) {
	for pause := firstPause; ; pause = min(2*pause, lastPause) {
		s := waiting(r.pod.Spec, "ContainerCreating")
		t, bad := r.task()
		if len(bad) == 0 {
			return t, true
		}
		s.each(func(_ int, _ bool, status *api.ContainerStatus) {
			err := bad[status.Name]
			if err != nil {
				r.node.trouble(r, "container %s: %v", status.Name, err)
			}
			mount := mountError{}
			switch {
			case errors.As(err, &mount):
				status.State.Waiting.Message = err.Error()
				s.events = append(s.events, event{"FailedMount", err.Error()})
			case err != nil:
				status.State.Waiting = &api.Waiting{Reason: "CreateContainerConfigError", Message: err.Error()}
				s.events = append(s.events, event{"Failed", "Error: " + err.Error()})
			}
		})
		r.set(s)
		if !r.pause(pause) {
			return task.Task{}, false
		}
	}
}

// task is the pod as a sandbox runs it, or what is wrong with its containers.
func (r *run) task() (task.Task, map[string]error) {
	t, bad := task.Task{Scratch: r.node.Dir}, map[string]error{}
	var before []task.Dependency
	for i, c := range r.containers() {
		converted, err := r.container(c)
		if err != nil {
			bad[c.Name] = err
			continue
		}
		init := i < len(r.pod.Spec.InitContainers)
		converted.DependsOn = slices.Clone(before)
		converted.Essential = r.pod.Spec.RestartPolicy == "Always" && (!init || stays(c))
		t.Containers = append(t.Containers, converted)
		switch {
		case init && stays(c):
			before = append(before, task.Dependency{Container: c.Name, Condition: task.ConditionStart})
		case init:
			before = append(before, task.Dependency{Container: c.Name, Condition: task.ConditionSuccess})
		}
	}
	return t, bad
}

func (r *run) container(c api.Container) (task.Container, error) {
	l := &lookup{run: r}
	env, err := l.environment(c)
	if err != nil {
		return task.Container{}, err
	}
	converted := task.Container{
		Name: c.Name, EntryPoint: expandAll(c.Command, env), Command: expandAll(c.Args, env), WorkingDir: c.WorkingDir,
		ReadonlyRootFilesystem: isTrue(c.SecurityContext.ReadOnlyRootFilesystem),
		HealthCheck:            healthCheck(c),
		// What takes longer is ended by watch.
		StartTimeout: 2 * initPatience,
		StopTimeout:  seconds(r.pod.Spec.TerminationGracePeriodSeconds),
	}
	for _, v := range env {
		converted.Env = append(converted.Env, v.name+"="+v.value)
	}
	for _, p := range c.Ports {
		converted.Ports = append(converted.Ports, p.ContainerPort)
	}
	image := r.images[c.Image]
	if image == nil {
		return converted, nil // and cannotRun says so
	}
	if converted.User, err = r.user(c, image); err != nil {
		return task.Container{}, err
	}
	converted.Image, converted.MountPoints, err = l.mount(c, image)
	return converted, err
}

// healthCheck is the first of a container's probes that are commands.
func healthCheck(c api.Container) *task.HealthCheck {
	all := commandProbes(c)
	if len(all) == 0 {
		return nil
	}
	return &task.HealthCheck{
		Command:  append([]string{"CMD"}, all[0].Exec.Command...),
		Interval: max(seconds(all[0].PeriodSeconds), time.Second), Timeout: seconds(all[0].TimeoutSeconds),
		// Whether the container goes on is not the task's to decide.
		Retries: 1 << 30,
	}
}

// user is who the container runs as, in the words of an image's USER.
// https://kubernetes.io/docs/tasks/configure-pod-container/security-context/
func (r *run) user(c api.Container, image v1.Image) (string, error) {
	pod, own := r.pod.Spec.SecurityContext, c.SecurityContext
	uid, gid := cmp.Or(own.RunAsUser, pod.RunAsUser), cmp.Or(own.RunAsGroup, pod.RunAsGroup)
	if isTrue(cmp.Or(own.RunAsNonRoot, pod.RunAsNonRoot)) {
		if err := nonRoot(uid, image); err != nil {
			return "", fmt.Errorf("%w (pod: %q, container: %s)", err, r.pod.Metadata.Name, c.Name)
		}
	}
	switch {
	case uid == nil && gid == nil:
		return "", nil
	case uid == nil:
		return fmt.Sprintf("0:%d", *gid), nil
	case gid == nil:
		return strconv.FormatInt(*uid, 10), nil
	}
	return fmt.Sprintf("%d:%d", *uid, *gid), nil
}

// nonRoot is the kubelet's check of runAsNonRoot, in its words.
func nonRoot(uid *int64, image v1.Image) error {
	if uid != nil {
		if *uid == 0 {
			return errors.New("container's runAsUser breaks non-root policy")
		}
		return nil
	}
	config, err := image.ConfigFile()
	if err != nil {
		return err
	}
	name, _, _ := strings.Cut(config.Config.User, ":")
	number, err := strconv.Atoi(name)
	switch {
	case name == "" || err == nil && number == 0:
		return errors.New("container has runAsNonRoot and image will run as root")
	case err != nil:
		return fmt.Errorf("container has runAsNonRoot and image has non-numeric user (%s), cannot verify user is non-root", name)
	}
	return nil
}
