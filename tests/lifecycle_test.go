package tests

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
)

// Every stack of the repository: from nothing, through releases and a change, to nothing, and once more.
func TestLifecycle(t *testing.T) {
	for _, name := range stackNames(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dock := drydock.Start(t)
			config := settingsOf(t, name)
			stack := repository(dock, name, config)

			planned := stack.Preview(t)
			goldenPreview(t, planned)
			empty(t, dock)
			up := stack.Up(t)
			assert.Equal(t, changed(planned), changed(up), "a preview foretells the up")
			assert.Equal(t, len(changed(up)), len(dock.Cloud().Made()))
			nothing := stack.Up(t)
			assert.True(t, nothing.Unchanged(), "a second up changes nothing")
			unchanged(t, stack, "with what the clouds say", drydock.Args("--refresh"))

			for _, p := range config.pipelines() {
				use(t, dock, p)
			}
			if len(config.pipelines()) == 0 {
				fill(t, dock)
			}
			stack.Refresh(t)
			unchanged(t, stack, "after releases and a refresh")

			if len(config.pipelines()) > 0 {
				releaseVariable(t, dock, name)
			}
			takeDown(t, dock, name)
			empty(t, dock)

			stack.Up(t)
			unchanged(t, stack, "after an up where a destroyed stack was")
		})
	}
}

// use leaves a pipeline as two releases leave it: with images, artifacts, another task definition, the other target
// group and other weights, and, where it scales, another count.
func use(t *testing.T, dock *drydock.Dock, pipeline map[string]any) {
	t.Helper()
	name, _ := pipeline["project"].(string)
	for release := range 2 {
		for _, c := range pipeline["containers"].([]any) {
			repository := name + "-" + c.(settings)["name"].(string)
			content := fmt.Sprintf("%s %d", repository, release)
			for _, tag := range []string{"latest", fmt.Sprintf("commit-%d", release)} {
				_, err := dock.PushImage(repository, tag, content)
				require.NoError(t, err)
			}
		}
		for _, b := range dock.Cloud().All("aws:s3/bucketV2:BucketV2") {
			require.NoError(t, dock.StoreObject(b.ID, fmt.Sprintf("%s/Build/%d", name, release)))
		}
		done, err := dock.Release(name, name, drydock.Rollout{DesiredCount: scaledTo(pipeline, release)})
		require.NoError(t, err)
		service := dock.Cloud().Find("aws:ecs/service:Service", "name", name)
		require.Equal(t, done.TaskDefinition, service.Attr("taskDefinition"))
		require.NotEqual(t, done.Blue, done.Green)
	}
}

// fill leaves buckets and repositories as releases leave them: with artifacts, a site or states, and images.
func fill(t *testing.T, dock *drydock.Dock) {
	t.Helper()
	for _, b := range dock.Cloud().All("aws:s3/bucketV2:BucketV2") {
		for _, key := range []string{"pipeline/Build/1", "index.html", "index.html"} {
			require.NoError(t, dock.StoreObject(b.ID, key))
		}
	}
	for _, r := range dock.Cloud().All("aws:ecr/repository:Repository") {
		for _, tag := range []string{"commit-0", "pull-request-1"} {
			_, err := dock.PushImage(r.ID, tag, r.ID+tag)
			require.NoError(t, err)
		}
	}
}

// scaledTo is a count of tasks that auto scaling has arrived at, 0 for a pipeline that does not scale.
func scaledTo(pipeline map[string]any, release int) int {
	if pipeline["scaling"] == nil {
		return 0
	}
	return 3 + release
}

// releaseVariable changes one environment variable: only what the pipeline takes its next release from changes.
func releaseVariable(t *testing.T, dock *drydock.Dock, name string) {
	t.Helper()
	config := settingsOf(t, name)
	at(t, config[pipelines], "bash-dog", "containers", 0, "environment")["BASH_DOG_ENVIRONMENT"] = "changed"
	stack := repository(dock, name, config)
	want := []string{"update BucketObjectv2 bash-dog-config", "update Parameter bash-dog-config"}
	preview := stack.Preview(t)
	assert.Subset(t, want, changed(preview), "a preview may know less than the up")
	up := stack.Up(t)
	assert.Equal(t, want, changed(up))
	unchanged(t, stack, "after a change of an environment variable")
}

// takeDown destroys the stack. A protected one refuses, with nothing changed, until an up has made it disposable.
func takeDown(t *testing.T, dock *drydock.Dock, name string) {
	t.Helper()
	config, guarded := disposable(t, name)
	if guarded {
		before := len(dock.Cloud().Made())
		err := repository(dock, name, settingsOf(t, name)).Fails(t, drydock.Destroy)
		assert.ErrorContains(t, err, `cannot be deleted`)
		assert.ErrorContains(t, err, "because it is protected")
		assert.Equal(t, before, len(dock.Cloud().Made()), "a refused destroy deletes nothing")
		repository(dock, name, config).Up(t)
	}
	repository(dock, name, config).Destroy(t)
}

// disposable is the stack's configuration, which nothing protects, and whether that is another than its own.
func disposable(t testing.TB, stack string) (config settings, changed bool) {
	t.Helper()
	config, err := disposableSettings(stack)
	require.NoError(t, err)
	own := settingsOf(t, stack)
	for _, key := range protecting {
		for name, p := range own.of(key) {
			changed = changed || p["disposable"] != config.of(key)[name]["disposable"]
		}
	}
	return config, changed
}

// protecting are the keys of what protects what it makes.
var protecting = []string{pipelines, staged, meta, ekscicd}

func disposableSettings(stack string) (settings, error) {
	config, err := readSettings(stack)
	for _, key := range protecting {
		for _, p := range config.of(key) {
			p["disposable"] = true
		}
	}
	return config, err
}
