package scratch

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const asOwner = "SCRATCH_TEST_OWNER"

// TestMain makes this binary a process that has a folder, tells where, and waits to be killed.
func TestMain(m *testing.M) {
	if os.Getenv(asOwner) != "" {
		f, err := Make("scratch-test-", "")
		if err != nil {
			os.Exit(1)
		}
		fmt.Println(f.Path())
		time.Sleep(time.Hour)
	}
	os.Exit(m.Run())
}

// owner starts a process that has a folder, with a file in it.
func owner(t *testing.T) (path string, kill func()) {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), asOwner+"=1")
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	said := bufio.NewScanner(out)
	require.True(t, said.Scan())
	require.NoError(t, os.WriteFile(filepath.Join(said.Text(), "image"), []byte("layers"), 0o600))
	return said.Text(), func() {
		require.NoError(t, cmd.Process.Kill())
		_ = cmd.Wait() // it was killed
	}
}

func TestOnlyWhatTheDeadHaveLeft(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	dead, kill := owner(t)
	alive, killToo := owner(t)
	defer killToo()
	mine, err := Make("scratch-test-", "")
	require.NoError(t, err)
	kill()
	stranger := filepath.Join(os.TempDir(), "scratch-test-without-lock")
	require.NoError(t, os.Mkdir(stranger, 0o700))
	require.NoError(t, os.Symlink(dead, filepath.Join(os.TempDir(), "scratch-test-link")))

	other, err := Make("scratch-other-", "")
	require.NoError(t, err)
	require.NoError(t, other.Remove())
	assert.DirExists(t, dead, "another prefix is another kind of folder")
	next, err := Make("scratch-test-", "")
	require.NoError(t, err)
	assert.NoDirExists(t, dead)
	for _, path := range []string{alive, mine.Path(), stranger, next.Path()} {
		assert.DirExists(t, path)
	}
	assert.FileExists(t, filepath.Join(alive, "image"))
	require.NoError(t, mine.Remove())
	require.NoError(t, next.Remove())
	left, err := os.ReadDir(os.TempDir())
	require.NoError(t, err)
	assert.Len(t, left, 3, "%v", left)
}

func TestKey(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	first, err := Make("scratch-test-", "key")
	require.NoError(t, err)
	assert.Equal(t, filepath.Join(os.TempDir(), "scratch-test-key"), first.Path())
	meanwhile, err := Make("scratch-test-", "key")
	require.NoError(t, err)
	assert.NotEqual(t, first.Path(), meanwhile.Path())
	require.NoError(t, first.Remove())
	again, err := Make("scratch-test-", "key")
	require.NoError(t, err)
	assert.Equal(t, first.Path(), again.Path())
	require.NoError(t, again.Remove())
	require.NoError(t, meanwhile.Remove())
}
