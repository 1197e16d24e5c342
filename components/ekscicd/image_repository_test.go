package ekscicd

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/container-pipeline/container-pipeline/internal/golden"
)

func TestImageRepository(t *testing.T) {
	cloud := deploy(t, func(ctx *pulumi.Context) error {
		_, err := NewImageRepository(ctx, "shop", &ImageRepositoryArgs{PullAccounts: []string{"333333333333", workloadAccount, workloadAccount}})
		return err
	})
	repository := cloud.Resource(t, "Repository", "shop")
	assert.Equal(t, map[string]any{
		"name": "shop", "imageTagMutability": "IMMUTABLE", "forceDelete": false,
		"imageScanningConfiguration": map[string]any{"scanOnPush": true},
	}, repository.Plain())
	assert.True(t, repository.Request.GetProtect())
	golden.JSON(t, "policies/image-repository.json", cloud.Resource(t, "RepositoryPolicy", "shop").Plain()["policy"].(string))
	golden.JSON(t, "lifecycle.json", cloud.Resource(t, "LifecyclePolicy", "shop").Plain()["policy"].(string))
}

func TestImageRepositoryOfOneAccountHasNoPolicy(t *testing.T) {
	cloud := deploy(t, func(ctx *pulumi.Context) error {
		_, err := NewImageRepository(ctx, "shop", nil)
		return err
	})
	assert.Equal(t, []string{"LifecyclePolicy shop", "Repository shop"}, cloud.Made())
}

func TestWrongImageRepository(t *testing.T) {
	refused(t, func(ctx *pulumi.Context) error {
		_, err := NewImageRepository(ctx, "shop", &ImageRepositoryArgs{
			RepositoryName: "Shop", PullAccounts: []string{"*"}, KeepImages: 1, KeepPullRequestImages: 1001,
		})
		return err
	}, `repositoryName: "Shop" is not valid`, `pullAccounts[0]: "*" is not valid`, "keepImages: 1 is out of range", "keepPullRequestImages: 1001")
}
