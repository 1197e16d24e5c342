package rehearsal

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// git is what git says of the folder, in one line; nothing where there is no git or no commit.
func git(dir string, args ...string) string {
	out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// sourceFiles are the files that a push of the folder would bring, by path from it: with git those that it knows or
// would add, else all but the drydock's own. strays are those that are not committed.
func sourceFiles(ctx context.Context, dir string) (files, strays []string, err error) {
	if git(dir, "rev-parse", "--is-inside-work-tree") != "true" {
		files, err = allFiles(dir)
		return files, nil, err
	}
	known, err := gitFiles(ctx, dir, "--cached", "--others", "--exclude-standard")
	if err != nil {
		return nil, nil, err
	}
	changed, err := gitFiles(ctx, dir, "--others", "--exclude-standard", "--modified")
	if err != nil {
		return nil, nil, err
	}
	for _, name := range known {
		if _, err := os.Lstat(filepath.Join(dir, name)); err == nil { // else it is deleted, and not yet committed
			files = append(files, name)
		}
	}
	return slices.Compact(files), slices.Compact(changed), nil
}

// gitFiles are paths from the folder, which may be anywhere in a working tree.
func gitFiles(ctx context.Context, dir string, args ...string) ([]string, error) {
	cmd := exec.CommandContext(ctx, "git", append([]string{"-C", dir, "ls-files", "-z"}, args...)...)
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("git ls-files: %w", err)
	}
	var names []string
	for _, name := range bytes.Split(out, []byte{0}) {
		if len(name) > 0 {
			names = append(names, string(name))
		}
	}
	slices.Sort(names)
	return names, nil
}

func allFiles(dir string) ([]string, error) {
	var files []string
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == ".git" || d.Name() == ".drydock"):
			return filepath.SkipDir
		case d.IsDir():
			return nil
		}
		name, err := filepath.Rel(dir, path)
		files = append(files, name)
		return err
	})
	return files, err
}

// copyFiles puts the files into a new folder, links and executable bits as they are, and returns a digest of them all.
func copyFiles(ctx context.Context, from, to string, files []string) (digest string, err error) {
	sum := sha256.New()
	for _, name := range files {
		if err := ctx.Err(); err != nil {
			return "", err
		}
		if err := copyFile(filepath.Join(from, name), filepath.Join(to, name), sum); err != nil {
			return "", err
		}
		fmt.Fprintf(sum, "%s\n", name)
	}
	return hex.EncodeToString(sum.Sum(nil)), nil
}

func copyFile(from, to string, also io.Writer) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	info, err := os.Lstat(from)
	if err != nil {
		return err
	}
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := os.Readlink(from)
		if err != nil {
			return err
		}
		return os.Symlink(target, to)
	case !info.Mode().IsRegular():
		return nil // a socket or a submodule's folder: git brings neither
	}
	source, err := os.Open(from)
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, info.Mode().Perm()|0o600)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.MultiWriter(target, also), source)
	return errors.Join(err, target.Close())
}
