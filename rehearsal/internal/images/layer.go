package images

import (
	"archive/tar"
	"context"
	"fmt"
	"io"
	"io/fs"
	"path"
	"strconv"
	"strings"
	"time"
)

// layerWriter writes the files of one layer. They have no times, so that the same content is the same image.
type layerWriter struct {
	copying
	ctx      context.Context
	files    *files
	tar      *tar.Writer
	packed   bool // archives stay as they are
	made     map[string]bool
	left     []string
	uid, gid int
	chmod    fs.FileMode
}

// write writes the whole layer.
func (w *layerWriter) write() error {
	if err := w.owners(); err != nil {
		return err
	}
	if err := w.all(); err != nil {
		return err
	}
	return w.tar.Close()
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

func (w *layerWriter) source(at string) error {
	info, err := fs.Stat(w.files.fs, at)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return w.folder(at)
	}
	if w.unpack && !w.packed {
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
	_, err = io.Copy(w.tar, reader{w.ctx, from})
	return err
}

// reader ends with its context.
type reader struct {
	ctx context.Context
	io.Reader
}

// Read reads while the context lasts.
func (r reader) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	return r.Reader.Read(p)
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
