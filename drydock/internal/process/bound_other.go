//go:build !linux

package process

import "syscall"

func bound(*syscall.SysProcAttr) {}
