package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/container-pipeline/container-pipeline/drydock"
)

func (a *app) env() *cobra.Command {
	return &cobra.Command{
		Use:   "env [-- command [arguments]]",
		Short: "Serve the drydock to a plain pulumi",
		Long: "Print the environment in which a plain pulumi uses this drydock, and serve until ^C.\n" +
			"With a command after --, run it in that environment instead, and end with its exit code.",
		Example: "  drydock env                          # then, in another shell: . .drydock/env.sh\n" +
			"  drydock env -- pulumi preview -s dev",
		Args: func(cmd *cobra.Command, args []string) error {
			if cmd.ArgsLenAtDash() < 0 && len(args) > 0 {
				return fmt.Errorf("unknown argument %q: a command goes after --", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return a.serve(cmd.Context(), args) },
	}
}

func (a *app) serve(ctx context.Context, command []string) (err error) {
	dock, _, err := a.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dock.Close()) }()
	env, tidy, err := dock.Env(ctx, a.dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, tidy()) }()
	if len(command) > 0 {
		return a.within(ctx, env, command)
	}
	set, unset := dock.Variables(env)
	if a.json {
		if err := writeJSON(a.stdout, map[string]any{"set": pairs(set), "unset": append([]string{}, unset...)}); err != nil {
			return err
		}
		<-ctx.Done()
		return nil
	}
	// The exports are in a file too, for as long as they are good.
	file := filepath.Join(dock.Dir(), "env.sh")
	if err := os.WriteFile(file, []byte(shell(set, unset)), 0o600); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(file)) }()
	if err := a.announce(file, shell(set, unset)); err != nil {
		return err
	}
	<-ctx.Done()
	return nil
}

func (a *app) announce(file, exports string) error {
	if _, err := fmt.Fprint(a.stdout, exports); err != nil {
		return err
	}
	fmt.Fprintf(a.stderr, "\nServing the simulated clouds until ^C. In another shell:\n\n"+
		"  . %s\n  pulumi preview -s %s\n", file, a.stack)
	return nil
}

// within runs the command in the environment and in the folder, and passes its exit code on.
func (a *app) within(ctx context.Context, env, command []string) error {
	path, err := lookPath(env, command[0])
	if err != nil {
		return &drydock.UsageError{Problem: err.Error()}
	}
	cmd := exec.CommandContext(ctx, path, command[1:]...)
	cmd.Dir, cmd.Env = a.dir, env
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, a.stdout, a.stderr
	cmd.Cancel = func() error {
		if term.IsTerminal(int(os.Stdin.Fd())) {
			return nil // its ^C reaches the command by itself
		}
		return cmd.Process.Signal(os.Interrupt)
	}
	cmd.WaitDelay = time.Minute
	err = cmd.Run()
	var exit *exec.ExitError
	if errors.As(err, &exit) && exit.ExitCode() > 0 {
		return exitCode(exit.ExitCode())
	}
	return err
}

// lookPath finds the command as a shell would in that environment, not in this process's own.
func lookPath(env []string, name string) (string, error) {
	if strings.ContainsRune(name, filepath.Separator) {
		return exec.LookPath(name)
	}
	for _, dir := range filepath.SplitList(pairs(env)["PATH"]) {
		if path, err := exec.LookPath(filepath.Join(dir, name)); err == nil {
			return path, nil
		}
	}
	return "", fmt.Errorf("there is no command %s on PATH", name)
}

func pairs(env []string) map[string]string {
	m := map[string]string{}
	for _, v := range env {
		name, value, _ := strings.Cut(v, "=")
		m[name] = value
	}
	return m
}

// shell writes the environment as commands of a POSIX shell.
func shell(set, unset []string) string {
	var b strings.Builder
	for _, name := range unset {
		fmt.Fprintf(&b, "unset %s\n", name)
	}
	for _, v := range set {
		name, value, _ := strings.Cut(v, "=")
		fmt.Fprintf(&b, "export %s='%s'\n", name, strings.ReplaceAll(value, "'", `'\''`))
	}
	return b.String()
}
