package kube

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/kube/api"
)

// Workload is what runs in the cluster: a Deployment, StatefulSet, DaemonSet or Job, or a Pod that belongs to none.
type Workload struct {
	Kind, Namespace, Name string
	// Images of its pods' containers, as its template has them.
	Images []string
	// Wanted and Up are numbers of pods; of a Job, those that have succeeded are up.
	Wanted, Up int
	// Ready is whether it has become what it is to be.
	Ready bool
	// Reasons are why its pods are not ready, each once.
	Reasons []string
}

// String is as "Deployment shop/api: 1 of 2 pods are ready".
func (w Workload) String() string {
	return fmt.Sprintf("%s %s/%s: %d of %d pods are ready", w.Kind, w.Namespace, w.Name, w.Up, w.Wanted)
}

// object is a workload's, with the fields of all kinds.
type object struct {
	Metadata api.Meta `json:"metadata"`
	Spec     struct {
		Replicas    *int                       `json:"replicas"`
		Completions *int                       `json:"completions"`
		Template    struct{ Spec api.PodSpec } `json:"template"`
	} `json:"spec"`
	Status struct {
		ObservedGeneration     int64           `json:"observedGeneration"`
		ReadyReplicas          int             `json:"readyReplicas"`
		UpdatedReplicas        int             `json:"updatedReplicas"`
		Replicas               int             `json:"replicas"`
		DesiredNumberScheduled int             `json:"desiredNumberScheduled"`
		UpdatedNumberScheduled int             `json:"updatedNumberScheduled"`
		NumberReady            int             `json:"numberReady"`
		Succeeded              int             `json:"succeeded"`
		Conditions             []api.Condition `json:"conditions"`
	} `json:"status"`
}

// kinds are where workloads are, and how far one is.
var kinds = []struct {
	name, path string
	progress   func(o object) (wanted, up, updated, all int)
}{
	{"Deployment", "/apis/apps/v1/deployments", replicas},
	{"StatefulSet", "/apis/apps/v1/statefulsets", replicas},
	{"DaemonSet", "/apis/apps/v1/daemonsets", func(o object) (wanted, up, updated, all int) {
		s := o.Status
		return s.DesiredNumberScheduled, s.NumberReady, s.UpdatedNumberScheduled, s.DesiredNumberScheduled
	}},
	{"Job", "/apis/batch/v1/jobs", func(o object) (wanted, up, updated, all int) {
		wanted = 1
		if o.Spec.Completions != nil {
			wanted = *o.Spec.Completions
		}
		return wanted, o.Status.Succeeded, wanted, wanted
	}},
}

func replicas(o object) (wanted, up, updated, all int) {
	wanted = 1
	if o.Spec.Replicas != nil {
		wanted = *o.Spec.Replicas
	}
	return wanted, o.Status.ReadyReplicas, o.Status.UpdatedReplicas, o.Status.Replicas
}

// Workloads tells what runs in the cluster, in the order of namespaces, kinds and names.
func (c *Cluster) Workloads(ctx context.Context) ([]Workload, error) {
	var pods api.List[api.Pod]
	if err := c.client.Get(ctx, "/api/v1/pods", &pods); err != nil {
		return nil, err
	}
	warnings, err := c.warnings(ctx)
	if err != nil {
		return nil, err
	}
	sets, err := c.replicaSets(ctx)
	if err != nil {
		return nil, err
	}
	reasons := map[string][]string{} // by the workload's UID
	var all []Workload
	for _, p := range pods.Items {
		owner := p.Metadata.Controller()
		if owner.UID == "" {
			all = append(all, ofPod(p, warnings[p.Metadata.UID]))
			continue
		}
		uid := cmp.Or(sets[owner.UID], owner.UID)
		reasons[uid] = append(reasons[uid], unready(p, warnings[p.Metadata.UID])...)
	}
	for _, kind := range kinds {
		var list api.List[object]
		if err := c.client.Get(ctx, kind.path, &list); err != nil {
			return nil, err
		}
		for _, o := range list.Items {
			w := Workload{Kind: kind.name, Namespace: o.Metadata.Namespace, Name: o.Metadata.Name, Images: images(o.Spec.Template.Spec)}
			var updated, existing int
			w.Wanted, w.Up, updated, existing = kind.progress(o)
			w.Ready = w.Up >= w.Wanted && updated >= w.Wanted && existing <= w.Wanted &&
				(kind.name == "Job" || o.Status.ObservedGeneration >= o.Metadata.Generation)
			if !w.Ready {
				w.Reasons = distinct(append(failures(o), reasons[o.Metadata.UID]...))
			}
			all = append(all, w)
		}
	}
	slices.SortStableFunc(all, func(a, b Workload) int { return cmp.Compare(a.Namespace, b.Namespace) })
	return all, nil
}

