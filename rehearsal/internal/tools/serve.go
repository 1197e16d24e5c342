package tools

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/tools/shim"
)

// toolName is what can be a file's name and a shell's word.
var toolName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]*$`)

func validNames(tools map[string]Tool) error {
	var problems []error
	for name, tool := range tools {
		if !toolName.MatchString(name) {
			problems = append(problems, fmt.Errorf("tool %q: a command's name has letters, digits, dots, hyphens and underscores", name))
		}
		if tool == nil {
			problems = append(problems, fmt.Errorf("tool %q has no function", name))
		}
	}
	return errors.Join(problems...)
}

// install writes an executable per tool into bin, beside the links under which it starts this program.
//
// The script sets the variable for the one process that it becomes. In the build's own environment the variable would
// be lost to `env -i docker …`, and reach programs that are no tools.
func install(bin, base, socket string, tools map[string]Tool) error {
	self, err := os.Executable()
	if err != nil {
		return fmt.Errorf("finding this program, which stands in for the build's tools: %w", err)
	}
	links := filepath.Join(base, shim.Folder)
	for _, folder := range []string{bin, links} {
		if err := os.MkdirAll(folder, 0o700); err != nil {
			return err
		}
	}
	for name := range tools {
		link := filepath.Join(links, name)
		if err := os.Symlink(self, link); err != nil {
			return err
		}
		script := fmt.Sprintf("#!/bin/sh\n%s=%s exec %s \"$@\"\n", shim.Address, quoted(socket), quoted(link))
		if err := writeExecutable(filepath.Join(bin, name), script); err != nil {
			return err
		}
	}
	return nil
}

// writeExecutable holds back the starting of processes: one that is started while the file is open for writing keeps
// it so for a moment, in which the file cannot be executed. https://go.dev/issue/22315
func writeExecutable(path, text string) error {
	syscall.ForkLock.RLock()
	defer syscall.ForkLock.RUnlock()
	return os.WriteFile(path, []byte(text), 0o700)
}

// quoted is the text as one word of a POSIX shell.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }
