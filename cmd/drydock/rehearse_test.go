package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/container-pipeline/container-pipeline/rehearsal"
)

const bashDog = "../../examples/bash-dog"

// folder is a module with the repository's program, and the drydock that its stacks are in.
type folder struct{ dir, state string }

// call runs the command in it.
func (f folder) call(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return call(t, append(args, "--dir", f.dir, "--state", f.state)...)
}

// quick are the flags of a release that builds and runs nothing.
var quick = []string{"--builder", "none", "--without-tasks"}

// rehearse calls the verb with the flags, quickly.
func (f folder) rehearse(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	return f.call(t, slices.Concat([]string{"rehearse"}, quick, args)...)
}

// newFolder has the stacks up: dev as in the repository, own with OwnFiles, both of them two, and the zone's edge; down is
// not up.
func newFolder(t *testing.T) folder {
	t.Helper()
	f := folder{t.TempDir(), t.TempDir()}
	root, err := filepath.Abs("../..")
	require.NoError(t, err)
	for _, name := range []string{"main.go", "Pulumi.yaml", "go.sum"} {
		put(t, filepath.Join(f.dir, name), read(t, filepath.Join(root, name)))
	}
	module, requirements, _ := strings.Cut(read(t, filepath.Join(root, "go.mod")), "\n")
	path := strings.TrimPrefix(module, "module ")
	put(t, filepath.Join(f.dir, "go.mod"), fmt.Sprintf("module app\n%s\nrequire %s v0.0.0\nreplace %s => %s\n", requirements, path, path, root))

	put(t, filepath.Join(f.dir, "stacks", "Pulumi.edge.yaml"), read(t, filepath.Join(root, "stacks", "Pulumi.edge.yaml")))
	dev := func(pipeline map[string]any, name string) map[string]any {
		var file map[string]map[string]any
		require.NoError(t, yaml.Unmarshal([]byte(read(t, filepath.Join(root, "stacks", "Pulumi.dev.yaml"))), &file))
		p := file["config"]["container-pipeline:pipelines"].(map[string]any)["bash-dog"].(map[string]any)
		p["project"] = name
		edge := p["edge"].(map[string]any)
		edge["host"], edge["soleHost"] = name+".example.dev", false
		for key, value := range pipeline {
			p[key] = value
		}
		return p
	}
	for stack, pipelines := range map[string]map[string]any{
		"dev":  {"bash-dog": dev(nil, "bash-dog-dev")},
		"own":  {"owned": dev(map[string]any{"ownFiles": true}, "owned")},
		"two":  {"huey": dev(nil, "huey"), "dewey": dev(nil, "dewey")},
		"down": {"down": dev(nil, "down")},
	} {
		text, err := yaml.Marshal(map[string]any{"config": map[string]any{"aws:region": "us-east-2", "container-pipeline:pipelines": pipelines}})
		require.NoError(t, err)
		put(t, filepath.Join(f.dir, "stacks", "Pulumi."+stack+".yaml"), string(text))
	}
	for _, stack := range []string{"dev", "own", "two", "edge"} {
		code, _, stderr := f.call(t, "up", "--skip-checkpoints", "--stack", stack)
		require.Equal(t, done, code, stderr)
	}
	return f
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	return string(text)
}

func put(t *testing.T, file, text string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(file), 0o755))
	require.NoError(t, os.WriteFile(file, []byte(text), 0o644))
}

// appWith is a copy of the example app with more files.
func appWith(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	require.NoError(t, os.CopyFS(dir, os.DirFS(bashDog)))
	for name, text := range files {
		put(t, filepath.Join(dir, name), text)
	}
	return dir
}

