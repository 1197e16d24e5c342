//go:build unix

package process

import (
	"os"
	"syscall"
)

func apart(a *syscall.SysProcAttr) { a.Setpgid = true }

// interruptGroup reaches what the process has started, too: apart, it leads a group of its own.
func interruptGroup(p *os.Process) error { return syscall.Kill(-p.Pid, syscall.SIGINT) }
