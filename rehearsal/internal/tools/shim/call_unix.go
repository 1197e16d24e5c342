//go:build unix

package shim

import (
	"encoding/gob"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// call has the server answer for this process, and gives the exit code. The server gets the very file descriptors:
// it reads no more of a pipe than the tool does, and a program that it starts writes where the shell wants it.
//
// Signals need no handling: they end this process as they would end the tool, and the server sees the connection close.
func call(socket string) int {
	code, err := ask(socket)
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: the process that answers this command is gone: %v\n", filepath.Base(os.Args[0]), err)
		return Unreachable
	}
	return code
}

func ask(socket string) (code int, err error) {
	conn, err := net.DialUnix("unix", nil, &net.UnixAddr{Name: socket, Net: "unix"})
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	// Descriptors travel beside at least one byte. https://man7.org/linux/man-pages/man7/unix.7.html
	if _, _, err := conn.WriteMsgUnix([]byte{0}, syscall.UnixRights(0, 1, 2), nil); err != nil {
		return 0, err
	}
	dir, err := os.Getwd()
	if err != nil {
		dir = "" // the folder was removed: the tool runs without one
	}
	env := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, Address+"=") })
	if err := gob.NewEncoder(conn).Encode(Request{Args: os.Args, Dir: dir, Env: env}); err != nil {
		return 0, err
	}
	err = gob.NewDecoder(conn).Decode(&code)
	return code, err
}
