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
	if err := makeDirs(root, path.Dir(file)); err != nil {
		return err
	}
	if err := root.RemoveAll(file); err != nil {
		return err
	}
	if err := root.WriteFile(file, content, 0o644); err != nil {
		return err
	}
	return root.Chmod(file, 0o644)
}

// makeDirs makes a directory and those above it where there are none, for all to read, whatever this process's umask.
func makeDirs(root *os.Root, dir string) error {
	if _, err := root.Lstat(dir); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := makeDirs(root, path.Dir(dir)); err != nil {
		return err
	}
	if err := root.Mkdir(dir, 0o755); err != nil {
		return err
	}
	return root.Chmod(dir, 0o755)
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
	return makeDirs(root, file)
}

// TakeDir moves a directory of an extracted image, with all that is in it, to a path of the machine, and tells whether the
// image has it.
func TakeDir(dir, name, to string) (taken bool, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return false, err
	}
	defer root.Close()
	file, err := resolve(root, name)
	if err != nil {
		return false, err
	}
	info, err := root.Stat(file)
	if errors.Is(err, fs.ErrNotExist) || err == nil && (!info.IsDir() || file == ".") {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, os.Rename(filepath.Join(dir, filepath.FromSlash(file)), to)
}
