package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/drydock/diff"
)

// dangerous is the exit code of a diff that somebody should agree to.
const dangerous = 3

// comparing are the flags of one diff.
type comparing struct {
	options  diff.Options
	all      bool
	markdown bool
	output   string
}

func (a *app) diff() *cobra.Command {
	c := &comparing{}
	cmd := &cobra.Command{
		Use:   "diff --base REF",
		Short: "Tell what merging a change would do to each stack, and what is dangerous in it",
		Long: "Tell what merging a change would do to each stack, and what is dangerous in it: bring each stack up as the base\n" +
			"has it, and preview the head on that. The base's state is kept, so that the next diff need not bring it up.\n\n" +
			"Exit code: 0 no danger, 3 danger, 1 failed, 2 wrong usage.",
		Example: "  drydock diff --base origin/main --merge-base      # what this branch changes, with what is not committed\n" +
			"  drydock diff --base v1.2.0 --head v1.3.0 -s production\n" +
			"  drydock diff --base origin/main --markdown --output comment.md",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.compare(cmd.Context(), c) },
	}
	flags := cmd.Flags()
	flags.StringVar(&c.options.Base, "base", "", "the commit that is deployed: a branch, tag or hash")
	flags.StringVar(&c.options.Head, "head", "", "the commit that is to be merged (default: the working tree, with what is not committed)")
	flags.BoolVar(&c.options.MergeBase, "merge-base", false, "instead of the base, take the commit that it has in common with the head")
	flags.StringArrayVarP(&c.options.Stacks, "stack", "s", nil, "a stack; may be given several times (default: all)")
	flags.BoolVar(&c.all, "all", false, "all stacks that have a configuration file, which is the default")
	flags.BoolVar(&c.markdown, "markdown", false, "write the report as Markdown for a comment on a pull request")
	flags.StringVar(&c.output, "output", "", "write the report to this file instead of stdout")
	return cmd
}

func (c *comparing) check(json bool) error {
	switch {
	case c.options.Base == "":
		return &drydock.UsageError{Problem: "no base is named: --base REF is the commit that is deployed, such as origin/main"}
	case c.all && len(c.options.Stacks) > 0:
		return &drydock.UsageError{Problem: "--all and --stack exclude each other"}
	case json && c.markdown:
		return &drydock.UsageError{Problem: "--json and --markdown exclude each other"}
	}
	return nil
}

func (a *app) compare(ctx context.Context, c *comparing) error {
	if err := c.check(a.json); err != nil {
		return err
	}
	c.options.Dir, c.options.Progress = a.dir, a.stderr
	if a.state != "" {
		c.options.State = filepath.Join(a.state, "diff")
	}
	report, err := diff.Run(ctx, c.options)
	if err != nil {
		return err
	}
	if err := a.writeReport(c, report); err != nil {
		return err
	}
	switch {
	case report.Failed():
		fmt.Fprintln(a.stderr, "drydock: not every stack could be judged; the report has the reasons")
		return exitCode(failed)
	case report.Danger():
		return exitCode(dangerous)
	}
	return nil
}

func (a *app) writeReport(c *comparing, r *diff.Report) (err error) {
	w := a.stdout
	if c.output != "" {
		f, err := os.Create(c.output)
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		w = f
	}
	switch {
	case a.json:
		return writeJSON(w, r)
	case c.markdown:
		_, err = w.Write([]byte(r.Markdown()))
		return err
	}
	p := newPrinter(w)
	p.report(r)
	return p.err
}
