package images

import (
	"archive/tar"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
)

// files are a build's context, as .dockerignore leaves it. Nothing outside of its folder is read, be it through a link.
type files struct {
	root    *os.Root
	fs      fs.FS
	ignored ignored
}

// copying is one COPY or ADD.
type copying struct {
	sources     []string
	to          string // absolute; with a slash at its end when it is a folder
	unpack      bool   // archives, as ADD does
	owner, mode string
}

func openFiles(o build) (*files, error) {
	root, err := os.OpenRoot(o.context)
	if err != nil {
		return nil, err
	}
	ignored, err := readIgnored(o)
	if err != nil {
		return nil, errors.Join(err, root.Close())
	}
	return &files{root: root, fs: root.FS(), ignored: ignored}, nil
}

func (f *files) close() { _ = f.root.Close() }

// layer copies into a new layer, in a file in dir; left is what it cannot copy.
func (f *files) layer(ctx context.Context, dir string, c copying) (layer v1.Layer, left []string, err error) {
	out, err := os.CreateTemp(dir, "layer-*.tar.gz")
	if err != nil {
		return nil, nil, err
	}
	defer func() {
		if err = errors.Join(err, out.Close()); err != nil {
			err = errors.Join(err, os.Remove(out.Name()))
		}
	}()
	zip, err := gzip.NewWriterLevel(out, gzip.BestSpeed)
	if err != nil {
		return nil, nil, err
	}
	w := &layerWriter{ctx: ctx, files: f, tar: tar.NewWriter(zip), copying: c, made: map[string]bool{}}
	if err := w.owners(); err != nil {
		return nil, nil, err
	}
	if err := w.all(); err != nil {
		return nil, nil, err
	}
	if err := errors.Join(w.tar.Close(), zip.Close()); err != nil {
		return nil, nil, err
	}
	layer, err = tarball.LayerFromFile(out.Name())
	return layer, w.left, err
}

// glob are the paths in the context that a source names.
func (f *files) glob(source string) ([]string, error) {
	pattern := strings.TrimPrefix(path.Clean("/"+source), "/")
	if pattern == "" {
		return []string{"."}, nil
	}
	found, err := fs.Glob(f.fs, pattern)
	if err != nil {
		return nil, fmt.Errorf("%q: %w", source, err)
	}
	if found == nil { // a name may have a pattern's characters
		if _, err := fs.Stat(f.fs, pattern); err == nil {
			found = []string{pattern}
		}
	}
	found = slices.DeleteFunc(found, f.ignored.hides)
	if len(found) == 0 {
		return nil, fmt.Errorf("failed to compute cache key: failed to calculate checksum of ref: %q: not found", "/"+pattern)
	}
	return found, nil
}
