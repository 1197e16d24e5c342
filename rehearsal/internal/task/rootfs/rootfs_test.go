package rootfs

import (
	"archive/tar"
	"bytes"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/stretchr/testify/require"
)

type entries []tar.Header

func dir(name string, mode int64) tar.Header {
	return tar.Header{Name: name, Typeflag: tar.TypeDir, Mode: mode, Uid: os.Getuid(), Gid: os.Getgid()}
}

// file has its own name as content.
func file(name string, mode int64) tar.Header {
	return tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: mode, Size: int64(len(name)), Uid: os.Getuid(), Gid: os.Getgid()}
}

func link(kind byte, name, target string) tar.Header {
	return tar.Header{Name: name, Typeflag: kind, Linkname: target, Uid: os.Getuid(), Gid: os.Getgid()}
}

func image(t *testing.T, layers ...entries) v1.Image {
	t.Helper()
	img := empty.Image
	for _, l := range layers {
		var content bytes.Buffer
		out := tar.NewWriter(&content)
		for _, h := range l {
			require.NoError(t, out.WriteHeader(&h))
			if h.Size > 0 {
				_, err := io.WriteString(out, h.Name)
				require.NoError(t, err)
			}
		}
		require.NoError(t, out.Close())
		layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content.Bytes())), nil })
		require.NoError(t, err)
		img, err = mutate.AppendLayers(img, layer)
		require.NoError(t, err)
	}
	return img
}

// list is every file below the directory with its mode and its content or target.
func list(t *testing.T, root string) map[string]string {
	t.Helper()
	all := map[string]string{}
	require.NoError(t, filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || path == root {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		text := info.Mode().String()
		switch {
		case info.Mode().IsRegular():
			content, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			text += " " + string(content)
		case info.Mode()&fs.ModeSymlink != 0:
			target, err := os.Readlink(path)
			if err != nil {
				return err
			}
			text += " " + target
		}
		all[path[len(root)+1:]] = text
		return nil
	}))
	return all
}

func TestExtract(t *testing.T) {
	for name, c := range map[string]struct {
		layers []entries
		want   map[string]string
	}{
		"modes": {
			[]entries{{dir("d/", 0o1777), file("d/f", 0o4755), file("made/g", 0o600)}},
			map[string]string{"d": "dtrwxrwxrwx", "d/f": "urwxr-xr-x d/f", "made": "drwxr-xr-x", "made/g": "-rw------- made/g"},
		},
		"directory that cannot be written to": {
			[]entries{{dir("d", 0o755), file("d/f", 0o644)}, {dir("d", 0o700)}},
			map[string]string{"d": "drwx------", "d/f": "-rw-r--r-- d/f"},
		},
		"replaced": {
			[]entries{{file("a", 0o644), dir("b", 0o755), file("b/c", 0o644)}, {dir("a", 0o755), file("b", 0o600)}},
			map[string]string{"a": "drwxr-xr-x", "b": "-rw------- b"},
		},
		"whiteout": {
			[]entries{{file("a", 0o644), dir("b", 0o755), file("b/c", 0o644), file("keep", 0o644)}, {file(".wh.a", 0o644), file(".wh.b", 0o644), file(".wh.none", 0o644)}},
			map[string]string{"keep": "-rw-r--r-- keep"},
		},
		"opaque directory, marked last": {
			[]entries{{file("d/old", 0o644), file("d/sub/old", 0o644)}, {file("d/new", 0o644), file("d/sub/new", 0o644), file("d/.wh..wh..opq", 0o644)}},
			map[string]string{"d": "drwxr-xr-x", "d/new": "-rw-r--r-- d/new", "d/sub": "drwxr-xr-x", "d/sub/new": "-rw-r--r-- d/sub/new"},
		},
		"hard link": {
			[]entries{{file("a", 0o644)}, {link(tar.TypeLink, "b", "/a")}},
			map[string]string{"a": "-rw-r--r-- a", "b": "-rw-r--r-- a"},
		},
		"through symlinks": {
			[]entries{
				{dir("run", 0o755), dir("usr/lib", 0o755), link(tar.TypeSymlink, "var/run", "/run"), link(tar.TypeSymlink, "lib", "usr/lib"), link(tar.TypeSymlink, "two", "./lib/../lib")},
				{file("var/run/x", 0o644), file("lib/y", 0o644), file("two/z", 0o644)},
			},
			map[string]string{
				"run": "drwxr-xr-x", "run/x": "-rw-r--r-- var/run/x", "usr": "drwxr-xr-x", "usr/lib": "drwxr-xr-x", "usr/lib/y": "-rw-r--r-- lib/y",
				"usr/lib/z": "-rw-r--r-- two/z", "var": "drwxr-xr-x", "var/run": "Lrwxrwxrwx /run", "lib": "Lrwxrwxrwx usr/lib", "two": "Lrwxrwxrwx ./lib/../lib",
			},
		},
		"never outside": {
			[]entries{{
				file("../../up", 0o644), file("/top", 0o644), link(tar.TypeSymlink, "out", "../../.."), file("out/there", 0o644),
				link(tar.TypeSymlink, "passwd", "/etc/passwd"), link(tar.TypeLink, "copy", "../up"),
			}},
			map[string]string{
				"up": "-rw-r--r-- ../../up", "top": "-rw-r--r-- /top", "out": "Lrwxrwxrwx ../../..", "there": "-rw-r--r-- out/there",
				"passwd": "Lrwxrwxrwx /etc/passwd", "copy": "-rw-r--r-- ../../up",
			},
		},
		"the root itself": {[]entries{{dir("./", 0o755), file("./a", 0o644)}}, map[string]string{"a": "-rw-r--r-- ./a"}},
		"device":          {[]entries{{tar.Header{Name: "null", Typeflag: tar.TypeChar, Devmajor: 1, Devminor: 3}}}, map[string]string{}},
	} {
		t.Run(name, func(t *testing.T) {
			root := t.TempDir()
			require.NoError(t, Extract(image(t, c.layers...), root))
			require.Equal(t, c.want, list(t, root))
		})
	}
}

func TestExtractRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		layer entries
		want  string
	}{
		"circle of symlinks": {
			entries{link(tar.TypeSymlink, "a", "b"), link(tar.TypeSymlink, "b", "a"), file("a/x", 0o644)},
			"extract layer 1 of the image: a/x: too many levels of symbolic links at ",
		},
		"hard link to the machine": {entries{link(tar.TypeLink, "a", "/etc/hostname")}, "extract layer 1 of the image: a: "},
		"unknown type":             {entries{{Name: "a", Typeflag: tar.TypeCont}}, `a tar entry of type '7' has no meaning in an image`},
	} {
		t.Run(name, func(t *testing.T) {
			require.ErrorContains(t, Extract(image(t, c.layer), t.TempDir()), c.want)
		})
	}
}

func TestOwnersAndCapabilities(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root gives files away")
	}
	owned := file("f", 0o4755)
	owned.Uid, owned.Gid = 1000, 1001
	// cap_net_bind_service=ep, as setcap writes it.
	owned.PAXRecords = map[string]string{"SCHILY.xattr.security.capability": "\x01\x00\x00\x02\x00\x04\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00"}
	root := t.TempDir()
	require.NoError(t, Extract(image(t, entries{owned}), root))
	requireOwner(t, filepath.Join(root, "f"), 1000, 1001, owned.PAXRecords["SCHILY.xattr.security.capability"])
}

func TestFilesOfARoot(t *testing.T) {
	outside := t.TempDir()
	root := t.TempDir()
	require.NoError(t, os.Symlink(outside, filepath.Join(root, "etc")))
	require.NoError(t, Write(root, "/etc/hosts", []byte("hosts")))
	content, err := Read(root, "/etc/hosts")
	require.NoError(t, err)
	require.Equal(t, "hosts", string(content))
	require.NoError(t, MakeDir(root, "/etc/deep/er"))
	left, err := os.ReadDir(outside)
	require.NoError(t, err)
	require.Empty(t, left, "the link leads to a directory of the root")
	require.DirExists(t, filepath.Join(root, outside, "deep/er"))
	require.NoError(t, os.Symlink("/etc/hosts", filepath.Join(root, "hosts")))
	content, err = Read(root, "hosts")
	require.NoError(t, err)
	require.Equal(t, "hosts", string(content))
	_, err = Read(root, "/etc/shadow")
	require.ErrorIs(t, err, fs.ErrNotExist)
}
