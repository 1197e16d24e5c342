// Package codebuild does what AWS CodeBuild does in one build: it runs the phases of a buildspec in a shell of this
// machine, with CodeBuild's variables, failure rules and artifacts.
//
// What is CodeBuild's own is documented in its User Guide, which the comments cite. Its messages are those of its logs.
package codebuild

import (
	"context"
	"io"
	"time"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/tools"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// Input is one build.
type Input struct {
	Project *Project
	// ID is the part of the build's ID after the project's name, a UUID. Required.
	ID string
	// Number counts the project's builds from 1. Default: 1.
	Number int
	// Sources are the input artifacts, one of them Primary. They are copied: a build changes none.
	Sources []Source
	// Overrides are the variables of the call that starts the build: with CodePipeline, the action's
	// EnvironmentVariables.
	Overrides []Variable
	// Initiator is who starts the build, as "codepipeline/bash-dog".
	Initiator string
	// Region and Account are those of AWS, as "us-east-2" and twelve digits.
	Region, Account string
	// Tools are the commands that this process answers, as docker and aws. Others are those of the machine.
	Tools map[string]tools.Tool
	// Programs are real ones that the build finds by a name, by their paths: what the machine may lack, as kubectl.
	Programs map[string]string
	// Resolve gives the value behind a reference of a ParameterStore or SecretsManager variable. Its errors are shown
	// in the services' words. Default: nothing can be resolved.
	Resolve func(ctx context.Context, kind Kind, reference string) (string, error)
	// Scratch is an existing folder for the build's files. It is the caller's to remove, after the artifacts are used.
	Scratch string
	// Log gets the build's log as it grows, with secrets masked. Default: none.
	Log io.Writer
}

// Source is an input artifact.
type Source struct {
	// Name is the artifact's, for a secondary source the end of its variable CODEBUILD_SRC_DIR_<Name>.
	Name string
	// Dir has its files.
	Dir string
	// Version is its revision: a commit, or the version of an object in S3.
	Version string
	Primary bool
}

// Output is how a build went.
type Output struct {
	// Phases are those that were reached, in order.
	Phases    []Phase
	Succeeded bool
	// Exported are the variables that later actions of a pipeline can use.
	Exported map[string]string
	// Artifacts are folders by the artifact's identifier; the primary's is "".
	Artifacts map[string]string
	// Problem is why the build failed: the first of Problems.
	Problem *verdict.Problem
	// Problems are all that was found, more than one only in a buildspec that cannot be read.
	Problems []verdict.Problem
	// Notes are what the build could not do as CodeBuild does, and what CodeBuild would pass over in silence.
	Notes []string
}

// Status is how a phase ended.
// https://docs.aws.amazon.com/codebuild/latest/APIReference/API_BuildPhase.html
type Status string

const (
	Succeeded Status = "SUCCEEDED"
	Failed    Status = "FAILED"
	TimedOut  Status = "TIMED_OUT"
	Stopped   Status = "STOPPED"
)

// Phase is one phase of a build.
type Phase struct {
	// Name is CodeBuild's, as "PRE_BUILD".
	Name    string
	Status  Status
	Started time.Time
	Took    time.Duration
	// Context is why it failed: a status code and a message, as "COMMAND_EXECUTION_ERROR: Error while executing command:
	// false. Reason: exit status 1".
	Context string
	// Log is the end of its output, 200 lines at most.
	Log []string
	// Command is the one that failed, and Line where the buildspec has it, from 1.
	Command string
	Line    int
}

// The phases that a build shows once it runs. SUBMITTED, QUEUED and PROVISIONING come before, COMPLETED after: nothing
// of the release happens in them.
// https://docs.aws.amazon.com/codebuild/latest/userguide/view-build-details-phases.html
const (
	DownloadSource  = "DOWNLOAD_SOURCE"
	Install         = "INSTALL"
	PreBuild        = "PRE_BUILD"
	Build           = "BUILD"
	PostBuild       = "POST_BUILD"
	UploadArtifacts = "UPLOAD_ARTIFACTS"
	Finalizing      = "FINALIZING"
)
