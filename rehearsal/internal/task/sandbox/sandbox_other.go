//go:build !linux

package sandbox

import (
	"context"
	"errors"
	"io"
	"time"
)

var errNeedsLinux = errors.New("running containers needs Linux")

// Available says that this machine cannot run containers.
func Available() error { return errNeedsLinux }

// Sandbox and Container exist on Linux alone: here New fails.
type (
	Sandbox   struct{}
	Container struct{}
)

// New fails.
func New() (*Sandbox, error) { return nil, errNeedsLinux }

// Close fails, as all below do.
func (*Sandbox) Close() error { return errNeedsLinux }

// OneUser is false.
func (*Sandbox) OneUser() bool { return false }

func (*Sandbox) Start(Spec) (*Container, error) { return nil, errNeedsLinux }

func (*Sandbox) Probe(context.Context, int, string, time.Duration) (Answer, error) {
	return Answer{}, errNeedsLinux
}

func (*Container) Wait() (int, error) { return 0, errNeedsLinux }

func (*Container) CopyOutput(io.Writer) error { return errNeedsLinux }

func (*Container) Terminate() error { return errNeedsLinux }

func (*Container) Kill() error { return errNeedsLinux }

func (*Container) Run(Spec, time.Duration) (Result, error) { return Result{}, errNeedsLinux }
