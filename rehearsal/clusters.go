package rehearsal

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/awscli"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/kube"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

const clusterType = "aws:eks/cluster:Cluster"

// clusters are the EKS clusters that releases deploy to. Each is a real control plane on loopback, started when a build
// first asks for it and kept until the end, so that a later release finds what an earlier one has left.
type clusters struct {
	dir string // of their files; each has its own in it
	mu  sync.Mutex
	by  map[string]*cluster // by ARN
}

// cluster is one that is running.
type cluster struct {
	*kube.Cluster
	name       string
	namespaces []string
	release    *release // the one under way, whose clouds say who may enter
	record     *drydock.Record

	mu      sync.Mutex
	refused []verdict.Problem // why somebody has not been let in, or a node has got no image
	before  int               // how many troubles it had before the build
}

func newClusters(dir string) *clusters { return &clusters{dir: dir, by: map[string]*cluster{}} }

func (c *clusters) close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	var errs []error
	for _, arn := range slices.Sorted(maps.Keys(c.by)) {
		errs = append(errs, c.by[arn].Close())
	}
	clear(c.by)
	return errors.Join(errs...)
}

// cluster is where the cluster with the ARN answers; it is started if it does not run yet.
func (r *release) cluster(ctx context.Context, arn string) (awscli.Endpoint, error) {
	r.clusters.mu.Lock()
	defer r.clusters.mu.Unlock()
	c := r.clusters.by[arn]
	if c == nil {
		var err error
		if c, err = r.startCluster(ctx, arn); err != nil {
			return awscli.Endpoint{}, err
		}
		r.clusters.by[arn] = c
	}
	c.release, c.record = r, r.world.Find(clusterType, "arn", arn)
	if b := r.building; b != nil && !slices.Contains(b.entered, c) {
		b.entered = append(b.entered, c)
		c.mu.Lock()
		c.refused, c.before = nil, len(c.Troubles())
		c.mu.Unlock()
	}
	return awscli.Endpoint{URL: c.Endpoint(), CA: c.CA()}, nil
}

func (r *release) startCluster(ctx context.Context, arn string) (*cluster, error) {
	toolbox, err := kube.Tools(ctx, r.settings.progress)
	if err != nil {
		return nil, err
	}
	c := &cluster{release: r, record: r.world.Find(clusterType, "arn", arn)}
	c.name = c.record.Attr("name")
	if !r.settings.bare {
		c.namespaces = namespacesOf(r.world, c.record)
	}
	dir := filepath.Join(r.clusters.dir, "clusters")
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	// It outlives the command that asks for it, unless that ends while it starts.
	life, end := context.WithCancel(context.WithoutCancel(ctx))
	started := context.AfterFunc(ctx, end)
	c.Cluster, err = kube.Start(life, toolbox, kube.Options{
		Name: c.name, Namespaces: c.namespaces, Dir: dir, Authenticate: c.authenticate, Bindings: c.bindings(),
		Pull: c.pull, WithoutTasks: !r.settings.tasks, Log: r.settings.log,
	})
	if !started() || err != nil {
		end()
		return nil, errors.Join(err, ctx.Err())
	}
	version, err := versionOf(ctx, "kube-apiserver", toolbox.APIServer)
	if err != nil {
		return nil, errors.Join(err, c.Close())
	}
	r.note("The cluster %s of account %s runs here as a control plane of Kubernetes %s with a stand-in for its nodes.", c.name, accountOf(arn), version)
	if len(c.namespaces) > 0 {
		r.note("Someone has to create the namespaces of the cluster %s: %s. The rehearsal takes that as done.", c.name, strings.Join(c.namespaces, ", "))
	}
	return c, nil
}

func accountOf(arn string) string {
	parsed, _ := world.ParseARN(arn)
	return parsed.Account
}

// namespacesOf are those that the cluster is expected to have: that access policies are for, and where a policy is for all of
// them, that the variable NAMESPACE of the cluster's deployments names.
func namespacesOf(w *world.World, cluster *drydock.Record) []string {
	var all []string
	for _, a := range associationsOf(w, cluster) {
		scope := a.Inputs.Obj("accessScope")
		all = append(all, scope.Strs("namespaces")...)
		if scope.Str("type") == "cluster" {
			all = append(all, deployedTo(w, a.Inputs.Str("principalArn"))...)
		}
	}
	all = slices.DeleteFunc(all, func(name string) bool { return !namespaceName.MatchString(name) }) // a pattern
	slices.Sort(all)
	return slices.Compact(all)
}

// deployedTo are the namespaces of the projects that take on the role.
func deployedTo(w *world.World, role string) []string {
	var all []string
	for _, project := range w.All("aws:codebuild/project:Project") {
		variables := map[string]string{}
		for _, v := range project.Inputs.Obj("environment").Objs("environmentVariables") {
			variables[v.Str("name")] = v.Str("value")
		}
		if variables["ROLE_ARN"] == role {
			all = append(all, variables["NAMESPACE"])
		}
	}
	return all
}