func TestRehearse(t *testing.T) {
	f := newFolder(t)
	t.Run("passes", func(t *testing.T) {
		page := filepath.Join(t.TempDir(), "new", "page.html")
		code, stdout, stderr := f.rehearse(t, "--app", bashDog, "--report", page)
		require.Equal(t, done, code, stdout+stderr)
		for _, want := range []string{"Source", "Build", "Deploy", "AllowTraffic", "pulumi preview --refresh"} {
			assert.Contains(t, stdout, want)
		}
		assert.NotContains(t, stdout, "\033[", "no colors where there is no terminal")
		assert.Contains(t, stderr, "The report is in "+page)
		assert.Contains(t, read(t, page), "</html>")
	})
	t.Run("fails", func(t *testing.T) {
		page := filepath.Join(t.TempDir(), "page.html")
		dir := appWith(t, map[string]string{"Dockerfile": "FROM scratch AS api\n"})
		code, stdout, stderr := f.rehearse(t, "--app", dir, "--report", page)
		assert.Equal(t, failed, code)
		assert.Contains(t, stdout, "sidecar", "the target that is missing")
		assert.NotContains(t, stderr, "drydock: ", "the verdict has said it")
		assert.Contains(t, read(t, page), "sidecar")
	})
	t.Run("JSON", func(t *testing.T) {
		code, stdout, stderr := f.rehearse(t, "--app", bashDog, "--json")
		require.Equal(t, done, code, stderr)
		var v rehearsal.Verdict
		decoder := json.NewDecoder(strings.NewReader(stdout))
		require.NoError(t, decoder.Decode(&v), stdout)
		assert.False(t, decoder.More(), "one value is all that is there")
		assert.True(t, v.Passed())
		assert.Equal(t, "bash-dog-dev-pipeline", v.Pipeline)
		assert.Contains(t, stderr, "Deploy", "the timeline")
	})
	t.Run("JSON of a failure", func(t *testing.T) {
		code, stdout, _ := f.rehearse(t, "--app", t.TempDir(), "--json")
		assert.Equal(t, failed, code)
		var v rehearsal.Verdict
		require.NoError(t, json.Unmarshal([]byte(stdout), &v), stdout)
		assert.False(t, v.Passed())
	})
	t.Run("an alarm", func(t *testing.T) {
		code, stdout, _ := f.rehearse(t, "--app", bashDog, "--alarm", "errors@1m")
		assert.Equal(t, failed, code)
		assert.Contains(t, stdout, "alarm")
	})
	t.Run("a pipeline of two", func(t *testing.T) {
		code, stdout, stderr := f.rehearse(t, "--app", bashDog, "-s", "two", "--pipeline", "huey-pipeline")
		assert.Equal(t, done, code, stdout+stderr)
	})
	t.Run("refused", func(t *testing.T) { refused(t, f) })
	t.Run("scaffold", func(t *testing.T) { scaffolds(t, f) })
	t.Run("ended", func(t *testing.T) { ends(t, f) })
}

