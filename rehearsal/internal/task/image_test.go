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
	build := exec.Command("go", "build", "-o", file, "./testdata/app")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
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
	var layer bytes.Buffer
	out := tar.NewWriter(&layer)
	add := func(name string, mode int64, content []byte) {
		require.NoError(t, out.WriteHeader(&tar.Header{Name: name, Typeflag: tar.TypeReg, Mode: mode, Size: int64(len(content))}))
		_, err := out.Write(content)
		require.NoError(t, err)
	}
	add("app", 0o755, program)
	for name, content := range files {
		add(name, 0o644, []byte(content))
	}
	require.NoError(t, out.Close())
	return withLayers(t, runtime.GOARCH, config, layer.Bytes())
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
