// Package tools lets a build's shell call commands, as docker and aws, that this process answers.
package tools

import (
	"context"
	"io"
)

// Tool answers one run of a command and returns its exit code. It ends soon after the context does.
type Tool func(ctx context.Context, c Command) int

// Command is one run of a command, as its process saw it.
type Command struct {
	// Args are those after the command's name.
	Args []string
	// Dir is the working directory, Env the environment as "NAME=value".
	Dir string
	Env []string

	Stdin          io.Reader
	Stdout, Stderr io.Writer
}
