package rehearsal

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/kube"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/task"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

const (
	shopManifests = "../examples/eks/shop-manifests"
	blogCharts    = "../examples/eks/blog-charts"
)

// shop and blog are the examples of the eks stack.
var (
	shop = App{Dir: bashDog, Pipeline: "shop", Sources: map[string]string{"Manifests": shopManifests}}
	blog = App{Dir: bashDog, Pipeline: "blog", Sources: map[string]string{"acme/blog-charts": blogCharts}}
)

// manifestsOf is the app with another folder for its manifests.
func manifestsOf(app App, manifests string) App {
	app.Sources = map[string]string{"Manifests": manifests}
	return app
}

// hurried does not wait minutes for what will never be ready.
func hurried(t testing.TB, w *world.World, wait string) *world.World {
	t.Helper()
	changed := 0
	for _, project := range w.All(projectType) {
		for _, v := range project.Inputs.Obj("environment").List("environmentVariables") {
			if v := v.(map[string]any); v["name"] == "ROLLOUT_TIMEOUT" {
				v["value"] = wait
				changed++
			}
		}
	}
	require.NotZero(t, changed)
	return w
}

// company is clusters that several releases go to, one after the other.
type company struct {
	*testing.T
	world    *world.World
	kept     string
	clusters *clusters
}

func companyOf(t *testing.T, w *world.World) *company {
	t.Helper()
	c := &company{t, w, t.TempDir(), newClusters(t.TempDir())}
	t.Cleanup(func() { assert.NoError(t, c.clusters.close()) })
	return c
}

func (c *company) release(app App, options ...Option) *Verdict {
	c.Helper()
	s := settled(options)
	s.clusters = c.clusters
	r, err := newRelease(c.world.Clone(), app, s, c.kept)
	require.NoError(c, err)
	defer func() { require.NoError(c, r.tidy()) }()
	require.NoError(c, r.play(c.Context()))
	return r.verdict
}

// kubectl asks a cluster as its administrator.
func (c *company) kubectl(arn string, args ...string) string {
	c.Helper()
	toolbox, err := kube.Tools(c.Context(), os.Stderr)
	require.NoError(c, err)
	require.NotNil(c, c.clusters.by[arn])
	configs, err := filepath.Glob(filepath.Join(c.clusters.dir, "clusters", "*", "kubeconfig"))
	require.NoError(c, err)
	for _, config := range configs {
		text, err := os.ReadFile(config)
		require.NoError(c, err)
		if !strings.Contains(string(text), c.clusters.by[arn].Endpoint()) {
			continue
		}
		out, err := exec.CommandContext(c.Context(), toolbox.Kubectl, append([]string{"--kubeconfig", config}, args...)...).CombinedOutput()
		require.NoError(c, err, "%s", out)
		return string(out)
	}
	require.Fail(c, "the cluster has no administrator")
	return ""
}

const (
	stagingCluster    = "arn:aws:eks:us-east-2:222222222222:cluster/staging"
	productionCluster = "arn:aws:eks:us-east-1:333333333333:cluster/prod-blue"
)

