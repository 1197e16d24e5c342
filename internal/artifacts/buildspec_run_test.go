package artifacts_test

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
	"mvdan.cc/sh/v3/syntax"

	"github.com/container-pipeline/container-pipeline/internal/artifacts"
)

const commit = "0123456789abcdef0123456789abcdef01234567"

// buildSpecFile is a build specification as CodeBuild reads it.
type buildSpecFile struct {
	Version string
	Env     struct {
		Variables map[string]string
		Exported  []string `yaml:"exported-variables"`
	}
	Phases    map[string]struct{ Commands []string }
	Artifacts struct{ Files []string }
}

func readBuildSpec(t *testing.T, spec artifacts.BuildSpec) buildSpecFile {
	t.Helper()
	text, err := spec.Render()
	require.NoError(t, err)
	var file buildSpecFile
	decoder := yaml.NewDecoder(strings.NewReader(text))
	decoder.KnownFields(true)
	require.NoError(t, decoder.Decode(&file))
	return file
}

func TestBuildSpecForm(t *testing.T) {
	file := readBuildSpec(t, bashDogBuild())
	assert.Equal(t, "0.2", file.Version)
	assert.Equal(t, []string{"taskdef.json", "appspec.yaml"}, file.Artifacts.Files)
	assert.Equal(t, []string{"IMAGE_TAG"}, file.Env.Exported)
	assert.Equal(t, map[string]string{"DOCKER_BUILDKIT": "1"}, file.Env.Variables)
	assert.Len(t, file.Phases, 3)
}

// TestBuildSpecCommandsAreShell: CodeBuild's shell on Linux is sh.
// https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-cmd.html
func TestBuildSpecCommandsAreShell(t *testing.T) {
	for _, spec := range []artifacts.BuildSpec{bashDogBuild(), oneContainerBuild()} {
		for phase, content := range readBuildSpec(t, spec).Phases {
			for _, command := range content.Commands {
				_, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(strings.NewReader(command), phase)
				assert.NoError(t, err, command)
			}
		}
	}
}

// fakeTools records its calls and answers as docker and aws do. FAIL is an extended regular expression of calls
// that fail.
const fakeTools = `#!/bin/sh
tool="$(basename "$0")"
call="$tool $*"
printf '%s\n' "$call" >>"$CALLS"
if printf '%s' "$call" | grep -Eq "${FAIL:-^$}"; then
  echo "$call: refused" >&2
  exit 1
fi
case "$call" in
"aws ecr get-login-password"*) echo the-password ;;
"docker login"*) test "$(cat)" = the-password ;;
"aws ecr describe-images"*)
  name="$(printf '%s' "$call" | sed 's/.*--repository-name \([^ ]*\).*/\1/')"
  echo "${DIGEST:-sha256:$(printf '%s' "$name" | sha256sum | cut -c 1-64)}"
  ;;
esac
`

// build is one run of a build specification, and what it left.
type build struct {
	spec      artifacts.BuildSpec
	task      string // taskdef.json; the guide's by default
	env       []string
	source    string // the primary source's folder
	calls     []string
	failed    string // the phases that failed, in order
	output    string
	succeeded bool
}

// run does as CodeBuild with version 0.2: one shell for all commands; a phase stops at the first failure; a failed
// pre_build ends the build; post_build follows a failed build.
// https://docs.aws.amazon.com/codebuild/latest/userguide/view-build-details-phases.html
func (b *build) run(t *testing.T) {
	t.Helper()
	root := t.TempDir()
	b.source = filepath.Join(root, "src")
	config, tools, calls := filepath.Join(root, "config dir"), filepath.Join(root, "bin"), filepath.Join(root, "calls")
	for _, folder := range []string{b.source, config, tools} {
		require.NoError(t, os.Mkdir(folder, 0o755))
	}
	for _, tool := range []string{"docker", "aws"} {
		require.NoError(t, os.WriteFile(filepath.Join(tools, tool), []byte(fakeTools), 0o755))
	}
	b.writeTemplates(t, config)

	shell := exec.Command("sh")
	shell.Dir = b.source
	shell.Stdin = strings.NewReader(driver(readBuildSpec(t, b.spec)))
	shell.Env = append([]string{
		"PATH=" + tools + ":" + os.Getenv("PATH"), "CALLS=" + calls,
		"CODEBUILD_SRC_DIR=" + b.source, "CODEBUILD_SRC_DIR_" + configName + "=" + config,
		"CODEBUILD_RESOLVED_SOURCE_VERSION=" + commit,
		"CODEBUILD_BUILD_ID=bash-dog:b1e6661e-e4f2-4156-9ab9-82a19EXAMPLE",
	}, b.env...)
	output, err := shell.CombinedOutput()
	b.output, b.succeeded = string(output), err == nil
	for _, phase := range regexp.MustCompile(`(?m)^PHASE FAILED (\w+)$`).FindAllStringSubmatch(b.output, -1) {
		b.failed = strings.TrimSpace(b.failed + " " + phase[1])
	}
	if recorded, err := os.ReadFile(calls); err == nil {
		b.calls = strings.Split(strings.TrimSpace(string(recorded)), "\n")
	}
}

func (b *build) writeTemplates(t *testing.T, config string) {
	t.Helper()
	folder := config
	if b.spec.ConfigSource == "" {
		folder = b.source
	}
	if b.task == "" {
		var err error
		b.task, err = bashDogTask(t).Render()
		require.NoError(t, err)
	}
	appSpec, err := bashDogAppSpec().Render()
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(folder, artifacts.TaskDefinitionFile), []byte(b.task), 0o644))
	require.NoError(t, os.WriteFile(filepath.Join(folder, artifacts.AppSpecFile), []byte(appSpec), 0o644))
}

func driver(file buildSpecFile) string {
	var script strings.Builder
	script.WriteString("export CODEBUILD_BUILD_SUCCEEDING=1\nexport DOCKER_BUILDKIT=1\nend=0\n")
	for _, phase := range []string{"pre_build", "build", "post_build"} {
		script.WriteString("ok=1\n")
		for _, command := range file.Phases[phase].Commands {
			fmt.Fprintf(&script, "if [ $ok = 1 ]; then\n%s\n[ $? = 0 ] || ok=0\nfi\n", command)
		}
		fmt.Fprintf(&script, "if [ $ok = 0 ]; then echo PHASE FAILED %s; export CODEBUILD_BUILD_SUCCEEDING=0; end=1; fi\n", phase)
		if phase == "pre_build" {
			script.WriteString("[ $ok = 1 ] || exit 1\n")
		}
	}
	script.WriteString("exit $end\n")
	return script.String()
}

// pinned are the images of the task definition that the build left, by container.
func (b *build) pinned(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(b.source, artifacts.TaskDefinitionFile))
	require.NoError(t, err)
	var task artifacts.TaskDefinition
	require.NoError(t, json.Unmarshal(text, &task))
	images := map[string]string{}
	for _, container := range task.ContainerDefinitions {
		images[container.Name] = container.Image
	}
	return images
}

func assertFile(t *testing.T, folder, name, want string) {
	t.Helper()
	have, err := os.ReadFile(filepath.Join(folder, name))
	require.NoError(t, err)
	assert.Equal(t, want, string(have))
}

func (b *build) called(prefix string) []string {
	var list []string
	for _, call := range b.calls {
		if strings.HasPrefix(call, prefix) {
			list = append(list, call)
		}
	}
	return list
}
