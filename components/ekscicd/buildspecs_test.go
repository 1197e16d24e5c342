package ekscicd

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// build is a buildspec's phases, run as CodeBuild would: one shell after the other's environment, stopped by a failure.
type build struct {
	t    *testing.T
	dir  string // the source
	work string // what the stand-in tools write
}

// newBuild has the stand-ins tools on its path: each is the body of a shell script, and calls go to the file "calls".
func newBuild(t *testing.T, tools map[string]string) *build {
	t.Helper()
	if _, err := exec.LookPath("bash"); err != nil {
		t.Skip("the buildspecs' commands need bash, which is not here")
	}
	b := &build{t, t.TempDir(), t.TempDir()}
	for name, body := range tools {
		script := fmt.Sprintf("#!/bin/bash\necho \"%s $*\" >>%s/calls\n%s\n", name, b.work, body)
		require.NoError(t, os.WriteFile(filepath.Join(b.work, name), []byte(script), 0o755))
	}
	return b
}

// run gives what the build said, and whether it succeeded.
func (b *build) run(spec string, variables map[string]string) (output string, succeeded bool) {
	b.t.Helper()
	var parsed struct {
		Env    struct{ Variables map[string]string }
		Phases map[string]struct{ Commands []string }
	}
	require.NoError(b.t, yaml.Unmarshal([]byte(spec), &parsed))
	script := "set -e\n"
	for _, phase := range []string{"install", "pre_build", "build"} {
		for _, command := range parsed.Phases[phase].Commands {
			script += command + "\n"
		}
	}
	shell := exec.Command("bash", "-c", script)
	shell.Dir = b.dir
	shell.Env = append(os.Environ(), "PATH="+b.work+":"+os.Getenv("PATH"), "TOOLS="+b.work)
	for name, value := range parsed.Env.Variables {
		shell.Env = append(shell.Env, name+"="+value)
	}
	for name, value := range variables {
		shell.Env = append(shell.Env, name+"="+value)
	}
	text, err := shell.CombinedOutput()
	return string(text), err == nil
}

// calls are those of the stand-ins that contain part, in their order.
func (b *build) calls(part string) (found []string) {
	text, err := os.ReadFile(filepath.Join(b.work, "calls"))
	require.NoError(b.t, err)
	for _, line := range strings.Split(strings.TrimSpace(string(text)), "\n") {
		if strings.Contains(line, part) {
			found = append(found, line)
		}
	}
	return found
}

func (b *build) write(path, text string) {
	b.t.Helper()
	path = filepath.Join(b.dir, path)
	require.NoError(b.t, os.MkdirAll(filepath.Dir(path), 0o755))
	require.NoError(b.t, os.WriteFile(path, []byte(text), 0o644))
}

func (b *build) read(path string) string {
	b.t.Helper()
	text, err := os.ReadFile(filepath.Join(b.dir, path))
	require.NoError(b.t, err)
	return string(text)
}

const (
	imageURL = "111111111111.dkr.ecr.us-east-2.amazonaws.com/shop"
	digest   = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	commit   = "0123456789abcdef0123456789abcdef01234567"
)

var imageVariables = map[string]string{
	"REPOSITORY_URL": imageURL, "TAG_PREFIX": "", "DOCKERFILE": "Dockerfile", "CONTEXT": ".", "PLATFORM": "linux/amd64",
	"CODEBUILD_RESOLVED_SOURCE_VERSION": commit,
}

func TestImageBuildspec(t *testing.T) {
	// The registry has the image once it was pushed.
	b := newBuild(t, map[string]string{
		"docker": `case "$1" in login) cat >/dev/null ;; push) touch "$TOOLS/pushed" ;; esac`,
		"aws":    `case "$2" in get-login-password) echo secret ;; *) if [ -e "$TOOLS/pushed" ]; then echo ` + digest + `; else echo None; fi ;; esac`,
	})
	output, succeeded := b.run(imageBuildspec, imageVariables)
	require.True(t, succeeded, output)
	assert.Equal(t, imageURL+"@"+digest+"\n", b.read("image.txt"))
	assert.Equal(t, []string{"docker build --platform linux/amd64 --file Dockerfile --tag " + imageURL + ":" + commit + " ."}, b.calls("docker build"))

	output, succeeded = b.run(imageBuildspec, imageVariables)
	require.True(t, succeeded, output)
	assert.Len(t, b.calls("docker build"), 1, "a commit that is released again is not built again")
}

