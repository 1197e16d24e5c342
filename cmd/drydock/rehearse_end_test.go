//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// patience is how long a test waits for what needs a moment on a busy machine.
const patience = 90 * time.Second

// hanging is a stage at which a rehearsal takes its time: what is rehearsed, and by which text in its command line the
// process is known that it waits for.
type hanging struct {
	args []string
	mark string
}

// hangings are the stages by name; each has a mark of the test's own, as others may run at the same time.
func hangings(t *testing.T, f folder) map[string]hanging {
	mark := fmt.Sprintf("%d.%d", os.Getpid(), time.Now().UnixNano())
	program := filepath.Join(t.TempDir(), "app")
	build := exec.Command("go", "build", "-trimpath", "-ldflags=-s -w", "-o", program, "../../rehearsal/internal/task/testdata/app")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	out, err := build.CombinedOutput()
	require.NoError(t, err, "%s", out)

	owned := appWith(t, nil)
	code, _, stderr := f.call(t, "scaffold", "--stack", "own", "--app", owned)
	require.Equal(t, done, code, stderr)
	put(t, filepath.Join(owned, "buildspec.yml"),
		"version: 0.2\nphases:\n  build:\n    commands:\n      - trap '' INT TERM HUP; while :; do sleep 9"+mark[:len(mark)-1]+"; done\n")
	image := appWith(t, map[string]string{".dockerignore": "", "Dockerfile": "FROM scratch AS api\nCOPY app.bin /app\nRUN [\"/app\", \"hang=image" + mark + "\"]\n"})
	var targets strings.Builder
	for _, name := range []string{"api", "sidecar", "nginx"} {
		fmt.Fprintf(&targets, "FROM scratch AS %s\nCOPY app.bin /app\nCMD [\"/app\", \"hang=task%s\"]\n", name, mark)
	}
	task := appWith(t, map[string]string{".dockerignore": "", "Dockerfile": targets.String()})
	for _, dir := range []string{image, task} {
		require.NoError(t, os.Link(program, filepath.Join(dir, "app.bin")))
		require.NoError(t, os.Chmod(filepath.Join(dir, "app.bin"), 0o755))
	}
	return map[string]hanging{
		"build":   {slices.Concat(quick, []string{"--stack", "own", "--app", owned}), "sleep\x009" + mark[:len(mark)-1]},
		"image":   {[]string{"--stack", "dev", "--app", image}, "hang=image" + mark},
		"task":    {[]string{"--stack", "dev", "--app", task}, "hang=task" + mark},
		"preview": {slices.Concat(quick, []string{"--stack", "dev", "--app", bashDog}), "preview\x00"},
	}
}

// ends: whatever ends a rehearsal, nothing of it goes on, and the next one is not disturbed.
func ends(t *testing.T, f folder) {
	for stage, h := range hangings(t, f) {
		for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGKILL} {
			t.Run(stage+" by "+signal.String(), func(t *testing.T) {
				c := start(t, f, h.args...)
				c.reach(t, h.mark)
				if signal == syscall.SIGKILL {
					require.NoError(t, c.cmd.Process.Kill())
				} else {
					require.NoError(t, syscall.Kill(-c.cmd.Process.Pid, signal)) // as a terminal does
				}
				c.wait(t)
				if signal == syscall.SIGINT {
					assert.Equal(t, failed, c.cmd.ProcessState.ExitCode(), "%s", &c.stderr)
					assert.Equal(t, 1, strings.Count(c.stderr.String(), "drydock: "), "%s", &c.stderr)
					assert.Contains(t, c.stderr.String(), "interrupted")
					assert.Empty(t, c.processes(t, ""))
					left, err := os.ReadDir(c.tmp)
					require.NoError(t, err)
					assert.Empty(t, left)
				}
				assert.Eventually(t, func() bool { return len(c.processes(t, "")) == 0 }, 10*time.Second, 50*time.Millisecond, "%q", c.processes(t, ""))
				mounts, err := os.ReadFile("/proc/self/mountinfo")
				require.NoError(t, err)
				assert.NotContains(t, string(mounts), c.tmp)

				code, stdout, stderr := f.rehearse(t, "--app", bashDog)
				assert.Equal(t, done, code, stdout+stderr)
			})
		}
	}
	t.Run("two at once", func(t *testing.T) {
		c := start(t, f, hangings(t, f)["build"].args...)
		c.reach(t, "sleep\x009")
		code, stdout, stderr := f.rehearse(t, "--app", bashDog)
		assert.Equal(t, failed, code)
		assert.Empty(t, stdout)
		assert.Contains(t, stderr, strconv.Itoa(c.cmd.Process.Pid), "the process that uses the drydock")
		require.NoError(t, syscall.Kill(-c.cmd.Process.Pid, syscall.SIGINT))
		c.wait(t)
	})
}

