// Package flock locks a file for one process. The lock ends with the process, however it ends, so nothing has to be
// cleaned up after a kill.
package flock

import (
	"errors"
	"fmt"
	"os"
	"strconv"
	"strings"
)

// ErrHeld says that another process, or another Lock of this one, holds the lock.
var ErrHeld = errors.New("the lock is held")

// Lock is a held lock.
type Lock struct {
	file *os.File
}

// Try locks the file, making it where there is none, and writes this process's id into it; ErrHeld when it is locked.
func Try(path string) (*Lock, error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := try(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	err = f.Truncate(0)
	if err == nil {
		_, err = fmt.Fprintln(f, os.Getpid())
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return &Lock{file: f}, nil
}

// Unlock gives the lock back. A process that it was shared with keeps it until its own end.
func (l *Lock) Unlock() error { return l.file.Close() }

// Holder is the process id of the lock's last holder, 0 when the file does not tell.
func Holder(path string) int {
	data, err := os.ReadFile(path)
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(data)))
	if err != nil {
		return 0
	}
	return pid
}
