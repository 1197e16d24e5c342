package ekscicd

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/container-pipeline/container-pipeline/internal/golden"
	"github.com/container-pipeline/container-pipeline/internal/mocks"
)

func TestArtifactBucket(t *testing.T) {
	cloud := deploy(t, func(ctx *pulumi.Context) error {
		bucket, err := NewArtifactBucket(ctx, "acme", &ArtifactBucketArgs{
			Readers:   []pulumi.StringInput{pulumi.String(workloadAccount), pulumi.String("arn:aws:iam::333333333333:role/deploy")},
			Pipelines: []string{"shop", "a-pipeline-with-a-long-name"},
		})
		if err == nil {
			assert.Equal(t, "acme-1a2b3c4", mocks.Await(bucket.BucketName))
			assert.NotEmpty(t, bucket.Store().ready, "a pipeline starts when it is made: its bucket has to be ready")
		}
		return err
	})
	golden.JSON(t, "policies/artifact-bucket.json", cloud.Resource(t, "BucketPolicy", "acme").Plain()["policy"].(string))
	var prefixes []any
	for _, rule := range cloud.Resource(t, "BucketLifecycleConfigurationV2", "acme").Plain()["rules"].([]any) {
		prefixes = append(prefixes, rule.(map[string]any)["filter"].(map[string]any)["prefix"])
	}
	assert.Equal(t, []any{"", "shop", "a-pipeline-with-a-lo"}, prefixes)
	assert.True(t, cloud.Resource(t, "BucketV2", "acme").Request.GetProtect())
}

func TestWrongArtifactBucket(t *testing.T) {
	refused(t, func(ctx *pulumi.Context) error {
		_, err := NewArtifactBucket(ctx, "Acme", &ArtifactBucketArgs{
			Readers:   []pulumi.StringInput{pulumi.String("everyone")},
			Pipelines: []string{"a b", "the-same-long-beginning-1", "the-same-long-beginning-2"},
			Tags:      map[string]string{"aws:x": ""},
		})
		return err
	}, `"Acme" cannot begin the name of a bucket`, `readers[0]: "everyone" is not valid`, `pipelines[0]: "a b" is not valid`,
		`pipelines[2]: "the-same-long-beginning-2" begins with the same 20 characters`, `tags["aws:x"]`)
}
