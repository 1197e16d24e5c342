package drydock_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
)

// A plain pulumi, with the language host, in the environment of a drydock; the configuration file ends as it was.
func TestPlainPulumi(t *testing.T) {
	t.Parallel()
	dir := copyOf(t, ducksDir)
	file := filepath.Join(dir, "stacks", "Pulumi.dev.yaml")
	before, err := os.ReadFile(file)
	require.NoError(t, err)
	dock := start(t)
	env, tidy, err := dock.Env(t.Context(), dir)
	require.NoError(t, err)

	pulumi := func(args ...string) string {
		path, err := exec.LookPath("sh")
		require.NoError(t, err)
		cmd := exec.CommandContext(t.Context(), path, append([]string{"-c", `exec pulumi "$@"`, "pulumi"}, args...)...)
		cmd.Dir, cmd.Env = dir, env
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		return string(out)
	}
	assert.Contains(t, pulumi("up", "--yes", "--skip-preview", "-s", "dev"), "+ 2 created")
	assert.Len(t, dock.Cloud().Made(), 1)
	assert.Contains(t, pulumi("preview", "-s", "dev", "--expect-no-changes"), "2 unchanged")
	marked, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Contains(t, string(marked), "encryptionsalt", "what tidy is for")
	require.NoError(t, tidy())
	after, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Equal(t, string(before), string(after))

	assert.True(t, dock.Stack("dev", drydock.Dir(dir)).Preview(t).Unchanged(), "the drydock's own up has the same state")
}

func TestVariablesForAShell(t *testing.T) {
	t.Setenv("AWS_PROFILE", "production")
	dock := start(t)
	env, _, err := dock.Env(t.Context(), ducksDir)
	require.NoError(t, err)
	set, unset := dock.Variables(env)
	assert.Contains(t, unset, "AWS_PROFILE")
	assert.Contains(t, strings.Join(set, "\n"), "PULUMI_DEBUG_PROVIDERS=pond:")
	assert.Contains(t, strings.Join(set, "\n"), "PULUMI_BACKEND_URL=file://"+dock.Dir())
	assert.NotContains(t, strings.Join(env, "\n"), "AWS_PROFILE")
}

// copyOf copies a program to a folder of its own, as a module that requires what this one does.
func copyOf(t *testing.T, dir string) string {
	t.Helper()
	to := t.TempDir()
	require.NoError(t, os.CopyFS(to, os.DirFS(dir)))
	module, err := os.ReadFile("../go.mod")
	require.NoError(t, err)
	_, requirements, ok := strings.Cut(string(module), "\n")
	require.True(t, ok)
	require.NoError(t, os.WriteFile(filepath.Join(to, "go.mod"), []byte("module copy\n"+requirements), 0o600))
	sums, err := os.ReadFile("../go.sum")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(to, "go.sum"), sums, 0o600))
	return to
}
