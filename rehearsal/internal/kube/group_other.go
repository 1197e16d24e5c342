//go:build !unix

package kube

import "errors"

// command is one of the control plane's.
type command struct {
	name, path string
	args       []string
}

// group needs a system with process groups.
type group struct{}

var errUnix = errors.New("a rehearsed cluster needs process groups: run on Linux, macOS or in WSL")

func (*group) start(string, command) error { return errUnix }
func (*group) port() (int, error)          { return 0, errUnix }

func (*group) dead() error  { return nil }
func (*group) close() error { return nil }
