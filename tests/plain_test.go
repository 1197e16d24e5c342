package tests

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

// A plain pulumi at the repository's root: its own command line, its Go language host, the program as it is built from
// main.go. The drydock only lends the environment.
func TestPlainPulumi(t *testing.T) {
	dock := drydock.Start(t)
	before, err := os.ReadFile(fileOf("dev"))
	require.NoError(t, err)
	env, tidy, err := dock.Env(t.Context(), root)
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, tidy())
		after, err := os.ReadFile(fileOf("dev"))
		require.NoError(t, err)
		assert.Equal(t, string(before), string(after), "the stack's file is as it was")
	})
	engine := lookUp(t, env, "pulumi")
	pulumi := func(args ...string) string {
		t.Helper()
		cmd := exec.CommandContext(t.Context(), engine, args...)
		cmd.Dir, cmd.Env = root, env
		out, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", out)
		return string(out)
	}

	assert.Contains(t, pulumi("preview", "-s", "dev"), "to create")
	empty(t, dock)
	assert.Contains(t, pulumi("up", "-s", "dev", "--yes"), "https://bash-dog.example.dev")
	assert.NotEmpty(t, dock.Cloud().Made())
	pulumi("preview", "-s", "dev", "--expect-no-changes")
	unchanged(t, dock.Stack("dev", drydock.Dir(root)), "in the drydock's own preview after the plain up")
	assert.Contains(t, pulumi("destroy", "-s", "dev", "--yes"), "deleted")
	empty(t, dock)
}

func lookUp(t *testing.T, env []string, name string) string {
	t.Helper()
	for i := len(env) - 1; i >= 0; i-- { // the last one counts
		path, ok := strings.CutPrefix(env[i], "PATH=")
		if !ok {
			continue
		}
		for _, dir := range filepath.SplitList(path) {
			if found, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
				return found
			}
		}
	}
	require.Fail(t, "no "+name+" on the drydock's PATH")
	return ""
}
