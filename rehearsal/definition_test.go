package rehearsal

import (
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// builtDefinition is the definition with its program built, for the many releases whose builds need not do that.
// https://www.pulumi.com/docs/iac/concepts/projects/project-file/#runtime-options
func builtDefinition(t testing.TB) string {
	t.Helper()
	built.Lock()
	defer built.Unlock()
	if built.dir != "" {
		return built.dir
	}
	dir, err := os.MkdirTemp("", "definition-")
	require.NoError(t, err)
	leftovers = append(leftovers, dir)
	files, _, err := sourceFiles(t.Context(), definitionDir)
	require.NoError(t, err)
	_, err = copyFiles(t.Context(), definitionDir, dir, files)
	require.NoError(t, err)
	build := exec.Command("go", "build", "-ldflags=-s -w", "-o", filepath.Join(dir, "definition"), ".")
	build.Dir = dir
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	project := "name: definition\nruntime:\n  name: go\n  options:\n    binary: definition\n"
	require.NoError(t, os.WriteFile(filepath.Join(dir, "Pulumi.yaml"), []byte(project), 0o644))
	built.dir = dir
	return dir
}

var built struct {
	sync.Mutex
	dir string
}

// leftovers are folders that outlive a test, and go when all have run.
var leftovers []string

// TestMain removes them.
func TestMain(m *testing.M) {
	code := m.Run()
	for _, dir := range leftovers {
		_ = os.RemoveAll(dir)
	}
	os.Exit(code)
}
