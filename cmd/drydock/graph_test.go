package main

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGraph(t *testing.T) {
	state := t.TempDir()
	in := func(args ...string) []string {
		return append([]string{"--dir", "testdata/keys", "--state", state}, args...)
	}

	code, stdout, stderr := call(t, in("graph")...)
	assert.Equal(t, wrong, code)
	assert.Empty(t, stdout)
	assert.Equal(t, "drydock: stack dev has no resources to draw: `drydock up --stack dev` makes them\n", stderr)

	code, _, stderr = call(t, in("graph", "--format", "png")...)
	assert.Equal(t, wrong, code)
	assert.Equal(t, "drydock: --format is svg or mermaid, and got \"png\"\n", stderr)

	code, _, stderr = call(t, in("graph", "--json")...)
	assert.Equal(t, wrong, code)
	assert.Contains(t, stderr, "`drydock export` writes the stack as JSON")

	code, _, stderr = call(t, in("up")...)
	require.Equal(t, done, code, stderr)

	code, stdout, stderr = call(t, in("graph")...)
	require.Equal(t, done, code, stderr)
	assert.Contains(t, stdout, "<svg ")
	assert.Contains(t, stdout, "PrivateKey")

	file := filepath.Join(t.TempDir(), "keys.mmd")
	code, stdout, stderr = call(t, in("graph", "--format", "mermaid", "--output", file)...)
	require.Equal(t, done, code, stderr)
	assert.Empty(t, stdout)
	written, err := os.ReadFile(file)
	require.NoError(t, err)
	assert.Contains(t, string(written), "flowchart LR\n")

	code, _, stderr = call(t, in("graph", "--output", filepath.Join(file, "below"))...)
	assert.Equal(t, failed, code)
	assert.Contains(t, stderr, "keys.mmd")
}
