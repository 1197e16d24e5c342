// Package gotool builds commands from their published Go modules, once, and keeps them: nothing but Go and a module proxy is
// needed, and the checksums are verified by the pinned go.sum.
package gotool

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
)

// Module pins the modules of some commands by a go.mod and a go.sum. They are text, and not a module of its own, so that they
// come along when somebody imports this library: a nested module would be left out of the library's zip.
type Module struct {
	// Name is what is built, in messages and in the names of the lock and of the folders beside the commands.
	Name string
	// Path is the module whose version is the one of it all.
	Path string
	// GoMod and GoSum are the texts.
	GoMod, GoSum []byte
	Commands     []Command
	// Settings are "variable=value" of the linker's -X, by which commands learn their versions, as their releases do; a
	// module's path in braces is its version. The linker ignores the variables that a command has not.
	Settings []string
	// Takes is how long a first build takes, for the user, as "about a minute".
	Takes string
	// Env is added to the go command's, as "CGO_ENABLED=0", Flags to those of go build, as "-trimpath".
	Env, Flags []string
}

// Command is a command of a module.
type Command struct {
	// Name of the built file, without ".exe".
	Name string
	// Package that is built.
	Package string
}

// settings are the linker's flags, with the versions.
func (m Module) settings() []string {
	var all []string
	for _, s := range m.Settings {
		all = append(all, "-X", inBraces.ReplaceAllStringFunc(s, func(module string) string { return m.Version(strings.Trim(module, "{}")) }))
	}
	return all
}

var inBraces = regexp.MustCompile(`\{[^}]+\}`)

// Read makes the module's texts those of a folder, go.mod.txt and go.sum.txt.
func (m Module) Read(files fs.FS, folder string) Module {
	for name, text := range map[string]*[]byte{"go.mod.txt": &m.GoMod, "go.sum.txt": &m.GoSum} {
		data, err := fs.ReadFile(files, path.Join(folder, name))
		if err != nil {
			panic(err) // the files are embedded
		}
		*text = data
	}
	return m
}

// Version of a module that the go.mod requires, without the leading v; "" for one that it does not.
func (m Module) Version(module string) string {
	for line := range strings.Lines(string(m.GoMod)) {
		if fields := strings.Fields(strings.TrimPrefix(line, "require ")); len(fields) > 1 && fields[0] == module {
			return strings.TrimPrefix(fields[1], "v")
		}
	}
	return ""
}

// Folder is the name of the folder for commands of these modules, named by the first one's version. A change of any pinned
// module is another folder.
func Folder(name string, modules ...Module) string {
	sum := sha256.New()
	for _, m := range modules {
		sum.Write(m.GoMod)
		sum.Write(m.GoSum)
	}
	return fmt.Sprintf("%s-%s-%x-%s-%s", name, modules[0].Version(modules[0].Path), sum.Sum(nil)[:4], runtime.GOOS, runtime.GOARCH)
}

// File is the path in a folder of a command's file.
func File(dir, name string) string {
	if runtime.GOOS == "windows" {
		name += ".exe"
	}
	return filepath.Join(dir, name)
}

// Get makes sure that the folder has the named commands, all if none is named, and builds those that it has not, together.
// Two processes that need them at the same time build them once.
func (m Module) Get(ctx context.Context, dir string, progress io.Writer, names ...string) error {
	if len(m.missing(dir, names)) == 0 {
		return nil
	}
	if _, err := exec.LookPath("go"); err != nil {
		return errors.New("it is built with Go, and no go command is on PATH; install Go from https://go.dev/dl")
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return err
	}
	lock, err := m.lock(ctx, dir, progress)
	if err != nil {
		return err
	}
	defer lock.Unlock()
	missing := m.missing(dir, names)
	if len(missing) == 0 {
		return nil // built by the process that held the lock
	}
	return m.build(ctx, dir, missing, progress)
}

// missing are the named commands that the folder has not.
func (m Module) missing(dir string, names []string) []Command {
	var all []Command
	for _, c := range m.Commands {
		if _, err := os.Stat(File(dir, c.Name)); err != nil && (len(names) == 0 || slices.Contains(names, c.Name)) {
			all = append(all, c)
		}
	}
	return all
}

var majorVersion = regexp.MustCompile(`^v\d+$`)

// output is what the go command calls the built file.
func (c Command) output() string {
	name := path.Base(c.Package)
	if majorVersion.MatchString(name) {
		name = path.Base(path.Dir(c.Package))
	}
	return name
}
