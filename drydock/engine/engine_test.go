package engine

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// script puts a command that answers with the text into a folder of its own and returns its path.
func script(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o755))
	return path
}

// built puts a stand-in for the built tool into the cache.
func built(t *testing.T, tool tool) string {
	t.Helper()
	dir, err := tool.dir()
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(dir, 0o755))
	path := filepath.Join(dir, tool.name)
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"), 0o755))
	return path
}

func TestFind(t *testing.T) {
	for name, c := range map[string]struct {
		chosen, onPath string // what the commands answer to `version`, "" for no such command
		want           string // "chosen", "path" or "built"
		says           string
	}{
		"nothing":               {want: "built"},
		"recent on PATH":        {onPath: "echo v3.260.0", want: "path"},
		"just recent enough":    {onPath: "echo " + Minimum, want: "path"},
		"old on PATH":           {onPath: "echo v3.100.0", want: "built", says: "is version 3.100.0, older than " + Minimum},
		"nonsense on PATH":      {onPath: "echo hello", want: "built", says: "does not name its version"},
		"broken on PATH":        {onPath: "exit 3", want: "built", says: "exit status 3"},
		"chosen before PATH":    {chosen: "echo v3.300.1", onPath: "echo v3.260.0", want: "chosen"},
		"a development version": {chosen: "echo", want: "chosen"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(CacheVariable, t.TempDir())
			t.Setenv(PathVariable, "")
			t.Setenv("PATH", "/usr/bin:/bin")
			paths := map[string]string{"built": built(t, pulumi)}
			if c.onPath != "" {
				paths["path"] = script(t, "pulumi", c.onPath)
				t.Setenv("PATH", filepath.Dir(paths["path"])+":/usr/bin:/bin")
			}
			if c.chosen != "" {
				paths["chosen"] = script(t, "mine", c.chosen)
				t.Setenv(PathVariable, paths["chosen"])
			}
			var says bytes.Buffer
			e, err := Find(t.Context(), &says)
			require.NoError(t, err)
			assert.Equal(t, paths[c.want], e.Path)
			assert.Contains(t, says.String(), c.says)
		})
	}
}

func TestFindRefusesAChoiceThatCannotWork(t *testing.T) {
	t.Setenv(CacheVariable, t.TempDir())
	t.Setenv(PathVariable, script(t, "old", "echo v3.9.0"))
	_, err := Find(t.Context(), nil)
	assert.ErrorContains(t, err, "DRYDOCK_PULUMI: ")
	assert.ErrorContains(t, err, "older than "+Minimum+"; name a newer one or unset the variable")

	t.Setenv(PathVariable, "/nowhere/pulumi")
	_, err = Find(t.Context(), nil)
	assert.ErrorContains(t, err, "DRYDOCK_PULUMI: ")
	assert.ErrorContains(t, err, "/nowhere/pulumi")
}

func TestVersionIsAskedOnce(t *testing.T) {
	t.Setenv(CacheVariable, t.TempDir())
	asked := filepath.Join(t.TempDir(), "asked")
	path := script(t, "pulumi", "echo x >> "+asked+"; echo v3.250.0")
	for range 3 {
		v, err := versionOf(t.Context(), path)
		require.NoError(t, err)
		assert.Equal(t, "3.250.0", v.String())
	}
	text, err := os.ReadFile(asked)
	require.NoError(t, err)
	assert.Equal(t, "x\n", string(text))
}

func TestWithoutGo(t *testing.T) {
	t.Setenv(CacheVariable, t.TempDir())
	t.Setenv(PathVariable, "")
	t.Setenv("PATH", t.TempDir())
	_, err := Find(t.Context(), nil)
	assert.ErrorContains(t, err, "no go command is on PATH; install Go from https://go.dev/dl")
	assert.ErrorContains(t, err, "Pulumi "+Minimum+" or newer can be installed on PATH")
}

// fakeGo puts a go command on PATH whose list and build are the scripts; build gets the output's path as $out.
func fakeGo(t *testing.T, list, build string) {
	t.Helper()
	path := script(t, "go", fmt.Sprintf(`case "$1" in
list) %s;;
build) out="$4"; %s;;
esac`, list, build))
	t.Setenv("PATH", filepath.Dir(path)+":/usr/bin:/bin")
	t.Setenv(CacheVariable, t.TempDir())
	t.Setenv(PathVariable, "")
}

