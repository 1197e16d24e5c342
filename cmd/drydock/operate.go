package main

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"github.com/container-pipeline/container-pipeline/drydock"
)

func (a *app) up() *cobra.Command {
	var secrets bool
	cmd := &cobra.Command{
		Use:   "up",
		Short: "Bring the stack up: make in the simulated clouds what the program says",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.operate(cmd.Context(), drydock.Up, secrets, nil)
		},
	}
	cmd.Flags().BoolVar(&secrets, "show-secrets", false, "show secret outputs in plain")
	return cmd
}

func (a *app) preview() *cobra.Command {
	var diff, unchanged bool
	cmd := &cobra.Command{
		Use:   "preview",
		Short: "Tell what an up would change",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			var args []string
			if diff {
				args = append(args, "--diff")
			}
			if unchanged {
				args = append(args, "--expect-no-changes")
			}
			return a.operate(cmd.Context(), drydock.Preview, false, args)
		},
	}
	cmd.Flags().BoolVar(&diff, "diff", false, "show each property that differs")
	cmd.Flags().BoolVar(&unchanged, "expect-no-changes", false, "fail when an up would change something")
	return cmd
}

func (a *app) refresh() *cobra.Command {
	return &cobra.Command{
		Use:   "refresh",
		Short: "Read the simulated clouds into the stack's state",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.operate(cmd.Context(), drydock.Refresh, false, nil)
		},
	}
}

func (a *app) destroy() *cobra.Command {
	return &cobra.Command{
		Use:   "destroy",
		Short: "Delete everything that the stack has made",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.operate(cmd.Context(), drydock.Destroy, false, nil)
		},
	}
}

// operate carries the operation out, streams the engine's progress, and ends with what came of it.
func (a *app) operate(ctx context.Context, op drydock.Operation, secrets bool, args []string) (err error) {
	dock, stack, err := a.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dock.Close()) }()
	progress := a.stdout
	if a.json {
		progress = a.stderr
	}
	result, failed := stack.Run(ctx, op, drydock.Stream(progress, a.stderr), drydock.Args(args...))
	if result == nil {
		return failed
	}
	if a.json {
		return errors.Join(failed, a.writeResult(stack, result, secrets, failed))
	}
	if failed != nil {
		return failed
	}
	return a.summarize(stack, result, secrets)
}

func (a *app) writeResult(stack *drydock.Stack, r *drydock.Result, secrets bool, failed error) error {
	outputs, err := stack.Outputs(secrets)
	if err != nil {
		return err
	}
	return writeJSON(a.stdout, resultOf(r, outputs, failed))
}

func (a *app) summarize(stack *drydock.Stack, r *drydock.Result, secrets bool) error {
	p := newPrinter(a.stdout)
	switch r.Operation {
	case drydock.Up:
		outputs, err := stack.Outputs(secrets)
		if err != nil {
			return err
		}
		resources, err := stack.Resources()
		if err != nil {
			return err
		}
		p.outputs(outputs)
		p.line("")
		p.made(r, resources)
		if !r.Unchanged() {
			p.line("")
			p.next(a.stack)
		}
	case drydock.Destroy:
		p.line("Nothing of %s is left in the simulated clouds.", a.stack)
	}
	return p.err
}
