package drydock

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/container-pipeline/container-pipeline/drydock/internal/host"
	"github.com/container-pipeline/container-pipeline/drydock/internal/process"
)

// Operation is one of Pulumi's.
type Operation string

// The operations.
const (
	Preview Operation = "preview"
	Up      Operation = "up"
	Refresh Operation = "refresh"
	Destroy Operation = "destroy"
)

// Stack is a stack of a program in a drydock. Two Stacks of one name, project and drydock are the same stack: that is
// how a test changes program or configuration between two ups.
type Stack struct {
	dock     *Dock
	name     string
	source   Source
	settings stackSettings
}

type stackSettings struct {
	project string
	config  map[string]any
	secrets map[string]string
}

// StackOption adjusts a Stack.
type StackOption func(*stackSettings)

// Config sets configuration values, over those of the stack's file where the program has one. A key without a
// namespace is the project's own; a key may be a path ("containers.api.port"). Values are what JSON can say.
func Config(values map[string]any) StackOption {
	return func(s *stackSettings) { maps.Copy(s.config, values) }
}

// Secret sets one secret configuration value; it is encrypted wherever it is kept.
func Secret(key, value string) StackOption {
	return func(s *stackSettings) { s.secrets[key] = value }
}

// Project names the project of a Program. Default: "drydock". A Dir has its Pulumi.yaml's.
func Project(name string) StackOption {
	return func(s *stackSettings) { s.project = name }
}

// Stack returns the stack of the source's program. Nothing is made before the first operation.
func (d *Dock) Stack(name string, source Source, options ...StackOption) *Stack {
	s := &Stack{dock: d, name: name, source: source, settings: stackSettings{
		project: "drydock", config: map[string]any{}, secrets: map[string]string{},
	}}
	for _, o := range options {
		o(&s.settings)
	}
	return s
}

// Name is the stack's.
func (s *Stack) Name() string { return s.name }

// RunOption adjusts one operation.
type RunOption func(*runSettings)

type runSettings struct {
	stdout, stderr io.Writer
	args           []string
}

// Stream is where the engine's own progress goes. Default: nowhere.
func Stream(stdout, stderr io.Writer) RunOption {
	return func(r *runSettings) { r.stdout, r.stderr = stdout, stderr }
}

// Args are further arguments for the pulumi command, such as "--diff" or "--target".
func Args(args ...string) RunOption {
	return func(r *runSettings) { r.args = append(r.args, args...) }
}

// Run carries out the operation with the real engine. The errors: *UsageError for what is not there, *BuildError for a
// program that does not compile, *Failure for what the engine could not carry out; with the last one there is a result
// too. When the context is done, the engine is interrupted, ends what it has begun, and the next operation goes on
// from there.
func (s *Stack) Run(ctx context.Context, op Operation, options ...RunOption) (*Result, error) {
	set := runSettings{stdout: io.Discard, stderr: io.Discard}
	for _, o := range options {
		o(&set)
	}
	p, err := s.source.open(s)
	if err != nil {
		return nil, err
	}
	if err := s.dock.Serve(ctx); err != nil {
		return nil, err
	}
	s.dock.run.Lock()
	defer s.dock.run.Unlock()
	config, err := s.prepare(ctx, p)
	if err != nil {
		return nil, err
	}
	return s.operate(ctx, p, op, config, set)
}

// prepare brings configuration and state to where an engine can start.
func (s *Stack) prepare(ctx context.Context, p *project) (config string, err error) {
	if config, err = s.configure(p); err != nil {
		return "", err
	}
	if err := s.dock.state.ensureStack(p.name(), s.name); err != nil {
		return "", fmt.Errorf("making the stack %s: %w", s.name, err)
	}
	return config, s.heal(ctx, p, config)
}

func (s *Stack) operate(ctx context.Context, p *project, op Operation, config string, set runSettings) (*Result, error) {
	var program host.Program = unneeded{op}
	if op == Preview || op == Up {
		var err error
		if program, err = p.program(ctx, s.dock.environment()); err != nil {
			return nil, err
		}
	}
	address, stop, err := host.Serve(program)
	if err != nil {
		return nil, err
	}
	defer stop()
	events := s.dock.state.path("events.jsonl")
	if err := os.Remove(events); err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	args := append([]string{
		"--stack", s.name, "--config-file", config, "--client", address, "--event-log", events,
		"--suppress-outputs", "--suppress-permalink=true",
	}, set.args...)
	var failed error
	if op == Destroy {
		failed = s.foresee(ctx, p, args, events, set)
	}
	if failed == nil {
		failed = s.pulumi(ctx, p, append(command(op), args...), set)
	}
	result, err := readEvents(op, s.name, events)
	if err != nil {
		return nil, err
	}
	result.readable(s.dock.cloud.Text)
	if ctx.Err() != nil {
		return result, fmt.Errorf("%s of %s was interrupted: %w", op, s.name, context.Cause(ctx))
	}
	if failed != nil {
		return result, &Failure{Operation: op, Stack: s.name, Messages: result.errors(), Output: failed.Error()}
	}
	return result, nil
}

// command begins the engine's command line of the operation.
func command(op Operation) []string {
	if op == Preview {
		return []string{string(op)}
	}
	return []string{string(op), "--yes", "--skip-preview"}
}

// pulumi runs the command in the project's folder; its error is what it said on stderr.
func (s *Stack) pulumi(ctx context.Context, p *project, args []string, set runSettings) error {
	e, err := s.dock.pulumi(ctx)
	if err != nil {
		return err
	}
	var said bytes.Buffer
	cmd := exec.CommandContext(ctx, e.Path, args...)
	cmd.Dir = p.dir()
	// The event log is one of the commands "for debugging pulumi itself".
	cmd.Env = append(s.dock.environment(), "PULUMI_DEBUG_COMMANDS=true")
	cmd.Stdout, cmd.Stderr = set.stdout, io.MultiWriter(set.stderr, &said)
	interactive := isTerminal(set.stdout)
	if interactive {
		cmd.Stdin = os.Stdin
	}
	process.Graceful(cmd, !interactive, 2*time.Minute)
	s.dock.lock.Share(cmd)
	// An engine that outlives its providers would note the creation that is under way as failed, although it may have
	// happened; one that dies with them leaves it open, and the next operation asks the clouds.
	free, err := process.Bound(cmd)
	if err != nil {
		return fmt.Errorf("starting the engine: %w", err)
	}
	defer free()
	if err := cmd.Wait(); err != nil {
		if text := strings.TrimSpace(said.String()); text != "" {
			return fmt.Errorf("%w: %s", err, text)
		}
		return err
	}
	return nil
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
