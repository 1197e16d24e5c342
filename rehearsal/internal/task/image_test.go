package task

import (
	"archive/tar"
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/stretchr/testify/require"
)

// app is the program of testdata/app.
var app = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "app-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "app")
	build := exec.Command("go", "build", "-o", file, "testdata/app/main.go")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GO111MODULE=off") // it needs the standard library alone
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
})

// image has the app at /app, and the files.
func image(t *testing.T, config v1.Config, files map[string]string) v1.Image {
	t.Helper()
	program, err := app()
	require.NoError(t, err)
	entries := []entry{file("app", string(program), 0o755)}
	for name, content := range files {
		entries = append(entries, file(name, content, 0o644))
	}
	return withLayers(t, runtime.GOARCH, config, archive(t, entries...))
}

// entry is a member of a layer.
type entry struct {
	header  tar.Header
	content string
}

func file(name, content string, mode int64) entry {
	return entry{tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: mode, Size: int64(len(content))}, content}
}

// archive is a layer.
func archive(t *testing.T, entries ...entry) []byte {
	t.Helper()
	var layer bytes.Buffer
	out := tar.NewWriter(&layer)
	for _, e := range entries {
		require.NoError(t, out.WriteHeader(&e.header))
		_, err := io.WriteString(out, e.content)
		require.NoError(t, err)
	}
	require.NoError(t, out.Close())
	return layer.Bytes()
}

func withLayers(t *testing.T, architecture string, config v1.Config, tars ...[]byte) v1.Image {
	t.Helper()
	img, err := mutate.ConfigFile(empty.Image, &v1.ConfigFile{Architecture: architecture, OS: "linux", Config: config})
	require.NoError(t, err)
	for _, content := range tars {
		layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) {
			return io.NopCloser(bytes.NewReader(content)), nil
		})
		require.NoError(t, err)
		img, err = mutate.AppendLayers(img, layer)
		require.NoError(t, err)
	}
	return img
}

// container is an essential one that takes the app through the steps.
func container(t *testing.T, name string, steps ...string) Container {
	t.Helper()
	return Container{
		Name: name, Essential: true,
		Image:   image(t, v1.Config{Entrypoint: []string{"/app"}}, nil),
		Command: slices.Clone(steps),
	}
}