// replicaSets are the UIDs of the Deployments, by those of their ReplicaSets.
func (c *Cluster) replicaSets(ctx context.Context) (map[string]string, error) {
	var list api.List[object]
	if err := c.client.Get(ctx, "/apis/apps/v1/replicasets", &list); err != nil {
		return nil, err
	}
	owners := map[string]string{}
	for _, o := range list.Items {
		owners[o.Metadata.UID] = o.Metadata.Controller().UID
	}
	return owners, nil
}

func ofPod(p api.Pod, warnings []string) Workload {
	w := Workload{Kind: "Pod", Namespace: p.Metadata.Namespace, Name: p.Metadata.Name, Images: images(p.Spec), Wanted: 1, Reasons: unready(p, warnings)}
	if len(w.Reasons) == 0 {
		w.Up, w.Ready = 1, true
	}
	return w
}

// failures are the conditions that tell why pods are missing, as quotas.
func failures(o object) []string {
	var all []string
	for _, c := range o.Status.Conditions {
		bad := (c.Type == "ReplicaFailure" || c.Type == "Failed") && c.Status == "True" || c.Type == "Progressing" && c.Status == "False"
		if bad {
			all = append(all, c.Reason+": "+c.Message)
		}
	}
	return all
}

// warnings are what events say of pods, by their UIDs.
func (c *Cluster) warnings(ctx context.Context) (map[string][]string, error) {
	var events api.List[struct {
		InvolvedObject struct {
			UID string `json:"uid"`
		} `json:"involvedObject"`
		Reason  string `json:"reason"`
		Message string `json:"message"`
	}]
	if err := c.client.Get(ctx, "/api/v1/events?fieldSelector=type%3DWarning", &events); err != nil {
		return nil, err
	}
	all := map[string][]string{}
	for _, e := range events.Items {
		all[e.InvolvedObject.UID] = append(all[e.InvolvedObject.UID], e.Reason+": "+e.Message)
	}
	return all, nil
}

// unready are why a pod is not ready, by its containers, or else by its events; none if it is, or has succeeded.
func unready(p api.Pod, warnings []string) []string {
	if p.Status.Phase == "Succeeded" || slices.ContainsFunc(p.Status.Conditions, func(c api.Condition) bool {
		return c.Type == "Ready" && c.Status == "True"
	}) {
		return nil
	}
	var all []string
	for _, s := range slices.Concat(p.Status.InitContainerStatuses, p.Status.ContainerStatuses) {
		if why := whyUnready(s); why != "" {
			all = append(all, "container "+s.Name+": "+why)
		}
	}
	if len(all) == 0 {
		all = warnings
	}
	if len(all) == 0 {
		all = []string{"the pod is " + cmp.Or(p.Status.Phase, "Pending") + " and not ready yet"}
	}
	return all
}

func whyUnready(s api.ContainerStatus) string {
	var all []string
	for _, state := range []api.ContainerState{s.State, s.LastState} {
		if w := state.Waiting; w != nil && w.Reason != "ContainerCreating" && w.Reason != "PodInitializing" {
			all = append(all, strings.TrimSuffix(w.Reason+": "+w.Message, ": "))
		}
		if t := state.Terminated; t != nil && t.ExitCode != 0 {
			all = append(all, strings.TrimSpace(fmt.Sprintf("it ended with exit code %d %s", t.ExitCode, t.Message)))
		}
	}
	return strings.Join(all, "; ")
}

func images(s api.PodSpec) []string {
	var all []string
	for _, c := range slices.Concat(s.InitContainers, s.Containers) {
		all = append(all, c.Image)
	}
	return all
}

// distinct are the texts, each once, in their order.
func distinct(texts []string) []string {
	var all []string
	for _, t := range texts {
		if !slices.Contains(all, t) {
			all = append(all, t)
		}
	}
	return all
}
