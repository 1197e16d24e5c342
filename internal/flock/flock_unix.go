//go:build unix

package flock

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"

	"golang.org/x/sys/unix"
)

func try(f *os.File) error {
	err := unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
	if errors.Is(err, unix.EWOULDBLOCK) {
		return ErrHeld
	}
	return err
}

// Share lets the command, which has not been started, hold the lock too, until both this process and it have ended.
func (l *Lock) Share(cmd *exec.Cmd) { cmd.ExtraFiles = append(cmd.ExtraFiles, l.file) }

// Alive tells whether a process with the id runs. One that has ended and that nobody has waited for does not, although
// it can be signalled; where there is a /proc, it tells: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
func Alive(pid int) bool {
	if err := unix.Kill(pid, 0); err != nil && !errors.Is(err, unix.EPERM) {
		return false
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return true
	}
	// The state is the first field after the command's name, which is in parentheses and may have any character.
	after := bytes.TrimSpace(stat[bytes.LastIndexByte(stat, ')')+1:])
	return !bytes.HasPrefix(after, []byte("Z"))
}
