//go:build unix

package process

import "syscall"

func apart(a *syscall.SysProcAttr) { a.Setpgid = true }
