package rootfs

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// Write makes or replaces a file of an extracted image, as a container engine writes /etc/hosts. The image's symlinks lead
// to files of the image, here as below; a file that is one itself is replaced.
func Write(dir, name string, content []byte) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	file, err := resolveParent(root, name)
	if err != nil {
		return err
	}
	if err := root.MkdirAll(path.Dir(file), 0o755); err != nil {
		return err
	}
	if err := root.RemoveAll(file); err != nil {
		return err
	}
	return root.WriteFile(file, content, 0o644)
}

// Read reads a file of an extracted image.
func Read(dir, name string) ([]byte, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	file, err := resolve(root, name)
	if err != nil {
		return nil, err
	}
	return root.ReadFile(file)
}

// MakeDir makes a directory of an extracted image, and those above it, unless there are.
func MakeDir(dir, name string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	file, err := resolve(root, name)
	if err != nil {
		return err
	}
	return root.MkdirAll(file, 0o755)
}

// TakeDir moves a directory of an extracted image, with all that is in it, to a path of the machine. It does nothing if the
// image has no such directory.
func TakeDir(dir, name, to string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	file, err := resolve(root, name)
	if err != nil {
		return err
	}
	info, err := root.Stat(file)
	if errors.Is(err, fs.ErrNotExist) || err == nil && (!info.IsDir() || file == ".") {
		return nil
	}
	if err != nil {
		return err
	}
	return os.Rename(filepath.Join(dir, filepath.FromSlash(file)), to)
}
