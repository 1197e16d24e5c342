// Package process starts commands so that they end as wanted.
package process

import (
	"os"
	"os/exec"
	"runtime"
	"time"
)

// Graceful lets the command end itself when its context is done: it is interrupted once, as by ^C, and killed only
// when it still runs after the patience. A command apart is not reached by the terminal's own ^C.
func Graceful(cmd *exec.Cmd, isApart bool, patience time.Duration) {
	cmd.WaitDelay = patience
	if !isApart {
		// The terminal interrupts every process of its foreground group, this command too: a second interrupt would
		// tell it to give up at once.
		cmd.Cancel = func() error { return nil }
		return
	}
	Apart(cmd)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
}

// Together ends the command with all that it has started when its context is done: they are interrupted, as by ^C, and
// the command is killed when it still runs after the patience. A killed command would leave what it has started running.
func Together(cmd *exec.Cmd, patience time.Duration) {
	Apart(cmd)
	cmd.WaitDelay = patience
	cmd.Cancel = func() error { return interruptGroup(cmd.Process) }
}

// Apart keeps a terminal's ^C away from the command.
func Apart(cmd *exec.Cmd) { apart(attributes(cmd)) }

// Bound starts the command so that it is killed when this process is, where the system can do that (Linux). The caller
// calls it in the goroutine that waits for the command, and the returned function after that.
func Bound(cmd *exec.Cmd) (free func(), err error) {
	// The system binds the command to the thread that starts it: https://man7.org/linux/man-pages/man2/PR_SET_PDEATHSIG.2const.html
	runtime.LockOSThread()
	bound(attributes(cmd))
	if err := cmd.Start(); err != nil {
		runtime.UnlockOSThread()
		return nil, err
	}
	return runtime.UnlockOSThread, nil
}
