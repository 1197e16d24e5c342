package task

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/task/sandbox"
)

// Start extracts the images and begins to start the containers; States tells how far they are. Stop has to be called. The
// task is killed when ctx is done.
//
// Errors are those of the task's description, all in one, ErrArchitecture, Available's, and images that cannot be read. A
// container that cannot run is none: Failed tells of it.
func Start(ctx context.Context, t Task) (*Running, error) {
	if err := t.validate(); err != nil {
		return nil, err
	}
	if err := t.checkArchitectures(); err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp(t.Scratch, "task-*")
	if err != nil {
		return nil, fmt.Errorf("Scratch: %w", err)
	}
	r := &Running{dir: dir, log: &journal{}, ending: make(chan struct{}), gone: make(chan struct{})}
	if r.sandbox, err = sandbox.New(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	if err := r.prepare(ctx, t.Containers); err != nil {
		return nil, errors.Join(err, r.sandbox.Close(), os.RemoveAll(dir))
	}
	for _, m := range r.members {
		r.runs.Add(1)
		go func() {
			defer r.runs.Done()
			r.run(m)
		}()
	}
	r.unwatch = context.AfterFunc(ctx, func() { _ = r.kill() }) // Stop tells of its error
	return r, nil
}

func (r *Running) prepare(ctx context.Context, containers []Container) error {
	byName := map[string]*member{}
	for _, c := range containers {
		if err := ctx.Err(); err != nil {
			return err
		}
		spec, refused, err := c.prepare(r.dir, r.sandbox.OneUser())
		if err != nil {
			return fmt.Errorf("container %q: %w", c.Name, err)
		}
		m := newMember(c, spec, refused, r.log)
		byName[c.Name] = m
		r.members = append(r.members, m)
	}
	for _, m := range r.members {
		for _, d := range m.DependsOn {
			on := byName[d.Container]
			on.dependents = append(on.dependents, m)
			m.awaits = append(m.awaits, await{on, d.Condition})
		}
	}
	if r.sandbox.OneUser() {
		r.notes = append(r.notes, "Containers ran as the user who rehearsed, with USER ignored: other users need root.")
	}
	return nil
}
