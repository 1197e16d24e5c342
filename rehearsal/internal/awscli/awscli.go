// Package awscli answers the command `aws` of a build's shell as the AWS CLI, version 2, does: its options, its output
// forms, its exit codes and its words, over what exists in the simulated clouds. Every operation asks for the IAM actions
// that AWS would ask for. A command that it does not simulate is an error that says so, never a success.
//
// Known differences: no progress is printed, `--query` of an object prints its keys in alphabetical order, and a list is
// answered in one page. `s3` does not follow links to directories.
package awscli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/tools"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

// Services is what the commands act on.
type Services struct {
	// World is what exists. Commands read it; `ssm put-parameter` also writes to it. Nothing else may change it while a
	// command runs.
	World *world.World
	// Region and Account, 12 digits, are where the build runs.
	Region, Account string
	// Role is the ARN of the build's role, Session the name of its session.
	Role, Session string
	// Ask tells whether a call is allowed. The text of its error is the reason as AWS words it, as "no identity-based
	// policy allows the ecr:PutImage action". Nil: all is allowed.
	Ask func(context.Context, access.Call) error
	// Registry holds the images, Objects what is in the buckets. Nil: none, and none can be put.
	Registry Images
	Objects  Objects
	// Password is what `ecr get-login-password` prints.
	Password string
	// Sessions has the credentials that `sts assume-role` and `eks get-token` give out. Nil: they are this Tool's alone.
	Sessions *Sessions
	// Cluster is where the EKS cluster with the ARN answers. Nil: nowhere, as its address in the clouds is simulated.
	Cluster func(ctx context.Context, arn string) (Endpoint, error)
	// Start is what starts a pipeline for `codepipeline start-pipeline-execution`, and returns the execution's ID.
	// Nil: the command is not simulated.
	Start func(ctx context.Context, pipeline string) (id string, err error)
}

// Tool is the command over the services.
func Tool(s Services) tools.Tool {
	clouds := &clouds{world: s.World}
	if s.Sessions == nil {
		s.Sessions = NewSessions()
	}
	return func(ctx context.Context, c tools.Command) int {
		run := &call{Services: s, ctx: ctx, Command: c, clouds: clouds}
		run.World = clouds.copy()
		return report(ctx, c.Stderr, run.run())
	}
}

// call is one run of the command.
type call struct {
	Services
	tools.Command
	ctx     context.Context
	clouds  *clouds
	caller  caller
	global  globals
	region  string
	service string
	op      *operation
	given   arguments
}

// clouds guards the world: the commands of a shell's pipe run at the same time.
type clouds struct {
	mu    sync.Mutex
	world *world.World
}

// copy is the world as it is, for one command to read.
func (c *clouds) copy() *world.World {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.world.Clone()
}

func (c *clouds) change(with func(*world.World)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	with(c.world)
}

func (c *call) run() error {
	parsed, err := parse(c.Args)
	if err != nil {
		return err
	}
	if parsed.version {
		_, err = fmt.Fprintln(c.Stdout, version)
		return err
	}
	if parsed.help {
		_, err = io.WriteString(c.Stdout, help(parsed.service))
		return err
	}
	c.global, c.service, c.op = parsed.globals, parsed.service, parsed.op
	if err := c.configure(); err != nil {
		return err
	}
	if c.given, err = c.values(parsed.values); err != nil {
		return err
	}
	out, err := c.newPrinter()
	if err != nil {
		return err
	}
	answer, err := c.op.run(c)
	if err != nil || answer == nil {
		return err
	}
	return out.print(c.Stdout, answer)
}

// configure settles who calls, and in which region, by the order of precedence of the CLI: option, environment, default.
// https://docs.aws.amazon.com/cli/latest/userguide/cli-chap-configure.html#configure-precedence
func (c *call) configure() (err error) {
	profile := first(c.global.profile, c.env("AWS_PROFILE"), c.env("AWS_DEFAULT_PROFILE"))
	if profile != "" && profile != "default" {
		return failure{exitGeneral, fmt.Sprintf("The config profile (%s) could not be found\n"+
			"A build has no profiles: leave out --profile and AWS_PROFILE, or take a role with `aws sts assume-role`.", profile)}
	}
	c.region = first(c.global.region, c.env("AWS_REGION"), c.env("AWS_DEFAULT_REGION"), c.Region)
	if c.region == "" {
		return failure{exitConfiguration, `You must specify a region. You can also configure your region by running "aws configure".`}
	}
	c.caller, err = c.callerOf()
	return err
}

// report writes the error as the CLI does, after an empty line, and returns the exit code.
func report(ctx context.Context, stderr io.Writer, err error) int {
	if ctx.Err() != nil {
		return exitInterrupted
	}
	if err == nil {
		return 0
	}
	var f failure
	if !errors.As(err, &f) {
		f = failure{exitGeneral, err.Error()}
	}
	if f.text != "" {
		_, _ = fmt.Fprintf(stderr, "\n%s\n", f.text)
	}
	return f.code
}
