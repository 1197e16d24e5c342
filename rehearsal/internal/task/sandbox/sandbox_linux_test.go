package sandbox

import (
	"errors"
	"os"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestStopSignal(t *testing.T) {
	for name, want := range map[string]syscall.Signal{
		"": syscall.SIGTERM, "SIGQUIT": syscall.SIGQUIT, "quit": syscall.SIGQUIT, "3": syscall.SIGQUIT, "SIGNONE": syscall.SIGTERM, "-1": syscall.SIGTERM,
	} {
		require.Equal(t, want, stopSignal(name), name)
	}
}

func TestStartTellsRefusalsFromFailures(t *testing.T) {
	if err := Available(); err != nil {
		t.Skip(err)
	}
	s, err := New()
	require.NoError(t, err)
	defer s.Close()
	root := t.TempDir()
	spec := Spec{Root: root, Hostname: "test", Args: []string{"/nothing"}, Dir: "/"}
	var refused *StartError
	_, err = s.Start(spec)
	require.ErrorAs(t, err, &refused)
	require.EqualError(t, err, `exec: "/nothing": stat /nothing: no such file or directory`)
	spec.Dir = "/none"
	_, err = s.Start(spec)
	require.ErrorAs(t, err, &refused)
	require.EqualError(t, err, `chdir to cwd ("/none") set in config.json failed: no such file or directory`)
	spec.Root = root + "/none"
	_, err = s.Start(spec)
	require.ErrorContains(t, err, "mount the container's root "+spec.Root)
	require.False(t, errors.As(err, &refused), "that is not the command's fault")
}

func TestClosedSandboxRefuses(t *testing.T) {
	if err := Available(); err != nil {
		t.Skip(err)
	}
	s, err := New()
	require.NoError(t, err)
	holder := s.cmd.Process.Pid
	require.NoError(t, s.Close())
	require.ErrorIs(t, syscall.Kill(holder, 0), syscall.ESRCH, "the holder has ended")
	require.NoError(t, s.Close(), "again")
	_, err = s.Start(Spec{})
	require.Error(t, err)
	_, err = s.Probe(t.Context(), 80, "/", time.Second)
	require.Error(t, err)
}

func TestIDsAreThoseOfTheMachine(t *testing.T) {
	got, err := mapIDs()
	require.NoError(t, err)
	require.Equal(t, os.Geteuid() != 0, got.one)
	require.NotEmpty(t, got.users)
	for _, m := range got.users {
		if !got.one {
			require.Equal(t, m.HostID, m.ContainerID)
		}
	}
}