func TestImageBuildspecWithoutADigestFails(t *testing.T) {
	b := newBuild(t, map[string]string{
		"docker": `[ "$1" = login ] && cat >/dev/null; exit 0`,
		"aws":    `case "$2" in get-login-password) echo secret ;; *) echo None ;; esac`,
	})
	_, succeeded := b.run(imageBuildspec, imageVariables)
	assert.False(t, succeeded, "what is not in the registry cannot be released")
}

func TestKustomizeBuildspec(t *testing.T) {
	b := newBuild(t, map[string]string{"kustomize": `
case "$1 $2" in
"edit set") echo "${4#*=}" >image ;;
build*) if [ -e "$2/image" ]; then echo "image: $(cat "$2/image")"; else echo "image: shop"; fi ;;
esac`})
	variables := map[string]string{
		"ENVIRONMENTS": "production=overlays/production staging=overlays/staging", "IMAGE_NAME": "shop", "KUSTOMIZE_VERSION": kustomizeVersion,
	}
	b.write("overlays/production/kustomization.yaml", "")
	b.write("overlays/staging/kustomization.yaml", "")
	output, succeeded := b.run(kustomizeBuildspec, variables)
	require.True(t, succeeded, output)
	assert.Equal(t, "image: shop\n", b.read("rendered/staging.yaml"), "a pull request has no image")

	image := newBuild(t, nil)
	image.write("image.txt", imageURL+"@"+digest+"\n")
	variables["CODEBUILD_SRC_DIR_Image"] = image.dir
	output, succeeded = b.run(kustomizeBuildspec, variables)
	require.True(t, succeeded, output)
	assert.Equal(t, "image: "+imageURL+"@"+digest+"\n", b.read("rendered/staging.yaml"))
	assert.Equal(t, "image: "+imageURL+"@"+digest+"\n", b.read("rendered/production.yaml"))
}

func TestManifestsWithoutTheImageAreRefused(t *testing.T) {
	image := newBuild(t, nil)
	image.write("image.txt", imageURL+"@"+digest+"\n")
	for tool, c := range map[string]struct{ spec, version string }{
		"kustomize": {kustomizeBuildspec, "KUSTOMIZE_VERSION"}, "helm": {helmBuildspec, "HELM_VERSION"},
	} {
		t.Run(tool, func(t *testing.T) {
			b := newBuild(t, map[string]string{tool: `echo "image: something-else"`})
			b.write("staging/kustomization.yaml", "")
			output, succeeded := b.run(c.spec, map[string]string{
				"ENVIRONMENTS": "staging=staging", "IMAGE_NAME": "web", c.version: "1.2.3", "CHART": ".", "RELEASE": "shop", "NAMESPACE": "shop",
				"CODEBUILD_SRC_DIR_Image": image.dir,
			})
			assert.False(t, succeeded)
			assert.Contains(t, output, "imageName")
		})
	}
}

func TestHelmBuildspec(t *testing.T) {
	b := newBuild(t, map[string]string{"helm": `echo "$@"`})
	image := newBuild(t, nil)
	image.write("image.txt", imageURL+"@"+digest+"\n")
	output, succeeded := b.run(helmBuildspec, map[string]string{
		"ENVIRONMENTS": "staging=values/staging.yaml", "IMAGE_NAME": "web.image", "HELM_VERSION": helmVersion,
		"CHART": "charts/shop", "RELEASE": "shop", "NAMESPACE": "web", "CODEBUILD_SRC_DIR_Image": image.dir,
	})
	require.True(t, succeeded, output)
	assert.Equal(t, "template shop charts/shop --namespace web --values values/staging.yaml --set-string web.image="+imageURL+"@"+digest+"\n",
		b.read("rendered/staging.yaml"))
}
