//go:build !unix

package tools

import (
	"context"
	"errors"
)

// Serve needs a system that hands file descriptors from one process to another.
func Serve(context.Context, string, map[string]Tool) (bin string, stop func() error, err error) {
	return "", nil, errors.New("builds need a POSIX shell and Unix sockets: run on Linux, macOS or in WSL")
}
