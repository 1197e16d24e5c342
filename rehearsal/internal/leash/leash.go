//go:build unix

// Package leash ends a group of processes with this one, however this one ends. A signal at a parent's death reaches only its
// own child on Linux, and nobody elsewhere; a group that a killed rehearsal leaves behind would build on.
package leash

import (
	"os"
	"os/exec"
	"syscall"
)

// Leash holds a group of processes.
type Leash struct {
	holder *exec.Cmd
	end    *os.File
}

// Hold puts a process into the group that waits for the end of this one, and then kills the group. leader is the id of the
// group and of its first process, which was started with Setpgid and has not been waited for.
func Hold(leader int) (*Leash, error) {
	read, write, err := os.Pipe() // nobody else gets the end that is written to: Go's files close on exec
	if err != nil {
		return nil, err
	}
	defer read.Close()
	holder := exec.Command("/bin/sh", "-c", "read -r _; kill -KILL 0")
	holder.Stdin, holder.Env, holder.Dir = read, []string{}, "/"
	holder.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pgid: leader}
	if err := holder.Start(); err != nil {
		_ = write.Close() // nothing was written
		return nil, err
	}
	return &Leash{holder, write}, nil
}

// Release lets the group go on without this process.
func (l *Leash) Release() {
	_ = l.holder.Process.Kill() // it fails when the group has been killed
	_ = l.holder.Wait()         // how it ended is known
	_ = l.end.Close()
}
