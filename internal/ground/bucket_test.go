package ground

import (
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// recorder keeps what a program registered, by type.
type recorder struct {
	mu        sync.Mutex
	resources map[string]pulumi.MockResourceArgs
}

func (r *recorder) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.resources[args.TypeToken[strings.LastIndex(args.TypeToken, ":")+1:]] = args
	outputs := args.Inputs.Copy()
	outputs["arn"] = resource.NewStringProperty("arn:aws:s3:::" + args.Name)
	return args.Name, outputs, nil
}

func (r *recorder) Call(pulumi.MockCallArgs) (resource.PropertyMap, error) {
	return resource.PropertyMap{}, nil
}

// makeBucket gives what a bucket consists of, and what is ready before its first object.
func makeBucket(t *testing.T, args *ArtifactBucketArgs) (map[string]pulumi.MockResourceArgs, []pulumi.Resource) {
	t.Helper()
	r := &recorder{resources: map[string]pulumi.MockResourceArgs{}}
	var ready []pulumi.Resource
	require.NoError(t, pulumi.RunErr(func(ctx *pulumi.Context) error {
		bucket, err := NewArtifactBucket(ctx, "dog", args)
		if err == nil {
			ready = bucket.Ready()
		}
		return err
	}, pulumi.WithMocks("project", "test", r)))
	return r.resources, ready
}

func TestArtifactBucket(t *testing.T) {
	made, ready := makeBucket(t, &ArtifactBucketArgs{ExpiringPrefixes: []string{"dog-pipeline"}, Tags: map[string]string{"a": "b"}})
	assert.Len(t, made, 5)
	assert.Len(t, ready, 2, "versioning and policy")
	bucket := made["BucketV2"]
	assert.True(t, bucket.RegisterRPC.GetProtect())
	assert.Equal(t, map[string]any{"forceDestroy": false, "tags": map[string]any{"a": "b"}}, bucket.Inputs.Mappable())
	assert.False(t, made["BucketPolicy"].RegisterRPC.GetProtect())
	assert.JSONEq(t, `{"Version": "2012-10-17", "Statement": [{
		"Sid": "TLSOnly", "Effect": "Deny", "Principal": "*", "Action": ["s3:*"],
		"Resource": ["arn:aws:s3:::dog", "arn:aws:s3:::dog/*"],
		"Condition": {"Bool": {"aws:SecureTransport": ["false"]}}
	}]}`, made["BucketPolicy"].Inputs["policy"].StringValue())
	for name, closed := range made["BucketPublicAccessBlock"].Inputs.Mappable() {
		if name != "bucket" {
			assert.Equal(t, true, closed, name)
		}
	}
	assert.Equal(t, map[string]any{"status": "Enabled"}, made["BucketVersioningV2"].Inputs.Mappable()["versioningConfiguration"])
}

func TestOnlyArtifactsExpire(t *testing.T) {
	made, _ := makeBucket(t, &ArtifactBucketArgs{ExpiringPrefixes: []string{"dog-pipeline"}})
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
	}, made["BucketLifecycleConfigurationV2"].Inputs.Mappable()["rules"])
}

func TestBucketWithAKey(t *testing.T) {
	const key = "arn:aws:kms:us-east-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	made, ready := makeBucket(t, &ArtifactBucketArgs{KeyArn: pulumi.String(key), Disposable: true})
	assert.Len(t, ready, 3)
	assert.False(t, made["BucketV2"].RegisterRPC.GetProtect())
	assert.True(t, made["BucketV2"].Inputs["forceDestroy"].BoolValue())
	assert.Equal(t, []any{map[string]any{
		"bucketKeyEnabled":                   true,
		"applyServerSideEncryptionByDefault": map[string]any{"sseAlgorithm": "aws:kms", "kmsMasterKeyId": key},
	}}, made["BucketServerSideEncryptionConfigurationV2"].Inputs.Mappable()["rules"])
}

func TestBucketNames(t *testing.T) {
	assert.NoError(t, ValidBucketName("dog-2"))
	for _, name := range []string{"", "Dog", "dog_pipeline", "-dog", "dog.pipeline", strings.Repeat("d", 56)} {
		assert.Error(t, ValidBucketName(name), name)
	}
}
