package tests

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// workflow is a file of .github/workflows, as far as the rules look at it.
type workflow struct {
	On          map[string]any
	Permissions *map[string]string
	Concurrency any
	Jobs        map[string]job
}

type job struct {
	Uses        string
	If          string
	Needs       any
	Environment any
	Permissions *map[string]string
	Timeout     int `yaml:"timeout-minutes"`
	Concurrency any
	Steps       []step
}

type step struct {
	Name string
	ID   string
	Uses string
	Run  string
	With map[string]any
}

func workflowFile(name string) string { return filepath.Join(root, ".github", "workflows", name) }

func readWorkflow(t *testing.T, file string) (w workflow, text string) {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	require.NoError(t, yaml.Unmarshal(data, &w), file)
	return w, string(data)
}

func workflows(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(workflowFile("*.yml"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	return files
}

// What every workflow keeps to: https://docs.github.com/en/actions/reference/security/secure-use
func TestWorkflowsAreSafe(t *testing.T) {
	t.Parallel()
	for _, file := range workflows(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			w, text := readWorkflow(t, file)
			assert.NotContains(t, w.On, "pull_request_target", "it would run a stranger's code with secrets")
			require.NotNil(t, w.Permissions)
			assert.Empty(t, *w.Permissions, "each job asks for its own")
			for name, j := range w.Jobs {
				require.NotNil(t, j.Permissions, "%s: permissions", name)
				if j.Uses == "" {
					assert.Positive(t, j.Timeout, "%s: timeout-minutes", name)
					assert.True(t, w.Concurrency != nil || j.Concurrency != nil, "%s: concurrency", name)
				}
				for _, s := range j.Steps {
					assert.NotContains(t, s.Run, "${{", "%s: what is put into a script is run; give it as env", name)
					if strings.HasPrefix(s.Uses, "actions/checkout@") {
						assert.Equal(t, false, s.With["persist-credentials"], "%s: the token stays in the checkout", name)
					}
				}
			}
			if _, forked := w.On["pull_request"]; !forked {
				return
			}
			for name, j := range w.Jobs {
				if (*j.Permissions)["id-token"] != "" || strings.Contains(text, "secrets.") && j.Environment != nil {
					assert.Contains(t, j.If, "github.event.pull_request.head.repo.full_name == github.repository", "%s: not for forks", name)
				}
			}
		})
	}
}

var (
	uses   = regexp.MustCompile(`(?m)^\s*(?:- )?uses: (\S+)(.*)$`)
	pinned = regexp.MustCompile(`^([\w.-]+/[\w./-]+)@([0-9a-f]{40})$`)
	exact  = regexp.MustCompile(`^ # v\d+\.\d+\.\d+$`)
)

// A tag can be moved to other code, a commit cannot; the version beside it is for people, and for what updates them.
func TestActionsArePinned(t *testing.T) {
	t.Parallel()
	own, err := filepath.Glob(filepath.Join(root, ".github", "actions", "*", "action.yml"))
	require.NoError(t, err)
	commits := map[string]string{}
	for _, file := range append(own, workflows(t)...) {
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		for _, m := range uses.FindAllStringSubmatch(string(text), -1) {
			if path, local := strings.CutPrefix(m[1], "./"); local {
				_, err := os.Stat(filepath.Join(root, path))
				assert.NoError(t, err, file)
				continue
			}
			parts := pinned.FindStringSubmatch(m[1])
			if assert.NotNil(t, parts, "%s: %s is not pinned to a commit", file, m[1]) {
				assert.Regexp(t, exact, m[2], "%s: %s needs its version as a comment", file, m[1])
				version := parts[2] + m[2]
				assert.Contains(t, []string{"", version}, commits[parts[1]], "%s: %s is pinned differently elsewhere", file, parts[1])
				commits[parts[1]] = version
			}
		}
	}
	assert.Greater(t, len(commits), 5)
}

// What may write to a pull request from outside neither has its code nor runs anything of the repository.
func TestTheCommentRunsNothingOfAPullRequest(t *testing.T) {
	t.Parallel()
	w, _ := readWorkflow(t, workflowFile("drydock-comment.yml"))
	trigger, _ := w.On["workflow_run"].(map[string]any)
	diff, text := readWorkflow(t, workflowFile("drydock.yml"))
	var name struct{ Name string }
	require.NoError(t, yaml.Unmarshal([]byte(text), &name))
	assert.Equal(t, []any{name.Name}, trigger["workflows"])
	for job, j := range w.Jobs {
		for _, s := range j.Steps {
			assert.NotContains(t, s.Uses, "checkout", job)
			assert.False(t, strings.HasPrefix(s.Uses, "./"), job)
			assert.NotContains(t, *j.Permissions, "contents", job)
		}
	}
	for job, j := range diff.Jobs {
		assert.Equal(t, map[string]string{"contents": "read"}, *j.Permissions, job)
	}
	assert.NotContains(t, text, "secrets.")
}

// Every stack of the repository is deployed, what belongs together in its order, and only what has been checked.
func TestDeployIsInOrder(t *testing.T) {
	t.Parallel()
	w, text := readWorkflow(t, workflowFile("deploy.yml"))
	inOrder := []string{"check", "dev", "edge", "staging", "production"}
	for _, stack := range stackNames(t) {
		j, ok := w.Jobs[stack]
		require.True(t, ok, "deploy.yml has no job for the stack %s", stack)
		before := inOrder[:max(1, slices.Index(inOrder, stack))]
		assert.ElementsMatch(t, before, listOf(j.Needs), stack)
		assert.Equal(t, stack, j.Environment)
		assert.Equal(t, map[string]any{"group": "deploy-" + stack, "cancel-in-progress": false}, j.Concurrency)
		for _, condition := range []string{"!failure()", "!contains(needs.*.result, 'cancelled')", "needs.check.result == 'success'", "'refs/heads/main'", "inputs.stack == '" + stack + "'"} {
			assert.Contains(t, j.If, condition, stack)
		}
		last := j.Steps[len(j.Steps)-1]
		assert.Equal(t, "./.github/actions/pulumi", last.Uses)
		assert.Equal(t, stack, last.With["stack"])
		assert.Equal(t, "up", last.With["command"])
	}
	options := regexp.MustCompile(`options: \[(.*)\]`).FindStringSubmatch(text)
	require.NotNil(t, options)
	assert.ElementsMatch(t, stackNames(t), strings.Split(options[1], ", "), "the stacks to choose from are those of the repository")
}

// listOf is what YAML says as one text or as a list.
func listOf(v any) []any {
	if list, ok := v.([]any); ok {
		return list
	}
	return []any{v}
}

// What the caches are keyed by, and what is run, is there.
func TestWorkflowsNameWhatIsThere(t *testing.T) {
	t.Parallel()
	hashed := regexp.MustCompile(`hashFiles\('([^']+)/\*\*'\)`)
	for _, file := range workflows(t) {
		_, text := readWorkflow(t, file)
		for _, m := range hashed.FindAllStringSubmatch(text, -1) {
			assert.DirExists(t, filepath.Join(root, m[1]), file)
		}
	}
	check, _ := readWorkflow(t, workflowFile("check.yml"))
	steps := check.Jobs["test"].Steps
	assert.FileExists(t, filepath.Join(root, steps[len(steps)-1].Run))
}
