package awscli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// ways are what a source and a destination make of a command; two local ones make none.
var ways = map[[2]bool]string{{false, true}: "upload", {true, false}: "download", {true, true}: "copy"}

// ends are the source and the destination, and what the way between them is called.
func (c *call) ends() (from, to location, kind string, err error) {
	from, to = locationOf(c.given.paths[0]), locationOf(c.given.paths[1])
	kind, ok := ways[[2]bool{from.remote(), to.remote()}]
	if !ok {
		const forms = "<LocalPath> <S3Uri> or <S3Uri> <LocalPath> or <S3Uri> <S3Uri>"
		return from, to, "", failure{exitUsage, "usage: aws s3 " + c.op.name + " " + forms + "\nError: Invalid argument type"}
	}
	if !from.remote() && from.key != "-" {
		if _, err := os.Stat(c.abs(from.key)); err != nil {
			return from, to, "", failure{exitGeneral, fmt.Sprintf("The user-provided path %s does not exist.", from.key)}
		}
	}
	return from, to, kind, nil
}

// copyOrMove is `s3 cp` and `s3 mv`.
// https://docs.aws.amazon.com/cli/latest/reference/s3/cp.html
func (c *call) copyOrMove() (any, error) {
	from, to, kind, err := c.ends()
	if err != nil {
		return nil, err
	}
	if from.key == "-" && !from.remote() || to.key == "-" && !to.remote() {
		return nil, c.stream(from, to)
	}
	if c.moves() {
		kind = "move"
		if target := c.target(to, path.Base(from.key)); target == from {
			return nil, failure{exitUsage, fmt.Sprintf("Cannot mv a file onto itself: %s - %s", from, target)}
		}
	}
	sources, err := c.sources(from)
	if err != nil {
		return nil, c.fatal(err)
	}
	var all []transfer
	for _, s := range sources {
		all = append(all, transfer{kind, s.at, c.target(to, s.name), s.size})
	}
	return nil, c.transfers(all)
}

func (c *call) moves() bool { return c.op.name == "mv" }

// stream is cp from the standard input or to the standard output, of which nothing is told.
func (c *call) stream(from, to location) error {
	if c.moves() || c.given.flag("recursive", false) {
		return failure{exitUsage, "Streaming currently is only compatible with non-recursive cp commands"}
	}
	var err error
	if to.remote() {
		_, err = c.putObject(to.bucket, to.key, c.Stdin, c.upload(transfer{from: from}))
	} else {
		err = c.printObject(from)
	}
	if err != nil {
		verb := map[bool]string{true: "upload", false: "download"}[to.remote()]
		return c.failed(fmt.Sprintf("%s failed: %s to %s %s", verb, from, to, err))
	}
	return nil
}

// sources are the files or objects that the command takes: all below with --recursive, else the one.
func (c *call) sources(from location) ([]entry, error) {
	var found []entry
	var err error
	switch {
	case c.given.flag("recursive", false):
		found, err = c.below(from)
	case from.remote():
		var o Object
		o, err = c.headObject(from.bucket, from.key)
		var r refusal
		if errors.As(err, &r) && r.code == "404" {
			r.message = fmt.Sprintf("Key \"%s\" does not exist", from.key)
			err = r
		}
		found = []entry{{from, path.Base(from.key), o.Size, o.Modified}}
	default:
		info, statErr := os.Stat(c.abs(from.key))
		if statErr != nil {
			return nil, statErr
		}
		if info.IsDir() {
			return nil, fmt.Errorf("%s is a directory: add --recursive", from.key)
		}
		found = []entry{{from, filepath.Base(from.key), info.Size(), info.ModTime()}}
	}
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(found, func(e entry) bool { return !c.passes(e.name) }), nil
}

// target is where a source of the name goes: below a directory or a prefix, or to the very path.
func (c *call) target(to location, name string) location {
	if c.given.flag("recursive", false) || c.op.name == "sync" {
		return within(to, name)
	}
	if to.remote() {
		if to.key == "" || strings.HasSuffix(to.key, "/") {
			to.key += name
		}
		return to
	}
	if info, err := os.Stat(c.abs(to.key)); strings.HasSuffix(to.key, "/") || err == nil && info.IsDir() {
		to.key = filepath.Join(to.key, name)
	}
	return to
}

func within(root location, name string) location {
	if root.remote() {
		root.key = asPrefix(root.key) + name
		return root
	}
	root.key = filepath.Join(root.key, filepath.FromSlash(name))
	return root
}

// asPrefix is a key as the beginning of the keys below it.
func asPrefix(key string) string {
	if key == "" || strings.HasSuffix(key, "/") {
		return key
	}
	return key + "/"
}

// below are all files or objects below a root, by name.
func (c *call) below(root location) ([]entry, error) {
	if !root.remote() {
		return c.filesBelow(root)
	}
	prefix := asPrefix(root.key)
	objects, err := c.listObjects(root.bucket, prefix, "")
	if err != nil {
		return nil, err
	}
	var found []entry
	for _, o := range objects {
		if strings.HasSuffix(o.Key, "/") && o.Size == 0 { // a folder that the console has made
			continue
		}
		found = append(found, entry{location{root.bucket, o.Key}, strings.TrimPrefix(o.Key, prefix), o.Size, o.Modified})
	}
	return found, nil
}

// filesBelow follows links unless told not to, as the CLI does.
func (c *call) filesBelow(root location) ([]entry, error) {
	var found []entry
	top := c.abs(root.key)
	err := filepath.WalkDir(top, func(file string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := os.Stat(file)
		if d.Type()&fs.ModeSymlink != 0 && !c.given.flag("follow-symlinks", true) || err != nil || !info.Mode().IsRegular() {
			return nil
		}
		rel, err := filepath.Rel(top, file)
		found = append(found, entry{location{key: filepath.Join(root.key, rel)}, filepath.ToSlash(rel), info.Size(), info.ModTime()})
		return err
	})
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return found, err
}

// passes applies --exclude and --include: all is included at first, and the last that matches decides.
// https://docs.aws.amazon.com/cli/latest/reference/s3/#use-of-exclude-and-include-filters
func (c *call) passes(name string) bool {
	passed := true
	for _, f := range c.given.filters {
		if matches(f.pattern, name) {
			passed = f.include
		}
	}
	return passed
}

// removeAll is `s3 rm`: https://docs.aws.amazon.com/cli/latest/reference/s3/rm.html
func (c *call) removeAll() (any, error) {
	at := locationOf(c.given.paths[0])
	if !at.remote() {
		return nil, failure{exitUsage, "usage: aws s3 rm <S3Uri>\nError: Invalid argument type"}
	}
	found := []entry{{at: at, name: path.Base(at.key)}}
	if c.given.flag("recursive", false) {
		var err error
		if found, err = c.below(at); err != nil {
			return nil, c.fatal(err)
		}
	}
	var all []transfer
	for _, e := range found {
		if c.passes(e.name) {
			all = append(all, transfer{kind: "delete", from: e.at})
		}
	}
	return nil, c.transfers(all)
}
