//go:build unix

package codebuild

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/tools"
)

const buildID = "b1e6661e-e4f2-4156-9ab9-82a19EXAMPLE"

// project is a small build project with the buildspec.
func project(buildspec string) *Project {
	return &Project{
		Name: "bash-dog", ARN: "arn:aws:codebuild:us-east-2:123456789012:project/bash-dog", BuildSpec: buildspec,
		Privileged: true, Type: "LINUX_CONTAINER", Image: "aws/codebuild/amazonlinux-x86_64-standard:6.0",
		Timeout: 5 * time.Minute, ArtifactsType: "CODEPIPELINE", EncryptionKey: "arn:aws:kms:us-east-2:123456789012:alias/aws/s3",
	}
}

// input is a build of it, with one source of the files.
func input(t *testing.T, p *Project, files map[string]string) (Input, *bytes.Buffer) {
	t.Helper()
	log := &bytes.Buffer{}
	return Input{
		Project: p, ID: buildID, Number: 7, Initiator: "codepipeline/bash-dog", Region: "us-east-2", Account: "123456789012",
		Sources: []Source{{Name: "Source", Dir: folder(t, files), Version: "0123abc", Primary: true}},
		Scratch: t.TempDir(), Log: log,
	}, log
}

func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
	}
	return dir
}

// commands is a buildspec with the commands of phases, as "build: |- …" below each other.
func commands(lines ...string) string {
	return "version: 0.2\nphases:\n" + strings.Join(lines, "\n") + "\n"
}

func phase(name string, commands ...string) string {
	text := "  " + name + ":\n    commands:\n"
	for _, c := range commands {
		text += "      - |\n        " + strings.ReplaceAll(c, "\n", "\n        ") + "\n"
	}
	return strings.TrimSuffix(text, "\n")
}

func run(t *testing.T, in Input) *Output {
	t.Helper()
	out, err := Run(t.Context(), in)
	require.NoError(t, err)
	return out
}

// statuses are the phases as "BUILD FAILED".
func statuses(out *Output) []string {
	var list []string
	for _, p := range out.Phases {
		list = append(list, p.Name+" "+string(p.Status))
	}
	return list
}

func TestPhases(t *testing.T) {
	all := []string{phase("install", "echo i"), phase("pre_build", "echo p"), phase("build", "echo b"), phase("post_build", "echo o=$CODEBUILD_BUILD_SUCCEEDING")}
	with := func(name, text string) string {
		lines := append([]string{}, all...)
		for i := range lines {
			if strings.HasPrefix(lines[i], "  "+name+":") {
				lines[i] = text
			}
		}
		return commands(lines...)
	}
	ok := func(names ...string) (list []string) {
		for _, n := range names {
			list = append(list, n+" SUCCEEDED")
		}
		return list
	}
	whole := ok(DownloadSource, Install, PreBuild, Build, PostBuild, UploadArtifacts, Finalizing)
	failed := func(name string, left ...string) (list []string) {
		for _, s := range whole {
			if s == name+" SUCCEEDED" {
				list = append(list, name+" FAILED")
				break
			}
			list = append(list, s)
		}
		return append(list, ok(left...)...)
	}
	for name, c := range map[string]struct {
		spec string
		want []string
		says string
	}{
		"all go well":     {commands(all...), whole, "\no=1\n"},
		"install fails":   {with("install", phase("install", "false")), failed(Install, Finalizing), "Command did not exit successfully false exit status 1\n"},
		"pre_build fails": {with("pre_build", phase("pre_build", "exit 3")), failed(PreBuild, Finalizing), "Reason: exit status 3\n"},
		"build fails":     {with("build", phase("build", "(exit 4)", "echo never")), failed(Build, PostBuild, UploadArtifacts, Finalizing), "\no=0\n"},
		"post_build fails": {
			with("post_build", phase("post_build", "nowhere-to-be-found")), failed(PostBuild, UploadArtifacts, Finalizing), "script.sh: ",
		},
		"install may fail": {
			with("install", phase("install", "false")+"\n    on-failure: CONTINUE"),
			failed(Install, PreBuild, Build, PostBuild, UploadArtifacts, Finalizing), "\no=0\n",
		},
		"build aborts": {with("build", phase("build", "false")+"\n    on-failure: ABORT"), failed(Build, Finalizing), "Phase complete: BUILD State: FAILED\n"},
		"finally follows a failure": {
			with("build", phase("build", "false", "echo never")+"\n    finally:\n      - echo at last $CODEBUILD_BUILD_SUCCEEDING"),
			failed(Build, PostBuild, UploadArtifacts, Finalizing), "\nat last 0\n",
		},
		"finally fails": {
			with("build", phase("build", "true")+"\n    finally:\n      - (exit 9)"),
			failed(Build, PostBuild, UploadArtifacts, Finalizing), "Error while executing command: (exit 9). Reason: exit status 9\n",
		},
		"a shell that dies": {
			with("build", phase("build", "kill -9 $$")), failed(Build, PostBuild, UploadArtifacts, Finalizing), "Reason: exit status 137\n",
		},
		"the first shell that dies": {
			commands(phase("build", "kill -9 $$"), phase("post_build", "echo o=$CODEBUILD_BUILD_SUCCEEDING")), failed(Build, PostBuild, UploadArtifacts, Finalizing), "\no=0\n",
		},
		"a syntax error": {
			with("build", phase("build", "if true; fi")), failed(Build, PostBuild, UploadArtifacts, Finalizing), "Reason: exit status 2\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			in, log := input(t, project(c.spec), nil)
			out := run(t, in)
			assert.Equal(t, c.want, statuses(out), log)
			assert.Contains(t, log.String(), c.says)
			assert.NotContains(t, log.String(), "\nnever\n")
			assert.Equal(t, out.Succeeded, out.Problem == nil)
			assert.Equal(t, strings.Join(c.want, "") == strings.Join(whole, ""), out.Succeeded)
		})
	}
}

