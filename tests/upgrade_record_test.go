package tests

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// recordLimit is how large a record may be, in bytes: each release adds one per stack to the repository for good.
const recordLimit = 256 << 10

// recorded tells which files of a closed drydock are its state: what the engine knows, what is in the clouds, and the
// keys that both are encrypted with. All else is made anew, or is for looking back.
func recorded(path string) bool {
	if strings.HasSuffix(path, ".bak") || strings.HasSuffix(path, ".attrs") {
		return false
	}
	for _, is := range []string{"passphrase", "salt", "clouds/", "pulumi/.pulumi/meta.yaml", "pulumi/.pulumi/stacks/"} {
		if path == is || strings.HasSuffix(is, "/") && strings.HasPrefix(path, is) {
			return true
		}
	}
	return false
}

// pack writes the state of the closed drydock in the folder. The same state gives the same bytes.
func pack(w io.Writer, dir string) error {
	zipped, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	archive := tar.NewWriter(zipped)
	err = filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if name = filepath.ToSlash(name); err != nil || !recorded(name) {
			return err
		}
		data, err := os.ReadFile(path)
		if err == nil && strings.HasSuffix(name, ".json") {
			data, err = withoutSource(data)
		}
		if err != nil {
			return err
		}
		if err := archive.WriteHeader(&tar.Header{Name: name, Size: int64(len(data)), Mode: 0o600}); err != nil {
			return err
		}
		_, err = archive.Write(data)
		return err
	})
	return errors.Join(err, archive.Close(), zipped.Close())
}

// withoutSource takes out of a checkpoint where in the program's source each resource was made: paths of this machine, which
// the engine only shows.
func withoutSource(checkpoint []byte) ([]byte, error) {
	var file map[string]any
	numbers := json.NewDecoder(bytes.NewReader(checkpoint))
	numbers.UseNumber()
	if err := numbers.Decode(&file); err != nil {
		return nil, err
	}
	inner, _ := file["checkpoint"].(map[string]any)
	latest, _ := inner["latest"].(map[string]any)
	resources, _ := latest["resources"].([]any)
	if len(resources) == 0 {
		return nil, errors.New("the checkpoint has no resources, or not where they are looked for")
	}
	for _, r := range resources {
		if r, ok := r.(map[string]any); ok {
			delete(r, "sourcePosition")
			delete(r, "stackTrace")
		}
	}
	return json.Marshal(file)
}

// unpack makes the folder of a drydock out of what pack wrote.
func unpack(r io.Reader, dir string) error {
	zipped, err := gzip.NewReader(r)
	if err != nil {
		return err
	}
	for archive := tar.NewReader(zipped); ; {
		header, err := archive.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		data, err := io.ReadAll(archive)
		if err != nil {
			return err
		}
		path := filepath.Join(dir, filepath.FromSlash(header.Name))
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return err
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			return err
		}
	}
}

// A record is small, and tells nothing of the machine that it was made on.
func TestRecordsHoldOnlyTheDrydock(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join(records, "*", "*"+recordSuffix))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.LessOrEqual(t, len(data), recordLimit, file)
		dir := t.TempDir()
		require.NoError(t, unpack(bytes.NewReader(data), dir), file)
		require.NoError(t, filepath.WalkDir(dir, func(path string, entry os.DirEntry, err error) error {
			if err != nil || entry.IsDir() {
				return err
			}
			text, err := os.ReadFile(path)
			assert.NotContains(t, string(text), "sourcePosition", path)
			assert.NotContains(t, string(text), "file://", path)
			return err
		}))
	}
}
