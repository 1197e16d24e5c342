package ground

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/container-pipeline/container-pipeline/internal/mocks"
)

// makeBucket gives what the bucket "dog" consists of, and what is ready before its first object.
func makeBucket(t *testing.T, args *ArtifactBucketArgs) (*mocks.Cloud, []pulumi.Resource) {
	t.Helper()
	var ready []pulumi.Resource
	cloud := mocks.Deploy(t, func(ctx *pulumi.Context) error {
		bucket, err := NewArtifactBucket(ctx, "dog", args)
		if err == nil {
			ready = bucket.Ready()
		}
		return err
	})
	return cloud, ready
}

func TestArtifactBucket(t *testing.T) {
	cloud, ready := makeBucket(t, &ArtifactBucketArgs{ExpiringPrefixes: []string{"dog-pipeline"}, Tags: map[string]string{"a": "b"}})
	assert.Len(t, cloud.Made(), 5)
	assert.Len(t, ready, 2, "versioning and policy")
	bucket := cloud.Resource(t, "BucketV2", "dog")
	assert.True(t, bucket.Request.GetProtect())
	assert.Equal(t, map[string]any{"forceDestroy": false, "tags": map[string]any{"a": "b"}}, bucket.Plain())
	assert.False(t, cloud.Resource(t, "BucketPolicy", "dog").Request.GetProtect())
	assert.JSONEq(t, `{"Version": "2012-10-17", "Statement": [{
		"Sid": "TLSOnly", "Effect": "Deny", "Principal": "*", "Action": ["s3:*"],
		"Resource": ["arn:aws:s3:::dog-1a2b3c4", "arn:aws:s3:::dog-1a2b3c4/*"],
		"Condition": {"Bool": {"aws:SecureTransport": ["false"]}}
	}]}`, cloud.Resource(t, "BucketPolicy", "dog").Text(t, "policy"))
	for name, closed := range cloud.Resource(t, "BucketPublicAccessBlock", "dog").Plain() {
		if name != "bucket" {
			assert.Equal(t, true, closed, name)
		}
	}
	assert.Equal(t, map[string]any{"status": "Enabled"}, cloud.Resource(t, "BucketVersioningV2", "dog").Plain()["versioningConfiguration"])
}

func TestOnlyArtifactsExpire(t *testing.T) {
	cloud, _ := makeBucket(t, &ArtifactBucketArgs{ExpiringPrefixes: []string{"dog-pipeline"}})
	assert.Equal(t, []any{
		map[string]any{
			"id": "leftovers", "status": "Enabled", "filter": map[string]any{"prefix": ""},
			"abortIncompleteMultipartUpload": map[string]any{"daysAfterInitiation": 7.0},
			"noncurrentVersionExpiration":    map[string]any{"noncurrentDays": 30.0},
		},
		map[string]any{
			"id": "artifacts dog-pipeline", "status": "Enabled", "filter": map[string]any{"prefix": "dog-pipeline"},
			"expiration": map[string]any{"days": 90.0},
		},
	}, cloud.Resource(t, "BucketLifecycleConfigurationV2", "dog").Plain()["rules"])
}

func TestBucketWithAKey(t *testing.T) {
	const key = "arn:aws:kms:us-east-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	cloud, ready := makeBucket(t, &ArtifactBucketArgs{KeyArn: pulumi.String(key), Disposable: true})
	assert.Len(t, ready, 3)
	assert.False(t, cloud.Resource(t, "BucketV2", "dog").Request.GetProtect())
	assert.True(t, cloud.Resource(t, "BucketV2", "dog").Inputs["forceDestroy"].BoolValue())
	assert.Equal(t, []any{map[string]any{
		"bucketKeyEnabled":                   true,
		"applyServerSideEncryptionByDefault": map[string]any{"sseAlgorithm": "aws:kms", "kmsMasterKeyId": key},
	}}, cloud.Resource(t, "BucketServerSideEncryptionConfigurationV2", "dog").Plain()["rules"])
}

func TestBucketNames(t *testing.T) {
	assert.NoError(t, ValidBucketName("dog-2"))
	for _, name := range []string{"", "Dog", "dog_pipeline", "-dog", "dog.pipeline", strings.Repeat("d", 56)} {
		assert.Error(t, ValidBucketName(name), name)
	}
}
