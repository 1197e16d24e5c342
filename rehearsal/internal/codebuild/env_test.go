//go:build unix

package codebuild

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// printed are the variables that `env` shows in the first phase of the build.
func printed(t *testing.T, in Input) (vars map[string]string, log string) {
	t.Helper()
	out := run(t, in)
	vars = map[string]string{}
	for _, line := range out.Phases[1].Log {
		if name, value, ok := strings.Cut(line, "="); ok {
			vars[name] = value
		}
	}
	return vars, strings.Join(out.Phases[1].Log, "\n")
}

func TestVariables(t *testing.T) {
	t.Setenv("AWS_SECRET_ACCESS_KEY", "the user's")
	in, _ := input(t, project(commands(phase("install", "env"))), nil)
	in.Sources = append(in.Sources, Source{Name: "Config", Dir: folder(t, nil), Version: "v2"})
	vars, log := printed(t, in)
	assert.Regexp(t, `^\d{13}$`, vars["CODEBUILD_START_TIME"])
	for name, want := range map[string]string{
		"AWS_DEFAULT_REGION":                "us-east-2",
		"AWS_REGION":                        "us-east-2",
		"CODEBUILD_BUILD_ARN":               "arn:aws:codebuild:us-east-2:123456789012:build/bash-dog:" + buildID,
		"CODEBUILD_BUILD_ID":                "bash-dog:" + buildID,
		"CODEBUILD_BUILD_IMAGE":             "aws/codebuild/amazonlinux-x86_64-standard:6.0",
		"CODEBUILD_BUILD_NUMBER":            "7",
		"CODEBUILD_BUILD_SUCCEEDING":        "1",
		"CODEBUILD_INITIATOR":               "codepipeline/bash-dog",
		"CODEBUILD_KMS_KEY_ID":              "arn:aws:kms:us-east-2:123456789012:alias/aws/s3",
		"CODEBUILD_LOG_PATH":                buildID,
		"CODEBUILD_RESOLVED_SOURCE_VERSION": "0123abc",
		"CODEBUILD_SOURCE_VERSION":          "0123abc",
		"CODEBUILD_SOURCE_REPO_URL":         "",
		"CODEBUILD_SRC_DIR":                 filepath.Join(in.Scratch, "source", "Source"),
		"CODEBUILD_SRC_DIR_Config":          filepath.Join(in.Scratch, "source", "Config"),
		"HOME":                              filepath.Join(in.Scratch, "home"),
		"PWD":                               filepath.Join(in.Scratch, "source", "Source"),
	} {
		have, set := vars[name]
		assert.True(t, set, name)
		assert.Equal(t, want, have, name)
	}
	assert.NotContains(t, log, "the user's")
	assert.NotContains(t, vars, "AWS_ACCOUNT_ID", "CodeBuild sets none")
	for name := range vars {
		assert.NotContains(t, name, "WEBHOOK")
	}
}

// TestPrecedence: the start of the build counts more than the project, and that more than the buildspec.
func TestPrecedence(t *testing.T) {
	spec := "version: 0.2\nenv:\n  variables:\n    A: spec\n    B: spec\n    C: spec\n    LITERAL: \"$PATH:/x\"\n    QUOTES: \"it's \\\"so\\\"\"\n" +
		"phases:\n  install:\n    commands: [env]\n"
	p := project(spec)
	p.Variables = []Variable{{"B", "project", PlainText}, {"C", "project", ""}}
	in, _ := input(t, p, nil)
	in.Overrides = []Variable{{"C", "start", PlainText}, {"CODEBUILD_BUILD_NUMBER", "99", PlainText}}
	vars, _ := printed(t, in)
	assert.Equal(t, []string{"spec", "project", "start"}, []string{vars["A"], vars["B"], vars["C"]})
	assert.Equal(t, "$PATH:/x", vars["LITERAL"], "nothing is expanded")
	assert.Equal(t, `it's "so"`, vars["QUOTES"])
	assert.Equal(t, "7", vars["CODEBUILD_BUILD_NUMBER"], "the prefix is CodeBuild's")
}

func resolve(_ context.Context, kind Kind, reference string) (string, error) {
	values := map[string]string{
		"SECRETS_MANAGER bash-dog:TOKEN":    "s3cr3t-token",
		"PARAMETER_STORE /bash-dog/login":   "first line\nsecond line\n}",
		"SECRETS_MANAGER bash-dog:replaced": "never asked for",
	}
	value, ok := values[string(kind)+" "+reference]
	if !ok {
		return "", fmt.Errorf("ResourceNotFoundException: Secrets Manager can't find the specified secret")
	}
	return value, nil
}

