package images_test

import (
	"archive/tar"
	"context"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/images"
)

// program is what the tests' RUNs run: there is no base image without a network.
const program = `package main

import (
	"os"
	"time"
)

func main() {
	if os.Args[1] == "sleep" {
		time.Sleep(time.Hour)
	}
	if err := os.WriteFile("/made", []byte(os.Args[1]), 0o644); err != nil {
		panic(err)
	}
}
`

func (b *bench) program(name string) {
	b.t.Helper()
	b.write("src/main.go", program)
	cmd := exec.Command("go", "build", "-o", filepath.Join(b.dir, name), filepath.Join(b.dir, "src", "main.go"))
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux")
	out, err := cmd.CombinedOutput()
	require.NoError(b.t, err, string(out))
}

// content is an image's files by name.
func content(t *testing.T, b *bench, repository, tag string) map[string]string {
	t.Helper()
	made, err := b.registry.Image(repository, tag)
	require.NoError(t, err)
	flat := mutate.Extract(made)
	defer func() { assert.NoError(t, flat.Close()) }()
	files := map[string]string{}
	for r := tar.NewReader(flat); ; {
		header, err := r.Next()
		if err == io.EOF {
			return files
		}
		require.NoError(t, err)
		if header.Typeflag == tar.TypeReg && header.Size < 100 {
			text, err := io.ReadAll(r)
			require.NoError(t, err)
			files["/"+strings.TrimPrefix(header.Name, "/")] = string(text)
		}
	}
}

func TestRun(t *testing.T) {
	everywhere(t, func(t *testing.T, b *bench) {
		b.login()
		b.program("tool")
		b.write("Dockerfile", "FROM scratch AS build\nCOPY tool /\nRUN [\"/tool\", \"it\"]\nFROM scratch\nCOPY --from=build /made /\n")
		b.ok("build", "-t", host+"/api:1", "--push", ".")
		if b.builder.Name == images.None {
			require.Len(t, b.built, 1)
			assert.True(t, b.built[0].Imitated)
			assert.Equal(t, []string{"line 5: COPY --from=build /made /"}, b.built[0].Notes)
			assert.Equal(t, "true\n", b.ok("inspect", "-f", "{{.Config.Labels.imitated}}", host+"/api:1"))
			return
		}
		assert.Equal(t, map[string]string{"/made": "it"}, content(t, b, "api", "1"))
	})
}

// A base image is one that the shell has tagged, or one of the registry.
func TestOwnBaseImages(t *testing.T) {
	everywhere(t, func(t *testing.T, b *bench) {
		b.write("one", "1")
		b.write("two", "2")
		b.write("Dockerfile", "FROM scratch\nCOPY one /\n")
		b.login()
		b.ok("build", "-t", host+"/api:1", "--push", ".")
		b.ok("tag", host+"/api:1", "base")
		b.ok("rmi", host+"/api:1")
		for n, from := range []string{"base", host + "/api:1"} {
			b.write("Dockerfile", "FROM "+from+"\nCOPY two /\n")
			tag := []string{"a", "b"}[n]
			b.ok("build", "-t", host+"/team/web:"+tag, "--push", ".")
			assert.Equal(t, map[string]string{"/one": "1", "/two": "2"}, content(t, b, "team/web", tag))
		}
		b.deny("ecr:BatchGetImage")
		b.ok("rmi", "-f", host+"/api:1")
		b.write("Dockerfile", "FROM "+host+"/api:other\nCOPY two /\n")
		b.fails(1, "ecr:BatchGetImage", "build", ".")
	})
}

// The build ends with its context, and leaves neither process nor, after Close, a file.
func TestCancel(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("processes are looked for in /proc")
	}
	for _, name := range []string{images.Buildah, images.Podman, images.Docker} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, name)
			b.program("sleeper-of-" + name)
			b.write("Dockerfile", "FROM scratch\nCOPY sleeper-of-"+name+" /\nRUN [\"/sleeper-of-"+name+"\", \"sleep\"]\n")
			ctx, cancel := context.WithCancel(context.Background())
			defer cancel()
			ended := make(chan int)
			go func() {
				code, _ := b.within(ctx, "", "build", ".")
				ended <- code
			}()
			require.Eventually(t, func() bool { return running(t, "/sleeper-of-"+name) }, time.Minute, 20*time.Millisecond)
			cancel()
			assert.NotZero(t, <-ended)
			assert.Eventually(t, func() bool { return !running(t, "/sleeper-of-"+name) && !running(t, b.scratch) },
				10*time.Second, 20*time.Millisecond)
		})
	}
}

// running tells whether a process has a command line that begins with a word, or has the text in it.
func running(t *testing.T, text string) bool {
	t.Helper()
	lines, err := filepath.Glob("/proc/[0-9]*/cmdline")
	require.NoError(t, err)
	for _, line := range lines {
		if command, err := os.ReadFile(line); err == nil && strings.Contains(string(command), text) {
			return true
		}
	}
	return false
}

// A new machine, as each build of CodeBuild has, takes what was run from the cache when the shell asks for it.
func TestWarmBuild(t *testing.T) {
	dir := t.TempDir()
	first := newBenchOn(t, images.Buildah, dir)
	first.login()
	first.program("tool")
	first.write("Dockerfile", "FROM scratch AS build\nCOPY tool /\nRUN [\"/tool\", \"it\"]\nFROM scratch\nCOPY --from=build /made /\n")
	out := first.ok("build", "--build-arg", "BUILDKIT_INLINE_CACHE=1", "-t", host+"/api:latest", ".")
	assert.NotContains(t, out, "Using cache")
	require.NoError(t, first.builder.Close())
	require.NoError(t, first.registry.Close())

	second := newBenchOn(t, images.Buildah, dir)
	second.dir = first.dir
	now := time.Now()
	require.NoError(t, os.Chtimes(filepath.Join(second.dir, "tool"), now, now)) // as a new checkout has it
	out = second.ok("build", "--cache-from", host+"/api:latest", "-t", host+"/api:latest", ".")
	assert.Contains(t, out, "Using cache")
	assert.Empty(t, slices.Concat(first.asked, second.asked), "the cache is not of the stack")
}
