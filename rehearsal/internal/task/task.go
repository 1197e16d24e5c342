// Package task runs the containers of an ECS task for real, as Fargate does, on Linux and without a container engine: they
// share one network, where they find each other at localhost, and each has its own files and processes.
//
// Like on Fargate, a task ends when an essential container does, containers wait for those that they depend on, and only
// root listens on ports below 1024 (https://github.com/aws/containers-roadmap/issues/1721).
//
// Unlike on Fargate, a task reaches nothing but itself: there is no route to databases, AWS or the internet, and names other
// than localhost are not found. Memory and CPU are not limited, system calls are not filtered, and nothing of ECS's metadata
// and credentials endpoints is there. Health checks run every second until the first that passes, so that what depends on
// them need not wait for an interval; failures count once an interval, as on Fargate.
package task

import (
	"errors"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/task/sandbox"
)

// Task is what to run.
type Task struct {
	Containers []Container
	// Scratch is an existing directory, where the containers' files are until Stop. They stay if this process is killed.
	Scratch string
}

// Container is a container definition.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#container_definitions
type Container struct {
	Name  string
	Image v1.Image
	// EntryPoint and Command replace the image's; nil is the image's, except that an EntryPoint drops the image's command.
	EntryPoint []string
	Command    []string
	// Env is "NAME=value" with secrets resolved, beside the image's environment, which it overrides.
	Env []string
	// WorkingDir and User replace the image's, if not empty. User is "uid", "uid:gid", "name" or "name:group", with names from
	// the image's /etc/passwd and /etc/group.
	WorkingDir string
	User       string
	// Essential is whether the task ends with the container.
	Essential bool
	DependsOn []Dependency
	// HealthCheck is nil for none: ECS ignores the image's.
	HealthCheck *HealthCheck
	// Ports are those it says it listens on. They serve to explain failures.
	Ports []int
	// StartTimeout is how long it may take to reach the condition that others wait for; 0 is 3 minutes.
	StartTimeout time.Duration
	// StopTimeout is how long it may take to end after SIGTERM, or the image's STOPSIGNAL; 0 is 30 s. Stop waits 3 s at most.
	StopTimeout            time.Duration
	ReadonlyRootFilesystem bool
	MountPoints            []MountPoint
	// Memory in MiB is not enforced.
	Memory int
}

// MountPoint is a directory that a container shares with those that name the same volume. It begins empty, and only root can
// write to it; or, where the image has a VOLUME of the path, it is what the image has there.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/bind-mounts.html
type MountPoint struct {
	SourceVolume  string
	ContainerPath string
	ReadOnly      bool
}

// Condition is what a container waits for.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html
type Condition string

const (
	ConditionStart    Condition = "START"    // it runs
	ConditionComplete Condition = "COMPLETE" // it has run, with any exit code
	ConditionSuccess  Condition = "SUCCESS"  // it has run, with exit code 0
	ConditionHealthy  Condition = "HEALTHY"  // its health check has passed
)

// Dependency is a condition on another container.
type Dependency struct {
	Container string
	Condition Condition
}

// HealthCheck is a command that a container runs to see whether it is healthy.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
type HealthCheck struct {
	// Command begins with CMD, followed by the program and its arguments, or CMD-SHELL, followed by a line for /bin/sh; NONE
	// is no check.
	Command []string
	// Interval is 30 s, Timeout 5 s and Retries 3 if 0. Failures do not count during StartPeriod.
	Interval    time.Duration
	Timeout     time.Duration
	Retries     int
	StartPeriod time.Duration
}

// ErrArchitecture is Start's error for an image that is made for another processor than this machine's.
var ErrArchitecture = errors.New("the image is made for another architecture than this machine's")

// Available tells why this machine cannot run tasks, in one sentence; nil if it can. The first call tries.
func Available() error { return sandbox.Available() }

// Status is how far a container is, in ECS's words.
type Status string

const (
	StatusPending Status = "PENDING"
	StatusRunning Status = "RUNNING"
	StatusStopped Status = "STOPPED"
)

// Health is what a container's health check says, in ECS's words.
type Health string

const (
	HealthUnknown   Health = "UNKNOWN" // no check, or none that has counted yet
	HealthHealthy   Health = "HEALTHY"
	HealthUnhealthy Health = "UNHEALTHY"
)

// State is a container's.
type State struct {
	Name   string
	Status Status
	// ExitCode is 128+n after signal n; -1 for a container that has not ended or never ran.
	ExitCode int
	// Reason is why a container never ran, else empty.
	Reason string
	Health Health
	// Log is the end of what it wrote, 200 lines at most.
	Log []string
}
