package drydock_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
)

const ducksDir = "testdata/ducks"

func TestProgramOfAFolder(t *testing.T) {
	t.Parallel()
	before := texts(t, filepath.Join(ducksDir, "stacks"))
	var progress strings.Builder
	dock := drydock.Start(t, drydock.WithSimulated(pond()), drydock.Progress(&progress))

	dev := dock.Stack("dev", drydock.Dir(ducksDir), drydock.Secret("paint", "hunter2"))
	up := dev.Up(t)
	assert.Equal(t, "create donald; create ducks-dev", names(up.Steps))
	assert.Equal(t, "white", dev.Output(t, "color"))
	assert.Equal(t, "hunter2", dev.Output(t, "paint"))
	assert.Contains(t, said(up), "the pond is open", "what the program prints is a message of the engine")
	assert.True(t, dev.Preview(t).Unchanged())
	dev.Destroy(t)

	t.Run("secrets of a real stack are placeholders, always the same", func(t *testing.T) {
		stack := dock.Stack("real", drydock.Dir(ducksDir))
		stack.Up(t)
		paint := stack.Output(t, "paint")
		assert.Contains(t, paint, "drydock-placeholder-")
		assert.Contains(t, progress.String(), "the drydock uses placeholders for ducks:paint.")
		recolored := dock.Stack("real", drydock.Dir(ducksDir), drydock.Config(map[string]any{"color": "red"}))
		recolored.Up(t)
		assert.Equal(t, paint, recolored.Output(t, "paint"))
		recolored.Destroy(t)
	})
	t.Run("a panic is an error without a stack trace", func(t *testing.T) {
		moody := dock.Stack("dev", drydock.Dir(ducksDir), drydock.Config(map[string]any{"mood": "panic"}))
		err := moody.Fails(t, drydock.Preview)
		assert.ErrorContains(t, err, "the program crashed: panic: assignment to entry in nil map")
		assert.ErrorContains(t, err, "(at main.go:")
		assert.NotContains(t, err.Error(), "goroutine ")
	})
	t.Run("an error of the program is reported once", func(t *testing.T) {
		moody := dock.Stack("dev", drydock.Dir(ducksDir), drydock.Config(map[string]any{"mood": "refuse"}))
		err := moody.Fails(t, drydock.Preview)
		assert.Equal(t, 1, strings.Count(err.Error(), "the ducks do not want to"), err)
	})
	assert.Equal(t, before, texts(t, filepath.Join(ducksDir, "stacks")), "the configuration files stay as they are")
	assert.NoDirExists(t, filepath.Join(ducksDir, ".drydock"))
}

func TestWhatIsNotThereIsNamed(t *testing.T) {
	t.Parallel()
	compiles := func(t *testing.T, main, project string) string {
		dir := t.TempDir()
		require.NoError(t, os.WriteFile(filepath.Join(dir, "Pulumi.yaml"), []byte(project), 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "main.go"), []byte(main), 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "go.mod"), []byte("module wrong\ngo 1.25\n"), 0o600))
		return dir
	}
	const goProject = "name: wrong\nruntime: go\n"
	for name, c := range map[string]struct {
		stack string
		dir   func(*testing.T) string
		usage bool
		want  []string
	}{
		"no such stack": {"prod", func(*testing.T) string { return ducksDir }, true,
			[]string{`there is no stack "prod"`, "Pulumi.prod.yaml does not exist", "the stacks are dev, real"}},
		"no stack's name": {"../dev", func(*testing.T) string { return ducksDir }, true, []string{`stack "../dev"`}},
		"no folder": {"dev", func(*testing.T) string { return "testdata/geese" }, true,
			[]string{"there is no folder ", "geese"}},
		"no project": {"dev", func(t *testing.T) string { return t.TempDir() }, true, []string{"there is no Pulumi.yaml in"}},
		"another runtime": {"dev", func(t *testing.T) string {
			return compiles(t, "package main\n", "name: wrong\nruntime: nodejs\n")
		}, true, []string{`runtime is "nodejs"`}},
		"a damaged project": {"dev", func(t *testing.T) string {
			return compiles(t, "package main\n", "name: [wrong\n")
		}, true, []string{"Pulumi.yaml"}},
		"a program that does not compile": {"dev", func(t *testing.T) string {
			return compiles(t, "package main\nfunc main() { nonsense }\n", goProject)
		}, false, []string{"does not build", "main.go:2:15: undefined: nonsense"}},
		"an ESC environment": {"dev", func(t *testing.T) string {
			dir := compiles(t, "package main\nfunc main() {}\n", goProject)
			text := []byte("environment:\n- team/secrets\n")
			require.NoError(t, os.WriteFile(filepath.Join(dir, "Pulumi.dev.yaml"), text, 0o600))
			return dir
		}, true, []string{"Pulumi.dev.yaml: environment:", "under config:"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dock := start(t)
			err := dock.Stack(c.stack, drydock.Dir(c.dir(t))).Fails(t, drydock.Up)
			for _, want := range c.want {
				assert.ErrorContains(t, err, want)
			}
			var usage *drydock.UsageError
			assert.Equal(t, c.usage, errors.As(err, &usage), "whether it is wrong usage")
		})
	}
}

func texts(t *testing.T, dir string) map[string]string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	all := map[string]string{}
	for _, e := range entries {
		text, err := os.ReadFile(filepath.Join(dir, e.Name()))
		require.NoError(t, err)
		all[e.Name()] = string(text)
	}
	return all
}

func said(r *drydock.Result) string {
	var all []string
	for _, m := range r.Messages {
		all = append(all, m.Text)
	}
	return strings.Join(all, "\n")
}
