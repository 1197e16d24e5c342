package images

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// madeLayer is a compressed layer. Its hashes were taken while it was written, so that nothing is unpacked to know them.
type madeLayer struct {
	digest, diffID v1.Hash
	size           int64
	open           func() (io.ReadCloser, error)
}

// Digest is that of the compressed content.
func (l *madeLayer) Digest() (v1.Hash, error) { return l.digest, nil }

// DiffID is the digest of the content that is not compressed.
func (l *madeLayer) DiffID() (v1.Hash, error) { return l.diffID, nil }

// Size is that of the compressed content, in bytes.
func (l *madeLayer) Size() (int64, error) { return l.size, nil }

// MediaType is Docker's.
func (l *madeLayer) MediaType() (types.MediaType, error) { return types.DockerLayer, nil }

// Compressed opens the content.
func (l *madeLayer) Compressed() (io.ReadCloser, error) { return l.open() }

// layer copies into a layer, in memory or in a file in dir; left is what it cannot copy. What was copied before in this
// process is not compressed again: a Dockerfile's targets often begin with the same files, as two releases do.
func (f *files) layer(ctx context.Context, dir string, c copying) (layer v1.Layer, left []string, err error) {
	key, left, err := f.key(ctx, c)
	if err != nil {
		return nil, nil, err
	}
	made := layers.get(key)
	if made == nil {
		if made, err = f.make(ctx, dir, c); err != nil {
			return nil, nil, err
		}
		if made, err = f.remember(ctx, made, c, key); err != nil {
			return nil, nil, err
		}
	}
	layer, err = partial.CompressedToLayer(made)
	return layer, left, err
}

// key is a hash of everything that a layer is made of: the layer itself, with archives that would be unpacked as they are.
func (f *files) key(ctx context.Context, c copying) (key string, left []string, err error) {
	sum := sha256.New()
	fmt.Fprintf(sum, "%#v\n", c)
	w := &layerWriter{ctx: ctx, files: f, tar: tar.NewWriter(sum), copying: c, made: map[string]bool{}, packed: true}
	if err := w.write(); err != nil {
		return "", nil, err
	}
	return string(sum.Sum(nil)), w.left, nil
}

// make writes the layer to a file in dir.
func (f *files) make(ctx context.Context, dir string, c copying) (made *madeLayer, err error) {
	out, err := os.CreateTemp(dir, "layer-*.tar.gz")
	if err != nil {
		return nil, err
	}
	defer func() {
		if err = errors.Join(err, out.Close()); err != nil {
			err = errors.Join(err, os.Remove(out.Name()))
		}
	}()
	digest, diffID := sha256.New(), sha256.New()
	zip, err := gzip.NewWriterLevel(io.MultiWriter(out, digest), gzip.BestSpeed)
	if err != nil {
		return nil, err
	}
	w := &layerWriter{ctx: ctx, files: f, tar: tar.NewWriter(io.MultiWriter(zip, diffID)), copying: c, made: map[string]bool{}}
	if err := errors.Join(w.write(), zip.Close()); err != nil {
		return nil, err
	}
	size, err := out.Seek(0, io.SeekEnd)
	return &madeLayer{sha256Of(digest), sha256Of(diffID), size, func() (io.ReadCloser, error) { return os.Open(out.Name()) }}, err
}

func sha256Of(sum hash.Hash) v1.Hash {
	return v1.Hash{Algorithm: "sha256", Hex: hex.EncodeToString(sum.Sum(nil))}
}

// remember keeps a small layer in memory. One whose files were changed meanwhile is not what the key says.
func (f *files) remember(ctx context.Context, made *madeLayer, c copying, key string) (*madeLayer, error) {
	if made.size > maxLayer {
		return made, nil
	}
	again, _, err := f.key(ctx, c)
	if err != nil || again != key {
		return made, err
	}
	from, err := made.open()
	if err != nil {
		return nil, err
	}
	content, err := io.ReadAll(from)
	if err := errors.Join(err, from.Close()); err != nil {
		return nil, err
	}
	made.open = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil }
	layers.put(key, made)
	return made, nil
}