// started is a rehearsal in a process of its own.
type started struct {
	cmd            *exec.Cmd
	tmp            string
	stdout, stderr bytes.Buffer
	ended          chan struct{}
}

func start(t *testing.T, f folder, args ...string) *started {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	c := &started{tmp: t.TempDir(), ended: make(chan struct{})}
	c.cmd = exec.Command(self, append([]string{"rehearse", "--dir", f.dir, "--state", f.state}, args...)...)
	c.cmd.Env = append(os.Environ(), asCommand+"=1", "TMPDIR="+c.tmp)
	c.cmd.Stdout, c.cmd.Stderr = &c.stdout, &c.stderr
	c.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.cmd.WaitDelay = time.Second
	require.NoError(t, c.cmd.Start())
	go func() {
		_ = c.cmd.Wait() // how it ended is in ProcessState
		close(c.ended)
	}()
	t.Cleanup(func() {
		_ = syscall.Kill(-c.cmd.Process.Pid, syscall.SIGKILL) // it fails when all have ended
		for _, pid := range c.processes(t, "") {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	})
	return c
}

// reach waits for the process that has the mark.
func (c *started) reach(t *testing.T, mark string) {
	t.Helper()
	for began := time.Now(); len(c.processes(t, mark)) == 0; time.Sleep(20 * time.Millisecond) {
		select {
		case <-c.ended:
			require.Fail(t, "the rehearsal has ended too early", "%s%s", &c.stdout, &c.stderr)
		default:
			require.Less(t, time.Since(began), patience, "the rehearsal does not come so far")
		}
	}
}

// wait waits for the end, which comes within seconds.
func (c *started) wait(t *testing.T) {
	t.Helper()
	select {
	case <-c.ended:
	case <-time.After(30 * time.Second):
		require.Fail(t, "the rehearsal goes on", "%s", &c.stderr)
	}
}

// processes are those of the rehearsal, itself left out: their environment has its folder for temporary files, or their
// roots and working directories are in it. With a mark, only those that have it in their command line.
func (c *started) processes(t *testing.T, mark string) []int {
	t.Helper()
	folders, err := filepath.Glob("/proc/[0-9]*")
	require.NoError(t, err)
	var found []int
	for _, folder := range folders {
		pid, _ := strconv.Atoi(filepath.Base(folder)) // the pattern has digits
		environ, _ := os.ReadFile(filepath.Join(folder, "environ"))
		line, err := os.ReadFile(filepath.Join(folder, "cmdline"))
		if err != nil || pid == c.cmd.Process.Pid || len(line) == 0 {
			continue // it has ended
		}
		ours := bytes.Contains(environ, []byte(c.tmp)) || bytes.Contains(line, []byte(c.tmp))
		for _, link := range []string{"root", "cwd"} {
			target, _ := os.Readlink(filepath.Join(folder, link)) // "" for another user's
			ours = ours || strings.HasPrefix(target, c.tmp)
		}
		marked := bytes.Contains(line, []byte(mark))
		if ours && marked || marked && len(mark) > len("preview\x00") && strings.HasPrefix(mark, "hang=") {
			found = append(found, pid)
		}
	}
	return found
}
