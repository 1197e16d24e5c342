package images

import (
	"archive/tar"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/validate"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// copied is the layer of a COPY or ADD from a folder, and how many were written for it.
func copied(t *testing.T, from string, c copying) (digest v1.Hash, written int) {
	t.Helper()
	f, err := openFiles(build{context: from})
	require.NoError(t, err)
	defer f.close()
	scratch := t.TempDir()
	made, _, err := f.layer(t.Context(), scratch, c)
	require.NoError(t, err)
	require.NoError(t, validate.Layer(made), "its hashes and its size are those of its content")
	files, err := os.ReadDir(scratch)
	require.NoError(t, err)
	digest, err = made.Digest()
	require.NoError(t, err)
	return digest, len(files)
}

// packed is a tar archive of one file.
func packed(t *testing.T, name, content string) string {
	t.Helper()
	var out bytes.Buffer
	w := tar.NewWriter(&out)
	require.NoError(t, w.WriteHeader(&tar.Header{Name: name, Mode: 0o644, Size: int64(len(content))}))
	_, err := w.Write([]byte(content))
	require.NoError(t, err)
	require.NoError(t, w.Close())
	return out.String()
}

// TestLayersAreMadeOnce: what is copied again is not compressed again, and what differs in anything is.
func TestLayersAreMadeOnce(t *testing.T) {
	sound := copying{sources: []string{"dir", "app.tar"}, to: "/srv/", unpack: true}
	for name, test := range map[string]struct {
		change  func(dir string) error
		copying func(*copying)
		same    bool
	}{
		"nothing":    {same: true},
		"times only": {change: func(dir string) error { return os.Chtimes(filepath.Join(dir, "dir/one"), time.Now(), time.Unix(9, 0)) }, same: true},
		"content of the same length and time": {change: func(dir string) error {
			return changed(dir, "dir/one", "2")
		}},
		"content of an archive": {change: func(dir string) error { return changed(dir, "app.tar", packed(t, "app", "2")) }},
		"a mode":                {change: func(dir string) error { return os.Chmod(filepath.Join(dir, "dir/one"), 0o755) }},
		"a name":                {change: func(dir string) error { return os.Rename(filepath.Join(dir, "dir/one"), filepath.Join(dir, "dir/two")) }},
		"one file more":         {change: func(dir string) error { return changed(dir, "dir/two", "1") }},
		"what a link names": {change: func(dir string) error {
			link := filepath.Join(dir, "dir/link")
			if err := os.Remove(link); err != nil {
				return err
			}
			return os.Symlink("two", link)
		}},
		"an ignored file":       {change: func(dir string) error { return changed(dir, ".dockerignore", "dir/one\n") }},
		"where to":              {copying: func(c *copying) { c.to = "/opt/" }},
		"a copy of the archive": {copying: func(c *copying) { c.unpack = false }},
		"an owner":              {copying: func(c *copying) { c.owner = "7:7" }},
		"a mode for all":        {copying: func(c *copying) { c.mode = "0700" }},
		"the archive alone":     {copying: func(c *copying) { c.sources = c.sources[1:] }},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			require.NoError(t, os.Mkdir(filepath.Join(dir, "dir"), 0o755))
			require.NoError(t, changed(dir, "dir/one", "1"))
			require.NoError(t, changed(dir, "app.tar", packed(t, "app", t.Name())))
			require.NoError(t, os.Symlink("one", filepath.Join(dir, "dir", "link")))
			first, written := copied(t, dir, sound)
			require.Equal(t, 1, written)

			if test.change != nil {
				require.NoError(t, test.change(dir))
			}
			next := sound
			if test.copying != nil {
				test.copying(&next)
			}
			second, written := copied(t, dir, next)
			assert.Equal(t, test.same, first == second)
			assert.Equal(t, map[bool]int{true: 0, false: 1}[test.same], written)
		})
	}
}

// TestLayersOfOneArchive: it is copied to one place, and unpacked to two.
func TestLayersOfOneArchive(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, changed(dir, "app.tar", packed(t, "app", t.Name())))
	beside, _ := copied(t, dir, copying{sources: []string{"app.tar"}, to: "/srv/", unpack: true})
	inside, _ := copied(t, dir, copying{sources: []string{"app.tar"}, to: "/srv/app.tar", unpack: true})
	assert.NotEqual(t, beside, inside)
}

// changed writes a file with the time that it always has.
func changed(dir, name, content string) error {
	file := filepath.Join(dir, name)
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		return err
	}
	return os.Chtimes(file, time.Unix(1, 0), time.Unix(1, 0))
}

// TestLayersInMemory: the oldest make room.
func TestLayersInMemory(t *testing.T) {
	cache := layerCache{by: map[string]*madeLayer{}}
	for i := range 10 {
		cache.put(fmt.Sprint(i), &madeLayer{size: maxLayer})
		cache.put(fmt.Sprint(i), &madeLayer{size: maxLayer})
	}
	assert.LessOrEqual(t, cache.size, int64(maxLayers))
	assert.Len(t, cache.by, maxLayers/maxLayer)
	assert.Nil(t, cache.get("0"))
	assert.NotNil(t, cache.get("9"))
}
