package task

import (
	"archive/tar"
	"compress/gzip"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/stretchr/testify/require"
)

const bashDog = "../../../examples/bash-dog"

// bashDogImage is what the example's Dockerfile makes.
func bashDogImage(t *testing.T, user, command string, copied ...entry) v1.Image {
	t.Helper()
	packed, err := os.Open(filepath.Join(bashDog, "bin", "bash-dog-"+runtime.GOARCH+".tar.gz"))
	if os.IsNotExist(err) {
		t.Skipf("the example has no program for %s", runtime.GOARCH)
	}
	require.NoError(t, err)
	defer packed.Close()
	program, err := gzip.NewReader(packed)
	require.NoError(t, err)
	layer, err := io.ReadAll(program)
	require.NoError(t, err)
	config := v1.Config{User: user, Entrypoint: []string{"/bash-dog"}, Cmd: []string{command}}
	return withLayers(t, runtime.GOARCH, config, layer, archive(t, copied...))
}

func TestBashDog(t *testing.T) {
	copied := func(from, to string) entry {
		content, err := os.ReadFile(filepath.Join(bashDog, from))
		require.NoError(t, err)
		return file(to, string(content), 0o644)
	}
	web := Container{Name: "nginx", Essential: true, Ports: []int{80}}
	web.Image = bashDogImage(t, "", "nginx", copied("nginx.conf", "etc/nginx/nginx.conf"),
		entry{header: tar.Header{Name: "usr/share/nginx/html/", Typeflag: tar.TypeDir, Mode: 0o755}},
		copied("html/index.html", "usr/share/nginx/html/index.html"))
	api := Container{Name: "api", Essential: true, Ports: []int{8000}, Image: bashDogImage(t, "65534:65534", "api"),
		Env: []string{"BASH_DOG_ENVIRONMENT=rehearsal", "DATABASE_URL=postgres://db"}}
	sidecar := Container{Name: "sidecar", Essential: true, Image: bashDogImage(t, "65534:65534", "sidecar"),
		Env: []string{"API_URL=http://localhost:8000", "LOG_TOKEN=secret"}}
	r := start(t, web, api, sidecar)
	eventually(t, r, "nginx forwards to the api", func() bool {
		status, body, err := r.Probe(t.Context(), 80, "/health")
		return err == nil && status == 200 && body == "ok\n"
	})
	_, body, err := r.Probe(t.Context(), 80, "/api/dogs")
	require.NoError(t, err)
	require.Equal(t, `{"dog":"bash","environment":"rehearsal","database":"set"}`+"\n", body)
	_, body, err = r.Probe(t.Context(), 80, "/")
	require.NoError(t, err)
	require.Contains(t, strings.ToLower(body), "<html")
	status, _, err := r.Probe(t.Context(), 80, "/index.html")
	require.NoError(t, err)
	require.Equal(t, 301, status, "a redirect is an answer")
	eventually(t, r, "the sidecar runs", logged(r, "sidecar: sidecar: log token set"))
	require.Nil(t, r.Failed())
}
