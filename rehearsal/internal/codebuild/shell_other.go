//go:build !unix

package codebuild

import (
	"context"
	"errors"
)

// shell needs a system with process groups and pipes as descriptors.
type shell struct {
	program, folder, dir string
	env                  []string
	out                  *output
	lasting              bool
}

func (*shell) run(context.Context, string) (int, error) {
	return 0, errors.New("builds need a POSIX shell: run on Linux, macOS or in WSL")
}

func (*shell) end() {}

func endStrays(string) {}

func quoted(text string) string { return text }
