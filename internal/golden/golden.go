// Package golden compares what a test made with files of its package's testdata, which -update writes anew.
package golden

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files anew")

// Text compares a text with a file of testdata.
func Text(t *testing.T, file, text string) {
	t.Helper()
	path := filepath.Join("testdata", file)
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), text, "run this package's tests with -update if this is meant")
}

// JSON compares a document with a file of testdata, both indented.
func JSON(t *testing.T, file, document string) {
	t.Helper()
	var text bytes.Buffer
	require.NoError(t, json.Indent(&text, []byte(document), "", "  "), document)
	text.WriteByte('\n')
	Text(t, file, text.String())
}
