package images

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
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
