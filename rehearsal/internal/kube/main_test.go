package kube

import (
	"archive/tar"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/stretchr/testify/require"
)

const (
	policyPrefix = "arn:aws:eks::aws:cluster-access-policy/"
	shop         = "shop" // the namespace that the bindings are for
)

// The cluster is started once for all tests; each has a namespace of its own.
var (
	built   Toolbox
	cluster *Cluster
)

// asHolder makes this binary a process that holds a cluster in the directory and waits to be killed.
const asHolder = "KUBE_TEST_HOLDER"

func hold(dir string) int {
	tools, err := Tools(context.Background(), os.Stderr)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	o := options(dir)
	o.WithoutTasks = true
	c, err := Start(context.Background(), tools, o)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Println(c.Endpoint())
	time.Sleep(time.Hour)
	return 1
}

func TestMain(m *testing.M) {
	if dir := os.Getenv(asHolder); dir != "" {
		os.Exit(hold(dir))
	}
	os.Exit(run(m))
}

func run(m *testing.M) int {
	ctx := context.Background()
	var err error
	if built, err = Tools(ctx, os.Stderr); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	dir, err := os.MkdirTemp("", "kube-test-*")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	began := time.Now()
	if cluster, err = Start(ctx, built, options(dir)); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	fmt.Fprintf(os.Stderr, "The cluster started in %s.\n", time.Since(began).Round(time.Millisecond))
	code := m.Run()
	if err := cluster.Close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

func options(dir string) Options {
	return Options{
		Name: "workload", Dir: dir, Namespaces: []string{shop, "other"}, Authenticate: authenticate, Pull: pull, Log: os.Stderr,
		Bindings: []Binding{
			{Username: "viewer", Policy: policyPrefix + "AmazonEKSViewPolicy", Namespaces: []string{shop}},
			{Username: "editor", Policy: policyPrefix + "AmazonEKSEditPolicy", Namespaces: []string{"sh*"}},
			{Username: "admin", Policy: policyPrefix + "AmazonEKSAdminPolicy", Namespaces: []string{shop}},
			{Username: "owner", Policy: policyPrefix + "AmazonEKSClusterAdminPolicy"},
			{Username: "grouped", Groups: []string{"readers"}},
		},
	}
}

// authenticate takes "<name>-token" for the name.
func authenticate(token string) (Identity, error) {
	if name, ok := strings.CutSuffix(token, "-token"); ok {
		return Identity{Username: name, Extra: map[string][]string{"sessionName": {name}}}, nil
	}
	return Identity{}, errors.New("the token is nobody's")
}

// app is the program of the sandbox's tests, each argument of which is a step.
var app = sync.OnceValues(func() ([]byte, error) {
	dir, err := os.MkdirTemp("", "app-*")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "app")
	build := exec.Command("go", "build", "-o", file, "../task/testdata/app/main.go")
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GO111MODULE=off") // it needs the standard library alone
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return nil, err
	}
	return os.ReadFile(file)
})

// pull has the image "app", in all versions.
func pull(_ context.Context, image string) (v1.Image, error) {
	switch name, _, _ := strings.Cut(image, ":"); name {
	case "app":
		return appImage(runtime.GOARCH)
	case "foreign":
		return appImage("s390x")
	case "public":
		return nil, ErrUnknownImage
	}
	return nil, fmt.Errorf("%s: not found", image)
}

func appImage(architecture string) (v1.Image, error) {
	program, err := app()
	if err != nil {
		return nil, err
	}
	var content bytes.Buffer
	to := tar.NewWriter(&content)
	err = errors.Join(to.WriteHeader(&tar.Header{Name: "app", Mode: 0o755, Size: int64(len(program))}), writeAll(to, program), to.Close())
	if err != nil {
		return nil, err
	}
	layer, err := tarball.LayerFromOpener(func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content.Bytes())), nil })
	if err != nil {
		return nil, err
	}
	image, err := mutate.ConfigFile(empty.Image, &v1.ConfigFile{
		Architecture: architecture, OS: "linux", Config: v1.Config{Entrypoint: []string{"/app"}},
	})
	if err != nil {
		return nil, err
	}
	return mutate.AppendLayers(image, layer)
}

func writeAll(to io.Writer, data []byte) error {
	_, err := to.Write(data)
	return err
}

// user is somebody with a kubeconfig.
type user struct {
	t    *testing.T
	file string
}

func as(t *testing.T, name string) user {
	t.Helper()
	p := plan{authority: &authority{pem: cluster.CA()}}
	return user{t, writeFile(t, p.kubeconfig(cluster.Endpoint(), name+"-token"))}
}

func writeFile(t *testing.T, content []byte) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, content, 0o600))
	return file
}

// waits is how long what comes about may take, and poll how often it is looked for.
const (
	waits = time.Minute
	poll  = 100 * time.Millisecond
)

// try runs kubectl with words, and with manifests on its standard input.
func (u user) try(input string, words ...string) (string, error) {
	u.t.Helper()
	cmd := exec.CommandContext(u.t.Context(), built.Kubectl, words...)
	cmd.Env = []string{"KUBECONFIG=" + u.file, "HOME=" + filepath.Dir(u.file)}
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// kubectl is try for what has to succeed.
func (u user) kubectl(input, line string) string {
	u.t.Helper()
	out, err := u.try(input, strings.Fields(line)...)
	require.NoError(u.t, err, out)
	return out
}
