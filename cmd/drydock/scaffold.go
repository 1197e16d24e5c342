package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/container-pipeline/container-pipeline/rehearsal"
)

func (a *app) scaffold() *cobra.Command {
	var folder, pipeline string
	var force bool
	cmd := &cobra.Command{
		Use:   "scaffold",
		Short: "Write buildspec.yml, taskdef.json and appspec.yaml for a repository that owns them",
		Long: "Write the three files of a release into a repository that wants to own them. The stack has ownFiles set to\n" +
			"true and is up. What differs between environments stands in the files as a placeholder that the build fills,\n" +
			"so that the same files release to every environment.",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.scaffolded(cmd.Context(), folder, pipeline, force)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&folder, "app", ".", "the repository's root, where the Dockerfile is")
	flags.StringVar(&pipeline, "pipeline", "", "the pipeline (default: the stack's only one)")
	flags.BoolVar(&force, "force", false, "overwrite files that are there")
	return cmd
}

func (a *app) scaffolded(ctx context.Context, folder, pipeline string, force bool) (err error) {
	dock, stack, err := a.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dock.Close()) }()
	files, err := rehearsal.Scaffold(ctx, dock, stack, pipeline)
	if err != nil {
		return err
	}
	names := slices.Sorted(maps.Keys(files))
	if err := mayWrite(folder, files, names, force); err != nil {
		return err
	}
	for _, name := range names {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(files[name]), 0o644); err != nil {
			return err
		}
	}
	p := newPrinter(a.stdout)
	p.line("Wrote %s to %s.", strings.Join(names, ", "), folder)
	p.line("")
	p.line("  drydock rehearse --stack %s --app %s  releases them in the drydock", a.stack, folder)
	return p.err
}

// mayWrite refuses to overwrite what somebody has changed, unless forced, and names every such file.
func mayWrite(folder string, files map[string]string, names []string, force bool) error {
	if info, err := os.Stat(folder); err != nil {
		return err
	} else if !info.IsDir() {
		return fmt.Errorf("--app %s is a file: give the repository's root", folder)
	}
	var there []string
	for _, name := range names {
		text, err := os.ReadFile(filepath.Join(folder, name))
		if err == nil && string(text) != files[name] {
			there = append(there, name)
		}
	}
	if len(there) == 0 || force {
		return nil
	}
	return fmt.Errorf("%s in %s would be overwritten: remove them, or say --force", strings.Join(there, ", "), folder)
}
