package task

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// patience is how long a test waits for what is to happen.
const patience = 30 * time.Second

func needTasks(t *testing.T) {
	t.Helper()
	if err := Available(); err != nil {
		t.Skip(err)
	}
}

// start runs a task; the test fails if anything of it is left at its end.
func start(t *testing.T, containers ...Container) *Running {
	t.Helper()
	needTasks(t)
	scratch := t.TempDir()
	r, err := Start(t.Context(), Task{Containers: containers, Scratch: scratch})
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, r.Stop())
		left, err := os.ReadDir(scratch)
		require.NoError(t, err)
		require.Empty(t, left)
	})
	return r
}

func eventually(t *testing.T, r *Running, what string, holds func() bool) {
	t.Helper()
	deadline := time.Now().Add(patience)
	for !holds() {
		if time.Now().After(deadline) {
			require.FailNow(t, "not within "+patience.String()+": "+what, "states %+v\nfailure %+v\nlog\n%s",
				r.States(), r.Failed(), strings.Join(r.Logs(), "\n"))
		}
		time.Sleep(10 * time.Millisecond)
	}
}

func state(r *Running, name string) State {
	for _, s := range r.States() {
		if s.Name == name {
			return s
		}
	}
	return State{}
}

func logged(r *Running, line string) func() bool {
	return func() bool { return strings.Contains(strings.Join(r.Logs(), "\n"), line) }
}

func TestServe(t *testing.T) {
	r := start(t, container(t, "web", "serve=:80"))
	eventually(t, r, "the container answers", func() bool {
		status, body, err := r.Probe(t.Context(), 80, "/health?deep=1")
		return err == nil && status == 200 && body == "/health from ELB-HealthChecker/2.0"
	})
	require.Nil(t, r.Failed())
	require.Equal(t, StatusRunning, state(r, "web").Status)
}
