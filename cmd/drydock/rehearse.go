package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal"
)

// rehearsing are the flags of one rehearsal.
type rehearsing struct {
	app       rehearsal.App
	sources   []string
	request   rehearsal.PullRequest
	report    string
	builder   string
	alarms    []string
	hooks     []string
	pending   bool
	empty     bool
	withoutIt bool
	verbose   bool
}

func (a *app) rehearse() *cobra.Command {
	f := &rehearsing{}
	cmd := &cobra.Command{
		Use:   "rehearse",
		Short: "Release an app through the stack's pipeline, as AWS would",
		Long: "Release an app through the pipeline that `up` has made, as AWS would: run the buildspec, build and push the\n" +
			"images, evaluate every call of every role, run the containers, shift the traffic. What would fail there\n" +
			"fails here, with the reason, the place and the fix. A pipeline that runs Pulumi deploys to a copy of the clouds.\n" +
			"See docs/rehearsal.md.",
		Example: "  drydock rehearse --stack dev --app examples/bash-dog --report rehearsal.html\n" +
			"  drydock rehearse --stack meta --app . --changed stacks/Pulumi.dev.yaml\n" +
			"  drydock rehearse --stack meta --app . --pull-request 583231 --from-fork",
		Args: noArguments,
		RunE: func(cmd *cobra.Command, _ []string) error { return a.rehearsed(cmd.Context(), f) },
	}
	flags := cmd.Flags()
	flags.StringVar(&f.app.Dir, "app", ".", "the app's folder: what a push would bring, with its Dockerfile")
	flags.StringArrayVar(&f.sources, "source", nil, "another repository that the pipeline reads: `NAME=DIR`, the source's name and its folder")
	flags.StringVar(&f.report, "report", "", "write the verdict as an HTML page to this file")
	flags.StringVar(&f.app.Pipeline, "pipeline", "", "the pipeline (default: the stack's only one)")
	flags.StringVar(&f.app.Repository, "repository", "", "the repository that is pushed to (default: the one that the pipeline follows)")
	flags.StringVar(&f.app.Branch, "branch", "", "the branch that is pushed to (default: the one that the pipeline follows)")
	flags.StringSliceVar(&f.app.Changed, "changed", nil, "the `PATHS` that the push or the pull request changes, for triggers on some alone (default: all, or as git says)")
	flags.StringVar(&f.request.Actor, "pull-request", "", "not a push, but a pull request by the GitHub account with the numeric ID `ACTOR`: which builds start, and what they do")
	flags.BoolVar(&f.request.Fork, "from-fork", false, "the pull request comes from a fork")
	flags.StringVar(&f.builder, "builder", "", "what builds images: docker, podman, buildah or none (default: the first that works)")
	flags.StringArrayVar(&f.alarms, "alarm", nil, "let the alarm `NAME[@TIME]` fire, at a time after traffic begins to shift, as errors@2m")
	flags.StringArrayVar(&f.hooks, "hook", nil, "let the hook `EVENT=RESULT` answer Failed or TimedOut, as AfterAllowTestTraffic=Failed")
	flags.BoolVar(&f.pending, "pending-connection", false, "leave a new connection as AWS makes it, until someone completes it")
	flags.BoolVar(&f.empty, "empty-clusters", false, "leave EKS clusters without the namespaces that someone has to create")
	flags.BoolVar(&f.withoutIt, "without-tasks", false, "do not run the released containers")
	flags.BoolVarP(&f.verbose, "verbose", "v", false, "show the build's output")
	return cmd
}

func (a *app) rehearsed(ctx context.Context, f *rehearsing) (err error) {
	options, err := f.options()
	if err != nil {
		return err
	}
	if err := mayReport(f.report); err != nil {
		return err
	}
	dock, stack, err := a.open()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dock.Close()) }()
	out := a.stdout
	if a.json {
		out = a.stderr
	}
	show := rehearsal.NewTerminal(out, newPrinter(out).color, width(out))
	options = append(options, rehearsal.Of(stack), rehearsal.Show(show), rehearsal.Progress(a.stderr))
	if f.verbose {
		options = append(options, rehearsal.Log(a.stderr))
	}
	v, err := f.play(ctx, dock, options)
	if err != nil {
		return err
	}
	if err := a.writeVerdict(show, v, f.report); err != nil {
		return err
	}
	if !v.Passed() {
		return exitCode(failed)
	}
	return nil
}

