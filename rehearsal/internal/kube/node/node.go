// Package node stands in for the nodes of a cluster and for its scheduler. It takes every pod, pulls its images, runs its
// containers in a sandbox of this machine, asks its probes, and tells the API server what came of it, as a kubelet does.
//
// It is no kubelet, and where a pod cannot be run as a node would, it takes the pod as ready and says so in a note. Pods of one
// template share one run. A pod reaches nothing but itself: no service, no database, nothing in AWS, and one that ends for want of
// that is taken as ready, too. Resources are not limited, lifecycle hooks are not run, and nothing is kept from being scheduled:
// every node selector, affinity and toleration is taken to find a node.
package node

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"sync"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/kube/api"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/task"
)

// ErrUnknownImage is Options.Pull's error for an image of which nothing is known.
var ErrUnknownImage = errors.New("nothing is known of the image")

// Options are what a node needs.
type Options struct {
	// Dir is an existing directory for the containers' files.
	Dir string
	// Pull is what the node gets from the registry.
	Pull func(ctx context.Context, image string) (v1.Image, error)
	// WithoutTasks takes pods as ready.
	WithoutTasks bool
	Log          io.Writer
	// TLS is how the API server is answered, which gets the containers' logs.
	TLS *tls.Config
}

// Node is a cluster's one node.
type Node struct {
	Options
	client  *api.Client
	ctx     context.Context
	cancel  context.CancelFunc
	work    sync.WaitGroup
	kubelet *kubelet
	cannot  string // why no containers can be run

	mutex sync.Mutex
	pods  map[string]*pod // by UID
	runs  map[string]*run // by key
	notes []string
	woes  []string
	count int // of the pods, for their addresses
}

const (
	nodeName = "ip-10-0-0-10.ec2.internal"
	nodeIP   = "10.0.0.10"
)

// Start registers the node and lets it take pods. Close has to be called.
func Start(client *api.Client, o Options) (*Node, error) {
	n := &Node{Options: o, client: client, pods: map[string]*pod{}, runs: map[string]*run{}}
	n.ctx, n.cancel = context.WithCancel(context.Background())
	switch err := task.Available(); {
	case o.WithoutTasks:
		n.cannot = "so it was asked for"
	case err != nil:
		n.cannot = err.Error()
	}
	var err error
	if n.kubelet, err = n.serveKubelet(o.TLS); err != nil {
		n.cancel()
		return nil, err
	}
	if err := n.register(); err != nil {
		return nil, errors.Join(err, n.Close())
	}
	n.work.Go(func() { api.Watch(n.ctx, client, "/api/v1/pods", n.seen) })
	return n, nil
}

// register makes the node's object, as large as no deployment is.
func (n *Node) register() error {
	type object = map[string]any
	size := object{"cpu": "1000", "memory": "4Ti", "pods": "1000", "ephemeral-storage": "10Ti"}
	err := n.client.Create(n.ctx, "/api/v1/nodes", object{
		"apiVersion": "v1", "kind": "Node",
		"metadata": object{"name": nodeName, "labels": map[string]string{
			"kubernetes.io/hostname": nodeName, "kubernetes.io/os": "linux", "kubernetes.io/arch": runtime.GOARCH,
			"topology.kubernetes.io/zone": "rehearsal-1a",
		}},
		"status": object{
			"capacity": size, "allocatable": size,
			"conditions":      []api.Condition{{Type: "Ready", Status: "True", Reason: "KubeletReady", Message: "a rehearsal stands in for it"}},
			"addresses":       []object{{"type": "InternalIP", "address": "127.0.0.1"}, {"type": "Hostname", "address": nodeName}},
			"daemonEndpoints": object{"kubeletEndpoint": object{"Port": n.kubelet.port()}},
		},
	}, nil)
	if api.Is(err, http.StatusConflict) {
		return nil
	}
	return err
}

// seen hears of a pod.
func (n *Node) seen(p api.Pod, gone bool) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	known := n.pods[p.Metadata.UID]
	switch {
	case n.ctx.Err() != nil:
	case gone:
		if known != nil {
			known.leave()
			delete(n.pods, p.Metadata.UID)
		}
	case known != nil:
		known.update(p)
	case p.Status.Phase != "Succeeded" && p.Status.Phase != "Failed":
		n.count++
		known = n.newPod(p, n.count)
		n.pods[p.Metadata.UID] = known
		n.work.Go(known.live)
	}
}

// join lets a pod share the run of its template, which it starts if it is the first.
func (n *Node) join(p api.Pod) *run {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	k := key(p)
	r := n.runs[k]
	if r == nil {
		r = n.newRun(k, p)
		n.runs[k] = r
		n.work.Go(r.live)
	}
	r.users++
	if r.users == 2 {
		n.noteLocked("The pods of %s share one run.", r.name())
	}
	return r
}

// part ends a run when no pod shares it any more.
func (n *Node) part(r *run) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	r.users--
	if r.users == 0 {
		r.cancel()
		delete(n.runs, r.key)
	}
}

// key is what pods of one template have in common.
func key(p api.Pod) string {
	owner := p.Metadata.Controller()
	for _, label := range []string{"pod-template-hash", "controller-revision-hash"} {
		if hash := p.Metadata.Labels[label]; hash != "" && owner.UID != "" {
			return owner.UID + "/" + hash
		}
	}
	return p.Metadata.UID
}

// note notes what was taken for granted, once.
func (n *Node) note(format string, args ...any) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	n.noteLocked(format, args...)
}

func (n *Node) noteLocked(format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if !slices.Contains(n.notes, text) {
		n.notes = append(n.notes, text)
		fmt.Fprintln(n.Log, text)
	}
}

// trouble notes what keeps the pods of a run from being ready, once.
func (n *Node) trouble(r *run, format string, args ...any) {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	text := r.name() + ": " + fmt.Sprintf(format, args...)
	if !slices.Contains(n.woes, text) {
		n.woes = append(n.woes, text)
	}
}

// Troubles are what has kept pods from being ready, also those that are gone.
func (n *Node) Troubles() []string {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	return slices.Clone(n.woes)
}

// Notes are what was taken for granted.
func (n *Node) Notes() []string {
	n.mutex.Lock()
	defer n.mutex.Unlock()
	return slices.Clone(n.notes)
}

// Cannot is why no containers are run at all, or "".
func (n *Node) Cannot() string { return n.cannot }

// Close stops everything that runs.
func (n *Node) Close() error {
	n.mutex.Lock()
	n.cancel()
	n.mutex.Unlock()
	n.work.Wait()
	return n.kubelet.close()
}
