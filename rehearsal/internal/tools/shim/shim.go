// Package shim makes any program that imports it able to stand in for a build's commands, as docker and aws: started
// under the name of one, with the address of a server in its environment, it asks that server and exits.
//
// A build's shell needs something to execute, and no other executable is at hand: curl and nc may be missing, and a
// script cannot hand over its file descriptors. So it executes this very program again, which exists wherever the
// build runs: an installed one, one of `go run`, a test of any package that imports this one.
//
// The package imports little, so that its init comes early: Go initialises packages by their paths once their imports
// are. https://go.dev/ref/spec#Program_initialization
package shim

import (
	"os"
	"path/filepath"
)

// Address is the environment variable with the path of the server's socket. Only the wrapper script of a tool sets it,
// for itself alone: no other process of the build sees it.
const Address = "CONTAINER_PIPELINE_TOOL_SERVER"

// Unreachable is the exit code of a tool whose server is gone, the one of a shell for what cannot be executed.
// https://pubs.opengroup.org/onlinepubs/9699919799/utilities/V3_chap02.html#tag_18_08_02
const Unreachable = 126

// Request is what the client tells of itself. Its file descriptors 0, 1 and 2 come before it.
type Request struct {
	Args []string // with the tool's name
	Dir  string
	Env  []string
}

// Folder is where beside its socket a server keeps the links by which tools are started.
const Folder = "as"

func init() {
	socket := os.Getenv(Address)
	if socket == "" || len(os.Args) == 0 {
		return
	}
	// The name must be one that is served: a program of this module that a tool starts is not one.
	if _, err := os.Lstat(filepath.Join(filepath.Dir(socket), Folder, filepath.Base(os.Args[0]))); err != nil {
		return
	}
	os.Exit(call(socket))
}
