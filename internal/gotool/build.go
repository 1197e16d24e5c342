package gotool

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/container-pipeline/container-pipeline/internal/flock"
)

func (m Module) lock(ctx context.Context, dir string, progress io.Writer) (*flock.Lock, error) {
	file := filepath.Join(dir, m.Name+".lock")
	for said := false; ; said = true {
		lock, err := flock.Try(file)
		if !errors.Is(err, flock.ErrHeld) {
			return lock, err
		}
		if !said {
			fmt.Fprintf(progress, "Another process (pid %d) is building %s; waiting for it.\n", flock.Holder(file), m.Name)
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// build makes the commands in another folder and moves each into place in one step: killed at any point, it leaves nothing
// that looks finished.
func (m Module) build(ctx context.Context, dir string, commands []Command, progress io.Writer) error {
	src := filepath.Join(dir, m.Name+".module")
	if err := os.MkdirAll(src, 0o755); err != nil {
		return err
	}
	for file, text := range map[string][]byte{"go.mod": m.GoMod, "go.sum": m.GoSum} {
		if err := os.WriteFile(filepath.Join(src, file), text, 0o644); err != nil {
			return err
		}
	}
	what := m.Name + " " + m.Version(m.Path)
	fmt.Fprintf(progress, "Building %s from its published sources, once (%s).\n", what, m.Takes)
	meter := newMeter(progress)
	defer meter.stop()
	half := filepath.Join(dir, m.Name+".half")
	if err := m.compile(ctx, src, half, commands, meter); err != nil {
		return errors.Join(err, os.RemoveAll(half))
	}
	for _, c := range commands {
		if err := os.Rename(File(half, c.output()), File(dir, c.Name)); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(half); err != nil {
		return err
	}
	meter.done(what + " is ready: " + dir)
	return nil
}

// compile downloads and builds what the commands need.
func (m Module) compile(ctx context.Context, src, half string, commands []Command, meter *meter) error {
	// As the releases, without the symbol tables, which double the size and which nobody debugs here.
	flags := append([]string{"-s", "-w"}, m.settings()...)
	var packages []string
	for _, c := range commands {
		packages = append(packages, c.Package)
	}
	what := m.Name + " " + m.Version(m.Path)
	meter.phase("downloading modules", 0)
	list, err := m.golang(ctx, src, meter, append([]string{"list", "-deps"}, packages...)...)
	if err != nil {
		return fmt.Errorf("downloading the modules of %s: %w\nthe first build needs the network or a GOPROXY that has them", what, err)
	}
	if err := os.MkdirAll(half, 0o755); err != nil {
		return err
	}
	meter.phase("compiling packages", bytes.Count(list, []byte("\n")))
	args := append([]string{"build", "-v", "-o", half + string(filepath.Separator), "-ldflags", strings.Join(flags, " ")}, m.Flags...)
	if _, err := m.golang(ctx, src, meter, append(args, packages...)...); err != nil {
		return fmt.Errorf("building %s: %w", what, err)
	}
	return nil
}

// golang runs the go command in the module; each line that it writes to stderr is a step of the meter.
func (m Module) golang(ctx context.Context, dir string, meter *meter, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	// The user's workspace and -mod are about the user's module.
	cmd.Env = append(append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=readonly"), m.Env...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) }
	cmd.WaitDelay = 10 * time.Second
	var out bytes.Buffer
	cmd.Stdout = &out
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	var said []string
	for lines := bufio.NewScanner(stderr); lines.Scan(); {
		if !meter.step(lines.Text()) {
			said = append(said, lines.Text())
		}
	}
	if err := cmd.Wait(); err != nil {
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		return nil, fmt.Errorf("go %s: %w\n%s", args[0], err, strings.Join(said[max(0, len(said)-15):], "\n"))
	}
	return out.Bytes(), nil
}