func TestFailedCommandIsNamed(t *testing.T) {
	spec := "version: 0.2\nphases:\n  build:\n    commands:\n      - echo fine\n      - |\n        echo 'no such stage: api' >&2\n        exit 5\n"
	in, _ := input(t, project(""), map[string]string{"buildspec.yml": spec})
	out := run(t, in)
	p := out.Phases[3]
	require.Equal(t, Build, p.Name)
	assert.Equal(t, 7, p.Line)
	assert.Equal(t, "echo 'no such stage: api' >&2\nexit 5", p.Command)
	assert.Equal(t, "COMMAND_EXECUTION_ERROR: Error while executing command: echo 'no such stage: api' >&2 …. Reason: exit status 5", p.Context)
	assert.Equal(t, "buildspec.yml", out.Problem.File)
	assert.Equal(t, 7, out.Problem.Line)
	assert.Equal(t, "phase BUILD of CodeBuild project bash-dog", out.Problem.Where)
	assert.Equal(t, p.Context, out.Problem.What)
	assert.Contains(t, out.Problem.Fix, "no such stage: api")
	assert.Contains(t, p.Log, "no such stage: api")
}

// TestOneShell: with version 0.2 all commands run in the same instance, with 0.1 each in its own.
func TestOneShell(t *testing.T) {
	body := []string{
		phase("install", "plain=1", "export EXPORTED=2", "f() { echo function; }", "mkdir -p deep && cd deep", "set -f"),
		phase("build", `echo "plain=${plain-} exported=${EXPORTED-} in=$(basename "$PWD") flags=$-"; f || true`),
	}
	in, log := input(t, project(commands(body...)), nil)
	require.True(t, run(t, in).Succeeded, log)
	assert.Regexp(t, `plain=1 exported=2 in=deep flags=\w*f`, log)
	assert.Contains(t, log.String(), "\nfunction\n")

	in, log = input(t, project(strings.Replace(commands(body...), "0.2", "0.1", 1)), nil)
	require.True(t, run(t, in).Succeeded, log)
	assert.Regexp(t, `plain= exported= in=Source flags=`, log)
}

// TestShellThatEnds: exit ends a command, not the build.
func TestShellThatEnds(t *testing.T) {
	in, log := input(t, project(commands(
		phase("pre_build", "export TOKEN=\"it's\n\\\"two\\\" lines\"", "mkdir 'a b' && cd 'a b'", "exit 0"),
		phase("build", `echo "$TOKEN in $(basename "$PWD")"`, "set -e", "false; echo never"),
		phase("post_build", `echo "still $CODEBUILD_BUILD_SUCCEEDING in $(basename "$PWD")"`),
	)), nil)
	out := run(t, in)
	assert.Contains(t, log.String(), "it's\n\"two\" lines in a b\n")
	assert.Contains(t, log.String(), "still 0 in a b\n")
	assert.NotContains(t, log.String(), "\nnever\n")
	assert.Equal(t, Failed, out.Phases[3].Status)
}

