package drydock

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
	"github.com/pulumi/pulumi/sdk/v3/go/common/workspace"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/drydock/internal/host"
	"github.com/container-pipeline/container-pipeline/drydock/internal/process"
)

// UsageError says that what was asked for is not there, such as a stack of that name: nothing was started.
type UsageError struct{ Problem string }

func (e *UsageError) Error() string { return e.Problem }

func usage(format string, args ...any) error {
	return &UsageError{Problem: fmt.Sprintf(format, args...)}
}

// Source is where a stack's program comes from: Program or Dir.
type Source interface {
	open(s *Stack) (*project, error)
}

// project is a program that has been found.
type project struct {
	*workspace.Project
	file    string // its Pulumi.yaml
	builtAs string // where its executable goes, "" for a function of this process
	// upToDate tells that the executable is there, and is used as it is.
	upToDate bool
	run      pulumi.RunFunc
}

func (p *project) name() string { return p.Name.String() }
func (p *project) dir() string  { return filepath.Dir(p.file) }

// Program is a program of this process, what pulumi.Run would get.
func Program(run pulumi.RunFunc) Source { return function{run} }

type function struct{ run pulumi.RunFunc }

// open gives the function a folder with a Pulumi.yaml, which the engine cannot do without.
func (f function) open(s *Stack) (*project, error) {
	name := s.settings.project
	if err := tokens.ValidateProjectName(name); err != nil {
		return nil, usage("project %q: %v", name, err)
	}
	file := s.dock.state.path("projects", name, "Pulumi.yaml")
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		return nil, err
	}
	err := keepOnce(file, func() (string, error) { return "name: " + name + "\nruntime: go\n", nil }, nil)
	if err != nil {
		return nil, err
	}
	loaded, err := workspace.LoadProject(file)
	if err != nil {
		return nil, err
	}
	return &project{Project: loaded, file: file, run: f.run}, nil
}

// Dir is the Pulumi Go program in the folder or in one above it, built with the go command each time it is needed; a
// program that has not changed is not built again. Its stacks are those that have a configuration file.
func Dir(path string) Source { return folder(path) }

type folder string

// ProjectDir is the folder of the Pulumi.yaml in the folder or in one above it.
func ProjectDir(dir string) (string, error) {
	file, err := projectFile(dir)
	return filepath.Dir(file), err
}

func projectFile(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return "", usage("there is no folder %s", dir)
	}
	file, err := workspace.DetectProjectPathFrom(dir)
	if errors.Is(err, workspace.ErrProjectNotFound) {
		return "", usage("there is no Pulumi.yaml in %s or above it; name the program's folder", dir)
	}
	return file, err
}

func (f folder) open(s *Stack) (*project, error) {
	p, err := f.project()
	if err != nil {
		return nil, err
	}
	p.builtAs = s.dock.state.path("programs", p.name(), "program")
	return p, p.knows(s)
}

// project is the program, whatever its stacks are.
func (f folder) project() (*project, error) {
	file, err := projectFile(string(f))
	if err != nil {
		return nil, err
	}
	loaded, err := workspace.LoadProject(file)
	if err != nil {
		return nil, usage("%v", err)
	}
	if runtime := loaded.Runtime.Name(); runtime != "go" {
		return nil, usage("%s: runtime is %q; the drydock runs Go programs", file, runtime)
	}
	return &project{Project: loaded, file: file}, nil
}

// knows refuses a stack that has neither a configuration file nor a state, unless no stack of the project has a file.
func (p *project) knows(s *Stack) error {
	if _, err := tokens.ParseStackName(s.name); err != nil {
		return usage("stack %q: %v", s.name, err)
	}
	stacks, err := p.stacks()
	if err != nil || len(stacks) == 0 || slices.Contains(stacks, s.name) {
		return err
	}
	if c, err := s.dock.state.checkpointOf(p.name(), s.name); err != nil || c != nil {
		return err
	}
	return usage("there is no stack %q: %s does not exist; the stacks are %s",
		s.name, p.stackFile(s.name), strings.Join(stacks, ", "))
}

func (p *project) stackFile(stack string) string {
	return workspace.ProjectStackPath(p.file, p.Project, tokens.QName(stack))
}

// stacks are the names of those that have a configuration file, sorted.
func (p *project) stacks() ([]string, error) {
	const stand = "NAME" // for any name
	pattern := p.stackFile(stand)
	before, after, _ := strings.Cut(filepath.Base(pattern), stand)
	files, err := os.ReadDir(filepath.Dir(pattern))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		return nil, err
	}
	var names []string
	for _, f := range files {
		rest, ok := strings.CutPrefix(f.Name(), before)
		if name, ends := strings.CutSuffix(rest, after); ok && ends && name != "" {
			names = append(names, name)
		}
	}
	return names, nil
}

// program makes the project runnable: it builds what has to be built.
func (p *project) program(ctx context.Context, env []string) (host.Program, error) {
	if p.builtAs == "" {
		return host.Function(p.run), nil
	}
	if !p.upToDate {
		if err := p.build(ctx); err != nil {
			return nil, err
		}
	}
	return &host.Executable{Path: p.builtAs, Dir: p.dir(), Env: env}, nil
}

// BuildError is a program that does not compile.
type BuildError struct {
	Dir    string
	Output string // of the go command
}

func (e *BuildError) Error() string {
	return fmt.Sprintf("the program in %s does not build:\n%s", e.Dir, e.Output)
}

func (p *project) build(ctx context.Context) error {
	dir := filepath.Join(p.dir(), p.Main)
	gocmd, err := exec.LookPath("go")
	if err != nil {
		return fmt.Errorf("building %s: no go command is on PATH; install Go from https://go.dev/dl", dir)
	}
	cmd := exec.CommandContext(ctx, gocmd, "build", "-o", p.builtAs, ".")
	cmd.Dir = dir
	process.Together(cmd, 10*time.Second) // the compilers that it runs, too
	out, err := cmd.CombinedOutput()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if err != nil {
		return &BuildError{Dir: dir, Output: string(bytes.TrimSpace(out))}
	}
	return nil
}
