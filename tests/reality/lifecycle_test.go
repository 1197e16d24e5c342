//go:build reality

package reality

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
)

const root = "../.."

// TestLifecycle takes every stack of the project through its life with the real AWS provider.
func TestLifecycle(t *testing.T) {
	settings := realSettings(t)
	files, err := filepath.Glob(filepath.Join(root, "stacks", "Pulumi.*.yaml"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		name := strings.TrimSuffix(strings.TrimPrefix(filepath.Base(file), "Pulumi."), ".yaml")
		t.Run(name, func(t *testing.T) { lifecycle(t, realDock(t), name, settings) })
	}
}

// unanswered are the calls of stacks that moto does not know, and what they are about.
var unanswered = map[string]string{"CreateAccessEntry": "EKS access entries"}

func lifecycle(t *testing.T, dock *drydock.Dock, name string, settings map[string]any) {
	pipeline, err := os.ReadFile(filepath.Join(root, "stacks", "Pulumi."+name+".yaml"))
	require.NoError(t, err)
	with := func(more map[string]any) *drydock.Stack {
		return dock.Stack(name, drydock.Dir(root), drydock.Config(over(settings, more)))
	}
	stack := with(nil)
	out := drydock.Stream(os.Stdout, os.Stderr)
	stack.Preview(t)
	if _, err := stack.Run(t.Context(), drydock.Up, out); err != nil {
		destroy(t, stack)
		for call, what := range unanswered {
			if strings.Contains(err.Error(), call) {
				t.Skipf("the emulator has no %s, which the stack needs: %v", what, err)
			}
		}
		t.Fatal(err)
	}
	assert.Empty(t, changes(stack.Preview(t)), "a second up")
	if !strings.Contains(string(pipeline), "container-pipeline:pipelines:") {
		if strings.Contains(string(pipeline), "container-pipeline:staged:") {
			stack = with(map[string]any{"staged.website.disposable": true})
			stack.Up(t, out)
		}
		destroy(t, stack)
		return
	}
	t.Run("one environment variable", func(t *testing.T) {
		edited := with(map[string]any{variable: "changed"})
		got := changes(edited.Preview(t))
		assert.Equal(t, []string{"update aws:s3/bucketObjectv2:BucketObjectv2 bash-dog-config"}, without(got, "ssm/parameter"), got)
		edited.Up(t, out)
		assert.Empty(t, changes(edited.Preview(t)), "a second up")
	})
	// What a protected stack needs before it can go, as docs/stacks.md says: an up that makes it disposable.
	disposable := with(map[string]any{"pipelines.bash-dog.disposable": true})
	disposable.Up(t, out)
	destroy(t, disposable)
	t.Run("again", func(t *testing.T) {
		disposable.Up(t, out)
		destroy(t, disposable)
	})
}

const variable = "pipelines.bash-dog.containers[0].environment.BASH_DOG_ENVIRONMENT"

// changes are the operation's steps as text, without what the emulator forgot.
func changes(res *drydock.Result) (texts []string) {
	for _, s := range res.Steps {
		if !isForgotten(s) {
			texts = append(texts, s.Op+" "+s.Type+" "+s.Name)
		}
	}
	return texts
}

func without(texts []string, part string) []string {
	return slices.DeleteFunc(slices.Clone(texts), func(s string) bool { return strings.Contains(s, part) })
}