// refused: what is asked for is not there, and nothing is released.
func refused(t *testing.T, f folder) {
	file := filepath.Join(t.TempDir(), "file")
	put(t, file, "")
	for name, c := range map[string]struct {
		args []string
		code int
		want []string
	}{
		"no app":           {[]string{"--app", "testdata/nowhere"}, wrong, []string{"testdata/nowhere: no such file or directory", "give the folder"}},
		"a file":           {[]string{"--app", file}, wrong, []string{"is a file", "give the folder"}},
		"builder":          {[]string{"--app", bashDog, "--builder", "kaniko"}, wrong, []string{`"kaniko"`, "docker, podman, buildah, none"}},
		"alarm":            {[]string{"--app", bashDog, "--alarm", "eruption"}, wrong, []string{`"eruption" is the name of 0 alarms`, "give one of", "bash-dog-errors"}},
		"time of alarm":    {[]string{"--app", bashDog, "--alarm", "errors@soon"}, wrong, []string{"--alarm errors@soon", "errors@2m"}},
		"result of hook":   {[]string{"--app", bashDog, "--hook", "AfterInstall=Maybe"}, wrong, []string{"--hook AfterInstall=Maybe", "Succeeded, Failed or TimedOut"}},
		"source":           {[]string{"--app", bashDog, "--source", "Manifests"}, wrong, []string{"--source Manifests: give the source's name and its folder"}},
		"folder of source": {[]string{"--app", bashDog, "--source", "Manifests="}, wrong, []string{"--source Manifests=: give"}},
		"source twice":     {[]string{"--app", bashDog, "--source", "A=.", "--source", "A=.."}, wrong, []string{"--source A=..: A is given twice"}},
		"no such source":   {[]string{"--app", bashDog, "--source", "Manifests=."}, wrong, []string{`"Manifests"`, "no repository of the pipeline", "acme/bash-dog"}},
		"hook":             {[]string{"--app", bashDog, "--hook", "AfterInstal=Failed"}, wrong, []string{`no hook "AfterInstal"`, "give one of"}},
		"pipeline":         {[]string{"--app", bashDog, "--pipeline", "louie"}, wrong, []string{`no pipeline "louie"`, "bash-dog-dev-pipeline"}},
		"one of two":       {[]string{"--app", bashDog, "-s", "two"}, wrong, []string{"2 pipelines", "dewey-pipeline", "huey-pipeline"}},
		"no pipeline":      {[]string{"--app", bashDog, "-s", "edge"}, wrong, []string{"the stack edge has no pipeline"}},
		"not up":           {[]string{"--app", bashDog, "-s", "down"}, failed, []string{"drydock up --stack down"}},
		"report in file":   {[]string{"--app", bashDog, "--report", file + "/page.html"}, wrong, []string{"--report", "not a directory"}},
		"report a folder":  {[]string{"--app", bashDog, "--report", filepath.Dir(file)}, wrong, []string{"is a folder", "give the file"}},
		"several":          {[]string{"--app", bashDog, "--alarm", "@", "--hook", "x"}, wrong, []string{"--alarm @", "--hook x"}},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := f.rehearse(t, c.args...)
			assert.Equal(t, c.code, code, stdout)
			for _, want := range c.want {
				assert.Contains(t, stderr, want)
			}
			if name != "hook" { // whether there is such a hook is known once the AppSpec is
				assert.Empty(t, stdout)
			}
		})
	}
}

func scaffolds(t *testing.T, f folder) {
	dir := appWith(t, map[string]string{"buildspec.yml": "mine\n"})
	scaffold := func(args ...string) (int, string, string) {
		return f.call(t, append([]string{"scaffold", "--stack", "own", "--app", dir}, args...)...)
	}
	code, _, stderr := scaffold()
	assert.Equal(t, failed, code)
	assert.Contains(t, stderr, "buildspec.yml")
	assert.Contains(t, stderr, "--force")
	assert.Equal(t, "mine\n", read(t, filepath.Join(dir, "buildspec.yml")))
	assert.NoFileExists(t, filepath.Join(dir, "taskdef.json"), "all or nothing")

	code, stdout, stderr := scaffold("--force")
	require.Equal(t, done, code, stderr)
	assert.Contains(t, stdout, "appspec.yaml, buildspec.yml, taskdef.json")
	code, _, stderr = scaffold()
	assert.Equal(t, done, code, "they are the same: %s", stderr)
	code, stdout, stderr = f.rehearse(t, "--stack", "own", "--app", dir)
	assert.Equal(t, done, code, stdout+stderr)

	for name, c := range map[string]struct{ stack, app, want string }{
		"not up":         {"down", dir, "drydock up --stack down"},
		"no own files":   {"dev", dir, "set ownFiles to true"},
		"no pipeline":    {"edge", dir, "the stack edge has no pipeline"},
		"no such folder": {"own", "testdata/nowhere", "testdata/nowhere"},
		"a file":         {"own", "main.go", "main.go is a file"},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := f.call(t, "scaffold", "--stack", c.stack, "--app", c.app)
			assert.NotEqual(t, done, code)
			assert.Empty(t, stdout)
			assert.Contains(t, stderr, c.want)
		})
	}
}
