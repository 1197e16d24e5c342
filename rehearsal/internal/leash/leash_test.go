//go:build unix

package leash_test

import (
	"bufio"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/leash"
)

const asHolder = "LEASH_TEST_HOLDER"

// TestMain makes this binary a process that holds a group of its own, tells its members, and waits to be killed.
func TestMain(m *testing.M) {
	if os.Getenv(asHolder) != "" {
		cmd := group("sleep 1000 & echo $$ $!; wait")
		cmd.Stdout = os.Stdout
		if err := cmd.Start(); err != nil {
			os.Exit(1)
		}
		if _, err := leash.Hold(cmd.Process.Pid); err != nil {
			os.Exit(1)
		}
		time.Sleep(time.Hour)
	}
	os.Exit(m.Run())
}

func group(script string) *exec.Cmd {
	cmd := exec.Command("/bin/sh", "-c", script)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return cmd
}

func TestGroupEndsWithItsHolder(t *testing.T) {
	self, err := os.Executable()
	require.NoError(t, err)
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), asHolder+"=1")
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err)
	time.Sleep(100 * time.Millisecond) // the leash is put on after the line may have been written
	require.NoError(t, cmd.Process.Kill())
	_ = cmd.Wait() // it was killed
	for _, text := range strings.Fields(line) {
		pid, err := strconv.Atoi(text)
		require.NoError(t, err)
		assert.Eventually(t, func() bool { return gone(pid) }, 10*time.Second, 10*time.Millisecond, "process %d goes on", pid)
	}
}

// gone is whether a process has ended; an init that reaps nobody leaves it a zombie.
func gone(pid int) bool {
	if syscall.Kill(pid, 0) != nil {
		return true
	}
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	return err == nil && strings.Contains(string(stat), ") Z ")
}

func TestReleasedGroupGoesOn(t *testing.T) {
	cmd := group("read -r line; exit 7")
	in, err := cmd.StdinPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	l, err := leash.Hold(cmd.Process.Pid)
	require.NoError(t, err)
	l.Release()
	_, err = in.Write([]byte("\n"))
	require.NoError(t, err)
	require.Error(t, cmd.Wait())
	assert.Equal(t, 7, cmd.ProcessState.ExitCode())
}
