package host

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/constant"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/container-pipeline/container-pipeline/drydock/internal/process"
)

// ErrReported says that the program failed and told the engine why.
var ErrReported = errors.New("the program failed and has said why")

// Executable is a program that was built: what `go build` made of a main that calls pulumi.Run.
type Executable struct {
	Path string
	// Dir is the program's own folder, by which the place of a crash is told.
	Dir string
	// Env is the environment that the engine's variables are added to.
	Env []string
}

// Run implements Program. What the program writes becomes messages of the engine, as with Pulumi's own language host.
func (e *Executable) Run(ctx context.Context, req *pulumirpc.RunRequest) error {
	variables, err := Environment(req)
	if err != nil {
		return err
	}
	messages, err := dialEngine(ctx, engineAddress(req))
	if err != nil {
		return err
	}
	defer messages.close()
	cmd := exec.CommandContext(ctx, e.Path)
	cmd.Dir = req.GetPwd()
	cmd.Env = append(append([]string{}, e.Env...), variables...)
	cmd.WaitDelay = 5 * time.Second
	process.Apart(cmd) // the engine decides when it ends
	return messages.relay(cmd, e.Dir)
}

// Environment returns the variables by which a Pulumi Go program learns of its engine.
// Source: getEnvInfo of github.com/pulumi/pulumi/sdk/v3/go/pulumi/run.go.
func Environment(req *pulumirpc.RunRequest) ([]string, error) {
	config, err := json.Marshal(req.GetConfig())
	if err != nil {
		return nil, err
	}
	secret, err := json.Marshal(append([]string{}, req.GetConfigSecretKeys()...))
	if err != nil {
		return nil, err
	}
	return []string{
		pulumi.EnvOrganization + "=" + req.GetOrganization(),
		pulumi.EnvProject + "=" + req.GetProject(),
		pulumi.EnvPulumiRootDirectory + "=" + req.GetInfo().GetRootDirectory(),
		pulumi.EnvStack + "=" + req.GetStack(),
		pulumi.EnvConfig + "=" + string(config),
		pulumi.EnvConfigSecretKeys + "=" + string(secret),
		pulumi.EnvDryRun + "=" + fmt.Sprint(req.GetDryRun()),
		pulumi.EnvParallel + "=" + fmt.Sprint(req.GetParallel()),
		pulumi.EnvMonitor + "=" + req.GetMonitorAddress(),
		pulumi.EnvEngine + "=" + engineAddress(req),
	}, nil
}

// messenger hands a program's output to the engine.
type messenger struct {
	ctx    context.Context
	conn   *grpc.ClientConn
	engine pulumirpc.EngineClient
}

func dialEngine(ctx context.Context, address string) (*messenger, error) {
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return nil, fmt.Errorf("reaching the engine at %s: %w", address, err)
	}
	return &messenger{ctx: ctx, conn: conn, engine: pulumirpc.NewEngineClient(conn)}, nil
}

func (m *messenger) close() { _ = m.conn.Close() }

func (m *messenger) say(text string) {
	// An engine that has gone has nobody to tell; that the program failed is returned in any case.
	_, _ = m.engine.Log(m.ctx, &pulumirpc.LogRequest{Severity: pulumirpc.LogSeverity_INFO, Message: text})
}

func (m *messenger) relay(cmd *exec.Cmd, dir string) error {
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	free, err := process.Bound(cmd)
	if err != nil {
		return fmt.Errorf("starting the program: %w", err)
	}
	defer free()
	var read sync.WaitGroup
	read.Go(func() { m.copy(stdout, func(line string) bool { return true }) })
	crash := &crash{dir: dir}
	read.Go(func() { m.copy(stderr, crash.keep) })
	read.Wait()
	return ended(cmd.Wait(), crash)
}

func (m *messenger) copy(r io.Reader, keep func(string) bool) {
	lines := bufio.NewReader(r)
	for {
		line, err := lines.ReadString('\n')
		if line = strings.TrimRight(line, "\r\n"); line != "" && keep(line) {
			m.say(line)
		}
		if err != nil {
			return
		}
	}
}

func ended(err error, c *crash) error {
	var exit *exec.ExitError
	switch {
	case err == nil:
		return nil
	case !errors.As(err, &exit):
		return fmt.Errorf("running the program: %w", err)
	case exit.ExitCode() == constant.ExitStatusLoggedError:
		return ErrReported
	case c.message != "":
		return fmt.Errorf("the program crashed: %s%s", c.message, c.place)
	case exit.ExitCode() < 0:
		return fmt.Errorf("the program was ended by a signal (%s)", exit.ProcessState)
	default:
		return fmt.Errorf("the program ended with exit code %d without saying why", exit.ExitCode())
	}
}

// crash takes a Go crash out of a program's stderr: its message and its place stay, its stack trace goes.
type crash struct {
	dir     string
	message string
	place   string
	trace   bool
}

func (c *crash) keep(line string) bool {
	switch {
	case c.message == "" && (strings.HasPrefix(line, "panic: ") || strings.HasPrefix(line, "fatal error: ")):
		c.message = line
		return false
	case c.message != "" && strings.HasPrefix(line, "goroutine "):
		c.trace = true
	case c.trace && c.place == "" && strings.HasPrefix(line, "\t"+c.dir+string(os.PathSeparator)):
		place, _, _ := strings.Cut(strings.TrimSpace(line), " ")
		c.place = " (at " + strings.TrimPrefix(place, c.dir+string(os.PathSeparator)) + ")"
	case c.message != "" && !c.trace:
		c.message += "\n" + line
		return false
	}
	return !c.trace
}
