package artifacts_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/internal/artifacts"
)

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
