package sandbox

import (
	"encoding/json"
	"os"
	"time"
)

// A process that is to be part of a sandbox has one of these names as its first argument, and the variable set.
const (
	variable      = "REHEARSAL_TASK_SANDBOX"
	holderName    = "rehearsal-task-holder"
	containerName = "rehearsal-task-container"
	commandName   = "rehearsal-task-command"
)

// Descriptors that a started process finds open, by its name.
const (
	holderSocket = 3 // the holder's connection to its starter

	specPipe   = 3 // whence containers and commands read their Spec
	statusPipe = 4 // where they say why they cannot run; closed when they do
	targetFile = 5 // the container that a command joins, as a pidfd
)

// The arguments and results of the holder's methods, named as net/rpc needs them.
type (
	Started struct {
		ID int
		// Refused is a StartError's text.
		Refused string
	}
	SignalArgs  struct{ ID, Signal int }
	CommandArgs struct {
		ID      int
		Spec    Spec
		Timeout time.Duration
	}
	CommandResult struct {
		Result  Result
		Refused string
	}
	ProbeArgs struct {
		Port    int
		Path    string
		Timeout time.Duration
	}
)

func init() {
	if os.Getenv(variable) == "" || len(os.Args) == 0 {
		return
	}
	switch os.Args[0] {
	case holderName:
		leave(hold())
	case containerName:
		leave(become((*Spec).enter))
	case commandName:
		leave(become((*Spec).join))
	}
}

// leave ends a process of the sandbox whose part is over.
func leave(err error) {
	if err != nil {
		os.Stderr.WriteString(err.Error() + "\n")
		os.Exit(1)
	}
	os.Exit(0)
}

func readSpec() (*Spec, error) {
	from := os.NewFile(specPipe, "spec")
	defer from.Close()
	var s Spec
	return &s, json.NewDecoder(from).Decode(&s)
}
