package images

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

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

// layerWriter writes the files of one layer. They have no times, so that the same content is the same image.
type layerWriter struct {
	copying
	ctx      context.Context
	files    *files
	tar      *tar.Writer
	made     map[string]bool
	left     []string
	uid, gid int
	chmod    fs.FileMode
}

func (w *layerWriter) owners() error {
	if w.owner != "" {
		user, group, ok := strings.Cut(w.owner, ":")
		if !ok {
			group = user
		}
		var bad, badToo error
		w.uid, bad = strconv.Atoi(user)
		w.gid, badToo = strconv.Atoi(group)
		if bad != nil || badToo != nil { // names are those of the image's /etc/passwd
			w.uid, w.gid = 0, 0
			w.left = append(w.left, "--chown="+w.owner)
		}
	}
	if w.mode == "" {
		return nil
	}
	mode, err := strconv.ParseUint(w.mode, 8, 12)
	if err != nil {
		return fmt.Errorf("invalid chmod parameter: '%s'. it should be octal string and between 0 and 07777", w.mode)
	}
	w.chmod = fs.FileMode(mode)
	return nil
}

func (w *layerWriter) all() error {
	var found []string
	for _, source := range w.sources {
		if strings.Contains(source, "://") || strings.HasPrefix(source, "git@") || strings.HasPrefix(source, "<<") {
			w.left = append(w.left, source)
			continue
		}
		at, err := w.files.glob(source)
		if err != nil {
			return err
		}
		found = append(found, at...)
	}
	if len(found) > 1 && !strings.HasSuffix(w.to, "/") {
		if len(w.sources) > 1 {
			return fmt.Errorf("when using %s with more than one source file, the destination must be a directory and end with a /",
				map[bool]string{true: "ADD", false: "COPY"}[w.unpack])
		}
		w.to += "/"
	}
	for _, source := range found {
		if err := w.source(source); err != nil {
			return err
		}
	}
	return nil
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

func (w *layerWriter) source(at string) error {
	info, err := fs.Stat(w.files.fs, at)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return w.folder(at)
	}
	if w.unpack {
		if done, err := w.archive(at); done || err != nil {
			return err
		}
	}
	to := w.to
	if strings.HasSuffix(to, "/") {
		to += path.Base(at)
	}
	return w.file(at, to, info)
}

// folder copies what is in it.
func (w *layerWriter) folder(at string) error {
	if err := w.parents(strings.TrimSuffix(w.to, "/") + "/x"); err != nil {
		return err
	}
	return fs.WalkDir(w.files.fs, at, func(name string, entry fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case name == at:
			return nil
		case w.files.ignored.hides(name):
			if entry.IsDir() && !w.files.ignored.exceptions {
				return fs.SkipDir
			}
			return nil
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		inside := strings.TrimPrefix(name, at+"/")
		return w.file(name, path.Join(w.to, inside), info)
	})
}

// file writes one entry and the folders above it.
func (w *layerWriter) file(at, to string, info fs.FileInfo) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	if err := w.parents(to); err != nil {
		return err
	}
	link := ""
	if info.Mode()&fs.ModeSymlink != 0 {
		var err error
		if link, err = w.files.root.Readlink(at); err != nil {
			return err
		}
	}
	header, err := tar.FileInfoHeader(info, link)
	if err != nil {
		return nil // a socket: docker leaves it out as well
	}
	header.Name, header.ModTime = strings.TrimPrefix(to, "/"), time.Unix(0, 0)
	if info.IsDir() {
		if w.made[to] {
			return nil
		}
		w.made[to] = true
		header.Name += "/"
	}
	header.Uid, header.Gid, header.Uname, header.Gname = w.uid, w.gid, "", ""
	if w.mode != "" {
		header.Mode = int64(w.chmod)
	}
	if err := w.tar.WriteHeader(header); err != nil || !info.Mode().IsRegular() {
		return err
	}
	from, err := w.files.fs.Open(at)
	if err != nil {
		return err
	}
	defer func() { _ = from.Close() }()
	_, err = io.Copy(w.tar, from)
	return err
}

// parents writes the folders above a path, once each.
func (w *layerWriter) parents(to string) error {
	dir := path.Dir(path.Clean(to))
	if dir == "/" || dir == "." || w.made[dir] {
		return nil
	}
	if err := w.parents(dir); err != nil {
		return err
	}
	w.made[dir] = true
	return w.tar.WriteHeader(&tar.Header{
		Typeflag: tar.TypeDir, Name: strings.TrimPrefix(dir, "/") + "/", Mode: 0o755, ModTime: time.Unix(0, 0),
		Uid: w.uid, Gid: w.gid,
	})
}

// archive unpacks a tar file, plain or compressed; done is false for another file.
// https://docs.docker.com/reference/dockerfile/#adding-local-tar-archives
func (w *layerWriter) archive(at string) (done bool, err error) {
	file, err := w.files.fs.Open(at)
	if err != nil {
		return false, err
	}
	defer func() { _ = file.Close() }()
	plain, err := decompressed(bufio.NewReader(file))
	if err != nil {
		return false, nil // not compressed after all
	}
	from := tar.NewReader(plain)
	header, err := from.Next()
	if err != nil {
		return false, nil // not an archive
	}
	for ; err == nil; header, err = from.Next() {
		if err := w.entry(header, from); err != nil {
			return true, err
		}
	}
	if errors.Is(err, io.EOF) {
		return true, nil
	}
	return true, fmt.Errorf("%s: %w", at, err)
}

func decompressed(from *bufio.Reader) (io.Reader, error) {
	head, _ := from.Peek(3)
	switch {
	case bytes.HasPrefix(head, []byte{0x1f, 0x8b}):
		return gzip.NewReader(from)
	case bytes.HasPrefix(head, []byte("BZh")):
		return bzip2.NewReader(from), nil
	}
	return from, nil
}

func (w *layerWriter) entry(header *tar.Header, from io.Reader) error {
	if err := w.ctx.Err(); err != nil {
		return err
	}
	to := path.Join(w.to, path.Clean("/"+header.Name))
	if to == "/" || header.Typeflag == tar.TypeXGlobalHeader {
		return nil
	}
	if err := w.parents(to); err != nil {
		return err
	}
	next := *header
	next.Name, next.Format = strings.TrimPrefix(to, "/"), tar.FormatUnknown
	if header.Typeflag == tar.TypeDir {
		w.made[to] = true
		next.Name += "/"
	}
	if header.Typeflag == tar.TypeLink {
		next.Linkname = strings.TrimPrefix(path.Join(w.to, path.Clean("/"+header.Linkname)), "/")
	}
	if w.owner != "" {
		next.Uid, next.Gid, next.Uname, next.Gname = w.uid, w.gid, "", ""
	}
	if err := w.tar.WriteHeader(&next); err != nil {
		return err
	}
	_, err := io.Copy(w.tar, from)
	return err
}
