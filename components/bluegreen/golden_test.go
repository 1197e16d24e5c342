package bluegreen

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

// goldenJSON compares a document with a file of testdata, both indented.
func goldenJSON(t *testing.T, file, document string) {
	t.Helper()
	var text bytes.Buffer
	require.NoError(t, json.Indent(&text, []byte(document), "", "  "), document)
	text.WriteByte('\n')
	path := filepath.Join("testdata", file)
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, text.Bytes(), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), text.String(), "run go test ./components/bluegreen -update if this is meant")
}
