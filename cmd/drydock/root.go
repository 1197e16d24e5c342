package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/container-pipeline/container-pipeline/drydock"
)

// Exit codes.
const (
	done   = 0
	failed = 1
	wrong  = 2 // the command line asks for what there is not
)

// app is one call of the command: its flags and where it writes.
type app struct {
	stdout, stderr io.Writer

	dir     string
	state   string
	stack   string
	json    bool
	fast    bool
	started bool // the command line was understood
}

// exitCode is the error of a command that ran, and ended with a code of its own.
type exitCode int

func (e exitCode) Error() string { return fmt.Sprintf("exit code %d", int(e)) }

func run(ctx context.Context, args []string, stdout, stderr io.Writer) int {
	a := &app{stdout: stdout, stderr: stderr}
	root := a.root()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	err := root.ExecuteContext(ctx)
	return a.report(err)
}

// report tells the user of the error, unless somebody else has, and turns it into an exit code.
func (a *app) report(err error) int {
	var code exitCode
	var usage *drydock.UsageError
	var failure *drydock.Failure
	switch {
	case err == nil:
		return done
	case errors.As(err, &code):
		return int(code)
	case errors.As(err, &failure) && len(failure.Messages) > 0:
		fmt.Fprintf(a.stderr, "drydock: %s of %s failed, for the reasons above\n", failure.Operation, failure.Stack)
		return failed
	}
	fmt.Fprintf(a.stderr, "drydock: %v\n", err)
	switch {
	case errors.As(err, &usage):
		return wrong
	case !a.started:
		fmt.Fprintln(a.stderr, "`drydock --help` tells what there is")
		return wrong
	}
	return failed
}

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "drydock",
		Short: "Run a Pulumi Go program with the real engine against simulated clouds",
		Long: "Run a Pulumi Go program with the real Pulumi engine against simulated clouds.\n" +
			"No account, no credentials and no network are needed, and none are used.",
		SilenceErrors:    true,
		SilenceUsage:     true,
		Args:             cobra.NoArgs,
		RunE:             func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		PersistentPreRun: func(*cobra.Command, []string) { a.started = true },
	}
	flags := root.PersistentFlags()
	flags.StringVar(&a.dir, "dir", ".", "the program's folder, or one below it")
	flags.StringVar(&a.state, "state", "", "the folder that the drydock is kept in (default: .drydock in the program's folder)")
	flags.StringVarP(&a.stack, "stack", "s", "dev", "the stack")
	flags.BoolVar(&a.json, "json", false, "write the result as JSON to stdout, and progress to stderr")
	flags.BoolVar(&a.fast, "skip-checkpoints", false,
		"write the stack's state only at the end: faster for hundreds of resources, not safe against a kill")
	root.CompletionOptions.HiddenDefaultCmd = true
	root.AddCommand(a.up(), a.preview(), a.refresh(), a.destroy(), a.outputs(), a.export(), a.graph(), a.env(), a.rehearse(), a.scaffold(), a.diff(), a.permissions())
	return root
}

func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return fmt.Errorf("%s takes no argument, and got %q", cmd.Name(), args[0])
	}
	return nil
}

// open returns the drydock and the stack that the flags name; the caller closes the drydock.
func (a *app) open() (*drydock.Dock, *drydock.Stack, error) {
	state := a.state
	if state == "" {
		dir, err := drydock.ProjectDir(a.dir)
		if err != nil {
			return nil, nil, err
		}
		state = filepath.Join(dir, ".drydock")
	}
	options := []drydock.Option{drydock.Progress(a.stderr)}
	if a.fast {
		options = append(options, drydock.SkipCheckpoints())
	}
	dock, err := drydock.Open(state, options...)
	if err != nil {
		return nil, nil, err
	}
	return dock, dock.Stack(a.stack, drydock.Dir(a.dir)), nil
}
