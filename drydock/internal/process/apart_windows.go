package process

import (
	"os"
	"syscall"
)

func apart(a *syscall.SysProcAttr) { a.CreationFlags |= syscall.CREATE_NEW_PROCESS_GROUP }

// interruptGroup kills the process: there is no interrupt to send to another one.
func interruptGroup(p *os.Process) error { return p.Kill() }
