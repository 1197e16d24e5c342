package images

import (
	"context"
	"errors"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/leash"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/tools"
)

// command is a process whose whole group ends with the context.
func command(ctx context.Context, program string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error {
		err := syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		if errors.Is(err, syscall.ESRCH) {
			return nil // it has just ended
		}
		return err
	}
	cmd.WaitDelay = 5 * time.Second
	return cmd
}

// run runs the command, which ends with this process too, however that ends.
func run(cmd *exec.Cmd) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	held, err := leash.Hold(cmd.Process.Pid)
	if err != nil {
		return errors.Join(err, cmd.Cancel(), cmd.Wait())
	}
	defer held.Release()
	return cmd.Wait()
}

// inherit gives the process what the build's shell has: its folder, output and environment, but for the names that are
// overridden.
func inherit(c tools.Command, env []string) func(*exec.Cmd) {
	return func(cmd *exec.Cmd) {
		cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = c.Dir, c.Stdin, c.Stdout, c.Stderr
		cmd.Env = append(append([]string(nil), c.Env...), env...) // the last of a name counts
	}
}

// variable is the value of an environment variable.
func variable(env []string, name string) (string, bool) {
	for i := len(env) - 1; i >= 0; i-- {
		if key, value, _ := strings.Cut(env[i], "="); key == name {
			return value, true
		}
	}
	return "", false
}
