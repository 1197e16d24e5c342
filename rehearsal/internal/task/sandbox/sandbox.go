// Package sandbox runs processes as the containers of one task, with nothing but Linux namespaces: no container engine, no
// daemon and no privileges beyond user namespaces.
//
// New starts this executable anew as the holder: process 1 of a PID namespace that owns a user and a network namespace.
// The holder starts the containers, so that they share its network, and each in mount, PID, IPC and UTS namespaces of its
// own. When the holder ends, the kernel ends every container and frees every mount; the holder ends when its starter does,
// however that ends.
//
// A program that imports the package becomes a holder or a container only when it is started under a private name and with
// a private environment variable; init then takes over before main.
//
// Not imitated: seccomp filters, cgroups (memory and CPU limits), and any network beyond the task: there is no route out
// and no name server, so connections fail at once with "network is unreachable".
package sandbox

import "time"

// Address is the task's: what listens on it, or on all addresses, can be reached from outside the task; what listens on
// 127.0.0.1 cannot.
const Address = "10.0.0.2"

// Spec is a container.
type Spec struct {
	// Root is the directory with the container's files. They are changed in place.
	Root     string
	Hostname string
	// Args is the program, looked up in Env's PATH, and its arguments.
	Args []string
	Env  []string
	// Dir is the working directory, absolute in Root.
	Dir      string
	UID, GID int
	Groups   []int
	// ReadOnly is whether Root cannot be written to. Mounts can.
	ReadOnly bool
	Mounts   []Mount
	// StopSignal is the name or number of the signal that asks it to end; SIGTERM if empty or unknown.
	StopSignal string
	// KeepIDs leaves users and groups as they are, where a namespace has but one; UID, GID and Groups are ignored.
	KeepIDs bool
}

// Mount is a directory of the machine that a container has at Target, where Root need not have one.
type Mount struct {
	Source, Target string
	ReadOnly       bool
}

// StartError says why a container's command cannot be run, in the container runtime's words.
type StartError struct{ Text string }

func (e *StartError) Error() string { return e.Text }

// Result is what came of a command in a running container.
type Result struct {
	// Code is the exit code; 128+n after signal n.
	Code int
	// Output is the end of what it wrote.
	Output string
	// TimedOut is whether it was killed for taking too long.
	TimedOut bool
}

// Answer is an HTTP response. Body has 64 KiB at most.
type Answer struct {
	Status int
	Body   string
}

const (
	// patience bounds how long a holder may take to end.
	patience = 5 * time.Second
	// maxBody is where an Answer's body is cut, maxOutput where a Result's output is.
	maxBody   = 64 << 10
	maxOutput = 8 << 10
)
