package ekscicd

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/container-pipeline/container-pipeline/internal/mocks"
)

func manifestsArgs() *ManifestsProjectArgs {
	return &ManifestsProjectArgs{
		Repository: "acme/shop-manifests", Application: "acme/shop", Artifacts: store(),
		Environments: map[string]string{"staging": "overlays/staging", "production": "overlays/production"},
	}
}

func deployManifests(t *testing.T, args *ManifestsProjectArgs) *mocks.Cloud {
	t.Helper()
	return deploy(t, func(ctx *pulumi.Context) error {
		_, err := NewManifestsProject(ctx, "shop", args)
		return err
	})
}

func TestManifestsProject(t *testing.T) {
	cloud := deployManifests(t, manifestsArgs())
	project := cloud.Resource(t, "Project", "shop-manifests")
	assert.Equal(t, map[string]any{"type": "CODEPIPELINE", "buildspec": kustomizeBuildspec}, project.Plain()["source"])
	assert.Equal(t, false, project.Plain()["environment"].(map[string]any)["privilegedMode"])
	assert.Equal(t, map[string]string{
		"ENVIRONMENTS": "production=overlays/production staging=overlays/staging", "IMAGE_NAME": "shop",
		"KUSTOMIZE_VERSION": kustomizeVersion,
	}, project.Variables())
	goldenRole(t, cloud, "shop-manifests", "manifests")
}

func TestManifestsProjectWithHelm(t *testing.T) {
	args := manifestsArgs()
	args.Tool, args.Chart, args.Environments = Helm, "charts/shop", map[string]string{"staging": "values/staging.yaml"}
	project := deployManifests(t, args).Resource(t, "Project", "shop-manifests")
	assert.Equal(t, helmBuildspec, project.Plain()["source"].(map[string]any)["buildspec"])
	assert.Equal(t, map[string]string{
		"ENVIRONMENTS": "staging=values/staging.yaml", "IMAGE_NAME": "image", "HELM_VERSION": helmVersion,
		"CHART": "charts/shop", "RELEASE": "shop", "NAMESPACE": "shop",
	}, project.Variables())
}

func TestManifestsOfPullRequestsSeeTheApplication(t *testing.T) {
	args := manifestsArgs()
	args.PullRequests, args.ApplicationBranch = &PullRequests{Actors: []string{"1"}, CredentialArn: pulumi.String(tokenSecret)}, "develop"
	cloud := deployManifests(t, args)
	project := cloud.Resource(t, "Project", "shop-manifests-pull-request").Plain()
	assert.Equal(t, "https://github.com/acme/shop-manifests.git", project["source"].(map[string]any)["location"])
	assert.Equal(t, []any{map[string]any{
		"sourceIdentifier": "Application", "type": "GITHUB", "location": "https://github.com/acme/shop.git", "gitCloneDepth": 1.0,
	}}, project["secondarySources"])
	assert.Equal(t, []any{map[string]any{"sourceIdentifier": "Application", "sourceVersion": "develop"}}, project["secondarySourceVersions"])
	goldenRole(t, cloud, "shop-manifests-pull-request", "manifests-pull-request")
}

func TestOwnBuildspecs(t *testing.T) {
	args := manifestsArgs()
	args.Buildspec = "ci/render.yml"
	project := deployManifests(t, args).Resource(t, "Project", "shop-manifests").Plain()
	assert.Equal(t, "ci/render.yml", project["source"].(map[string]any)["buildspec"])
}

func TestWrongManifestsProject(t *testing.T) {
	refused(t, func(ctx *pulumi.Context) error {
		_, err := NewManifestsProject(ctx, "shop", nil)
		return err
	}, `repository: "" is not valid`, `application: "" is not valid`, "environments: missing", "artifacts: missing")
	refused(t, func(ctx *pulumi.Context) error {
		args := manifestsArgs()
		args.Tool, args.ToolVersion, args.ImageName, args.Chart = "jsonnet", "v5", "a b", "../chart"
		args.Release, args.Namespace = "Shop", strings.Repeat("x", 64)
		args.Environments = map[string]string{"Staging": "a b", "production": "../outside"}
		_, err := NewManifestsProject(ctx, "shop", args)
		return err
	}, `tool: "jsonnet" is not known`, `toolVersion: "v5"`, `imageName: "a b"`, `release: "Shop"`, "namespace:",
		`environments["Staging"]: "Staging"`, `environments["Staging"]: "a b"`, `environments["production"]: "../outside" leaves the repository`)
}
