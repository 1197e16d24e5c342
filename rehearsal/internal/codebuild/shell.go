//go:build unix

package codebuild

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/leash"
)

// shell runs commands one by one in the same instance of a shell, so that variables, functions, options and the
// working directory last from command to command and from phase to phase.
// https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec-ref-versions
//
// A command may end the shell itself, by exit, or by set -e. Then the next one gets a new shell with the variables
// that were exported, in the last working directory.
type shell struct {
	program string // its path
	folder  string // of its files
	dir     string // where it begins
	env     []string
	out     *output
	// lasting is false in version 0.1: each command has an instance of its own, with which its background jobs end.
	lasting bool

	process *exec.Cmd // nil when none runs
	control *os.File
	status  chan int
	exited  chan struct{}
	streams []*os.File
	pumped  chan struct{}
	printed *os.File
	leash   *leash.Leash
}

// driver is what a shell runs: it takes paths of scripts from descriptor 3, runs each, and writes the exit code to 4.
// Commands get neither: who holds them would keep the build waiting.
const driver = `
codebuild_save() { export -p >|"$codebuild_state/env" && pwd >|"$codebuild_state/dir"; }
trap codebuild_save EXIT
while IFS= read -r codebuild_script <&3; do
  . "$codebuild_script" 3<&- 4>&-
  codebuild_status=$?
  codebuild_save
  echo "$codebuild_status" >&4
done
trap - EXIT
`

// restore begins an instance where the last one ended.
const restore = `
. "$codebuild_state/env"
IFS= read -r codebuild_dir <"$codebuild_state/dir" && cd "$codebuild_dir"
`

func (s *shell) start() error {
	script := "codebuild_state=" + quoted(s.folder) + "\n"
	// Nothing was kept when the first command killed its shell.
	if _, err := os.Stat(filepath.Join(s.folder, "dir")); err == nil && s.lasting {
		script += restore
	}
	path := filepath.Join(s.folder, "driver.sh")
	if err := os.WriteFile(path, []byte(script+driver), 0o600); err != nil {
		return err
	}
	var ends []*os.File
	for range 3 {
		r, w, err := os.Pipe()
		if err != nil {
			closeFiles(ends)
			return err
		}
		ends = append(ends, r, w)
	}
	cmd := exec.Command(s.program, path)
	cmd.Dir, cmd.Env = s.dir, s.env
	cmd.ExtraFiles = []*os.File{ends[0], ends[3]}
	// One pipe for both, so that what a command prints keeps its order.
	cmd.Stdout, cmd.Stderr = ends[5], ends[5]
	// A group of its own: to be ended with all that it has started.
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		closeFiles(ends)
		return fmt.Errorf("starting the build's shell: %w", err)
	}
	closeFiles([]*os.File{ends[0], ends[3], ends[5]})
	held, err := leash.Hold(cmd.Process.Pid)
	if err != nil {
		_ = cmd.Process.Kill() // it has not been waited for, and so is there
		_ = cmd.Wait()
		closeFiles([]*os.File{ends[1], ends[2], ends[4]})
		return fmt.Errorf("holding the build's shell: %w", err)
	}
	s.leash = held
	s.process, s.control, s.printed = cmd, ends[1], ends[4]
	s.streams = []*os.File{ends[1], ends[2], ends[4]}
	s.status, s.exited, s.pumped = make(chan int, 1), make(chan struct{}), make(chan struct{})
	go readStatus(ends[2], s.status)
	go func() { _ = cmd.Wait(); close(s.exited) }() // how it ended is in ProcessState
	go func() { s.pump(ends[4]); close(s.pumped) }()
	return nil
}

func closeFiles(files []*os.File) {
	for _, f := range files {
		_ = f.Close() // they were only read from, or are of a process that has ended
	}
}

// readStatus passes exit codes on, until the file is closed.
func readStatus(from *os.File, status chan<- int) {
	lines := bufio.NewScanner(from)
	for lines.Scan() {
		if code, err := strconv.Atoi(lines.Text()); err == nil {
			status <- code
		}
	}
}

// run runs a command and gives its exit code. Its output has then been taken; that of processes it has left running
// may still come. It gives the context's error when that ends first: the caller has to end the shell.
func (s *shell) run(ctx context.Context, command string) (code int, err error) {
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	if s.process == nil {
		if err := s.start(); err != nil {
			return 0, err
		}
	}
	// Its name shows in the shell's messages, and is CodeBuild's.
	script := filepath.Join(s.folder, "script.sh")
	if err := os.WriteFile(script, []byte(command+"\n"), 0o600); err != nil {
		return 0, err
	}
	if _, err := s.control.WriteString(script + "\n"); err != nil {
		<-s.exited // the shell was ended from outside
	}
	select {
	case <-ctx.Done():
		return 0, ctx.Err()
	case code = <-s.status:
		s.drain()
	case <-s.exited:
		code = exitCode(s.process)
		s.drain()
		s.release()
	}
	if !s.lasting {
		s.end()
	}
	return code, nil
}

// exitCode of a process that a signal has ended is that of a shell for it.
func exitCode(cmd *exec.Cmd) int {
	if status, ok := cmd.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return cmd.ProcessState.ExitCode()
}

// pump takes what is printed, until the file is closed or nobody can print any more.
func (s *shell) pump(from *os.File) {
	conn, err := from.SyscallConn()
	if err != nil {
		return
	}
	_ = conn.Read(func(fd uintptr) (done bool) { // an error is the file's end
		for {
			n, err := s.take(fd)
			switch {
			case err == syscall.EAGAIN:
				return false
			case err != nil && err != syscall.EINTR, n == 0 && err == nil:
				return true
			}
		}
	})
}

// take reads once. Reading and taking are one step, so that drain knows what is left.
func (s *shell) take(fd uintptr) (int, error) {
	buffer := make([]byte, 32<<10)
	s.out.mu.Lock()
	defer s.out.mu.Unlock()
	n, err := syscall.Read(int(fd), buffer)
	if n > 0 {
		s.out.take(buffer[:n])
	}
	return n, err
}

// pipeCapacity bounds a drain: what a pipe can hold was printed before, the rest comes from the background.
// https://man7.org/linux/man-pages/man7/pipe.7.html
const pipeCapacity = 64 << 10

// drain takes what has been printed so far.
func (s *shell) drain() {
	conn, err := s.printed.SyscallConn()
	if err != nil {
		return
	}
	_ = conn.Control(func(fd uintptr) {
		for taken := 0; taken < pipeCapacity; {
			n, err := s.take(fd)
			if err == syscall.EINTR {
				continue
			}
			if n <= 0 {
				return
			}
			taken += n
		}
	})
}

// release gives up the files of an instance that has ended.
func (s *shell) release() {
	s.leash.Release()
	closeFiles(s.streams)
	<-s.pumped
	s.process = nil
}

// end kills the instance, if one runs, and what it has started in its group.
func (s *shell) end() {
	if s.process == nil {
		return
	}
	_ = syscall.Kill(-s.process.Process.Pid, syscall.SIGKILL) // it fails when all have ended
	<-s.exited
	s.drain()
	s.release()
}

// quoted is the text as one word of a POSIX shell.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
