package rehearsal

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
)

// program is a small static server, built once for all tests.
var program = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "program-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "app")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", file, "./internal/task/testdata/app")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, out)
	}
	return os.ReadFile(file)
})

// manyTargets is the folder of an app with a target for each container of the choices.
func manyTargets(t testing.TB) string {
	t.Helper()
	content, err := program()
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(dir, "app"), content, 0o755))
	var dockerfile strings.Builder
	for i, target := range []string{"web", "worker-1", "worker-2", "worker-3", "worker-4", "worker-5", "worker-6", "worker-7"} {
		port := 9000 + i
		if i == 0 {
			port = 8080
		}
		fmt.Fprintf(&dockerfile, "FROM scratch AS %s\nCOPY app /app\nENTRYPOINT [\"/app\"]\nCMD [\"serve=:%d\"]\n", target, port)
	}
	require.NoError(t, os.WriteFile(filepath.Join(dir, "Dockerfile"), []byte(dockerfile.String()), 0o644))
	return dir
}
