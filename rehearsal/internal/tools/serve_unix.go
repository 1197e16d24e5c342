//go:build unix

package tools

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"syscall"
	"time"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/tools/shim"
)

// patience is how long stop waits for tools whose context has ended.
const patience = 10 * time.Second

// longestSocket is the length of a path that every Unix takes: macOS's 104 bytes with the closing zero.
// https://man7.org/linux/man-pages/man7/unix.7.html
const longestSocket = 103

// Serve makes the folder bin under dir, with an executable for each tool. A run of one is answered by its [Tool] in
// this process: with the very files that are its standard input, output and error, so that pipes, large and binary
// data and background jobs are as with any command. The tool's context ends when its process is killed, when ctx does,
// and when the server stops.
//
// stop ends the tools that run, waits for them, and removes what Serve has made. It gives an error that names the
// tools that do not end within 10 seconds.
func Serve(ctx context.Context, dir string, tools map[string]Tool) (bin string, stop func() error, err error) {
	if err := validNames(tools); err != nil {
		return "", nil, err
	}
	base, err := socketFolder(dir)
	if err != nil {
		return "", nil, err
	}
	bin = filepath.Join(dir, "bin")
	remove := func() error { return errors.Join(os.RemoveAll(base), os.RemoveAll(bin)) }
	socket := filepath.Join(base, socketName)
	if err := install(bin, base, socket, tools); err != nil {
		return "", nil, errors.Join(err, remove())
	}
	listener, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"})
	if err != nil {
		return "", nil, errors.Join(fmt.Errorf("serving the build's tools: %w", err), remove())
	}
	ctx, cancel := context.WithCancel(ctx)
	s := &server{tools: tools, running: map[*net.UnixConn]string{}}
	s.jobs.Go(func() { s.accept(ctx, listener) })
	return bin, sync.OnceValue(func() error {
		cancel()
		return errors.Join(listener.Close(), s.wait(), remove())
	}), nil
}

const socketName = "s"

// socketFolder makes a folder for the socket, in dir or where the path is short enough.
func socketFolder(dir string) (string, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	for _, parent := range []string{dir, os.TempDir(), "/tmp"} {
		base, err := os.MkdirTemp(parent, "tools-")
		if err != nil {
			return "", err
		}
		if len(filepath.Join(base, socketName)) <= longestSocket {
			return base, nil
		}
		if err := os.Remove(base); err != nil {
			return "", err
		}
	}
	return "", fmt.Errorf("no folder has a path short enough for a socket: %q, %q", dir, os.TempDir())
}

type server struct {
	tools map[string]Tool
	jobs  sync.WaitGroup

	mu      sync.Mutex
	running map[*net.UnixConn]string // the tool's name
}

func (s *server) accept(ctx context.Context, listener *net.UnixListener) {
	for {
		conn, err := listener.AcceptUnix()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil { // too many open files: the client sees its connection refused or waits
			time.Sleep(10 * time.Millisecond)
			continue
		}
		s.jobs.Go(func() { s.answer(ctx, conn) })
	}
}

func (s *server) answer(ctx context.Context, conn *net.UnixConn) {
	defer conn.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	unblock := context.AfterFunc(ctx, func() { _ = conn.SetReadDeadline(time.Now()) }) // fails on a closed one only
	defer unblock()

	files, request, err := receive(conn)
	defer closeAll(files)
	if err != nil {
		return // the client is gone, and with it who could be told
	}
	name := filepath.Base(request.Args[0])
	tool, ok := s.tools[name]
	if !ok {
		return
	}
	s.note(conn, name)
	defer s.note(conn, "")
	s.jobs.Go(func() { // the client says no more: what comes is its end
		_, _ = io.Copy(io.Discard, conn)
		cancel()
	})
	code := tool(ctx, Command{
		Args: request.Args[1:], Dir: request.Dir, Env: request.Env, Stdin: files[0], Stdout: files[1], Stderr: files[2],
	})
	// Before the exit code: who reads the tool's output must find its end once the tool has ended.
	closeAll(files)
	_, _ = conn.Write([]byte{byte(code)}) // an error is the client's end
}

// receive gets the client's descriptors and its request.
func receive(conn *net.UnixConn) (files []*os.File, request shim.Request, err error) {
	control := make([]byte, syscall.CmsgSpace(3*4))
	_, n, _, _, err := conn.ReadMsgUnix(make([]byte, 1), control)
	if err != nil {
		return nil, request, err
	}
	messages, err := syscall.ParseSocketControlMessage(control[:n])
	if err != nil {
		return nil, request, err
	}
	for i := range messages {
		descriptors, err := syscall.ParseUnixRights(&messages[i])
		if err != nil {
			return files, request, err
		}
		for _, fd := range descriptors {
			files = append(files, os.NewFile(uintptr(fd), [...]string{"stdin", "stdout", "stderr"}[len(files)%3]))
		}
	}
	if len(files) != 3 {
		return files, request, fmt.Errorf("%d descriptors instead of three", len(files))
	}
	request, err = decode(conn)
	return files, request, err
}

func closeAll(files []*os.File) {
	for _, f := range files {
		_ = f.Close() // the second time is an error without meaning
	}
}

// note remembers which tool a connection runs; an empty name is none any more.
func (s *server) note(conn *net.UnixConn, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if name == "" {
		delete(s.running, conn)
		return
	}
	s.running[conn] = name
}

// wait gives an error for tools that do not end, rather than not to return.
func (s *server) wait() error {
	done := make(chan struct{})
	go func() { s.jobs.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-time.After(patience):
		s.mu.Lock()
		defer s.mu.Unlock()
		var names []string
		for _, name := range s.running {
			names = append(names, name)
		}
		slices.Sort(names)
		return fmt.Errorf("tools still run %s after their end was asked for: %v", patience, names)
	}
}
