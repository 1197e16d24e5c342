package ekscicd

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
)

func TestImageRepository(t *testing.T) {
	cloud := mock(t, func(ctx *pulumi.Context) error {
		_, err := NewImageRepository(ctx, "shop", &ImageRepositoryArgs{PullAccounts: []string{"333333333333", workloadAccount, workloadAccount}})
		return err
	})
	repository := cloud.resource(t, "Repository", "shop")
	assert.Equal(t, map[string]any{
		"name": "shop", "imageTagMutability": "IMMUTABLE", "forceDelete": false,
		"imageScanningConfiguration": map[string]any{"scanOnPush": true},
	}, repository.plain())
	assert.True(t, repository.Request.GetProtect())
	golden(t, "policies/image-repository.json", cloud.resource(t, "RepositoryPolicy", "shop").plain()["policy"].(string))
	golden(t, "lifecycle.json", cloud.resource(t, "LifecyclePolicy", "shop").plain()["policy"].(string))
}

func TestImageRepositoryOfOneAccountHasNoPolicy(t *testing.T) {
	cloud := mock(t, func(ctx *pulumi.Context) error {
		_, err := NewImageRepository(ctx, "shop", nil)
		return err
	})
	assert.Equal(t, []string{"LifecyclePolicy shop", "Repository shop"}, cloud.children())
}

func TestWrongImageRepository(t *testing.T) {
	refused(t, func(ctx *pulumi.Context) error {
		_, err := NewImageRepository(ctx, "shop", &ImageRepositoryArgs{
			RepositoryName: "Shop", PullAccounts: []string{"*"}, KeepImages: 1, KeepPullRequestImages: 1001,
		})
		return err
	}, `repositoryName: "Shop" is not valid`, `pullAccounts[0]: "*" is not valid`, "keepImages: 1 is out of range", "keepPullRequestImages: 1001")
}
