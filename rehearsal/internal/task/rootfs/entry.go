package rootfs

import (
	"archive/tar"
	"fmt"
	"io"
	"io/fs"
	"os"
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
