package task

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// alive tells whether a process of this machine has the text among its arguments.
func alive(t *testing.T, text string) bool {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/cmdline")
	require.NoError(t, err)
	for _, f := range files {
		if line, err := os.ReadFile(f); err == nil && strings.Contains(string(line), text) {
			return true
		}
	}
	return false
}

func TestStopLeavesNothing(t *testing.T) {
	const mark = "say=leaves-nothing"
	for name, end := range map[string]func(*Running, context.CancelFunc) error{
		"stop":   func(r *Running, _ context.CancelFunc) error { return r.Stop() },
		"cancel": func(r *Running, cancel context.CancelFunc) error { cancel(); <-r.gone; return nil },
	} {
		t.Run(name, func(t *testing.T) {
			needTasks(t)
			scratch := t.TempDir()
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			containers := []Container{container(t, "one", mark, "hang"), container(t, "two", mark, "wait")}
			r, err := Start(ctx, Task{Containers: containers, Scratch: scratch})
			require.NoError(t, err)
			eventually(t, r, "both run", func() bool { return logged(r, "one: hanging")() && logged(r, "two: waiting")() })
			require.True(t, alive(t, mark))
			require.NoError(t, end(r, cancel))
			require.False(t, alive(t, mark))
			requireNoTrace(t, scratch)
			require.Nil(t, r.Failed(), "it was told to end")
			require.Equal(t, 137, state(r, "one").ExitCode)
			require.NoError(t, r.Stop(), "again")
			_, _, err = r.Probe(t.Context(), 80, "/")
			require.Error(t, err)
		})
	}
}

func requireNoTrace(t *testing.T, scratch string) {
	t.Helper()
	left, err := os.ReadDir(scratch)
	require.NoError(t, err)
	require.Empty(t, left)
	mounts, err := os.ReadFile("/proc/self/mountinfo")
	require.NoError(t, err)
	require.NotContains(t, string(mounts), scratch)
}

func TestEssentialExitEndsTheTask(t *testing.T) {
	web := container(t, "web", "wait")
	failing := container(t, "failing", "exit=3")
	failing.DependsOn = []Dependency{{"web", ConditionStart}}
	r := start(t, web, failing)
	eventually(t, r, "the other one ends", func() bool { return state(r, "web").Status == StatusStopped })
	require.Equal(t, "container failing", r.Failed().Where)
}

// victim makes the test binary a program that starts a task in the directory, until it is killed.
const victim = "TASK_TEST_SCRATCH"

const victimMark = "say=victim-of-sigkill"

func TestVictim(t *testing.T) {
	scratch := os.Getenv(victim)
	if scratch == "" {
		t.Skip("a part of TestKilledParentLeavesNoProcess")
	}
	r, err := Start(t.Context(), Task{Containers: []Container{container(t, "app", victimMark, "hang")}, Scratch: scratch})
	require.NoError(t, err)
	eventually(t, r, "the container runs", logged(r, "app: hanging"))
	_, err = os.Stdout.WriteString("\nready\n")
	require.NoError(t, err)
	time.Sleep(time.Hour)
}

func TestKilledParentLeavesNoProcess(t *testing.T) {
	needTasks(t)
	scratch := t.TempDir()
	parent := exec.Command(os.Args[0], "-test.run=^TestVictim$")
	parent.Env = append(os.Environ(), victim+"="+scratch)
	out, err := parent.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, parent.Start())
	for lines := bufio.NewScanner(out); lines.Scan() && lines.Text() != "ready"; {
	}
	require.True(t, alive(t, victimMark))
	require.NoError(t, parent.Process.Kill())
	require.Error(t, parent.Wait())
	deadline := time.Now().Add(patience)
	for alive(t, victimMark) {
		require.True(t, time.Now().Before(deadline), "the container outlives its starter")
		time.Sleep(10 * time.Millisecond)
	}
}
