package process

import "syscall"

func bound(a *syscall.SysProcAttr) { a.Pdeathsig = syscall.SIGKILL }
