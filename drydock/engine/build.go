package engine

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"embed"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/container-pipeline/container-pipeline/drydock/internal/flock"
)

// The modules that pin what is built. They are text, and not modules of their own, so that they come along when
// somebody imports this library: a nested module would be left out of the library's zip.
//
//go:embed modules
var modules embed.FS

// tool is a command that is built from a published module.
type tool struct {
	name    string // of the command, and of the folder under modules
	module  string // that has the command
	pkg     string // of the command
	setting string // the variable that tells the command its version, as the releases set it; "" for none
	takes   string // how long a first build takes, for the user
}

var (
	pulumi = tool{
		name:    "pulumi",
		module:  "github.com/pulumi/pulumi/pkg/v3",
		pkg:     "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
		setting: "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version",
		takes:   "about six minutes on two cores",
	}
	// The last release of sdk/v3 that contains the language host; it drives the current engine.
	languageHost = tool{
		name:   "pulumi-language-go",
		module: "github.com/pulumi/pulumi/sdk/v3",
		pkg:    "github.com/pulumi/pulumi/sdk/v3/go/pulumi-language-go",
		takes:  "about a minute",
	}
)

func (t tool) text(file string) []byte {
	data, err := modules.ReadFile("modules/" + t.name + "/" + file + ".txt")
	if err != nil {
		panic(err) // the files are part of this package
	}
	return data
}

// version is the one that the tool's module requires, without the leading v.
func (t tool) version() string {
	for line := range strings.Lines(string(t.text("go.mod"))) {
		if fields := strings.Fields(line); len(fields) > 1 && fields[0] == t.module {
			return strings.TrimPrefix(fields[1], "v")
		}
	}
	return ""
}

// dir is the folder in the cache for both tools: the engine takes a language host beside it for its own. A change of
// any pinned module is another folder.
func (t tool) dir() (string, error) {
	cache, err := CacheDir()
	if err != nil {
		return "", err
	}
	sum := sha256.New()
	for _, tool := range []tool{pulumi, languageHost} {
		sum.Write(tool.text("go.mod"))
		sum.Write(tool.text("go.sum"))
	}
	name := fmt.Sprintf("pulumi-%s-%x-%s-%s", pulumi.version(), sum.Sum(nil)[:4], runtime.GOOS, runtime.GOARCH)
	return filepath.Join(cache, "engine", name), nil
}

// get returns the path of the built command, building it when it is missing.
func (t tool) get(ctx context.Context, progress io.Writer) (string, error) {
	dir, err := t.dir()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, t.name)
	if runtime.GOOS == "windows" {
		path += ".exe"
	}
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	if _, err := exec.LookPath("go"); err != nil {
		return "", errors.New("it is built with Go, and no go command is on PATH; install Go from https://go.dev/dl")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	lock, err := t.lock(ctx, dir, progress)
	if err != nil {
		return "", err
	}
	defer lock.Unlock()
	if _, err := os.Stat(path); err == nil {
		return path, nil // built by the process that held the lock
	}
	return path, t.build(ctx, dir, path, progress)
}

func (t tool) lock(ctx context.Context, dir string, progress io.Writer) (*flock.Lock, error) {
	file := filepath.Join(dir, t.name+".lock")
	for said := false; ; said = true {
		lock, err := flock.Try(file)
		if !errors.Is(err, flock.ErrHeld) {
			return lock, err
		}
		if !said {
			fmt.Fprintf(progress, "Another process (pid %d) is building %s; waiting for it.\n", flock.Holder(file), t.name)
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(500 * time.Millisecond):
		}
	}
}

// build makes the command under another name and moves it into place in one step: killed at any point, it leaves
// nothing that looks finished.
func (t tool) build(ctx context.Context, dir, path string, progress io.Writer) error {
	src := filepath.Join(dir, t.name+".module")
	if err := os.MkdirAll(src, 0o755); err != nil {
		return err
	}
	for _, file := range []string{"go.mod", "go.sum"} {
		if err := os.WriteFile(filepath.Join(src, file), t.text(file), 0o644); err != nil {
			return err
		}
	}
	fmt.Fprintf(progress, "Building %s %s from its published sources, once (%s).\n", t.name, t.version(), t.takes)
	m := newMeter(progress)
	defer m.stop()

	m.phase("downloading modules", 0)
	list, err := t.golang(ctx, src, m, "list", "-deps", t.pkg)
	if err != nil {
		return fmt.Errorf("downloading the modules of %s %s: %w\n"+
			"the first build needs the network or a GOPROXY that has them", t.name, t.version(), err)
	}
	m.phase("compiling packages", bytes.Count(list, []byte("\n")))
	// As the releases, without the symbol tables, which double the size and which nobody debugs here.
	flags := "-s -w"
	if t.setting != "" {
		flags += " -X " + t.setting + "=v" + t.version()
	}
	half := path + ".half"
	if _, err := t.golang(ctx, src, m, "build", "-v", "-o", half, "-ldflags", flags, t.pkg); err != nil {
		return fmt.Errorf("building %s %s: %w", t.name, t.version(), err)
	}
	if err := os.Rename(half, path); err != nil {
		return err
	}
	m.done(t.name + " " + t.version() + " is ready: " + path)
	return nil
}

// golang runs the go command in the tool's module; each line that it writes to stderr is a step of the meter.
func (t tool) golang(ctx context.Context, dir string, m *meter, args ...string) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "go", args...)
	cmd.Dir = dir
	// The user's workspace and -mod are about the user's module.
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=-mod=readonly")
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
		if !m.step(lines.Text()) {
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
