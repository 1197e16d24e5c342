package rollout

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/appspec"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/taskdef"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
	"github.com/container-pipeline/container-pipeline/stacks"
)

// up is a world with the repository's stack in it, and the dock that it was made in.
func up(t *testing.T, file string) (*world.World, *drydock.Dock) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	var stack struct{ Config map[string]any }
	require.NoError(t, yaml.Unmarshal(text, &stack))
	dock := drydock.Start(t)
	name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "Pulumi."), ".yaml")
	dock.Stack(name, drydock.Program(stacks.Deploy), drydock.Project("container-pipeline"), drydock.Config(stack.Config)).Up(t)
	return world.Of(dock.Cloud()), dock
}

// released are the inputs of a deployment for each deployment group: the files that the stack delivers, with images as a
// build puts them in.
func released(t *testing.T, w *world.World) []Input {
	t.Helper()
	image := regexp.MustCompile(`<IMAGE:([a-z0-9-]+)>`)
	var all []Input
	for _, g := range w.All(groupRecord) {
		in := Input{World: w, Group: g}
		for _, o := range w.All("aws:s3/bucketObjectv2:BucketObjectv2") {
			if !strings.HasSuffix(o.Inputs.Str("key"), "/"+g.Inputs.Str("appName")+".zip") {
				continue
			}
			files := o.Inputs["source"].(*drydock.Asset).Files
			content := image.ReplaceAllString(files["taskdef.json"], "123456789012.dkr.ecr.us-east-2.amazonaws.com/dog/$1:1")
			task, problems := taskdef.Parse("taskdef.json", []byte(content))
			require.Empty(t, problems)
			spec, problems := appspec.Parse("appspec.yaml", []byte(files["appspec.yaml"]))
			require.Empty(t, problems)
			in.Task, in.Spec = task, spec
		}
		if in.Task != nil {
			all = append(all, in)
		}
	}
	return all
}

// Every deployment group that the repository's stacks make takes a deployment, and another after it.
func TestStacksTakeDeployments(t *testing.T) {
	files, err := filepath.Glob("../../../stacks/Pulumi.*.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	deployed := 0
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			w, dock := up(t, file)
			for _, in := range released(t, w) {
				deployed++
				blue := succeeds(t, in)
				service := in.Group.Inputs.Obj("ecsService")
				_, err := dock.Release(service.Str("clusterName"), service.Str("serviceName"), drydock.Rollout{})
				require.NoError(t, err)
				again := in
				again.World = world.Of(dock.Cloud())
				assert.NotEqual(t, blue, succeeds(t, again), "the target groups have changed places")
			}
		})
	}
	assert.Positive(t, deployed)
}

// succeeds plays the deployment, and returns which target group was blue.
func succeeds(t *testing.T, in Input) string {
	t.Helper()
	o := Run(t.Context(), in)
	_, problem := failure(o)
	require.Empty(t, problem)
	assert.True(t, o.Succeeded)
	assert.Equal(t, 100.0, o.Samples[len(o.Samples)-1].Green)
	return o.Blue
}

// Defects of the real graph of the development stack.
func TestDevelopmentStackSpoiled(t *testing.T) {
	sound, _ := up(t, "../../../stacks/Pulumi.dev.yaml")
	for name, test := range map[string]struct {
		spoil      func(w *world.World)
		step, what string
	}{
		"no listener": {func(w *world.World) { w.Remove(w.All(listenerType)[0]) }, creation, "could not be found"},
		"no ingress": {func(w *world.World) {
			service := w.All(serviceType)[0]
			remove(w, ingressType, "securityGroupId", service.Inputs.Obj("networkConfiguration").Strs("securityGroups")[0])
		}, health, "do not admit the load balancer on port 80"},
		"no secret":   {func(w *world.World) { w.Remove(w.All(secretType)[0]) }, start, "can't find the specified secret"},
		"no internet": {func(w *world.World) { w.All(routeTableType)[0].Inputs["routes"] = list() }, start, "no way to ecr.api"},
	} {
		t.Run(name, func(t *testing.T) {
			w := sound.Clone()
			test.spoil(w)
			in := released(t, w)[0]
			in.Start = 10 * time.Minute
			step, problem := failure(Run(t.Context(), in))
			assert.Equal(t, test.step, step)
			assert.Contains(t, problem.What, test.what)
		})
	}
}
