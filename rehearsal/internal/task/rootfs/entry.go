package rootfs

import (
	"archive/tar"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
)

// write makes the file, directory or link of an entry, at a name that is free.
func (t *tree) write(name string, entry *tar.Header, content io.Reader) error {
	mode := entry.FileInfo().Mode() & (fs.ModePerm | fs.ModeSetuid | fs.ModeSetgid | fs.ModeSticky)
	switch entry.Typeflag {
	case tar.TypeDir:
		if err := t.root.MkdirAll(name, 0o700); err != nil {
			return err
		}
		t.dirs[name] = mode
		return t.own(name, entry)
	case tar.TypeReg:
		return t.writeFile(name, entry, mode, content)
	case tar.TypeSymlink:
		if err := t.root.Symlink(entry.Linkname, name); err != nil {
			return err
		}
		return t.own(name, entry)
	case tar.TypeLink:
		target, err := resolveParent(t.root, entry.Linkname)
		if err != nil {
			return err
		}
		return t.root.Link(target, name)
	case tar.TypeChar, tar.TypeBlock, tar.TypeFifo:
		return nil
	}
	return fmt.Errorf("a tar entry of type %q has no meaning in an image", entry.Typeflag)
}

func (t *tree) writeFile(name string, entry *tar.Header, mode fs.FileMode, content io.Reader) error {
	f, err := t.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := io.Copy(f, content); err != nil {
		return err
	}
	// A change of owner clears the set-user-id bit and capabilities.
	if err := t.own(name, entry); err != nil {
		return err
	}
	if err := f.Chmod(mode); err != nil {
		return err
	}
	if capability := entry.PAXRecords["SCHILY.xattr.security.capability"]; capability != "" && t.owners {
		if err := setCapability(f, capability); err != nil {
			return fmt.Errorf("set its capabilities: %w", err)
		}
	}
	return f.Close()
}

func (t *tree) own(name string, entry *tar.Header) error {
	if !t.owners {
		return nil
	}
	return t.root.Lchown(name, entry.Uid, entry.Gid)
}

// maxLinks is the kernel's, as path_resolution(7) says.
const maxLinks = 40

// resolveParent follows the symlinks of a name's directories, with the root's directory as "/", and returns the name below
// it without them; "." is the root itself. The last element may be a symlink, and nothing of the name needs to exist.
func resolveParent(root *os.Root, name string) (string, error) {
	rest := strings.Split(path.Clean("/" + name)[1:], "/")
	done, links := ".", 0
	for ; len(rest) > 1; rest = rest[1:] {
		next := path.Join(done, rest[0])
		if rest[0] == ".." {
			next = parentOf(done)
		}
		info, err := root.Lstat(next)
		if err != nil || info.Mode()&fs.ModeSymlink == 0 {
			done = next // what does not exist is made
			continue
		}
		if links++; links > maxLinks {
			return "", fmt.Errorf("too many levels of symbolic links at %s", next)
		}
		target, err := root.Readlink(next)
		if err != nil {
			return "", err
		}
		if path.IsAbs(target) {
			done = "."
		}
		// The target's elements take the link's place; the loop then drops that.
		rest = append(append([]string{""}, elements(target)...), rest[1:]...)
	}
	return path.Join(done, rest[0]), nil
}

// parentOf is the directory above; the root is above itself.
func parentOf(name string) string {
	if name == "." {
		return "."
	}
	return path.Dir(name)
}

// elements are a link target's, without empty ones and ".".
func elements(target string) []string {
	var all []string
	for e := range strings.SplitSeq(target, "/") {
		if e != "" && e != "." {
			all = append(all, e)
		}
	}
	return all
}

// Write makes or replaces a file of an extracted image, as a container engine writes /etc/hosts, wherever the image's
// symlinks lead within dir.
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

// Read reads a file of an extracted image, wherever the image's symlinks lead within dir.
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

// MakeDir makes a directory of an extracted image, unless there is one.
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

// resolve follows the last element's symlinks, too.
func resolve(root *os.Root, name string) (string, error) {
	file, err := resolveParent(root, name+"/.")
	return file, err
}
