//go:build unix

package kube

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/leash"
)

// command is one of the control plane's.
type command struct {
	name, path string
	args       []string
}

// group is the processes of a control plane. They end with this one, however it ends.
type group struct {
	leash  *leash.Leash
	socket *os.File // that holds the port
	leader *process
	all    []*process

	mutex  sync.Mutex
	ending bool
}

// process is a started command. Its output is in a file.
type process struct {
	command
	cmd   *exec.Cmd
	log   string
	ended chan struct{} // closes when it has been waited for
}

// port is a port of the loopback interface that is nobody else's until close: a command may listen on it that shares its port.
func (g *group) port() (int, error) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM, 0)
	if err != nil {
		return 0, fmt.Errorf("finding a port: %w", err)
	}
	g.socket = os.NewFile(uintptr(fd), "port")
	unix.CloseOnExec(fd)
	if err := unix.SetsockoptInt(fd, unix.SOL_SOCKET, unix.SO_REUSEPORT, 1); err != nil {
		return 0, fmt.Errorf("finding a port: %w", err)
	}
	if err := unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}); err != nil {
		return 0, fmt.Errorf("finding a port: %w", err)
	}
	at, err := unix.Getsockname(fd)
	if err != nil {
		return 0, fmt.Errorf("finding a port: %w", err)
	}
	return at.(*unix.SockaddrInet4).Port, nil
}

// start starts a command in the directory.
func (g *group) start(dir string, c command) error {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	if g.ending {
		return fmt.Errorf("%s is not started: the cluster is closed", c.name)
	}
	p := &process{command: c, cmd: exec.Command(c.path, c.args...), log: filepath.Join(dir, c.name+".log"), ended: make(chan struct{})}
	log, err := os.Create(p.log)
	if err != nil {
		return err
	}
	defer log.Close()
	p.cmd.Dir, p.cmd.Stdout, p.cmd.Stderr = dir, log, log
	// Nothing of the user's reaches them, as a proxy or a kubeconfig. They collect garbage less often than by default: a fifth of
	// the API server's start is that.
	p.cmd.Env = []string{"HOME=" + dir, "PATH=/usr/bin:/bin", "TMPDIR=" + dir, "GOGC=400"}
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if g.leader != nil {
		p.cmd.SysProcAttr.Pgid = g.leader.cmd.Process.Pid
	}
	if err := p.cmd.Start(); err != nil {
		return err
	}
	g.all = append(g.all, p)
	if g.leader == nil {
		g.leader = p
		// As long as it is held, the group has a member, and its id is nobody else's.
		g.leash, err = leash.Hold(p.cmd.Process.Pid)
	}
	go p.wait()
	return err
}

func (p *process) wait() {
	_ = p.cmd.Wait() // dead tells of one that ends too early
	close(p.ended)
}

// dead tells of a process that has ended by itself, with the end of its log.
func (g *group) dead() error {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	for _, p := range g.all {
		select {
		case <-p.ended:
			return fmt.Errorf("%s ended: %s\n%s", p.name, p.cmd.ProcessState, p.lastWords())
		default:
		}
	}
	return nil
}

// lastWords are the end of the process's log.
func (p *process) lastWords() string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	lines := bytes.Split(bytes.TrimSpace(text), []byte("\n"))
	return string(bytes.Join(lines[max(0, len(lines)-10):], []byte("\n")))
}

// close kills the processes. There is nothing that they would have to save.
func (g *group) close() error {
	g.mutex.Lock()
	defer g.mutex.Unlock()
	g.ending = true
	if g.socket != nil {
		_ = g.socket.Close() // nothing was written
		g.socket = nil
	}
	if g.leader == nil {
		return nil
	}
	err := syscall.Kill(-g.leader.cmd.Process.Pid, syscall.SIGKILL)
	for _, p := range g.all {
		<-p.ended
	}
	if g.leash != nil {
		g.leash.Release()
	}
	g.leader = nil
	return err
}
