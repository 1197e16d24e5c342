package diff

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/internal/scratch"
)

// Options say what is compared. Only Base has no default.
type Options struct {
	// Dir is the program's folder, or one below it, in the git repository. Default: the current folder.
	Dir string
	// Base is the commit that is deployed: a branch, tag or hash.
	Base string
	// MergeBase takes, instead of Base, the commit that it has in common with the head.
	MergeBase bool
	// Head is the commit that is to be merged. Default: the working tree as it is, with what is not committed.
	Head string
	// Stacks are those that are compared. Default: all that have a configuration file at the base or at the head.
	Stacks []string
	// State is the folder that drydocks of base commits are kept in. Default: .drydock/diff in the program's folder.
	State string
	// Progress is told what goes on. Default: nobody.
	Progress io.Writer
	// Drydock adjusts the drydocks, as with a provider of one's own.
	Drydock []drydock.Option
}

// Run compares two commits of a program. The errors: *drydock.UsageError for what is not there, *drydock.BuildError,
// whose message is preceded by the side's name, for a program that does not compile. What goes wrong with one stack is
// told in its part of the report. Nothing is left running, and nothing but State is left on the disk, also when the
// context is done before.
func Run(ctx context.Context, o Options) (report *Report, err error) {
	began := time.Now()
	r := &run{Options: o}
	defer func() { err = errors.Join(err, r.close()) }()
	if err := r.prepare(ctx); err != nil {
		return nil, err
	}
	if err := r.build(ctx); err != nil {
		return nil, err
	}
	r.compareStacks(ctx)
	if ctx.Err() != nil {
		return nil, fmt.Errorf("interrupted: %w", context.Cause(ctx))
	}
	r.report.Seconds = time.Since(began).Seconds()
	return &r.report, r.store.prune(ctx)
}

// run is one comparison under way.
type run struct {
	Options
	repository *repository
	store      *store
	folder     *scratch.Folder
	temp       string          // the folder's path, without links
	base, head *drydock.Folder // nil where the side has no program
	report     Report
	said       sync.Mutex
}

func (r *run) close() error {
	var errs []error
	if r.folder != nil {
		errs = append(errs, r.folder.Remove())
	}
	if r.store != nil {
		errs = append(errs, r.store.close())
	}
	return errors.Join(errs...)
}

func (r *run) say(format string, args ...any) {
	r.said.Lock()
	defer r.said.Unlock()
	if r.Progress != nil {
		fmt.Fprintf(r.Progress, format+"\n", args...)
	}
}

// prepare finds the two commits, writes out those that are not the working tree, and finds program and stacks in them.
func (r *run) prepare(ctx context.Context) (err error) {
	if r.Dir == "" {
		r.Dir = "."
	}
	if r.repository, r.report.Dir, err = openRepository(ctx, r.Dir); err != nil {
		return err
	}
	if err := r.commits(ctx); err != nil {
		return err
	}
	// The repository's every diff writes its commits to the same place: the go command compiles packages anew elsewhere.
	if r.folder, err = scratch.Make("drydock-diff-", r.repository.key()); err != nil {
		return err
	}
	if r.temp, err = filepath.EvalSymlinks(r.folder.Path()); err != nil {
		return err
	}
	if r.base, err = r.program(ctx, "base", r.report.Base); err != nil {
		return err
	}
	if r.head, err = r.program(ctx, "head", r.report.Head); err != nil {
		return err
	}
	root := whether(r.report.Head.Ref == "", r.repository.root, filepath.Join(r.temp, "head"))
	if r.report.Dir, err = filepath.Rel(root, r.head.Dir()); err != nil {
		return err
	}
	if err := r.findStacks(); err != nil {
		return err
	}
	if r.State == "" {
		r.State = filepath.Join(r.repository.root, r.report.Dir, ".drydock", "diff")
	}
	if r.State, err = filepath.Abs(r.State); err != nil {
		return err
	}
	r.store, err = openStore(r.State)
	return err
}

// commits resolves what the caller named.
func (r *run) commits(ctx context.Context) (err error) {
	base, head := Commit{Ref: r.Base}, Commit{Ref: r.Head}
	if r.Base == "" {
		return usage("no base is named: give the commit that is deployed, such as origin/main")
	}
	if base.Hash, err = r.repository.resolve(ctx, r.Base); err != nil {
		return err
	}
	at := r.Head
	if at == "" {
		at = "HEAD"
		if head.Dirty, err = r.repository.dirty(ctx); err != nil {
			return err
		}
	}
	if head.Hash, err = r.repository.resolve(ctx, at); err != nil {
		return err
	}
	if r.MergeBase {
		if base.Hash, err = r.repository.mergeBase(ctx, base.Hash, head.Hash); err != nil {
			return err
		}
	}
	r.report.Base, r.report.Head = base, head
	return nil
}

// program is the side's, nil where its commit has none: then everything is created, or nothing is left.
func (r *run) program(ctx context.Context, side string, c Commit) (*drydock.Folder, error) {
	root := r.repository.root
	if side == "base" || c.Ref != "" {
		root = filepath.Join(r.temp, side)
		r.say("Writing out the %s, %s", side, c)
		if err := r.repository.export(ctx, c.Hash, root); err != nil {
			return nil, err
		}
		notes, err := r.repository.unexported(ctx, c.Hash)
		if err != nil {
			return nil, err
		}
		for _, n := range notes {
			r.report.Notes = append(r.report.Notes, side+": "+n)
		}
	}
	// A Pulumi.yaml above the repository is not the commit's.
	for dir := r.report.Dir; ; dir = filepath.Dir(dir) {
		if file, _ := filepath.Glob(filepath.Join(root, dir, "Pulumi.y*ml")); len(file) > 0 {
			return drydock.OpenFolder(filepath.Join(root, dir))
		}
		if dir == "." {
			break
		}
	}
	if side == "head" {
		return nil, usage("there is no Pulumi.yaml in %s or above it at the head, %s; name the program's folder", r.report.Dir, c)
	}
	r.report.Notes = append(r.report.Notes, "base: there is no program yet")
	return nil, nil
}

// findStacks lists the stacks to compare, and where they are.
func (r *run) findStacks() error {
	var base []string
	var err error
	if r.base != nil {
		if base, err = r.base.Stacks(); err != nil {
			return err
		}
	}
	head, err := r.head.Stacks()
	if err != nil {
		return err
	}
	all := slices.Compact(slices.Sorted(slices.Values(slices.Concat(base, head))))
	names := r.Stacks
	if len(names) == 0 {
		names = all
	}
	if len(names) == 0 {
		return usage("no stack has a configuration file at base or head: name one")
	}
	for _, name := range slices.Compact(slices.Sorted(slices.Values(names))) {
		s := Stack{Name: name, At: Both}
		inBase := r.base != nil && (len(base) == 0 || slices.Contains(base, name))
		inHead := len(head) == 0 || slices.Contains(head, name)
		switch {
		case !inBase && !inHead:
			return usage("there is no stack %q at base or head; the stacks are %s", name, strings.Join(all, ", "))
		case !inBase:
			s.At = OnlyHead
		case !inHead:
			s.At = OnlyBase
		}
		r.report.Stacks = append(r.report.Stacks, s)
	}
	return nil
}

// String names the commit for people.
func (c Commit) String() string {
	short := c.Hash[:min(10, len(c.Hash))]
	switch {
	case c.Ref == "" && c.Dirty:
		return "working tree on " + short + " with changes"
	case c.Ref == "":
		return "working tree at " + short
	case strings.HasPrefix(c.Hash, c.Ref):
		return short
	}
	return c.Ref + " (" + short + ")"
}
