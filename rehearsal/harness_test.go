package rehearsal

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
	"github.com/container-pipeline/container-pipeline/stacks"
)

// bashDog is the example application.
const bashDog = "../examples/bash-dog"

// config is a stack's configuration, as its file has it under config:.
type config map[string]any

// configOf reads a stack of the repository.
func configOf(t testing.TB, stack string) config {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "stacks", "Pulumi."+stack+".yaml"))
	require.NoError(t, err)
	var file struct{ Config config }
	require.NoError(t, yaml.Unmarshal(text, &file))
	return file.Config
}

// pipeline is the configuration's only one.
func (c config) pipeline(t testing.TB) config {
	t.Helper()
	all, _ := c["container-pipeline:pipelines"].(config)
	require.Len(t, all, 1)
	for _, p := range all {
		return p.(config)
	}
	return nil
}

// up brings the configuration up in a drydock of its own.
func up(t testing.TB, c config) (*drydock.Dock, *drydock.Stack) {
	t.Helper()
	dock := drydock.Start(t)
	stack := dock.Stack("test", drydock.Program(stacks.Deploy), drydock.Project("container-pipeline"), drydock.Config(c))
	stack.Up(t)
	return dock, stack
}

// worlds are what the stacks of the repository make, brought up once.
var worlds = struct {
	sync.Mutex
	by map[string]*world.World
}{by: map[string]*world.World{}}

// made is a copy of what a stack of the repository makes.
func made(t testing.TB, stack string) *world.World {
	t.Helper()
	worlds.Lock()
	defer worlds.Unlock()
	if worlds.by[stack] == nil {
		dock, _ := up(t, configOf(t, stack))
		worlds.by[stack] = world.Of(dock.Cloud())
	}
	return worlds.by[stack].Clone()
}

// quick are the options of a release that builds and runs nothing, for the many that test something else.
var quick = []Option{Builder("none"), WithoutTasks()}

// play releases the app in the world, which it does not change.
func play(t testing.TB, w *world.World, app App, options ...Option) *Verdict {
	t.Helper()
	r, err := newRelease(w.Clone(), app, settled(options), "")
	require.NoError(t, err)
	defer func() { require.NoError(t, r.tidy()) }()
	require.NoError(t, r.play(t.Context()))
	return r.verdict
}

// passes fails the test unless the release goes through.
func passes(t testing.TB, v *Verdict) {
	t.Helper()
	require.Empty(t, said(v))
	require.Nil(t, v.FailedStep())
}

// said are the verdict's problems, each with its step, as a test's message.
func said(v *Verdict) string {
	var text strings.Builder
	for _, s := range v.Steps {
		if s.Problem == nil {
			continue
		}
		for _, p := range append([]verdict.Problem{*s.Problem}, s.More...) {
			fmt.Fprintf(&text, "%s / %s: %s (%s %s:%d) %s\n", s.Stage, s.Name, p.What, p.Where, p.File, p.Line, p.Fix)
		}
		text.WriteString(strings.Join(s.Log, "\n"))
	}
	return text.String()
}

// copyOf is a copy of an app's folder that the test may change, with the named files replaced; an empty text removes one.
func copyOf(t testing.TB, dir string, changes map[string]string) string {
	t.Helper()
	files, _, err := sourceFiles(context.Background(), dir)
	require.NoError(t, err)
	to := t.TempDir()
	files = slices.DeleteFunc(files, func(name string) bool { _, changed := changes[name]; return changed })
	_, err = copyFiles(context.Background(), dir, to, files)
	require.NoError(t, err)
	for name, text := range changes {
		if text != "" {
			require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(to, name)), 0o755))
			require.NoError(t, os.WriteFile(filepath.Join(to, name), []byte(text), 0o644))
		}
	}
	return to
}
