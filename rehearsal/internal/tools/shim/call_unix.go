//go:build unix

package shim

import (
	"io"
	"os"
	"syscall"
)

// call has the server answer for this process, and gives the exit code. The server gets the very file descriptors:
// it reads no more of a pipe than the tool does, and a program that it starts writes where the shell wants it.
//
// Signals need no handling: they end this process as they would end the tool, and the server sees the connection close.
func call(socket string) int {
	code, err := ask(socket)
	if err != nil {
		_, name := split(os.Args[0])
		_, _ = os.Stderr.WriteString(name + ": the process that answers this command is gone: " + err.Error() + "\n")
		return Unreachable
	}
	return code
}

func ask(socket string) (code int, err error) {
	conn, err := dial(socket)
	if err != nil {
		return 0, err
	}
	defer conn.Close()
	dir, err := os.Getwd()
	if err != nil {
		dir = "" // the folder was removed: the tool runs without one
	}
	var env []string
	for _, v := range os.Environ() {
		if len(v) <= len(Address) || v[:len(Address)+1] != Address+"=" {
			env = append(env, v)
		}
	}
	if _, err := conn.Write(Request{Args: os.Args, Dir: dir, Env: env}.Encode()); err != nil {
		return 0, err
	}
	var answer [1]byte
	if _, err := io.ReadFull(conn, answer[:]); err != nil {
		return 0, err
	}
	return int(answer[0]), nil
}

// dial connects to the server and hands it the standard descriptors. Package net would do so too, a while later: its
// init comes after that of nearly every other package.
func dial(socket string) (*os.File, error) {
	fd, err := syscall.Socket(syscall.AF_UNIX, syscall.SOCK_STREAM, 0)
	if err != nil {
		return nil, os.NewSyscallError("socket", err)
	}
	conn := os.NewFile(uintptr(fd), socket)
	if err := uninterrupted(func() error { return syscall.Connect(fd, &syscall.SockaddrUnix{Name: socket}) }); err != nil {
		_ = conn.Close() // it was never one
		return nil, &os.PathError{Op: "connect", Path: socket, Err: err}
	}
	// Descriptors travel beside at least one byte. https://man7.org/linux/man-pages/man7/unix.7.html
	if err := uninterrupted(func() error { return syscall.Sendmsg(fd, []byte{0}, syscall.UnixRights(0, 1, 2), nil, 0) }); err != nil {
		_ = conn.Close() // the server is gone
		return nil, &os.PathError{Op: "sendmsg", Path: socket, Err: err}
	}
	return conn, nil
}

// uninterrupted calls again when a signal came, as one by which Go's scheduler interrupts a thread.
func uninterrupted(call func() error) error {
	for {
		if err := call(); err != syscall.EINTR {
			return err
		}
	}
}
