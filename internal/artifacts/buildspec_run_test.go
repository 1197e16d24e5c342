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

func TestBuild(t *testing.T) {
	b := build{spec: bashDogBuild()}
	b.run(t)
	require.True(t, b.succeeded, b.output)

	api, sidecar, nginx := registry+"/bash-dog-api", registry+"/bash-dog-sidecar", registry+"/bash-dog-nginx"
	built := func(uri, target string) string {
		return "docker build --cache-from " + uri + ":latest --build-arg BUILDKIT_INLINE_CACHE=1 --platform linux/amd64 " +
			"--file Dockerfile --target " + target + " --tag " + uri + ":" + commit + " --tag " + uri + ":latest ."
	}
	asked := func(name string) string {
		return "aws ecr describe-images --region us-east-2 --registry-id 123456789012 --repository-name " + name +
			" --image-ids imageTag=" + commit + " --query imageDetails[0].imageDigest --output text"
	}
	assert.ElementsMatch(t, b.calls[:2], []string{
		"aws ecr get-login-password --region us-east-2", "docker login --username AWS --password-stdin " + registry,
	}, "the two ends of a pipe start in any order")
	assert.Equal(t, []string{
		"docker pull " + api + ":latest", built(api, "api"),
		"docker pull " + sidecar + ":latest", built(sidecar, "sidecar"),
		"docker pull " + nginx + ":latest", built(nginx, "nginx"),
		"docker push " + api + ":" + commit, "docker push " + sidecar + ":" + commit, "docker push " + nginx + ":" + commit,
		asked("bash-dog-api"), asked("bash-dog-sidecar"), asked("bash-dog-nginx"),
		"docker push " + api + ":latest", "docker push " + sidecar + ":latest", "docker push " + nginx + ":latest",
	}, b.calls[2:])

	images := b.pinned(t)
	assert.Len(t, images, 3)
	for container, image := range images {
		assert.Regexp(t, "^"+registry+"/bash-dog-"+container+"@sha256:[0-9a-f]{64}$", image)
	}
	want := bashDogTask(t)
	for i := range want.ContainerDefinitions {
		want.ContainerDefinitions[i].Image = images[want.ContainerDefinitions[i].Name]
	}
	wanted, err := want.Render()
	require.NoError(t, err)
	assertFile(t, b.source, artifacts.TaskDefinitionFile, wanted)
	appSpec, err := bashDogAppSpec().Render()
	require.NoError(t, err)
	assertFile(t, b.source, artifacts.AppSpecFile, appSpec)
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

func TestBuildFails(t *testing.T) {
	withSibling := strings.Replace(`{"family": "a", "containerDefinitions": [{"name": "api", "image":"X"}, {"name": "b", "image" : "<IMAGE:b>"}]}`,
		"X", artifacts.ImagePlaceholder("api"), 1)
	apiAlone := artifacts.BuildSpec{Images: bashDogBuild().Images[:1], ConfigSource: configName}
	for name, c := range map[string]struct {
		build  build
		failed string
		says   string
		pushes int
	}{
		"login is refused":             {build{env: []string{"FAIL=^docker login"}}, "pre_build", "refused", 0},
		"the config source is missing": {build{env: []string{"CODEBUILD_SRC_DIR_ConfigOutput=/nowhere"}}, "pre_build", "", 0},
		"the second build fails":       {build{env: []string{"FAIL=^docker build.* --target sidecar "}}, "build post_build", "nothing is pushed", 0},
		"the first push fails":         {build{env: []string{"FAIL=^docker push .*bash-dog-api:0123"}}, "post_build", "refused", 1},
		"the last push fails":          {build{env: []string{"FAIL=^docker push .*bash-dog-nginx:0123"}}, "post_build", "refused", 3},
		"the registry refuses":         {build{env: []string{"FAIL=^aws ecr describe-images"}}, "post_build", "describe-images --region us-east-2", 3},
		"the registry has no image":    {build{env: []string{"DIGEST=None"}}, "post_build", "which answered 'None'", 3},
		"a container without its place": {
			build{task: `{"containerDefinitions": [{"name": "api", "image": "nginx"}]}`}, "post_build",
			"taskdef.json has no container with the image <IMAGE:api>", 3,
		},
		"a place without a container": {build{spec: apiAlone, task: withSibling}, "post_build", "makes no image for the placeholders above", 1},
	} {
		t.Run(name, func(t *testing.T) {
			b := c.build
			if b.spec.Images == nil {
				b.spec = bashDogBuild()
			}
			b.run(t)
			assert.False(t, b.succeeded)
			assert.Equal(t, c.failed, b.failed, b.output)
			assert.Contains(t, b.output, c.says)
			assert.Len(t, b.called("docker push"), c.pushes, "%s", b.calls)
			for _, call := range b.called("docker push") {
				assert.NotContains(t, call, ":latest", "latest moves only with a whole build")
			}
		})
	}
}

func TestFirstBuildHasNoCache(t *testing.T) {
	b := build{spec: bashDogBuild(), env: []string{"FAIL=^docker pull"}}
	b.run(t)
	require.True(t, b.succeeded, b.output)
	assert.Len(t, b.called("docker build"), 3)
	for _, call := range b.called("docker build") {
		assert.NotContains(t, call, "--cache-from")
	}
}

func TestOwnFiles(t *testing.T) {
	b := build{
		spec: oneContainerBuild(),
		task: `{"family":"kennel","containerDefinitions":[{"name":"web","image":"<IMAGE:web>","environment":[` +
			`{"name":"A","value":"\"image\": \"<IMAGE:web>\" <IMAGE:web>"}]}]}`,
	}
	b.run(t)
	require.True(t, b.succeeded, b.output)
	assert.Equal(t, []string{"docker build --cache-from " + registry + "/kennel/web:latest --build-arg BUILDKIT_INLINE_CACHE=1 " +
		"--build-arg BASE=" + registry + "/docker-hub/python:3.13 --build-arg GREETING=it's $HOME, `sit` " +
		"--platform linux/arm64 --file docker/my app.Dockerfile --target release " +
		"--tag " + registry + "/kennel/web:" + commit + " --tag " + registry + "/kennel/web:latest src"}, b.called("docker build"))
	assert.Regexp(t, "^"+registry+"/kennel/web@sha256:", b.pinned(t)["web"])

	text, err := os.ReadFile(filepath.Join(b.source, artifacts.TaskDefinitionFile))
	require.NoError(t, err)
	assert.Contains(t, string(text), `"\"image\": \"<IMAGE:web>\" <IMAGE:web>"`, "values are left alone")
}

// TestOwnFilesOfManyEnvironments: repositories and placeholders come from the build's variables.
func TestOwnFilesOfManyEnvironments(t *testing.T) {
	b := build{
		spec: artifacts.BuildSpec{Fill: true, Images: []artifacts.Image{
			{Container: "web", Variable: "REPOSITORY_WEB", PassArgs: []string{"BASE_REGISTRY"}},
			{Container: "job", Variable: "REPOSITORY_JOB"},
		}},
		task: `{"family":"<TASK_FAMILY>","taskRoleArn":"<ROLE>","containerDefinitions":[` +
			`{"name":"web","image":"<IMAGE:web>"},{"name":"job","image":"<IMAGE:job>"}]}`,
		env: []string{
			"REPOSITORY_WEB=" + registry + "/kennel/web", "REPOSITORY_JOB=" + registry + "/kennel/job", "AWS_REGION=us-east-2",
			"TASK_FAMILY=kennel", "ROLE=arn:aws:iam::123456789012:role/a/b",
		},
	}
	b.run(t)
	require.True(t, b.succeeded, b.output)
	assert.Len(t, b.called("docker login"), 1, "one registry")
	assert.Equal(t, []string{
		"docker build --cache-from " + registry + "/kennel/web:latest --build-arg BUILDKIT_INLINE_CACHE=1 --build-arg BASE_REGISTRY " +
			"--platform linux/amd64 --file Dockerfile --target web " +
			"--tag " + registry + "/kennel/web:" + commit + " --tag " + registry + "/kennel/web:latest .",
	}, b.called("docker build")[:1])
	assert.Contains(t, b.called("aws ecr describe-images")[1], "--region us-east-2 --registry-id 123456789012 --repository-name kennel/job ")
	assert.Regexp(t, "^"+registry+"/kennel/job@sha256:", b.pinned(t)["job"])
	text, err := os.ReadFile(filepath.Join(b.source, artifacts.TaskDefinitionFile))
	require.NoError(t, err)
	assert.Contains(t, string(text), `"family":"kennel","taskRoleArn":"arn:aws:iam::123456789012:role/a/b"`)

	b.env = b.env[:len(b.env)-1]
	b.run(t)
	assert.False(t, b.succeeded)
	assert.Contains(t, b.output, "taskdef.json has the placeholder <ROLE>, and the build has no variable of that name")
}

// TestImageTag: whatever the source's revision, the tag is one that Docker takes.
// https://docs.docker.com/reference/cli/docker/image/tag/#description
func TestImageTag(t *testing.T) {
	for revision, want := range map[string]string{
		commit:                         commit,
		".XCs8Lr_p.7xNOIEcZ-8aJ+Y/mZ=": "_XCs8Lr_p.7xNOIEcZ-8aJ_Y_mZ_",
		"-starts-with-a-hyphen":        "_starts-with-a-hyphen",
		"null":                         "null",
		"":                             "build-b1e6661e-e4f2-4156-9ab9-82a19EXAMPLE",
		"arn:aws:s3:::source/ $(id)":   "arn_aws_s3___source____id_",
		strings.Repeat("7", 200):       strings.Repeat("7", 128),
	} {
		b := build{spec: bashDogBuild(), env: []string{"CODEBUILD_RESOLVED_SOURCE_VERSION=" + revision}}
		b.run(t)
		require.True(t, b.succeeded, b.output)
		assert.Equal(t, "docker push "+registry+"/bash-dog-api:"+want, b.called("docker push")[0])
	}
}
