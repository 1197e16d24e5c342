package rootfs

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
)

// maxLinks is the kernel's, as path_resolution(7) says.
const maxLinks = 40

// resolve follows the symlinks of a name, with the root's directory as "/", and returns the name below it without them; "."
// is the root itself. What does not exist is no link.
func resolve(root *os.Root, name string) (string, error) {
	done, links := ".", 0
	for rest := elements(path.Clean("/" + name)); len(rest) > 0; {
		next := path.Join(done, rest[0])
		if rest[0] == ".." {
			next = path.Dir(done) // that of the root is the root
		}
		rest = rest[1:]
		info, err := root.Lstat(next)
		if err != nil || info.Mode()&fs.ModeSymlink == 0 {
			done = next
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
		rest = append(elements(target), rest...)
	}
	return done, nil
}

// resolveParent is resolve, but for the last element, which may be a link itself.
func resolveParent(root *os.Root, name string) (string, error) {
	name = path.Clean("/" + name)
	if name == "/" {
		return ".", nil
	}
	parent, err := resolve(root, path.Dir(name))
	return path.Join(parent, path.Base(name)), err
}

// elements are a path's, without empty ones and ".".
func elements(name string) []string {
	var all []string
	for e := range strings.SplitSeq(name, "/") {
		if e != "" && e != "." {
			all = append(all, e)
		}
	}
	return all
}
