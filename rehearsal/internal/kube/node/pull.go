package node

import (
	"errors"
	"fmt"
	"time"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/kube/api"
)

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
			r.node.trouble(r, "container %s: %s: %s", status.Name, reason, message)
			s.events = append(s.events, event{"Failed", fmt.Sprintf("Failed to pull image %q: %s", status.Image, message)})
		}
	})
	r.set(s)
}
