package flock

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOneHolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	assert.Equal(t, 0, Holder(path))
	lock, err := Try(path)
	require.NoError(t, err)
	assert.Equal(t, os.Getpid(), Holder(path))
	_, err = Try(path)
	require.ErrorIs(t, err, ErrHeld)
	require.NoError(t, lock.Unlock())
	again, err := Try(path)
	require.NoError(t, err)
	require.NoError(t, again.Unlock())
}

func TestSharedUntilTheCommandEnds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	lock, err := Try(path)
	require.NoError(t, err)
	cmd := exec.Command("cat")
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	lock.Share(cmd)
	require.NoError(t, cmd.Start())
	require.NoError(t, lock.Unlock())
	_, err = Try(path)
	assert.ErrorIs(t, err, ErrHeld, "the command holds it")
	require.NoError(t, in.Close())
	require.NoError(t, cmd.Wait())
	lock, err = Try(path)
	require.NoError(t, err)
	require.NoError(t, lock.Unlock())
}

func TestAlive(t *testing.T) {
	assert.True(t, Alive(os.Getpid()))
	cmd := exec.Command("true")
	require.NoError(t, cmd.Run())
	assert.False(t, Alive(cmd.Process.Pid))
}

func TestHolderOfADamagedFile(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	require.NoError(t, os.WriteFile(path, []byte("nobody"), 0o600))
	assert.Equal(t, 0, Holder(path))
}