func TestBuild(t *testing.T) {
	fakeGo(t, `echo a; echo b`, `test -f go.sum && echo a >&2 && echo built > "$out"`)
	var says bytes.Buffer
	e, err := Find(t.Context(), &says)
	require.NoError(t, err)
	assert.Equal(t, pulumi.version(), e.Version)
	assert.Contains(t, says.String(), "Building pulumi "+pulumi.version())
	assert.Contains(t, says.String(), "is ready: "+e.Path)

	host, err := e.LanguageHost(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, filepath.Dir(e.Path), filepath.Dir(host), "beside the engine")

	says.Reset()
	again, err := Find(t.Context(), &says)
	require.NoError(t, err)
	assert.Equal(t, e, again)
	assert.Empty(t, says.String(), "it is built once")
}

func TestBuildThatFailsLeavesNothing(t *testing.T) {
	for name, c := range map[string]struct{ list, build, want string }{
		"no network": {"echo 'go: x: dial tcp: lookup modules.example.com: no such host' >&2; exit 1", "true",
			"no such host\nthe first build needs the network or a GOPROXY"},
		"no compiler": {"echo a", "echo '# a: too old' >&2; exit 2", "# a: too old"},
		"half done":   {"echo a", `echo half > "$out"; exit 2`, "building pulumi"},
	} {
		t.Run(name, func(t *testing.T) {
			fakeGo(t, c.list, c.build)
			_, err := Find(t.Context(), nil)
			require.ErrorContains(t, err, c.want)
			dir, err := pulumi.dir()
			require.NoError(t, err)
			assert.NoFileExists(t, filepath.Join(dir, "pulumi"))
		})
	}
}

func TestBuildIsInterrupted(t *testing.T) {
	fakeGo(t, "echo a", `echo half > "$out"; exec sleep 60`)
	ctx, cancel := context.WithCancelCause(t.Context())
	dir, err := pulumi.dir()
	require.NoError(t, err)
	go func() {
		for {
			if _, err := os.Stat(filepath.Join(dir, "pulumi.half")); err == nil {
				cancel(fmt.Errorf("enough"))
				return
			}
		}
	}()
	_, err = Find(ctx, nil)
	require.ErrorContains(t, err, "enough")
	assert.NoFileExists(t, filepath.Join(dir, "pulumi"))
}

func TestSecondProcessWaitsForTheFirst(t *testing.T) {
	fakeGo(t, "echo a", `echo built > "$out"`)
	dir, err := pulumi.dir()
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(dir, 0o755))
	first, err := pulumi.lock(t.Context(), dir, &bytes.Buffer{})
	require.NoError(t, err)
	found := make(chan error, 1)
	says := &heard{text: make(chan string, 10)}
	go func() {
		_, err := Find(t.Context(), says)
		found <- err
	}()
	assert.Contains(t, <-says.text, fmt.Sprintf("Another process (pid %d) is building pulumi", os.Getpid()))
	require.NoError(t, first.Unlock())
	require.NoError(t, <-found)
}

type heard struct{ text chan string }

func (h *heard) Write(p []byte) (int, error) {
	h.text <- string(p)
	return len(p), nil
}

func TestModulesArePinned(t *testing.T) {
	for _, tool := range []tool{pulumi, languageHost} {
		assert.Regexp(t, `^3\.\d+\.\d+$`, tool.version(), tool.name)
		assert.Contains(t, string(tool.text("go.mod")), "\ntool "+tool.pkg+"\n")
		assert.Contains(t, string(tool.text("go.sum")), tool.module+" v"+tool.version()+" h1:")
	}
}

func TestMeterCountsTheGoCommandsProgress(t *testing.T) {
	m := newMeter(&bytes.Buffer{})
	defer m.stop()
	m.phase("compiling packages", 7)
	for line, want := range map[string]bool{
		"go: downloading a v1.0.0": true, "github.com/a/b": true, "# a/b": false, "a.go:1:2: wrong": false, "go: no network": false,
	} {
		assert.Equal(t, want, m.step(line), line)
	}
	assert.True(t, strings.HasPrefix(m.line(), "  compiling packages: 2 of 7  ("), m.line())
}
