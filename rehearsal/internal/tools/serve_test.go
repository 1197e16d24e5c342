//go:build unix

package tools

import (
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/tools/shim"
)

// served is what scripts in the tests can call.
func served(t *testing.T, tools map[string]Tool) (bin string, stop func() error) {
	t.Helper()
	bin, stop, err := Serve(t.Context(), t.TempDir(), tools)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, stop()) })
	return bin, stop
}

// script runs text in a shell that finds the tools.
func script(bin, text string) *exec.Cmd {
	cmd := exec.Command("sh", "-c", text)
	cmd.Env = []string{"PATH=" + bin + ":/usr/bin:/bin", "COLOR=blue"}
	return cmd
}

// cat copies, and tells of itself.
func cat(_ context.Context, c Command) int {
	if _, err := io.Copy(c.Stdout, c.Stdin); err != nil {
		return 1
	}
	fmt.Fprintf(c.Stderr, "args %q in %s, %s\n", c.Args, c.Dir, strings.Join(c.Env, " "))
	return 7
}

func TestTool(t *testing.T) {
	bin, _ := served(t, map[string]Tool{"docker": cat})
	dir := t.TempDir()
	cmd := script(bin, `docker build --label "it's" '' "$(printf 'a\nb\377')"; echo "exit $?"`)
	cmd.Dir, cmd.Stdin = dir, strings.NewReader("in\x00put")
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	require.NoError(t, err)
	assert.Equal(t, "in\x00putexit 7\n", string(out))
	assert.Contains(t, errs.String(), `args ["build" "--label" "it's" "" "a\nb\xff"] in `+dir)
	assert.Contains(t, errs.String(), "COLOR=blue")
	assert.NotContains(t, errs.String(), shim.Address, "the tool does not see by what it is called")
}

// TestShell: what a shell does with commands it does with tools.
func TestShell(t *testing.T) {
	bin, _ := served(t, map[string]Tool{
		"cat2": cat,
		"echo2": func(_ context.Context, c Command) int {
			_, err := fmt.Fprintln(c.Stdout, strings.Join(c.Args, " "))
			return map[bool]int{true: 0, false: 1}[err == nil]
		},
		"true2": func(context.Context, Command) int { return 0 },
	})
	for name, c := range map[string]struct{ text, want string }{
		"a pipe between tools":           {"echo2 a b | cat2 2>/dev/null | tr a-z A-Z", "A B\n"},
		"background jobs":                {"echo2 1 >one & echo2 2 >two & wait; cat one two", "1\n2\n"},
		"what is not read stays":         {"printf '1\\n2\\n' | while read -r l; do true2; echo $l; done", "1\n2\n"},
		"without an environment":         {"PATH=$PATH env -i \"$(command -v echo2)\" still", "still\n"},
		"nothing is in other processes":  {"env | grep -c " + shim.Address, "0\n"},
		"a closed input":                 {"cat2 <&- 2>/dev/null; echo $?", "7\n"},
		"files":                          {"echo2 x >file; echo2 y >>file; cat2 <file 2>/dev/null", "x\ny\n"},
		"standard error to the pipe too": {"cat2 </dev/null 2>&1 | cut -c 1-7", "args []\n"},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := script(bin, c.text)
			cmd.Dir = t.TempDir()
			out, _ := cmd.Output() // grep -c finds nothing, and says so by its exit code
			assert.Equal(t, c.want, string(out))
		})
	}
}

func TestLargeBinaryInput(t *testing.T) {
	bin, _ := served(t, map[string]Tool{"sum": func(_ context.Context, c Command) int {
		hash := sha256.New()
		if _, err := io.Copy(hash, c.Stdin); err != nil {
			return 1
		}
		fmt.Fprintf(c.Stdout, "%x", hash.Sum(nil))
		return 0
	}})
	data := make([]byte, 30<<20)
	source := rand.NewChaCha8([32]byte{1})
	_, _ = source.Read(data) // it never fails
	cmd := script(bin, "cat | sum")
	cmd.Stdin = bytes.NewReader(data)
	out, err := cmd.Output()
	require.NoError(t, err)
	assert.Equal(t, fmt.Sprintf("%x", sha256.Sum256(data)), string(out))
}

// TestKilled: a tool ends when its process is killed, and that dies of the signal.
func TestKilled(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGKILL} {
		begun, ended := make(chan bool, 1), make(chan bool, 1)
		bin, _ := served(t, map[string]Tool{"build": func(ctx context.Context, _ Command) int {
			begun <- true
			<-ctx.Done()
			ended <- true
			return 1
		}})
		cmd := exec.Command(filepath.Join(bin, "build"))
		require.NoError(t, cmd.Start())
		<-begun
		require.NoError(t, cmd.Process.Signal(signal))
		<-ended
		require.Error(t, cmd.Wait())
		assert.Equal(t, signal, cmd.ProcessState.Sys().(syscall.WaitStatus).Signal())
	}
}

// TestStop: what runs is ended, and what Serve has made is gone.
func TestStop(t *testing.T) {
	begun := make(chan bool, 1)
	dir := t.TempDir()
	bin, stop, err := Serve(t.Context(), dir, map[string]Tool{"build": func(ctx context.Context, _ Command) int {
		begun <- true
		<-ctx.Done()
		return 9
	}})
	require.NoError(t, err)
	cmd := exec.Command(filepath.Join(bin, "build"))
	require.NoError(t, cmd.Start())
	<-begun
	require.NoError(t, stop())
	require.NoError(t, stop(), "twice is once")
	require.Error(t, cmd.Wait())
	assert.Equal(t, 9, cmd.ProcessState.ExitCode())
	left, err := os.ReadDir(dir)
	require.NoError(t, err)
	assert.Empty(t, left)
}

func TestLongFolder(t *testing.T) {
	dir := filepath.Join(t.TempDir(), strings.Repeat("long/", 40))
	bin, stop, err := Serve(t.Context(), dir, map[string]Tool{"docker": cat})
	require.NoError(t, err)
	out, err := script(bin, "printf x | docker 2>/dev/null; true").Output()
	require.NoError(t, err)
	assert.Equal(t, "x", string(out))
	require.NoError(t, stop())
}

func TestNames(t *testing.T) {
	_, _, err := Serve(t.Context(), t.TempDir(), map[string]Tool{"../docker": cat, "aws": nil})
	assert.ErrorContains(t, err, `tool "../docker"`)
	assert.ErrorContains(t, err, `tool "aws" has no function`)
}

// TestShimLeavesOthersAlone: with the variable, a program that is no tool runs as ever.
func TestShimLeavesOthersAlone(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self, "-test.run=^TestNames$")
	cmd.Env = append(os.Environ(), shim.Address+"=/nowhere/s")
	out, err := cmd.CombinedOutput()
	require.NoError(t, err)
	assert.Contains(t, string(out), "PASS")
}

// TestServerGone: the tool tells so.
func TestServerGone(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	base := t.TempDir()
	link := filepath.Join(base, shim.Folder, "docker")
	require.NoError(t, os.Mkdir(filepath.Dir(link), 0o700))
	require.NoError(t, os.Symlink(self, link))
	cmd := exec.Command(link, "push")
	cmd.Env = []string{shim.Address + "=" + filepath.Join(base, "s")}
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	assert.Equal(t, shim.Unreachable, cmd.ProcessState.ExitCode())
	assert.Contains(t, string(out), "docker: the process that answers this command is gone")
}
