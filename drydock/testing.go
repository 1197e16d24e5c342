package drydock

import (
	"context"
	"os"
	"strings"
)

// TB is the part of testing.TB that a drydock uses.
type TB interface {
	Helper()
	Logf(format string, args ...any)
	Fatalf(format string, args ...any)
	Cleanup(func())
	Context() context.Context
	TempDir() string
}

// Start opens a drydock of the test's own in a new folder, serves it, and closes it at the test's end.
func Start(t TB, options ...Option) *Dock {
	t.Helper()
	d, err := Open(t.TempDir(), append([]Option{Progress(os.Stderr)}, options...)...)
	if err != nil {
		t.Fatalf("%v", err)
		return nil
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Logf("closing the drydock: %v", err)
		}
	})
	if err := d.Serve(t.Context()); err != nil {
		t.Fatalf("%v", err)
	}
	return d
}

// Preview previews the stack; the test fails when that fails.
func (s *Stack) Preview(t TB, options ...RunOption) *Result {
	t.Helper()
	return s.must(t, Preview, options)
}

// Up brings the stack up; the test fails when that fails.
func (s *Stack) Up(t TB, options ...RunOption) *Result {
	t.Helper()
	return s.must(t, Up, options)
}

// Refresh reads the clouds into the stack's state; the test fails when that fails.
func (s *Stack) Refresh(t TB, options ...RunOption) *Result {
	t.Helper()
	return s.must(t, Refresh, options)
}

// Destroy deletes the stack's resources; the test fails when that fails.
func (s *Stack) Destroy(t TB, options ...RunOption) *Result {
	t.Helper()
	return s.must(t, Destroy, options)
}

// Fails carries out the operation and returns its error, whose text has the engine's messages; the test fails when the
// operation succeeds.
func (s *Stack) Fails(t TB, op Operation, options ...RunOption) error {
	t.Helper()
	result, err := s.Run(t.Context(), op, options...)
	if err == nil {
		t.Fatalf("%s of %s succeeded, with %d steps", op, s.name, len(result.Steps))
	}
	return err
}

// Output returns the value that the program exported under the name, secrets in plain; the test fails without it.
func (s *Stack) Output(t TB, name string) any {
	t.Helper()
	outputs, err := s.Outputs(true)
	if err != nil {
		t.Fatalf("%v", err)
	}
	out, ok := outputs[name]
	if !ok {
		t.Fatalf("%s has no output %s", s.name, name)
	}
	return out.Value
}

func (s *Stack) must(t TB, op Operation, options []RunOption) *Result {
	t.Helper()
	var engine strings.Builder
	result, err := s.Run(t.Context(), op, append([]RunOption{Stream(&engine, &engine)}, options...)...)
	if err != nil {
		t.Fatalf("%v\n\nwhat the engine wrote:\n%s", err, engine.String())
	}
	return result
}
