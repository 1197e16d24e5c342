package images

import (
	"testing"

	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCacheIsTrimmed(t *testing.T) {
	path, err := layout.Write(t.TempDir(), empty.Index)
	require.NoError(t, err)
	for range maxCached + 2 {
		made, err := random.Image(10, 1)
		require.NoError(t, err)
		require.NoError(t, path.AppendImage(made))
	}
	index, err := path.ImageIndex()
	require.NoError(t, err)
	before, err := index.IndexManifest()
	require.NoError(t, err)

	kept, err := trimmed(path, before.Manifests)
	require.NoError(t, err)
	assert.Equal(t, before.Manifests[2:], kept)
	_, err = path.Bytes(before.Manifests[0].Digest)
	assert.Error(t, err, "the oldest is gone")
	for _, d := range kept {
		_, err := path.Image(d.Digest)
		require.NoError(t, err)
	}
	again, err := trimmed(path, kept)
	require.NoError(t, err)
	assert.Equal(t, kept, again)
}
