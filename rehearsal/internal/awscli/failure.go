package awscli

import (
	"fmt"
	"strings"
)

// https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-returncodes.html
const (
	exitTransfer      = 1 // of `s3` alone: a transfer failed, or nothing is found
	exitInterrupted   = 130
	exitUsage         = 252
	exitConfiguration = 253
	exitService       = 254
	exitGeneral       = 255
)

// failure ends a command with an exit code. Without a text, the command has said already what went wrong.
type failure struct {
	code int
	text string
}

func (f failure) Error() string { return f.text }

// refusal is what a service answers instead of a result.
type refusal struct{ code, operation, message string }

func (r refusal) Error() string {
	return fmt.Sprintf("An error occurred (%s) when calling the %s operation: %s", r.code, r.operation, r.message)
}

// As makes a refusal the failure that it ends a command with, unless the command catches it before.
func (r refusal) As(target any) bool {
	f, ok := target.(*failure)
	if ok {
		*f = failure{exitService, r.Error()}
	}
	return ok
}

// refuse is the error of the operation that the command is named for.
func (c *call) refuse(code, format string, args ...any) error {
	return refusal{code, c.op.api, fmt.Sprintf(format, args...)}
}

const usageText = `usage: aws [options] <command> <subcommand> [<subcommand> ...] [parameters]
To see help text, you can run:

  aws help
  aws <command> help
  aws <command> <subcommand> help
`

// misused is the error for a command line that cannot be parsed.
func misused(format string, args ...any) error {
	return failure{exitUsage, usageText + "\naws: error: " + fmt.Sprintf(format, args...)}
}

// invalid is the error for parameters that the CLI refuses before it calls AWS.
func invalid(problems ...string) error {
	return failure{exitUsage, "Parameter validation failed:\n" + strings.Join(problems, "\n")}
}

// notSimulated is the error for what the CLI can do and a rehearsal cannot.
func notSimulated(command, instead string) error {
	return failure{exitUsage, fmt.Sprintf("The rehearsal does not simulate `%s`. %s", command, instead)}
}