// play rehearses a release, or a pull request.
func (f *rehearsing) play(ctx context.Context, dock *drydock.Dock, options []rehearsal.Option) (*rehearsal.Verdict, error) {
	if f.request.Actor != "" {
		return rehearsal.Review(ctx, dock, f.app, f.request, options...)
	}
	return rehearsal.Release(ctx, dock, f.app, options...)
}

func (a *app) writeVerdict(show *rehearsal.Terminal, v *rehearsal.Verdict, file string) error {
	if err := show.Summary(v); err != nil {
		return err
	}
	if file != "" {
		if err := writeReport(file, v); err != nil {
			return err
		}
		fmt.Fprintf(a.stderr, "The report is in %s\n", file)
	}
	if a.json {
		return rehearsal.WriteJSON(a.stdout, v)
	}
	return nil
}

// mayReport refuses a file that cannot be written before anything is released for it.
func mayReport(file string) error {
	if file == "" {
		return nil
	}
	info, err := os.Stat(file)
	there := err == nil
	if there && info.IsDir() {
		return &drydock.UsageError{Problem: fmt.Sprintf("--report %s is a folder: give the file that the page is to be written to", file)}
	}
	err = os.MkdirAll(filepath.Dir(file), 0o755)
	if err == nil {
		var w *os.File
		if w, err = os.OpenFile(file, os.O_CREATE|os.O_WRONLY, 0o644); err == nil {
			err = w.Close()
		}
	}
	if err == nil && !there {
		err = os.Remove(file)
	}
	if err != nil {
		return &drydock.UsageError{Problem: fmt.Sprintf("--report %s cannot be written: %v", file, err)}
	}
	return nil
}

func writeReport(file string, v *rehearsal.Verdict) (err error) {
	w, err := os.Create(file)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	return rehearsal.WriteHTML(w, v)
}

// width is that of the terminal, or a page's.
func width(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if columns, _, err := term.GetSize(int(f.Fd())); err == nil {
			return columns
		}
	}
	return 100
}

// options turn the flags' texts into what a release is told, or one error of all that is wrong with them.
func (f *rehearsing) options() ([]rehearsal.Option, error) {
	var options []rehearsal.Option
	var errs []error
	if f.builder != "" {
		options = append(options, rehearsal.Builder(f.builder))
	}
	for _, text := range f.sources {
		name, dir, ok := strings.Cut(text, "=")
		switch _, twice := f.app.Sources[name]; {
		case !ok || name == "" || dir == "":
			errs = append(errs, fmt.Errorf("--source %s: give the source's name and its folder, as Manifests=../shop-manifests", text))
		case twice:
			errs = append(errs, fmt.Errorf("--source %s: %s is given twice: give each source once", text, name))
		case f.app.Sources == nil:
			f.app.Sources = map[string]string{name: dir}
		default:
			f.app.Sources[name] = dir
		}
	}
	for _, text := range f.alarms {
		name, at, timed := strings.Cut(text, "@")
		after, err := time.ParseDuration(at)
		if timed && err != nil || name == "" || after < 0 {
			errs = append(errs, fmt.Errorf("--alarm %s: give the alarm's name, or the name and a time, as errors@2m", text))
		}
		options = append(options, rehearsal.Alarm(name, after))
	}
	for _, text := range f.hooks {
		event, result, ok := strings.Cut(text, "=")
		if !ok || result != "Succeeded" && result != "Failed" && result != "TimedOut" {
			errs = append(errs, fmt.Errorf("--hook %s: give the event and Succeeded, Failed or TimedOut, as AfterAllowTestTraffic=Failed", text))
		}
		options = append(options, rehearsal.Hook(event, result))
	}
	if f.pending {
		options = append(options, rehearsal.PendingConnection())
	}
	if f.empty {
		options = append(options, rehearsal.EmptyClusters())
	}
	if f.withoutIt {
		options = append(options, rehearsal.WithoutTasks())
	}
	if f.request.Fork && f.request.Actor == "" {
		errs = append(errs, errors.New("--from-fork is of a pull request: give --pull-request too"))
	}
	if len(errs) > 0 {
		return nil, &drydock.UsageError{Problem: errors.Join(errs...).Error()}
	}
	return options, nil
}
