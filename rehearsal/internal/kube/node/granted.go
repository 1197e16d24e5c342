package node

import (
	"fmt"
	"runtime"
	"time"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/kube/api"
)

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
