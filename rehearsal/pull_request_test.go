package rehearsal

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/components/meta"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// committed is a copy of the definition, with files replaced, as a git repository of its own; more are in a second commit.
func committed(t *testing.T, base, changes map[string]string) string {
	t.Helper()
	dir := copyOf(t, definitionDir, base)
	run := func(args ...string) {
		cmd := exec.Command("git", append([]string{"-C", dir, "-c", "user.name=t", "-c", "user.email=t@example.com"}, args...)...)
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, string(out))
	}
	run("init", "--quiet", "--initial-branch", "main")
	run("add", "--all")
	run("commit", "--quiet", "-m", "One")
	for name, text := range changes {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
	}
	run("add", "--all")
	run("commit", "--quiet", "--allow-empty", "-m", "Two")
	return dir
}

func TestAStrangersPullRequestStartsNothing(t *testing.T) {
	w := deployerWorld(t)
	r, err := newRelease(w, App{Dir: committed(t, nil, map[string]string{"README.md": "Hello\n"})}, settled(quick), "")
	require.NoError(t, err)
	defer func() { require.NoError(t, r.tidy()) }()
	require.NoError(t, r.review(t.Context(), PullRequest{Actor: "42", Fork: true, Event: "PULL_REQUEST_CREATED"}))
	passes(t, r.verdict)
	assert.Equal(t, "by 42, from a fork, to main of acme/definition: changes README.md", stepOf(t, r.verdict, "Pull request", "PULL_REQUEST_CREATED").Detail)
	assert.Equal(t, "nothing starts, because the actor 42 does not match ^(583231)$", stepOf(t, r.verdict, "Pull request", "Webhook of deployer-review").Detail)
	assert.Equal(t, "starts nothing", stepOf(t, r.verdict, "Afterwards", "A stranger's pull request").Detail)
	assert.Len(t, r.verdict.Steps, 3)
}

func TestAWebhookForEveryoneIsFound(t *testing.T) {
	w := deployerWorld(t)
	hook := w.All("aws:codebuild/webhook:Webhook")[0]
	for _, group := range hook.Inputs.List("filterGroups") {
		filters := group.(map[string]any)["filters"].([]any)
		group.(map[string]any)["filters"] = filters[:1]
	}
	r, err := newRelease(w, App{Dir: definitionDir, Changed: []string{"main.go"}}, settled(quick), "")
	require.NoError(t, err)
	defer func() { require.NoError(t, r.tidy()) }()
	require.NoError(t, ignoreProblem(r.strangers(t.Context())))
	assert.Contains(t, said(r.verdict), "anyone's pull request starts a build of deployer-review")
}

// TestAPullRequestIsReviewed runs `drydock diff` and a preview on a change of the definition. The drydock is this tree's.
func TestAPullRequestIsReviewed(t *testing.T) {
	root, err := filepath.Abs("..")
	require.NoError(t, err)
	dock, stack := upDeployer(t, func(a *meta.PipelineArgs) { a.PullRequests.SkipPreview = false })
	before := world.Of(dock.Cloud())
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	require.NoError(t, err)
	sum, err := os.ReadFile(filepath.Join(root, "go.sum"))
	require.NoError(t, err)
	_, requires, _ := strings.Cut(string(mod), "require")
	config, err := os.ReadFile(filepath.Join(definitionDir, "Pulumi.app.yaml"))
	require.NoError(t, err)
	dir := committed(t, map[string]string{
		"go.mod": "module definition\n\ngo 1.26.6\n\nrequire github.com/container-pipeline/container-pipeline v0.0.0\n\n" +
			"replace github.com/container-pipeline/container-pipeline => " + root + "\n\nrequire" + requires,
		"go.sum": string(sum),
		// There is no boundary in the drydock of a review of this stack alone.
		"Pulumi.app.yaml": strings.Split(string(config), "  definition:boundary")[0],
	}, map[string]string{"Pulumi.app.yaml": strings.Split(string(config), "  definition:boundary")[0] + "  definition:retention: 30\n"})
	v, err := Review(t.Context(), dock, App{Dir: dir}, PullRequest{Actor: "583231"}, Of(stack), Builder("none"))
	require.NoError(t, err)
	passes(t, v)
	log := strings.Join(stepOf(t, v, "deployer-review", "BUILD").Log, "\n")
	assert.Contains(t, log, "retentionInDays", "the review has what changes")
	assert.Equal(t, verdict.Manual, stepOf(t, v, "deployer-review", "Stacks").Result)
	assert.Equal(t, "GitHub shows success, with the link to the log", stepOf(t, v, "deployer-review", "Status").Detail)
	assert.Equal(t, before, world.Of(dock.Cloud()))
}
