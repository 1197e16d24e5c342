package sandbox

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/rpc"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// Sandbox is a task's network and its containers.
type Sandbox struct {
	client *rpc.Client
	cmd    *exec.Cmd
	stderr *bytes.Buffer
	ids    ids
	ended  chan struct{} // closes when the holder has ended, and every container with it
}

// New makes a sandbox without containers. Close has to be called.
func New() (*Sandbox, error) {
	mapped, err := mapIDs()
	if err != nil {
		return nil, err
	}
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("connect a sandbox: %w", err)
	}
	near, far := os.NewFile(uintptr(pair[0]), "holder"), os.NewFile(uintptr(pair[1]), "starter")
	defer near.Close()
	conn, err := net.FileConn(near)
	if err != nil {
		far.Close()
		return nil, fmt.Errorf("connect a sandbox: %w", err)
	}
	s := &Sandbox{client: rpc.NewClient(conn), stderr: &bytes.Buffer{}, ids: mapped, ended: make(chan struct{})}
	s.cmd = part(holderName)
	s.cmd.Stderr, s.cmd.ExtraFiles = s.stderr, []*os.File{far}
	s.cmd.SysProcAttr = &syscall.SysProcAttr{
		Setsid: true, Pdeathsig: syscall.SIGKILL,
		Cloneflags:  unix.CLONE_NEWUSER | unix.CLONE_NEWNET | unix.CLONE_NEWPID,
		UidMappings: mapped.users, GidMappings: mapped.groups, GidMappingsEnableSetgroups: !mapped.one,
	}
	return s, s.launch(far)
}

// launch starts the holder on a thread that lives as long as it: it is to be killed when the process ends, but the kernel
// already does so when the thread does.
func (s *Sandbox) launch(far *os.File) error {
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := s.cmd.Start()
		far.Close()
		started <- err
		if err == nil {
			_ = s.cmd.Wait() // a holder tells why it ends on its standard error
			close(s.ended)
		}
	}()
	if err := <-started; err != nil {
		s.client.Close()
		return fmt.Errorf("create user, network and PID namespaces: %w", err)
	}
	if err := s.client.Call("holder.Ready", struct{}{}, &struct{}{}); err != nil {
		s.Close()
		return errors.Join(errors.New("set up the task's network: "+strings.TrimSpace(s.stderr.String())), err)
	}
	return nil
}

// Close ends every container at once, and waits until the kernel has.
func (s *Sandbox) Close() error {
	_ = s.client.Close() // which tells the holder to end; ErrShutdown says that it was closed before
	select {
	case <-s.ended:
		return nil
	case <-time.After(patience):
	}
	err := s.cmd.Process.Kill()
	<-s.ended
	return err
}

// OneUser is whether the sandbox has but one user, the one who runs this program: no other can be had without privileges.
func (s *Sandbox) OneUser() bool { return s.ids.one }

// Container is a running or ended container.
type Container struct {
	sandbox *Sandbox
	id      int
	stop    syscall.Signal
}

// Start runs a container. A *StartError says that its command cannot be run, another error that the machine fails to.
func (s *Sandbox) Start(spec Spec) (*Container, error) {
	spec.KeepIDs = s.ids.one
	var reply Started
	if err := s.client.Call("holder.Start", spec, &reply); err != nil {
		return nil, err
	}
	if reply.Refused != "" {
		return nil, &StartError{Text: reply.Refused}
	}
	return &Container{s, reply.ID, stopSignal(spec.StopSignal)}, nil
}

// Wait waits until the container ends and returns its exit code, 128+n after signal n.
func (c *Container) Wait() (code int, err error) {
	return code, c.sandbox.client.Call("holder.Wait", c.id, &code)
}

// CopyOutput writes what the container writes to its standard output and error, until it ends.
func (c *Container) CopyOutput(to io.Writer) error {
	for {
		var output []byte
		if err := c.sandbox.client.Call("holder.Read", c.id, &output); err != nil {
			return err
		}
		if len(output) == 0 {
			return nil
		}
		if _, err := to.Write(output); err != nil {
			return err
		}
	}
}

// Terminate asks the container to end; one that has is not asked.
func (c *Container) Terminate() error { return c.signal(c.stop) }

// Kill ends the container.
func (c *Container) Kill() error { return c.signal(syscall.SIGKILL) }

// signal sends the container's first process a signal.
func (c *Container) signal(s syscall.Signal) error {
	return c.sandbox.client.Call("holder.Signal", SignalArgs{c.id, int(s)}, &struct{}{})
}

// stopSignal reads a signal as a Dockerfile's STOPSIGNAL has it: "SIGQUIT", "QUIT" or "3".
func stopSignal(name string) syscall.Signal {
	if number, err := strconv.Atoi(name); err == nil && number > 0 {
		return syscall.Signal(number)
	}
	if s := unix.SignalNum("SIG" + strings.TrimPrefix(strings.ToUpper(name), "SIG")); s != 0 {
		return s
	}
	return syscall.SIGTERM
}

// Run runs another command in the container, with the spec's Args, Env, Dir and user, for at most the timeout.
func (c *Container) Run(spec Spec, timeout time.Duration) (Result, error) {
	spec.KeepIDs = c.sandbox.ids.one
	var reply CommandResult
	err := c.sandbox.client.Call("holder.Command", CommandArgs{ID: c.id, Spec: spec, Timeout: timeout}, &reply)
	if err == nil && reply.Refused != "" {
		err = &StartError{Text: reply.Refused}
	}
	return reply.Result, err
}

// Probe asks the task's Address for a path by HTTP.
func (s *Sandbox) Probe(ctx context.Context, port int, path string, timeout time.Duration) (Answer, error) {
	var answer Answer
	call := s.client.Go("holder.Probe", ProbeArgs{port, path, timeout}, &answer, make(chan *rpc.Call, 1))
	select {
	case <-call.Done:
		return answer, call.Error
	case <-ctx.Done():
		return Answer{}, ctx.Err()
	}
}
