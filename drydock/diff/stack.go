package diff

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/container-pipeline/container-pipeline/drydock"
)

// atOnce is how many stacks are compared at a time.
const atOnce = 2

// build builds what is needed of the two programs, so that one which does not compile is told before anything is brought
// up. The go command's cache is the user's: what the commits share is compiled once.
func (r *run) build(ctx context.Context) error {
	if slices.ContainsFunc(r.report.Stacks, func(s Stack) bool { return s.At != OnlyBase }) {
		// The head's executable stays, since the working tree is often compared again.
		if err := r.compile(ctx, "head", r.head, filepath.Join(r.store.dir, "head")); err != nil {
			return err
		}
	}
	for _, s := range r.report.Stacks {
		if s.At != Both {
			continue
		}
		if _, up, err := r.store.find(r.key(s.Name)); err != nil || up {
			if err != nil {
				return err
			}
			continue
		}
		return r.compile(ctx, "base", r.base, filepath.Join(r.temp, "program"))
	}
	return nil
}

func (r *run) compile(ctx context.Context, side string, program *drydock.Folder, file string) error {
	c := r.report.Base
	if side == "head" {
		c = r.report.Head
	}
	r.say("Building the %s, %s", side, c)
	err := program.Build(ctx, file)
	var failed *drydock.BuildError
	if errors.As(err, &failed) {
		return fmt.Errorf("%s, %s: %w", side, c, err)
	}
	return err
}

func (r *run) key(stack string) base {
	return base{Commit: r.report.Base.Hash, Dir: r.report.Dir, Stack: stack, Tool: r.store.tool}
}

func (r *run) compareStacks(ctx context.Context) {
	var group sync.WaitGroup
	free := make(chan struct{}, atOnce)
	for i := range r.report.Stacks {
		free <- struct{}{}
		group.Add(1)
		go func() {
			defer func() { <-free; group.Done() }()
			s := &r.report.Stacks[i]
			began := time.Now()
			if err := r.compareStack(ctx, s); err != nil {
				s.Error = err.Error()
			}
			s.Seconds = time.Since(began).Seconds()
		}()
	}
	group.Wait()
}

func (r *run) compareStack(ctx context.Context, s *Stack) error {
	if s.At == OnlyBase || ctx.Err() != nil {
		return ctx.Err()
	}
	if r.base != nil && r.base.Project() != r.head.Project() {
		s.Dangers = append(s.Dangers, renamedProject(r.base.Project(), r.head.Project(), s.Name))
	}
	dir := filepath.Join(r.temp, "new-"+s.Name)
	if s.At == Both {
		var err error
		if dir, s.Reused, err = r.store.find(r.key(s.Name)); err != nil {
			return err
		}
		if !s.Reused {
			if err := r.up(ctx, s.Name, dir); err != nil {
				return errors.Join(fmt.Errorf("base: %w", explained(err)), os.RemoveAll(dir))
			}
		}
	}
	return r.preview(ctx, s, dir)
}

func renamedProject(was, is, stack string) Danger {
	return Danger{
		Kind: Leftover, Op: "create", Resource: Resource{Type: "pulumi:pulumi:Stack", Name: was + "-" + stack},
		Reason: fmt.Sprintf("the project %s is renamed to %s: Pulumi takes it for another one, makes everything anew "+
			"and forgets what is there", was, is),
		Forces: []string{"Pulumi.yaml: name"},
		WayOut: []string{fmt.Sprintf("rename the stack's project first: `pulumi stack rename organization/%s/%s`", is, stack)},
	}
}

// up brings the base up in a new drydock. The state is written at the end only: a drydock that is cut off is thrown away.
func (r *run) up(ctx context.Context, stack, dir string) (err error) {
	r.say("%s: bringing up the base", stack)
	dock, err := r.open(dir, drydock.SkipCheckpoints())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dock.Close()) }()
	if _, err := dock.Stack(stack, r.base).Run(ctx, drydock.Up); err != nil {
		return err
	}
	return r.store.keep(r.key(stack))
}

func (r *run) open(dir string, more ...drydock.Option) (*drydock.Dock, error) {
	progress := r.Progress
	if progress == nil {
		progress = io.Discard
	}
	return drydock.Open(dir, slices.Concat([]drydock.Option{drydock.Progress(progress)}, more, r.Drydock)...)
}

// preview compares the head with what is in the drydock, which stays as it is.
func (r *run) preview(ctx context.Context, s *Stack, dir string) (err error) {
	r.say("%s: previewing the head%s", s.Name, whether(s.Reused, " on the kept base", ""))
	dock, err := r.open(dir)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, dock.Close()) }()
	result, failed := dock.Stack(s.Name, r.head).Run(ctx, drydock.Preview)
	if result != nil {
		verdict := Judge(result)
		verdict.Dangers = append(s.Dangers, verdict.Dangers...)
		s.Verdict, s.Same = verdict, result.Same
	}
	if failed == nil {
		return nil
	}
	var failure *drydock.Failure
	if errors.As(failed, &failure) && protectedOnly(result) {
		s.Refused = true
		return nil
	}
	return fmt.Errorf("head: %w", explained(failed))
}

// unknownStack is the engine's word for a StackReference that leads nowhere.
var unknownStack = regexp.MustCompile(`unknown stack "([^"]*)"`)

// explained says of a stack that reads another one why there is none to read.
func explained(err error) error {
	found := unknownStack.FindStringSubmatch(err.Error())
	if found == nil {
		return err
	}
	return fmt.Errorf("%w\nthe program reads the stack %s by a StackReference, and a diff brings up each stack by itself: "+
		"let a setting of the stack's configuration give what it reads, or compare the other stacks with --stack", err, found[1])
}

// protectedOnly tells that a preview failed for nothing but resources that are protected: it went on to its end.
func protectedOnly(r *drydock.Result) bool {
	found := false
	for _, m := range r.Messages {
		if m.Severity != "error" {
			continue
		}
		// The engine's words for a deletion, and for a replacement.
		protected := strings.Contains(m.Text, "because it is protected") || strings.Contains(m.Text, "currently marked for protection")
		if !protected && m.Text != "preview failed" {
			return false
		}
		found = found || protected
	}
	return found
}
