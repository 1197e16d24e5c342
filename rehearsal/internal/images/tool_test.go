package images_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/images"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/tools"
)

const host = "123456789012.dkr.ecr.us-east-2.amazonaws.com"

// bench is a registry and a docker before it.
type bench struct {
	t        *testing.T
	registry *images.Registry
	builder  *images.Builder
	tool     tools.Tool
	dir      string // of the shell
	scratch  string

	mu     sync.Mutex
	denied string // an action
	asked  []string
	built  []images.Built
}

func (b *bench) ask(action, repository string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.asked = append(b.asked, action)
	if action == b.denied {
		return fmt.Errorf("User: build is not authorized to perform: %s on resource: %s", action, repository)
	}
	return nil
}

func (b *bench) deny(action string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.denied, b.asked = action, nil
}

func newBench(t *testing.T, builder string) *bench {
	t.Helper()
	return newBenchOn(t, builder, "")
}

// newBenchOn has the images of a folder.
func newBenchOn(t *testing.T, builder, dir string) *bench {
	t.Helper()
	found, err := images.Find(builder)
	if err != nil {
		t.Skipf("without this builder: %s", err)
	}
	b := &bench{t: t, builder: found, dir: t.TempDir(), scratch: t.TempDir()}
	b.registry, err = images.Serve(images.Options{
		Dir: dir, Host: host, Ask: b.ask, Repositories: []images.Repository{{Name: "api"}, {Name: "team/web"}, {Name: "fixed", Immutable: true}},
	})
	require.NoError(t, err)
	b.tool = found.Tool(b.registry, b.scratch, func(built images.Built) { b.built = append(b.built, built) })
	t.Cleanup(func() {
		assert.NoError(t, found.Close())
		assert.NoError(t, b.registry.Close())
		left, err := os.ReadDir(b.scratch)
		assert.NoError(t, err)
		assert.Empty(t, left, "the builder leaves nothing")
	})
	return b
}

func (b *bench) write(name, content string) {
	b.t.Helper()
	require.NoError(b.t, os.MkdirAll(filepath.Dir(filepath.Join(b.dir, name)), 0o755))
	require.NoError(b.t, os.WriteFile(filepath.Join(b.dir, name), []byte(content), 0o644))
}

// run is docker with the arguments: its exit code and output.
func (b *bench) run(stdin string, args ...string) (int, string) {
	return b.within(context.Background(), stdin, args...)
}

func (b *bench) within(ctx context.Context, stdin string, args ...string) (int, string) {
	var out bytes.Buffer
	both := &locked{w: &out}
	code := b.tool(ctx, tools.Command{
		Args: args, Dir: b.dir, Env: os.Environ(), Stdin: strings.NewReader(stdin), Stdout: both, Stderr: both,
	})
	return code, out.String()
}

func (b *bench) ok(args ...string) string {
	b.t.Helper()
	code, out := b.run("", args...)
	require.Zero(b.t, code, "docker %s: %s", strings.Join(args, " "), out)
	return out
}

func (b *bench) fails(code int, words string, args ...string) {
	b.t.Helper()
	got, out := b.run("", args...)
	assert.Equal(b.t, code, got, out)
	assert.Contains(b.t, out, words)
}

func (b *bench) login() {
	b.t.Helper()
	code, out := b.run(b.registry.Password()+"\n", "login", "--username", "AWS", "--password-stdin", host)
	require.Zero(b.t, code, out)
	require.Equal(b.t, "Login Succeeded\n", out)
}

