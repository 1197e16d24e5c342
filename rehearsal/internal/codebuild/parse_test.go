package codebuild

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// whole is the reference's own example with all that it can have.
const whole = `version: 0.2
run-as: builder
env:
  shell: bash
  variables:
    JAVA_HOME: "/usr/lib/jvm/java-8-openjdk-amd64"
    RETRIES: 3
  parameter-store:
    LOGIN_PASSWORD: /CodeBuild/dockerLoginPassword
  secrets-manager:
    TOKEN: "TestSecret:MY_SECRET_VAR"
  exported-variables:
    - IMAGE_TAG
  git-credential-helper: yes
proxy:
  upload-artifacts: no
phases:
  install:
    runtime-versions:
      java: corretto8
    commands:
      - apt-get update -y
    finally:
      - echo always
  pre_build:
    on-failure: RETRY-3-.*timed out.*
    commands: docker login
  build:
    run-as: other
    on-failure: ABORT
    commands:
      - "echo \"a: b\""
      - >
        mvn
        install
      - |
        two
        lines
  post_build:
    on-failure: CONTINUE
    commands: [echo one, echo two]
reports:
  group:
    files: ["**/*"]
artifacts:
  files:
    - target/messageUtil-1.0.jar
  name: builds/$CODEBUILD_BUILD_NUMBER
  discard-paths: yes
  base-directory: out*
  exclude-paths: "**/.*"
  s3-prefix: p
  secondary-artifacts:
    docs:
      files: ['**/*']
cache:
  paths: ['/root/.m2/**/*']
`

func TestParse(t *testing.T) {
	spec, problems := Parse("buildspec.yml", []byte(whole))
	require.Empty(t, problems)
	notes := spec.Notes
	spec.Notes = nil
	want := &Spec{
		File: "buildspec.yml", Version: "0.2", Shell: "bash",
		Variables: []Variable{
			{"JAVA_HOME", "/usr/lib/jvm/java-8-openjdk-amd64", PlainText}, {"RETRIES", "3", PlainText},
			{"LOGIN_PASSWORD", "/CodeBuild/dockerLoginPassword", ParameterStore}, {"TOKEN", "TestSecret:MY_SECRET_VAR", SecretsManager},
		},
		Exported: []string{"IMAGE_TAG"},
		Phases: map[string]*PhaseSpec{
			Install:   {Commands: []Command{{"apt-get update -y", 22}}, Finally: []Command{{"echo always", 24}}, Line: 18},
			PreBuild:  {Commands: []Command{{"docker login", 27}}, OnFailure: Retry, Line: 25},
			Build:     {Commands: []Command{{`echo "a: b"`, 32}, {"mvn install\n", 34}, {"two\nlines\n", 37}}, OnFailure: Abort, Line: 28},
			PostBuild: {Commands: []Command{{"echo one", 41}, {"echo two", 41}}, OnFailure: Continue, Line: 39},
		},
		Artifacts: map[string]*ArtifactSpec{
			"":     {Files: []string{"target/messageUtil-1.0.jar"}, Exclude: []string{"**/.*"}, Base: "out*", Discard: true, Line: 46},
			"docs": {Files: []string{"**/*"}, Line: 55},
		},
	}
	assert.Empty(t, cmp.Diff(want, spec))
	for _, what := range []string{"run-as", "proxy", "reports", "cache", "runtime-versions", "git-credential-helper", "RETRY-3-.*timed out.*"} {
		assert.Contains(t, strings.Join(notes, "\n"), what)
	}
}

