package bluegreen

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/internal/golden"
	"github.com/container-pipeline/container-pipeline/internal/mocks"
)

// resolved is the application of the guide with its defaults; edit changes it before them.
func resolved(t *testing.T, edit func(*ContainerPipelineArgs)) *ContainerPipelineArgs {
	t.Helper()
	args := guide()
	if edit != nil {
		edit(args)
	}
	a, err := resolve("bash-dog", args)
	require.NoError(t, err)
	return a
}

// store stands in for an artifact store.
func store(keyArn pulumi.StringInput) *ArtifactStore {
	return &ArtifactStore{
		BucketName: known("bash-dog-artifacts"),
		BucketArn:  known("arn:aws:s3:::bash-dog-artifacts"),
		KeyArn:     keyArn,
	}
}

const keyArn = "arn:aws:kms:us-east-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"

func deployBuild(t *testing.T, a *ContainerPipelineArgs, artifacts *ArtifactStore) *mocks.Cloud {
	t.Helper()
	return mocks.Deploy(t, func(ctx *pulumi.Context) error {
		repositories, err := NewRepositories(ctx, "bash-dog", &RepositoriesArgs{
			Project: a.Project, Containers: a.containerNames(), KeepImages: a.Build.KeepImages,
		})
		if err != nil {
			return err
		}
		_, err = NewBuild(ctx, "bash-dog", &BuildArgs{Pipeline: a, Repositories: repositories, Artifacts: artifacts})
		return err
	})
}

func TestBuildMakesProjectRoleAndLogGroup(t *testing.T) {
	cloud := deployBuild(t, resolved(t, nil), store(nil))

	assert.Equal(t, []string{
		"LogGroup bash-dog-build",
		"Project bash-dog-build",
		"Role bash-dog-build",
	}, cloud.Children("Build"))
	assert.Equal(t, "/codebuild/bash-dog", cloud.Resource(t, "LogGroup", "bash-dog-build").Plain()["name"])

	project := cloud.Resource(t, "Project", "bash-dog-build")
	project.Needs(t, "RolePolicy::bash-dog-build")
	inputs := project.Plain()
	source := inputs["source"].(map[string]any)
	assert.Equal(t, "CODEPIPELINE", source["type"])
	assert.Contains(t, source["buildspec"], "123456789012.dkr.ecr.us-east-2.amazonaws.com/bash-dog-sidecar")
	assert.Contains(t, source["buildspec"], "CODEBUILD_SRC_DIR_Config")
	assert.Equal(t, map[string]any{
		"type": "LINUX_CONTAINER", "image": "aws/codebuild/amazonlinux-x86_64-standard:6.0",
		"computeType": "BUILD_GENERAL1_SMALL", "privilegedMode": true,
	}, inputs["environment"])
	assert.Equal(t, map[string]any{"type": "CODEPIPELINE"}, inputs["artifacts"])
	for input, want := range map[string]any{
		"name": "bash-dog-build", "buildTimeout": 10.0, "concurrentBuildLimit": 1.0,
	} {
		assert.Equal(t, want, inputs[input], input)
	}
	assert.NotContains(t, inputs, "encryptionKey")

	golden.JSON(t, "policies/build.json", policyOf(t, cloud, "bash-dog-build"))
	golden.JSON(t, "policies/build.trust.json", cloud.Resource(t, "Role", "bash-dog-build").Text(t, "assumeRolePolicy"))
}

func TestBuildForARM(t *testing.T) {
	cloud := deployBuild(t, resolved(t, func(a *ContainerPipelineArgs) { a.Architecture = "ARM64" }), store(nil))

	environment := cloud.Resource(t, "Project", "bash-dog-build").Plain()["environment"].(map[string]any)
	assert.Equal(t, "ARM_CONTAINER", environment["type"])
	assert.Equal(t, "aws/codebuild/amazonlinux-aarch64-standard:4.0", environment["image"])
}

func TestBuildWithOwnFilesReadsTheRepositorysBuildspec(t *testing.T) {
	cloud := deployBuild(t, resolved(t, func(a *ContainerPipelineArgs) { a.OwnFiles = true }), store(nil))

	project := cloud.Resource(t, "Project", "bash-dog-build").Plain()
	assert.Equal(t, "buildspec.yml", project["source"].(map[string]any)["buildspec"])
	variables := project["environment"].(map[string]any)["environmentVariables"]
	assert.Equal(t, []any{
		map[string]any{"name": "REPOSITORY_API", "value": "123456789012.dkr.ecr.us-east-2.amazonaws.com/bash-dog-api"},
		map[string]any{"name": "REPOSITORY_NGINX", "value": "123456789012.dkr.ecr.us-east-2.amazonaws.com/bash-dog-nginx"},
		map[string]any{"name": "REPOSITORY_SIDECAR", "value": "123456789012.dkr.ecr.us-east-2.amazonaws.com/bash-dog-sidecar"},
	}, variables)
}

func TestBuildUnderAKeyMayUseIt(t *testing.T) {
	cloud := deployBuild(t, resolved(t, nil), store(pulumi.String(keyArn)))

	assert.Equal(t, keyArn, cloud.Resource(t, "Project", "bash-dog-build").Plain()["encryptionKey"])
	golden.JSON(t, "policies/build.key.json", policyOf(t, cloud, "bash-dog-build"))
}

func TestBuildNamesAllThatIsMissing(t *testing.T) {
	err := (&mocks.Cloud{}).Run(func(ctx *pulumi.Context) error {
		_, err := NewBuild(ctx, "bash-dog", nil)
		return err
	})
	for _, field := range []string{"pipeline:", "repositories:", "artifacts:"} {
		assert.ErrorContains(t, err, field)
	}
}

func TestRepositoryVariable(t *testing.T) {
	assert.Equal(t, "REPOSITORY_LOG_SHIPPER", RepositoryVariable("log-shipper"))
}

// policyOf is the inline policy of the role of this name.
func policyOf(t *testing.T, cloud *mocks.Cloud, role string) string {
	t.Helper()
	return cloud.Resource(t, "RolePolicy", role).Plain()["policy"].(string)
}
