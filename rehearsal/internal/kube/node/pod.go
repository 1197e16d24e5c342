package node

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/kube/api"
)

// pod is a pod of the node.
type pod struct {
	node   *Node
	ip     string
	began  time.Time
	ctx    context.Context // ends when the pod is gone
	leave  context.CancelFunc
	ending chan struct{} // closes when it is to be deleted

	once sync.Once
	pod  api.Pod // as it was first seen
	told string  // the status that the API server has
}

func (n *Node) newPod(p api.Pod, count int) *pod {
	known := &pod{node: n, pod: p, ip: fmt.Sprintf("10.0.%d.%d", 1+count/250, 1+count%250), began: time.Now(), ending: make(chan struct{})}
	known.ctx, known.leave = context.WithCancel(n.ctx)
	known.update(p)
	return known
}

// update hears of the pod's new state, in which nothing counts but that it is to be deleted.
func (p *pod) update(now api.Pod) {
	if now.Metadata.DeletionTimestamp != nil {
		p.once.Do(func() { close(p.ending) })
	}
}

// live takes the pod through its life.
func (p *pod) live() {
	defer p.leave()
	if !p.bind() {
		return
	}
	r := p.node.join(p.pod)
	defer p.node.part(r)
	for {
		state, changed := r.snapshot()
		var again <-chan time.Time
		if !p.tell(state) {
			again = time.After(firstPause)
		}
		select {
		case <-changed:
		case <-again:
		case <-p.ctx.Done():
			return
		case <-p.ending:
			p.delete()
			return
		}
	}
}

// bind is the scheduler's part.
func (p *pod) bind() bool {
	m := p.pod.Metadata
	if p.pod.Spec.NodeName != "" || m.DeletionTimestamp != nil {
		return true
	}
	err := p.node.client.Create(p.ctx, p.path()+"/binding", map[string]any{
		"apiVersion": "v1", "kind": "Binding", "metadata": map[string]any{"name": m.Name, "namespace": m.Namespace},
		"target": map[string]any{"apiVersion": "v1", "kind": "Node", "name": nodeName},
	}, nil)
	switch {
	case err == nil:
		p.node.event(p.ctx, p.pod, "Normal", "Scheduled", fmt.Sprintf("Successfully assigned %s/%s to %s", m.Namespace, m.Name, nodeName))
	case api.Is(err, http.StatusConflict): // it was bound before
	default:
		return false // it is gone, or the cluster is
	}
	return true
}

func (p *pod) path() string {
	return "/api/v1/namespaces/" + p.pod.Metadata.Namespace + "/pods/" + p.pod.Metadata.Name
}

// tell tells the API server how the pod is, if that is news; false if that fails.
func (p *pod) tell(s state) bool {
	for _, e := range s.events {
		p.node.event(p.ctx, p.pod, "Warning", e.reason, e.message)
	}
	status := s.status(p)
	text, err := json.Marshal(status)
	if err != nil || string(text) == p.told {
		return err == nil
	}
	if p.node.client.Patch(p.ctx, p.path()+"/status", map[string]any{"status": status}) != nil {
		return false
	}
	p.told = string(text)
	return true
}

// delete is the end of a pod that is to be deleted: without it, the API server waits for its node.
func (p *pod) delete() {
	// It fails when the pod is gone, or the cluster is.
	_ = p.node.client.Delete(p.ctx, p.path(), map[string]any{
		"gracePeriodSeconds": 0, "preconditions": map[string]any{"uid": p.pod.Metadata.UID},
	})
}

// event tells of the pod what `kubectl describe` shows.
func (n *Node) event(ctx context.Context, p api.Pod, kind, reason, message string) {
	now := time.Now().UTC().Format(time.RFC3339)
	// An event that is lost is no loss: the status tells the same.
	_ = n.client.Create(ctx, "/api/v1/namespaces/"+p.Metadata.Namespace+"/events", map[string]any{
		"apiVersion": "v1", "kind": "Event", "metadata": api.Meta{GenerateName: p.Metadata.Name + ".", Namespace: p.Metadata.Namespace},
		"involvedObject": map[string]any{
			"apiVersion": "v1", "kind": "Pod", "namespace": p.Metadata.Namespace, "name": p.Metadata.Name, "uid": p.Metadata.UID,
		},
		"type": kind, "reason": reason, "message": message, "firstTimestamp": now, "lastTimestamp": now, "count": 1,
		"source": map[string]any{"component": "kubelet", "host": nodeName},
	}, nil)
}