func TestTools(t *testing.T) {
	spec := commands(phase("build", "printf 'a b' | docker login --password-stdin", "docker build . || echo refused $?"))
	docker := func(_ context.Context, c tools.Command) int {
		var in bytes.Buffer
		_, _ = in.ReadFrom(c.Stdin)
		fmt.Fprintf(c.Stdout, "%s <%s> in %s\n", strings.Join(c.Args, "|"), in.String(), filepath.Base(c.Dir))
		return len(c.Args) - 2
	}
	in, log := input(t, project(spec), nil)
	in.Tools = map[string]tools.Tool{"docker": docker}
	require.True(t, run(t, in).Succeeded, log)
	assert.Contains(t, log.String(), "login|--password-stdin <a b> in Source\n")
	assert.Contains(t, log.String(), "build|. <> in Source\n")

	in, log = input(t, project(spec), nil)
	in.Tools, in.Project.Privileged = map[string]tools.Tool{"docker": docker}, false
	require.True(t, run(t, in).Succeeded, log)
	assert.Contains(t, log.String(), "login|--password-stdin <a b> in Source\n")
	assert.Contains(t, log.String(), noDaemon+"\nrefused 1\n")
}

func TestCancelled(t *testing.T) {
	in, _ := input(t, project(commands(phase("build", "sleep 600 &\nsetsid sleep 600 &\necho ready\nsleep 600"))), nil)
	ctx, cancel := context.WithCancel(t.Context())
	in.Log = writer(func(text []byte) {
		if strings.Contains(string(text), "ready\n") && !strings.Contains(string(text), "Running") {
			cancel()
		}
	})
	out, err := Run(ctx, in)
	require.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, Stopped, out.Phases[len(out.Phases)-1].Status)
	assert.False(t, out.Succeeded)
	assertNoProcess(t, in)
}

type writer func([]byte)

func (w writer) Write(text []byte) (int, error) { w(text); return len(text), nil }

// assertNoProcess: none runs that was started in the build's environment.
func assertNoProcess(t *testing.T, in Input) {
	t.Helper()
	if _, err := os.Stat("/proc/self/environ"); errors.Is(err, os.ErrNotExist) {
		t.Skip("this system tells no environments of processes in /proc")
	}
	files, err := filepath.Glob("/proc/[0-9]*/environ")
	require.NoError(t, err)
	for _, file := range files {
		environ, _ := os.ReadFile(file) // processes come and go
		assert.NotContains(t, string(environ), in.Scratch, file)
	}
}

func TestTimeout(t *testing.T) {
	p := project(commands(phase("build", "sleep 600 & sleep 600"), phase("post_build", "echo never")))
	p.Timeout = 500 * time.Millisecond
	in, log := input(t, p, nil)
	out := run(t, in)
	assert.Equal(t, []string{
		"DOWNLOAD_SOURCE SUCCEEDED", "INSTALL SUCCEEDED", "PRE_BUILD SUCCEEDED", "BUILD TIMED_OUT", "FINALIZING SUCCEEDED",
	}, statuses(out), log)
	assert.Contains(t, out.Problem.What, "BUILD_TIMED_OUT: Build has timed out.")
	assert.Equal(t, 6, out.Problem.Line)
	assertNoProcess(t, in)
}

// TestBackground: what a command leaves running does not keep the build, and ends with it.
func TestBackground(t *testing.T) {
	in, log := input(t, project(commands(phase("build", "sleep 600 &", "(sleep 600; echo late) &", "echo done"))), nil)
	require.True(t, run(t, in).Succeeded, log)
	assert.Contains(t, log.String(), "\ndone\n")
	assertNoProcess(t, in)
}

func TestMuchOutput(t *testing.T) {
	in, _ := input(t, project(commands(phase("build",
		"yes 'a line of thirty-one characters' | head -c 20000000", "head -c 300000 /dev/zero | tr '\\0' x", "echo; echo end"))), nil)
	size := 0
	in.Log = writer(func(text []byte) { size += len(text) })
	out := run(t, in)
	require.True(t, out.Succeeded)
	assert.Greater(t, size, 20_300_000, "the log has all")
	log := out.Phases[3].Log
	assert.Len(t, log, keptLines)
	for _, line := range log {
		assert.LessOrEqual(t, len(line), keptOfLine+len(" …"))
	}
	assert.Contains(t, log, "end")
}