const secretSpec = `version: 0.2
env:
  parameter-store:
    LOGIN: /bash-dog/login
  secrets-manager:
    TOKEN: bash-dog:TOKEN
    REPLACED: nowhere
phases:
  build:
    commands:
      - echo "token $TOKEN twice ${TOKEN}s3cr3t-token"; echo "$LOGIN"
      - echo AKIAIOSFODNN7EXAMPLE; test "${#TOKEN}" = 12 && echo long
      - head -c 70000 /dev/zero | tr '\0' x; printf %s "$TOKEN"; head -c 70000 /dev/zero | tr '\0' x
      - echo "refused $TOKEN"; cat "$TOKEN"
`

func TestSecrets(t *testing.T) {
	p := project(secretSpec)
	p.Variables = []Variable{{"REPLACED", "plain", PlainText}}
	in, log := input(t, p, nil)
	in.Resolve = resolve
	out := run(t, in)
	require.NotNil(t, out.Problem, log)
	text := log.String() + fmt.Sprintf("%+v", out)
	for _, secret := range []string{"s3cr3t-token", "first line", "second line", "AKIAIOSFODNN7EXAMPLE"} {
		assert.NotContains(t, text, secret)
	}
	assert.Contains(t, log.String(), "\ntoken *** twice ******\n***\n***\n}\n")
	assert.Contains(t, log.String(), "\nlong\n")
	assert.Contains(t, out.Problem.Fix, "***")

	in, _ = input(t, project(secretSpec), nil)
	in.Resolve = resolve
	out = run(t, in)
	assert.Equal(t, []string{"DOWNLOAD_SOURCE FAILED", "FINALIZING SUCCEEDED"}, statuses(out))
	assert.Contains(t, out.Problem.What, "Secrets Manager Error: variable REPLACED: ResourceNotFoundException")
	assert.True(t, strings.HasPrefix(out.Phases[0].Context, "Secrets Manager Error: "))
}

func TestExported(t *testing.T) {
	spec := "version: 0.2\nenv:\n  variables:\n    GIVEN: g\n  exported-variables: [GIVEN, TAG, PLAIN, EMPTY, NEVER]\n" +
		"phases:\n  build:\n    commands:\n      - export TAG=\"it's $(printf 'two\\nlines')\"\n      - PLAIN=p EMPTY=; PLAIN=p; EMPTY=\n" +
		"  post_build:\n    commands:\n      - export GIVEN=changed; set -eu\n"
	in, log := input(t, project(spec), nil)
	out := run(t, in)
	require.True(t, out.Succeeded, log)
	assert.Equal(t, map[string]string{"GIVEN": "changed", "TAG": "it's two\nlines", "PLAIN": "p", "EMPTY": ""}, out.Exported)
	assert.Contains(t, strings.Join(out.Notes, "\n"), "the exported variable NEVER was never set")
}

// TestSourcesStay: a build changes copies.
func TestSourcesStay(t *testing.T) {
	in, log := input(t, project(commands(phase("build", "test -x b && test -L link && test \"$(cat link)\" = 1", "rm a; echo x >b; rm -r \"$CODEBUILD_SRC_DIR_Config\"/*"))), map[string]string{"a": "1", "b": "2"})
	in.Sources = append(in.Sources, Source{Name: "Config", Dir: folder(t, map[string]string{"c/d": "3"})})
	require.NoError(t, os.Symlink("a", filepath.Join(in.Sources[0].Dir, "link")))
	require.NoError(t, os.Chmod(filepath.Join(in.Sources[0].Dir, "b"), 0o755))
	require.True(t, run(t, in).Succeeded, log)
	for path, want := range map[string]string{in.Sources[0].Dir + "/a": "1", in.Sources[0].Dir + "/b": "2", in.Sources[1].Dir + "/c/d": "3"} {
		have, err := os.ReadFile(path)
		require.NoError(t, err)
		assert.Equal(t, want, string(have))
	}
}

func TestBash(t *testing.T) {
	spec := "version: 0.2\nenv:\n  shell: bash\nphases:\n  build:\n    commands:\n      - a=(x y); export B='q \"r\"'\n      - '[[ ${a[1]} == y ]] && echo \"bash $B\"'\n      - exit 0\n      - echo \"again $B\"\n"
	in, log := input(t, project(spec), nil)
	require.True(t, run(t, in).Succeeded, log)
	assert.Contains(t, log.String(), "\nbash q \"r\"\n")
	assert.Contains(t, log.String(), "\nagain q \"r\"\n")
}
