// Package rootfs writes an image's files to a directory, as a container engine does for a container.
package rootfs

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"

	v1 "github.com/google/go-containerregistry/pkg/v1"
)

// A layer deletes a file below it by one with this prefix, and what is in a directory by one with the second name.
// https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts
const (
	whiteout = ".wh."
	opaque   = ".wh..wh..opq"
)

// Extract writes the image's files to an existing, empty directory. Nothing is written outside of it, whatever the names
// and links in the image. Root keeps owners and file capabilities; for anyone else all files are theirs. Device nodes,
// sockets and FIFOs are left out.
func Extract(image v1.Image, dir string) error {
	layers, err := image.Layers()
	if err != nil {
		return fmt.Errorf("read the image's layers: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	t := &tree{root: root, owners: os.Geteuid() == 0, dirs: map[string]fs.FileMode{".": 0o755}}
	for i, layer := range layers {
		if err := t.apply(layer); err != nil {
			return fmt.Errorf("extract layer %d of the image: %w", i+1, err)
		}
	}
	return t.closeDirs()
}

// tree is the directory that layers are applied to.
type tree struct {
	root   *os.Root
	owners bool
	// dirs are the modes of directories. They are set last: one may not be writable.
	dirs map[string]fs.FileMode
	// layer is what the current one has written, which its whiteouts do not concern.
	layer map[string]bool
}

func (t *tree) apply(layer v1.Layer) error {
	content, err := layer.Uncompressed()
	if err != nil {
		return err
	}
	defer content.Close()
	t.layer = map[string]bool{}
	for entries := tar.NewReader(content); ; {
		entry, err := entries.Next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if err := t.add(entry, entries); err != nil {
			return fmt.Errorf("%s: %w", entry.Name, err)
		}
	}
}

func (t *tree) add(entry *tar.Header, content io.Reader) error {
	name, err := resolveParent(t.root, entry.Name)
	if err != nil || name == "." {
		return err
	}
	base, parent := path.Base(name), path.Dir(name)
	if base == opaque {
		return t.clear(parent)
	}
	if hidden, ok := strings.CutPrefix(base, whiteout); ok {
		return t.remove(path.Join(parent, hidden))
	}
	if err := t.makeParents(parent); err != nil {
		return err
	}
	if err := t.makeWay(name, entry.Typeflag); err != nil {
		return err
	}
	t.layer[name] = true
	return t.write(name, entry, content)
}

// makeParents makes a file's directories where the image names none.
func (t *tree) makeParents(dir string) error {
	if err := makeDirs(t.root, dir); err != nil {
		return err
	}
	for ; dir != "."; dir = path.Dir(dir) {
		t.layer[dir] = true
	}
	return nil
}

// makeWay removes what a new entry replaces: all but a directory by a directory.
func (t *tree) makeWay(name string, kind byte) error {
	old, err := t.root.Lstat(name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil || old.IsDir() && kind == tar.TypeDir {
		return err
	}
	return t.remove(name)
}

func (t *tree) remove(name string) error {
	for dir := range t.dirs {
		if dir == name || strings.HasPrefix(dir, name+"/") {
			delete(t.dirs, dir)
		}
	}
	return t.root.RemoveAll(name)
}

// clear removes what lower layers have in a directory.
func (t *tree) clear(dir string) error {
	entries, err := fs.ReadDir(t.root.FS(), dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		if name := path.Join(dir, e.Name()); !t.layer[name] {
			err = errors.Join(err, t.remove(name))
		} else if e.IsDir() {
			err = errors.Join(err, t.clear(name))
		}
	}
	return err
}

// closeDirs sets the modes of the directories. Those who cannot do without may still remove what is in theirs.
func (t *tree) closeDirs() error {
	for name, mode := range t.dirs {
		if !t.owners {
			mode |= 0o700
		}
		if err := t.root.Chmod(name, mode); err != nil {
			return err
		}
	}
	return nil
}