func TestParseRefuses(t *testing.T) {
	const rest = "phases:\n  build:\n    commands:\n      - echo\n"
	for name, c := range map[string]struct {
		text string
		line int
		what string
		fix  string
	}{
		"nothing":             {"", 0, "the file is empty", "version: 0.2"},
		"comments":            {"# later\n", 0, "the file is empty", "version: 0.2"},
		"a text":              {"build", 1, "wrong number of container tags, expected 1", "version: 0.2"},
		"a tab":               {"version: 0.2\nphases:\n\tbuild:\n", 3, "found character that cannot start any token at line 3", "spaces"},
		"an open quote":       {"version: 0.2\nphases:\n  build:\n    commands: ['a' 'b']\n", 3, "did not find expected ',' or ']' at line 3", ""},
		"no version":          {rest, 1, "version is missing", "version: 0.2"},
		"another version":     {"version: 2\n" + rest, 1, `version "2"`, "Write version: 0.2."},
		"version as a list":   {"version: [0.2]\n" + rest, 1, "version is a sequence, not a string", ""},
		"no phases":           {"version: 0.2\n", 1, "phases is missing", ""},
		"empty phases":        {"version: 0.2\nphases:\n", 1, "phases is missing", ""},
		"phases as a list":    {"version: 0.2\nphases:\n  - build\n", 3, "phases is a sequence, not a mapping", ""},
		"a misspelled phase":  {"version: 0.2\nphases:\n  prebuild:\n    commands: [a]\n", 3, `"prebuild" is not the name of a phase`, "Write pre_build."},
		"a hyphened phase":    {"version: 0.2\nphases:\n  post-build:\n    commands: [a]\n", 3, `"post-build" is not the name of a phase`, "Write post_build."},
		"a phase of its own":  {"version: 0.2\nphases:\n  deploy:\n    commands: [a]\n", 3, `"deploy" is not the name of a phase`, "no other phases"},
		"a misspelled key":    {"version: 0.2\nphases:\n  build:\n    command: [a]\n    commands: [a]\n", 4, `phases.build has no key "command"`, "Write commands."},
		"no commands":         {"version: 0.2\nphases:\n  build:\n    finally: [a]\n", 3, "phases.build has no commands", ""},
		"twice the same":      {"version: 0.2\nphases:\n  build:\n    commands: [a]\n  build:\n    commands: [a]\n", 5, `mapping key "build" of phases is given twice`, ""},
		"a colon":             {"version: 0.2\nphases:\n  build:\n    commands:\n      - ok\n      - echo \"a: b\"\n", 6, "Expected Commands[1] to be of string type: found subkeys instead at line 6, value of the key tag on line 5 might be empty", "Quote the whole text"},
		"a list in a list":    {"version: 0.2\nphases:\n  build:\n    commands:\n      - [a]\n", 5, "Expected Commands[0] to be of string type: found a sequence instead", ""},
		"an empty command":    {"version: 0.2\nphases:\n  build:\n    commands:\n      -\n", 5, "Expected Commands[0] to be of string type: found nothing instead", ""},
		"a wrong on-failure":  {"version: 0.2\nphases:\n  build:\n    on-failure: IGNORE\n    commands: [a]\n", 4, `on-failure is "IGNORE"`, "ABORT"},
		"too many retries":    {"version: 0.2\nphases:\n  build:\n    on-failure: RETRY-101\n    commands: [a]\n", 4, "count is over 100", ""},
		"a wrong retry":       {"version: 0.2\nphases:\n  build:\n    on-failure: RETRY-(\n    commands: [a]\n", 4, "missing closing )", ""},
		"runtimes in build":   {"version: 0.2\nphases:\n  install:\n    runtimes-versions: {java: 8}\n  build:\n    commands: [a]\n", 4, `has no key "runtimes-versions"`, "Write runtime-versions."},
		"another shell":       {"version: 0.2\nenv:\n  shell: zsh\n" + rest, 3, `env.shell "zsh"`, "bash"},
		"PowerShell":          {"version: 0.2\nenv:\n  shell: powershell.exe\n" + rest, 3, "not simulated", "bash"},
		"a wrong name":        {"version: 0.2\nenv:\n  variables:\n    A-B: c\n" + rest, 4, `"A-B" is not the name of a variable`, ""},
		"a map as a value":    {"version: 0.2\nenv:\n  variables:\n    A: {b: c}\n" + rest, 4, "env.variables.A is a mapping", ""},
		"an empty parameter":  {"version: 0.2\nenv:\n  parameter-store:\n    A:\n" + rest, 4, "env.parameter-store.A is empty", ""},
		"a secret's parts":    {"version: 0.2\nenv:\n  secrets-manager:\n    A: a:b:c:d:e\n" + rest, 4, "more parts", "version-stage"},
		"stage and version":   {"version: 0.2\nenv:\n  secrets-manager:\n    A: a:b:c:d\n" + rest, 4, "give one of them", ""},
		"an export of AWS":    {"version: 0.2\nenv:\n  exported-variables:\n    - AWS_REGION\n" + rest, 4, "starts with AWS_", ""},
		"an exported secret":  {"version: 0.2\nenv:\n  exported-variables: [A]\n  secrets-manager:\n    A: b\n" + rest, 3, "of SECRETS_MANAGER", ""},
		"an export's value":   {"version: 0.2\nenv:\n  exported-variables: [$A]\n" + rest, 3, `"$A" is not the name`, ""},
		"env of 0.1":          {"version: 0.2\nenvironment_variables:\n  plaintext:\n    A: b\n" + rest, 2, "of version 0.1", "Rename it to env"},
		"a misspelled root":   {"version: 0.2\nartefacts:\n  files: [a]\n" + rest, 2, `no key "artefacts"`, "Write artifacts."},
		"no files":            {"version: 0.2\nartifacts:\n  name: a\n" + rest, 2, "artifacts.files is missing", "**/*"},
		"a misspelled base":   {"version: 0.2\nartifacts:\n  files: [a]\n  base_directory: b\n" + rest, 4, `no key "base_directory"`, "Write base-directory."},
		"neither yes nor no":  {"version: 0.2\nartifacts:\n  files: [a]\n  discard-paths: maybe\n" + rest, 4, "neither yes nor no", ""},
		"an alias to no end":  {"version: 0.2\nphases: &a\n  build: *a\n", 0, "", ""},
		"aliases of aliases":  {billion, 0, "expand without end", "Write the values out."},
		"invalid UTF-8":       {"version: 0.2\n\xff\n", 0, "", ""},
		"a secondary's files": {"version: 0.2\nartifacts:\n  files: [a]\n  secondary-artifacts:\n    b:\n      name: c\n" + rest, 5, "secondary-artifacts.b.files is missing", ""},
	} {
		t.Run(name, func(t *testing.T) {
			_, problems := Parse("buildspec.yml", []byte(c.text))
			require.NotEmpty(t, problems)
			p := problems[0]
			assert.Contains(t, p.What, "YAML_FILE_ERROR: ")
			assert.Contains(t, p.What, c.what)
			assert.Contains(t, p.Fix, c.fix)
			assert.NotEmpty(t, p.Fix)
			assert.Equal(t, "buildspec.yml", p.File)
			if c.what != "" {
				assert.Equal(t, c.line, p.Line, p.What)
			}
		})
	}
}

