package images

import (
	"archive/tar"
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
)

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
	_, err := io.Copy(w.tar, reader{w.ctx, from})
	return err
}