// TestShopIsReleased takes the shop through three releases to two clusters: a first one, one that replaces its
// configuration and is pruned, and a bad one, after which the second is back.
func TestShopIsReleased(t *testing.T) {
	options := []Option{Builder("none")}
	if err := task.Available(); err != nil {
		t.Logf("the containers are not run: %v", err)
		options = quick
	}
	c := companyOf(t, hurried(t, made(t, "eks"), "20s"))
	v := c.release(manifestsOf(shop, copyOf(t, shopManifests, nil)), options...)
	passes(t, v)
	assert.Equal(t, "Look at staging before you agree.", stepOf(t, v, "production", "Approval").Log[0])
	assert.Equal(t, []string{"Deployment shop/shop: 1 of 1 pods are ready"}, stepOf(t, v, "staging", "Workloads").Log)
	assert.Equal(t, []string{"Deployment shop-live/shop: 2 of 2 pods are ready"}, stepOf(t, v, "production", "Workloads").Log)
	require.Len(t, v.Beside, 1)
	assert.Equal(t, "acme/shop-manifests", v.Beside[0].Repository)
	assert.NotEqual(t, v.Source.Commit, v.Beside[0].Commit, "each repository has a commit of its own")
	assertEntered(t, v)
	first := c.settings()
	c.kubectl(stagingCluster, "--namespace", "shop", "create", "configmap", "of-somebody-else")

	overlay := "overlays/staging/kustomization.yaml"
	text, err := os.ReadFile(filepath.Join(shopManifests, overlay))
	require.NoError(t, err)
	changed := copyOf(t, shopManifests, map[string]string{overlay: strings.Replace(string(text), "=staging", "=second", 1)})
	passes(t, c.release(manifestsOf(shop, changed), options...))
	second := c.settings()
	assert.Len(t, second, 1, "the first release's configuration is pruned")
	assert.NotEqual(t, first, second)

	bad := copyOf(t, changed, map[string]string{overlay: strings.Replace(string(text), "=staging", "=bad", 1) +
		"patches:\n  - target: {kind: Deployment}\n    patch: |-\n      - {op: replace, path: /spec/template/spec/containers/0/args, value: [nobody]}\n"})
	v = c.release(manifestsOf(shop, bad), options...)
	failed := v.FailedStep()
	require.NotNil(t, failed)
	assert.Equal(t, "staging / BUILD", failed.Stage+" / "+failed.Name)
	assert.Contains(t, said(v), "The last good release is back.")
	assert.Equal(t, verdict.Skipped, v.Steps[slices.IndexFunc(v.Steps, func(s verdict.Step) bool { return s.Action == "Approve" })].Result)
	assert.Equal(t, second, c.settings(), "the bad release's configuration is gone")
	assert.Contains(t, c.kubectl(stagingCluster, "get", "configmap", "--namespace", "shop", "of-somebody-else"), "of-somebody-else")
}

// settings are the names of the shop's ConfigMaps in staging.
func (c *company) settings() []string {
	c.Helper()
	names := strings.Fields(c.kubectl(stagingCluster, "get", "configmaps", "--namespace", "shop", "--output", "name", "--selector", "container-pipeline/release"))
	slices.Sort(names)
	return names
}

// assertEntered: each cluster was entered by its own role, and its nodes were let pull.
func assertEntered(t *testing.T, v *Verdict) {
	t.Helper()
	made := map[string]bool{}
	for _, call := range v.Calls {
		require.True(t, call.Allowed, call.Reason)
		made[call.Stage+" "+drawn.ReplaceAllString(call.Role, "$2")+" "+call.Action] = true
	}
	for _, want := range []string{
		"staging arn:aws:iam::123456789012:role/shop-staging-deploy- sts:AssumeRole",
		"staging arn:aws:iam::222222222222:role/shop-staging- eks:DescribeCluster",
		"staging arn:aws:iam::222222222222:role/node-of-staging ecr:BatchGetImage",
		"production arn:aws:iam::333333333333:role/shop-production- eks:DescribeCluster",
		"production arn:aws:iam::333333333333:role/node-of-prod-blue ecr:BatchGetImage",
	} {
		assert.True(t, made[want], "%s\n%v", want, made)
	}
}

// TestBlogIsReleased renders a Helm chart; its image is of another architecture than this machine may have.
func TestBlogIsReleased(t *testing.T) {
	v := play(t, hurried(t, made(t, "eks"), "20s"), blog, Builder("none"))
	passes(t, v)
	assert.Equal(t, []string{"Deployment web/blog: 2 of 2 pods are ready"}, stepOf(t, v, "staging", "Workloads").Log)
	assert.Equal(t, verdict.Passed, stepOf(t, v, "Manifests", "BUILD").Result)
	assert.True(t, slices.ContainsFunc(v.Notes, func(n string) bool { return strings.Contains(n, "arm64") }), v.Notes)
}
