// Package shim makes any program that imports it able to stand in for a build's commands, as docker and aws: started
// under the name of one, with the address of a server in its environment, it asks that server and exits.
//
// A build's shell needs something to execute, and no other executable is at hand: curl and nc may be missing, and a
// script cannot hand over its file descriptors. So it executes this very program again, which exists wherever the
// build runs: an installed one, one of `go run`, a test of any package that imports this one.
//
// The package imports nothing but what package os itself imports, so that its init comes first of this module's and
// before most of what is on github.com: Go initialises packages by their paths once their imports are. So much as
// package strings would put it behind all of github.com and golang.org; package net, behind nearly everything.
// https://go.dev/ref/spec#Program_initialization
package shim

import "os"

// Address is the environment variable with the path of the server's socket. Only the wrapper script of a tool sets it,
// for itself alone: no other process of the build sees it.
const Address = "CONTAINER_PIPELINE_TOOL_SERVER"

// Unreachable is the exit code of a tool whose server is gone, the one of a shell for what cannot be executed.
// https://pubs.opengroup.org/onlinepubs/9699919799/utilities/V3_chap02.html#tag_18_08_02
const Unreachable = 126

// Folder is where beside its socket a server keeps the links by which tools are started.
const Folder = "as"

func init() {
	socket := os.Getenv(Address)
	if socket == "" || len(os.Args) == 0 {
		return
	}
	// The name must be one that is served: a program of this module that a tool starts is not one.
	folder, _ := split(socket)
	_, name := split(os.Args[0])
	if _, err := os.Lstat(folder + Folder + "/" + name); err != nil {
		return
	}
	os.Exit(call(socket))
}

// split gives a path's folder, with the slash after it, and its last part.
func split(path string) (folder, name string) {
	at := len(path)
	for at > 0 && path[at-1] != '/' {
		at--
	}
	return path[:at], path[at:]
}
