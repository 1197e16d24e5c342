package engine

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/internal/gotool"
)

// script puts a command that answers with the text into a folder of its own and returns its path.
func script(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	require.NoError(t, os.WriteFile(path, []byte("#!/bin/sh\n"+text+"\n"), 0o755))
	return path
}

// built puts a stand-in for the built engine into the cache.
func built(t *testing.T) string {
	t.Helper()
	dir, err := toolDir()
	require.NoError(t, err)
	require.NoError(t, os.MkdirAll(dir, 0o755))
	path := filepath.Join(dir, "pulumi")
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
			paths := map[string]string{"built": built(t)}
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

func TestBuild(t *testing.T) {
	path := script(t, "go", `if [ "$1" = build ]; then for pkg; do :; done; echo built > "$4$(basename "$pkg")"; fi`)
	t.Setenv("PATH", filepath.Dir(path)+":/usr/bin:/bin")
	t.Setenv(CacheVariable, t.TempDir())
	t.Setenv(PathVariable, "")
	var says bytes.Buffer
	e, err := Find(t.Context(), &says)
	require.NoError(t, err)
	assert.Equal(t, pulumi.Version(pulumi.Path), e.Version)
	assert.Contains(t, says.String(), "Building pulumi "+e.Version)
	assert.Contains(t, says.String(), "is ready: "+filepath.Dir(e.Path))

	host, err := e.LanguageHost(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, filepath.Dir(e.Path), filepath.Dir(host), "beside the engine")

	says.Reset()
	again, err := Find(t.Context(), &says)
	require.NoError(t, err)
	assert.Equal(t, e, again)
	assert.Empty(t, says.String(), "it is built once")
}

func TestModulesArePinned(t *testing.T) {
	for _, m := range []gotool.Module{pulumi, languageHost} {
		version := m.Version(m.Path)
		assert.Regexp(t, `^3\.\d+\.\d+$`, version, m.Name)
		assert.Contains(t, string(m.GoMod), "\ntool "+m.Commands[0].Package+"\n")
		assert.Contains(t, string(m.GoSum), m.Path+" v"+version+" h1:")
	}
}
