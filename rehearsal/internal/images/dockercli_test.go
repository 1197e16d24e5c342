package images_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/v1/tarball"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/images"
)

// fakeDocker is a docker with a daemon, as far as a build needs it: it notes its commands, and "saves" a prepared image.
const fakeDocker = `#!/bin/sh
echo "$DOCKER_HOST|$*" >>"$FAKE/log"
case "$1 $2" in
"version "*) echo 28.2.2 ;;
"context inspect") echo unix:///somewhere/docker.sock ;;
"buildx version") echo v0.1 ;;
"save --output") cp "$FAKE/image.tar" "$3" ;;
"build "*) test ! -e "$FAKE/broken" ;;
esac
`

// The user's own daemon builds under a name that is nobody's, and keeps nothing.
func TestDockerDaemon(t *testing.T) {
	fake := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(fake, "docker"), []byte(fakeDocker), 0o755))
	made, digest := anImage(t)
	built, err := name.NewTag("any:built")
	require.NoError(t, err)
	require.NoError(t, tarball.WriteToFile(filepath.Join(fake, "image.tar"), built, made))
	t.Setenv("FAKE", fake)
	t.Setenv("PATH", fake+string(os.PathListSeparator)+os.Getenv("PATH"))
	b := newBench(t, images.Docker)
	b.write("Dockerfile", "FROM base\nFROM elsewhere AS api\n")
	b.login()
	require.NoError(t, b.registry.Push("team/web", "base", made))
	b.ok("pull", host+"/team/web:base")
	b.ok("tag", host+"/team/web:base", "base")
	b.ok("build", "--cache-from", host+"/api:latest", "--target", "api", "--build-arg", "A=b", "-t", host+"/api:1", "--push", ".")
	assert.Contains(t, b.registry.Tags("api"), digest)

	log, err := os.ReadFile(filepath.Join(fake, "log"))
	require.NoError(t, err)
	lines := strings.Split(strings.TrimSpace(string(log)), "\n")
	require.Len(t, lines, 7)
	var commands []string
	for _, line := range lines[3:] { // after those that find the daemon
		at, command, _ := strings.Cut(line, "|")
		assert.Equal(t, "unix:///somewhere/docker.sock", at)
		verb, _, _ := strings.Cut(command, " ")
		commands = append(commands, verb)
	}
	assert.Equal(t, []string{"load", "build", "save", "rmi"}, commands)
	assert.NotContains(t, string(log), "amazonaws", "a name of the user's could be meant")
	assert.Contains(t, lines[4], "--target api")
	assert.Contains(t, lines[4], "--build-arg A=b")
	assert.Contains(t, lines[4], "--build-context base=docker-image://container-pipeline-rehearsal/")
	assert.Contains(t, lines[6], ":built container-pipeline-rehearsal/")

	require.NoError(t, os.WriteFile(filepath.Join(fake, "broken"), nil, 0o644))
	b.fails(1, "ERROR: docker build: exit status 1", "build", ".")
	log, err = os.ReadFile(filepath.Join(fake, "log"))
	require.NoError(t, err)
	assert.Equal(t, 2, strings.Count(string(log), "|rmi "), "of the failed build as well")
}