// billion is small, and large once its aliases are followed.
var billion = func() string {
	text := "version: 0.2\na0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for i := range 9 {
		text += fmt.Sprintf("a%d: &a%d [%s]\n", i+1, i+1, strings.TrimSuffix(strings.Repeat(fmt.Sprintf("*a%d, ", i), 10), ", "))
	}
	return text
}()

func TestParseAllProblems(t *testing.T) {
	_, problems := Parse("b.yml", []byte("version: 3\nphases:\n  biuld:\n    commands: [a]\n  install:\n    comands: [a]\n"))
	require.Len(t, problems, 3)
	assert.Equal(t, []int{1, 3, 6}, []int{problems[0].Line, problems[1].Line, problems[2].Line})
}

// TestParseTakes: what is unusual and right.
func TestParseTakes(t *testing.T) {
	for name, text := range map[string]string{
		"JSON":                    `{"version": "0.2", "phases": {"build": {"commands": ["echo a"]}}}`,
		"an anchor":               "version: 0.2\nx-common: &c\n  - echo a\nphases:\n  build:\n    commands: *c\n",
		"a merged phase":          "version: 0.2\nx: &p\n  commands: [echo a]\nphases:\n  build:\n    <<: *p\n",
		"0.1":                     "version: 0.1\nenvironment_variables:\n  plaintext:\n    A: b\nphases:\n  build:\n    commands: [echo a]\n",
		"a byte order mark":       "\ufeffversion: 0.2\nphases:\n  build:\n    commands: [echo a]\n",
		"Windows' line ends":      "version: 0.2\r\nphases:\r\n  build:\r\n    commands:\r\n      - echo a\r\n",
		"install without command": "version: 0.2\nphases:\n  install:\n    runtime-versions:\n      nodejs: 20\n  build:\n    commands: [echo a]\n",
	} {
		t.Run(name, func(t *testing.T) {
			spec, problems := Parse("b.yml", []byte(text))
			require.Empty(t, problems)
			require.Contains(t, spec.Phases, Build)
			require.Len(t, spec.Phases[Build].Commands, 1)
			assert.Equal(t, "echo a", spec.Phases[Build].Commands[0].Text)
		})
	}
}

func TestSecretParts(t *testing.T) {
	arn := "arn:aws:secretsmanager:us-east-2:123456789012:secret:bash-dog-AbCdEf"
	for reference, want := range map[string][4]string{
		"a":             {"a"},
		"a/b:key":       {"a/b", "key"},
		"a::AWSPENDING": {"a", "", "AWSPENDING"},
		"a:key::v1":     {"a", "key", "", "v1"},
		arn:             {arn},
		arn + ":key::":  {arn, "key"},
	} {
		id, key, stage, version, err := SecretParts(reference)
		require.NoError(t, err)
		assert.Equal(t, want, [4]string{id, key, stage, version}, reference)
	}
	_, _, _, _, err := SecretParts("arn:aws:secretsmanager")
	assert.ErrorContains(t, err, "not whole")
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte(billion))
	golden, err := filepath.Glob("../../../internal/artifacts/testdata/*/buildspec.yml")
	require.NoError(f, err)
	for _, name := range golden {
		text, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		spec, problems := Parse("b.yml", text)
		for _, p := range problems {
			if p.What == "" || p.Fix == "" || p.Line < 0 {
				t.Errorf("%+v", p)
			}
		}
		if len(problems) == 0 && spec.Version == "" {
			t.Error("no version, and no problem")
		}
	})
}
