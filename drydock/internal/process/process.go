// Package process starts commands so that they end as wanted.
package process

import (
	"os"
	"os/exec"
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
	apart(cmd)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
}

// Apart keeps a terminal's ^C away from the command.
func Apart(cmd *exec.Cmd) { apart(cmd) }
