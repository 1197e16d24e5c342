package flock

import (
	"errors"
	"os"
	"os/exec"

	"golang.org/x/sys/windows"
)

// farAway is the one locked byte, beyond the text, so that others can still read who holds the lock.
const farAway = 1 << 30

func try(f *os.File) error {
	const flags = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	err := windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, &windows.Overlapped{Offset: farAway})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return ErrHeld
	}
	return err
}

// Share does nothing: handles are not inherited here, so the lock ends with this process.
func (l *Lock) Share(*exec.Cmd) {}

// Alive tells whether a process with the id exists.
func Alive(pid int) bool {
	p, err := os.FindProcess(pid)
	if err != nil {
		return false
	}
	return p.Release() == nil
}
