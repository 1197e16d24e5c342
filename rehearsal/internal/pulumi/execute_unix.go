//go:build unix

package pulumi

import (
	"os/exec"
	"syscall"
	"time"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/leash"
)

// start starts the program in a group of its own, which ends with the command's context and with this process.
func start(cmd *exec.Cmd) (release func(), err error) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	held, err := leash.Hold(cmd.Process.Pid)
	if err != nil {
		_ = cmd.Cancel() // it has not been waited for, and so is there
		_ = cmd.Wait()
		return nil, err
	}
	return held.Release, nil
}
