package main

import (
	"errors"

	"github.com/spf13/cobra"
)

func (a *app) outputs() *cobra.Command {
	var secrets bool
	cmd := &cobra.Command{
		Use:   "outputs",
		Short: "Show what the stack exports",
		Args:  noArguments,
		RunE: func(*cobra.Command, []string) (err error) {
			dock, stack, err := a.open()
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, dock.Close()) }()
			outputs, err := stack.Outputs(secrets)
			if err != nil {
				return err
			}
			if a.json {
				return writeJSON(a.stdout, values(outputs))
			}
			p := newPrinter(a.stdout)
			if len(outputs) == 0 {
				p.line("%s has no outputs; `drydock up` makes them.", a.stack)
			}
			p.outputs(outputs)
			return p.err
		},
	}
	cmd.Flags().BoolVar(&secrets, "show-secrets", false, "show secret outputs in plain")
	return cmd
}

func (a *app) export() *cobra.Command {
	var secrets bool
	cmd := &cobra.Command{
		Use:   "export",
		Short: "Write the stack's state as `pulumi stack export` does",
		Args:  noArguments,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			dock, stack, err := a.open()
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, dock.Close()) }()
			deployment, err := stack.Export(cmd.Context(), secrets)
			if err != nil {
				return err
			}
			_, err = a.stdout.Write(deployment)
			return err
		},
	}
	cmd.Flags().BoolVar(&secrets, "show-secrets", false, "decrypt the state's secrets")
	return cmd
}
