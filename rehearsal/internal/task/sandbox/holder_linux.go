package sandbox

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/rpc"
	"os"
	"os/exec"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// holder owns a task's network and is the parent of its containers. Its exported methods are called over net/rpc.
type holder struct {
	mutex      sync.Mutex
	containers []*container
}

// container is a started one. ended closes after exit is set.
type container struct {
	cmd    *exec.Cmd
	output *os.File
	ended  chan struct{}
	exit   int
}

// hold serves the starter until it closes the connection, be it by its death.
func hold() error {
	socket := os.NewFile(holderSocket, "socket")
	conn, err := net.FileConn(socket)
	if err != nil {
		return fmt.Errorf("a holder's descriptor 3 must be a socket: %w", err)
	}
	socket.Close() // conn is a duplicate, which containers do not inherit
	if err := setUpNetwork(); err != nil {
		return err
	}
	server := rpc.NewServer()
	if err := server.RegisterName("holder", &holder{}); err != nil {
		return err
	}
	server.ServeConn(lifeline{conn})
	return nil
}

// lifeline ends the holder, and with it the containers, when the connection does: ServeConn would wait for calls under way.
type lifeline struct{ net.Conn }

func (l lifeline) Read(p []byte) (int, error) {
	n, err := l.Conn.Read(p)
	if err != nil {
		leave(nil)
	}
	return n, err
}

// Ready answers once the network is set up.
func (*holder) Ready(_ struct{}, _ *struct{}) error { return nil }

// Start runs a container.
func (h *holder) Start(spec Spec, reply *Started) error {
	output, write, err := os.Pipe()
	if err != nil {
		return err
	}
	cmd := part(containerName)
	cmd.Stdout, cmd.Stderr = write, write
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Setsid:     true,
		Cloneflags: unix.CLONE_NEWNS | unix.CLONE_NEWPID | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS,
	}
	refused, err := launch(cmd, spec)
	write.Close()
	if err != nil || refused != "" {
		output.Close()
		reply.Refused = refused
		return err
	}
	c := &container{cmd: cmd, output: output, ended: make(chan struct{})}
	go c.wait()
	h.mutex.Lock()
	defer h.mutex.Unlock()
	h.containers = append(h.containers, c)
	reply.ID = len(h.containers) - 1
	return nil
}

// part is this executable in another role.
func part(name string) *exec.Cmd {
	return &exec.Cmd{Path: "/proc/self/exe", Args: []string{name}, Env: []string{variable + "=1"}}
}

// launch starts a part, hands it its spec, and waits until it runs the spec's program or says why it cannot: set-up that
// fails is an error, a program that cannot be run is refused.
func launch(cmd *exec.Cmd, spec Spec) (refused string, err error) {
	specRead, specWrite, err := os.Pipe()
	if err != nil {
		return "", err
	}
	defer specWrite.Close()
	statusRead, statusWrite, err := os.Pipe()
	if err != nil {
		specRead.Close()
		return "", err
	}
	defer statusRead.Close()
	cmd.ExtraFiles = append([]*os.File{specRead, statusWrite}, cmd.ExtraFiles...)
	err = cmd.Start()
	specRead.Close()
	statusWrite.Close()
	if err != nil {
		return "", fmt.Errorf("create a container's namespaces: %w", err)
	}
	if err := json.NewEncoder(specWrite).Encode(spec); err != nil && !errors.Is(err, syscall.EPIPE) {
		err = errors.Join(err, cmd.Process.Kill(), cmd.Wait())
		return "", fmt.Errorf("hand a container its description: %w", err)
	}
	var s status
	switch err := json.NewDecoder(statusRead).Decode(&s); {
	case errors.Is(err, io.EOF):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("read a container's status: %w", err)
	}
	_ = cmd.Wait() // it has said why it ends
	if s.SetUp != "" {
		return "", errors.New(s.SetUp)
	}
	return s.Refused, nil
}

func (c *container) wait() {
	_ = c.cmd.Wait() // the state below says how it ended
	c.exit = exitCode(c.cmd.ProcessState)
	close(c.ended)
}

// exitCode is 128+n after signal n, as container engines report it.
func exitCode(state *os.ProcessState) int {
	if ws, ok := state.Sys().(syscall.WaitStatus); ok && ws.Signaled() {
		return 128 + int(ws.Signal())
	}
	return state.ExitCode()
}

func (h *holder) container(id int) (*container, error) {
	h.mutex.Lock()
	defer h.mutex.Unlock()
	if id < 0 || id >= len(h.containers) {
		return nil, fmt.Errorf("there is no container %d", id)
	}
	return h.containers[id], nil
}

// Wait answers with a container's exit code once it has one.
func (h *holder) Wait(id int, exit *int) error {
	c, err := h.container(id)
	if err != nil {
		return err
	}
	<-c.ended
	*exit = c.exit
	return nil
}

// Read answers with what a container has written since the last call, as soon as there is any; with nothing at its end.
func (h *holder) Read(id int, output *[]byte) error {
	c, err := h.container(id)
	if err != nil {
		return err
	}
	buffer := make([]byte, 32<<10)
	n, err := c.output.Read(buffer)
	*output = buffer[:n]
	if errors.Is(err, io.EOF) {
		return c.output.Close()
	}
	return err
}

// Signal sends a container's first process a signal; to one that has ended, nothing.
func (h *holder) Signal(args SignalArgs, _ *struct{}) error {
	c, err := h.container(args.ID)
	if err != nil {
		return err
	}
	err = c.cmd.Process.Signal(syscall.Signal(args.Signal))
	if errors.Is(err, os.ErrProcessDone) {
		return nil
	}
	return err
}
