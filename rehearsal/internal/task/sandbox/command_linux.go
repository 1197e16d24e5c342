package sandbox

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"time"

	"golang.org/x/sys/unix"
)

// Command runs a command in a running container, as a health check is.
func (h *holder) Command(args CommandArgs, reply *CommandResult) error {
	c, err := h.container(args.ID)
	if err != nil {
		return err
	}
	target, err := unix.PidfdOpen(c.cmd.Process.Pid, 0)
	if err != nil {
		return fmt.Errorf("find the container: %w", err)
	}
	pidfd := os.NewFile(uintptr(target), "pidfd")
	defer pidfd.Close()
	output := &tail{}
	cmd := part(commandName)
	cmd.Stdout, cmd.Stderr, cmd.ExtraFiles = output, output, []*os.File{pidfd}
	cmd.WaitDelay = time.Second // for the output of processes that it leaves behind
	if reply.Refused, err = launchIn(pidfd, cmd, args.Spec); err != nil || reply.Refused != "" {
		return err
	}
	timer := time.AfterFunc(args.Timeout, func() { _ = cmd.Process.Kill() })
	err = cmd.Wait()
	reply.Result = Result{Code: exitCode(cmd.ProcessState), Output: output.String(), TimedOut: !timer.Stop()}
	if exit := (*exec.ExitError)(nil); err != nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay) {
		return err
	}
	return nil
}

// launchIn launches the command as a process of the target's PID namespace, which the thread that starts it has to have
// entered: for no one but its children, and for good, so that the thread is given up.
func launchIn(target *os.File, cmd *exec.Cmd, spec Spec) (refused string, err error) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		runtime.LockOSThread()
		if err = unix.Setns(int(target.Fd()), unix.CLONE_NEWPID); err != nil {
			err = fmt.Errorf("enter the container's PID namespace: %w", err)
			return
		}
		refused, err = launch(cmd, spec)
	}()
	<-done
	return refused, err
}

// tail keeps the end of what is written to it.
type tail struct{ data []byte }

func (t *tail) Write(p []byte) (int, error) {
	t.data = append(t.data, p...)
	if over := len(t.data) - maxOutput; over > 0 {
		t.data = append([]byte(nil), t.data[over:]...)
	}
	return len(p), nil
}

func (t *tail) String() string { return string(t.data) }

// Probe asks the task as a load balancer does: at its address, by HTTP/1.1, following no redirect.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
func (*holder) Probe(args ProbeArgs, answer *Answer) error {
	ctx, cancel := context.WithTimeout(context.Background(), args.Timeout)
	defer cancel()
	url := "http://" + net.JoinHostPort(Address, strconv.Itoa(args.Port)) + args.Path
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	request.Header.Set("User-Agent", "ELB-HealthChecker/2.0")
	response, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	*answer = Answer{Status: response.StatusCode, Body: string(body)}
	return err
}
