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
		t.Run(name, func(t *testing.T) {
			calls := record(t)
			lifecycle(t, realDock(t), name, settings)
			if *update && !t.Failed() && !t.Skipped() {
				calls.save(t, name)
			}
		})
	}
}

// unanswered are the calls of stacks that moto does not know, and what they are about.
var unanswered = map[string]string{"CreateAccessEntry": "EKS access entries"}

// change is a setting below a stack's component, and what another value leads to.
type change struct {
	setting string
	value   any
	steps   []string
}

// changeOf is that of the component's family.
func changeOf(component string) change {
	family, _, _ := strings.Cut(component, ".")
	return map[string]change{
		// The object's version is in a parameter too: see volatile.
		"pipelines": {"containers[0].environment.BASH_DOG_ENVIRONMENT", "changed",
			[]string{"update aws:s3/bucketObjectv2:BucketObjectv2 bash-dog-config"}},
		"staged": {"deploy.timeoutMinutes", 10, []string{"update aws:codebuild/project:Project website-production-deploy",
			"update aws:codebuild/project:Project website-staging-deploy"}},
		"meta": {"build.timeoutMinutes", 30, []string{"update aws:codebuild/project:Project deployer-preview",
			"update aws:codebuild/project:Project deployer-review", "update aws:codebuild/project:Project deployer-up"}},
		"ekscicd": {"applications.blog.deployments[0].namespace", "pages",
			[]string{"replace aws:eks/accessPolicyAssociation:AccessPolicyAssociation blog-staging",
				"update aws:codebuild/project:Project blog-staging-deploy"}},
	}[family]
}

func lifecycle(t *testing.T, dock *drydock.Dock, name string, settings map[string]any) {
	component, known := components[name]
	require.True(t, known, "the stack %s is new: add its component to components, and an edit of its family", name)
	with := func(key string, value any) *drydock.Stack {
		more := tags(name)
		if key != "" {
			more[component+"."+key] = value
		}
		return dock.Stack(name, drydock.Dir(root), drydock.Config(over(settings, more)))
	}
	stack := with("", nil)
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
	if component != "" {
		t.Run("an edit", func(t *testing.T) {
			e := changeOf(component)
			edited := with(e.setting, e.value)
			got := changes(edited.Preview(t))
			assert.ElementsMatch(t, e.steps, without(got, volatile), got)
			edited.Up(t, out)
			assert.Empty(t, changes(edited.Preview(t)), "a second up")
		})
		// What a protected stack needs before it can go, as docs/stacks.md says: an up that makes it disposable.
		stack = with("disposable", true)
		stack.Up(t, out)
	}
	destroy(t, stack)
	t.Run("again", func(t *testing.T) {
		stack.Up(t, out)
		destroy(t, stack)
	})
}

// volatile is the parameter that holds the version of the config object, which starts the pipeline.
const volatile = "ssm/parameter"

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