type locked struct {
	mu sync.Mutex
	w  *bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// everywhere runs a test with each builder that is here.
func everywhere(t *testing.T, test func(*testing.T, *bench)) {
	for _, name := range []string{images.None, images.Buildah, images.Podman, images.Docker} {
		t.Run(name, func(t *testing.T) { test(t, newBench(t, name)) })
	}
}

const scratchFile = "FROM scratch AS base\nCOPY hello.txt /data/\nFROM base AS api\nEXPOSE 8000\nENV A=b\nCMD [\"/x\"]\nFROM base AS other\n"

func TestRelease(t *testing.T) {
	everywhere(t, func(t *testing.T, b *bench) {
		b.write("Dockerfile", scratchFile)
		b.write("hello.txt", "hello")
		b.login()
		b.fails(1, "manifest for "+host+"/api:latest not found: manifest unknown: Requested image not found", "pull", host+"/api:latest")
		b.fails(1, "An image does not exist locally with the tag: "+host+"/api", "push", host+"/api:1")
		b.ok("build", "--cache-from", host+"/api:latest", "--build-arg", "BUILDKIT_INLINE_CACHE=1", "--platform", "linux/arm64",
			"--target", "api", "-t", host+"/api:1", "--tag", host+"/api:latest", ".")
		assert.Contains(t, b.ok("push", host+"/api:1"), "1: digest: sha256:")
		b.ok("tag", host+"/api:1", host+"/team/web:2")
		b.ok("push", "--all-tags", host+"/team/web")

		made, err := b.registry.Image("api", "1")
		require.NoError(t, err)
		digest, err := made.Digest()
		require.NoError(t, err)
		assert.Equal(t, map[string][]string{digest.String(): {"1"}}, b.registry.Tags("api"))
		assert.Equal(t, map[string][]string{digest.String(): {"2"}}, b.registry.Tags("team/web"))
		config, err := made.ConfigFile()
		require.NoError(t, err)
		assert.Equal(t, "arm64", config.Architecture)
		assert.Equal(t, []string{"/x"}, config.Config.Cmd)
		assert.Contains(t, config.Config.ExposedPorts, "8000/tcp")
		assert.NotContains(t, config.Config.Labels, "imitated")

		assert.Equal(t, host+"/api@"+digest.String()+"\n", b.ok("inspect", "--format", "{{index .RepoDigests 0}}", host+"/api:1"))
		assert.Equal(t, "arm64\n", b.ok("image", "inspect", "-f", "{{.Architecture}}", host+"/api:latest"))
		assert.Contains(t, b.ok("images"), host+"/api")
		b.ok("rmi", host+"/api:1")
		assert.Contains(t, b.ok("pull", host+"/api:1"), "Digest: "+digest.String())
		require.Len(t, b.built, 1)
		assert.Equal(t, []string{host + "/api:1", host + "/api:latest"}, b.built[0].Tags)
		assert.Equal(t, b.built[0].Took, b.builder.Busy())
		assert.False(t, b.built[0].Imitated)
	})
}

func TestErrors(t *testing.T) {
	everywhere(t, func(t *testing.T, b *bench) {
		b.write("Dockerfile", scratchFile)
		b.write("hello.txt", "hello")
		b.ok("build", "-q", "--target=api", "-t", host+"/api:1", "-t", host+"/nowhere:1", "-t", "elsewhere:1", ".")
		b.fails(1, "no basic auth credentials", "push", host+"/api:1")
		code, out := b.run("wrong", "login", "-u", "AWS", "--password-stdin", host)
		assert.Equal(t, 1, code)
		assert.Contains(t, out, "failed with status: 400 Bad Request")
		b.login()
		b.fails(1, "name unknown: The repository with name 'nowhere' does not exist in the registry with id '123456789012'",
			"push", host+"/nowhere:1")
		b.fails(1, "a rehearsal pushes to "+host+" alone", "push", "elsewhere:1")
		b.fails(1, "open Other: no such file or directory", "build", "-f", "Other", ".")
		b.fails(1, "path \"missing\" not found", "build", "missing")
		b.fails(125, "unknown flag: --frob", "build", "--frob", ".")
		b.fails(125, "docker compose up", "compose", "up")
		b.fails(125, "must be lowercase", "build", "-t", "Api", ".")
		b.fails(1, "nothing", "build", "--target", "nothing", ".")
		require.NoError(t, os.Remove(filepath.Join(b.dir, "hello.txt")))
		b.fails(1, "hello.txt", "build", "--no-cache", ".")
	})
}

// Each action is denied alone: the push must not get by without it, and must name it.
func TestDeniedActions(t *testing.T) {
	pushed := []string{
		"ecr:BatchCheckLayerAvailability", "ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage",
		"ecr:BatchGetImage", // https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html
	}
	b := newBench(t, images.None)
	b.write("Dockerfile", scratchFile)
	b.write("hello.txt", "hello")
	b.login()
	b.ok("build", "--target", "api", "-t", host+"/api:1", ".")
	for _, action := range pushed {
		b.deny(action)
		b.fails(1, "denied: User: build is not authorized to perform: "+action+" on resource: api", "push", host+"/api:1")
	}
	b.deny("")
	b.ok("push", host+"/api:1")
	b.ok("rmi", host+"/api:1")
	for _, action := range []string{"ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"} {
		b.deny(action)
		b.fails(1, action, "pull", host+"/api:1")
	}
	b.deny("")
	b.ok("pull", host+"/api:1")
}

func TestImmutable(t *testing.T) {
	b := newBench(t, images.None)
	b.login()
	b.write("hello.txt", "hello")
	b.write("Dockerfile", "FROM scratch\nCOPY hello.txt /\n")
	b.ok("build", "-t", host+"/fixed:1", "--push", ".")
	b.ok("push", host+"/fixed:1")
	b.write("hello.txt", "another")
	b.fails(1, "tag invalid: The image tag '1' already exists in the 'fixed' repository and cannot be overwritten because the tag "+
		"is immutable.", "build", "-t", host+"/fixed:1", "--push", ".")
}

func TestBashDog(t *testing.T) {
	everywhere(t, func(t *testing.T, b *bench) {
		b.login()
		var err error
		b.dir, err = filepath.Abs("../../../examples/bash-dog")
		require.NoError(t, err)
		for _, arch := range []string{"amd64", "arm64"} {
			for _, target := range []string{"api", "sidecar", "nginx"} {
				tag := host + "/api:" + target + "-" + arch
				start := time.Now()
				b.ok("buildx", "build", "--platform", "linux/"+arch, "--file", "Dockerfile", "--target", target, "-t", tag, ".")
				b.ok("push", tag)
				t.Log(arch, target, time.Since(start))
				made, err := b.registry.Image("api", target+"-"+arch)
				require.NoError(t, err)
				config, err := made.ConfigFile()
				require.NoError(t, err)
				assert.Equal(t, arch, config.Architecture)
				assert.Equal(t, []string{target}, config.Config.Cmd)
				assert.NotContains(t, config.Config.Labels, "imitated")
			}
		}
	})
}
