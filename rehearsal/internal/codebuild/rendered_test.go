//go:build unix

package codebuild

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/internal/artifacts"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/tools"
)

const registry = "123456789012.dkr.ecr.us-east-2.amazonaws.com"

// fakes are docker and aws that note their calls; the one that begins with fail is refused.
type fakes struct {
	mu    sync.Mutex
	calls []string
	fail  string
}

func (f *fakes) tool(name string) tools.Tool {
	return func(_ context.Context, c tools.Command) int {
		call := name + " " + strings.Join(c.Args, " ")
		f.mu.Lock()
		f.calls = append(f.calls, call)
		f.mu.Unlock()
		if f.fail != "" && strings.HasPrefix(call, f.fail) {
			fmt.Fprintf(c.Stderr, "%s: refused\n", call)
			return 1
		}
		switch {
		case strings.HasPrefix(call, "aws ecr get-login-password"):
			fmt.Fprintln(c.Stdout, "the-password")
		case strings.HasPrefix(call, "docker login"):
			if password, err := io.ReadAll(c.Stdin); err != nil || string(password) != "the-password\n" {
				return 1
			}
		case strings.HasPrefix(call, "aws ecr describe-images"):
			fmt.Fprintf(c.Stdout, "sha256:%x\n", sha256.Sum256([]byte(call)))
		}
		return 0
	}
}

// rendered is a build with the buildspec and the templates that the components make.
func rendered(t *testing.T, f *fakes) Input {
	t.Helper()
	text, err := artifacts.BuildSpec{ConfigSource: "Config", Images: []artifacts.Image{
		{Container: "api", Repository: registry + "/bash-dog-api"}, {Container: "nginx", Repository: registry + "/bash-dog-nginx"},
	}}.Render()
	require.NoError(t, err)
	in, _ := input(t, project(text), map[string]string{"Dockerfile": "FROM scratch AS api\n"})
	in.Sources = append(in.Sources, Source{Name: "Config", Dir: folder(t, map[string]string{
		"taskdef.json": `{"containerDefinitions": [{"name": "api", "image": "<IMAGE:api>"}, {"name": "nginx", "image": "<IMAGE:nginx>"}]}`,
		"appspec.yaml": "version: 0.0\n",
	})})
	in.Tools = map[string]tools.Tool{"docker": f.tool("docker"), "aws": f.tool("aws")}
	return in
}

func TestRenderedBuildSpec(t *testing.T) {
	f := &fakes{}
	in := rendered(t, f)
	out := run(t, in)
	require.True(t, out.Succeeded, "%+v", out.Problem)
	assert.Empty(t, out.Notes)
	assert.Equal(t, map[string]string{"IMAGE_TAG": "0123abc"}, out.Exported)
	files := contents(t, out.Artifacts[""])
	require.Len(t, files, 2)
	assert.Equal(t, "appspec.yaml=version: 0.0\n", files[0])
	assert.Regexp(t, registry+`/bash-dog-api@sha256:[0-9a-f]{64}".*`+registry+`/bash-dog-nginx@sha256:`, files[1])
	for _, call := range []string{
		"docker login --username AWS --password-stdin " + registry,
		"docker push " + registry + "/bash-dog-api:0123abc", "docker push " + registry + "/bash-dog-nginx:latest",
	} {
		assert.True(t, slices.Contains(f.calls, call), "%s in %q", call, f.calls)
	}
}

func TestRenderedBuildSpecFails(t *testing.T) {
	for fail, want := range map[string]struct {
		phases []string
		line   string // of the buildspec that the problem names
	}{
		"docker login": {[]string{"PRE_BUILD"}, "aws ecr get-login-password --region us-east-2 | docker login"},
		"docker build": {[]string{"BUILD", "POST_BUILD", "UPLOAD_ARTIFACTS"}, "("},
		"docker push":  {[]string{"POST_BUILD", "UPLOAD_ARTIFACTS"}, "docker push " + registry + "/bash-dog-api"},
		"aws ecr desc": {[]string{"POST_BUILD"}, "("},
	} {
		t.Run(fail, func(t *testing.T) {
			in := rendered(t, &fakes{fail: fail})
			out := run(t, in)
			var failed []string
			for _, p := range out.Phases {
				if p.Status == Failed {
					failed = append(failed, p.Name)
				}
			}
			assert.Equal(t, want.phases, failed)
			require.NotNil(t, out.Problem)
			assert.Equal(t, "buildspec of project bash-dog", out.Problem.File)
			line := strings.TrimPrefix(strings.TrimSpace(strings.Split(in.Project.BuildSpec, "\n")[out.Problem.Line-1]), "- ")
			assert.True(t, strings.HasPrefix(line, want.line), "line %d is %q", out.Problem.Line, line)
		})
	}
}

// TestNotPrivileged: without the privileged mode the login works, and the first build of an image does not.
func TestNotPrivileged(t *testing.T) {
	in := rendered(t, &fakes{})
	in.Project.Privileged = false
	out := run(t, in)
	require.NotNil(t, out.Problem)
	assert.Equal(t, "phase BUILD of CodeBuild project bash-dog", out.Problem.Where)
	assert.Contains(t, out.Problem.Fix, "privileged mode")
	assert.Contains(t, out.Problem.Fix, noDaemon)
}
