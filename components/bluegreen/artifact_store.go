package bluegreen

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
)

// ArtifactStoreArgs describe the bucket of a pipeline.
type ArtifactStoreArgs struct {
	// PipelineName is the pipeline whose artifacts are deleted after 90 days. Other objects stay. Default: all stay.
	PipelineName string `pulumi:"pipelineName"`
	// KeyArn is a KMS key for all objects. Default: S3's own encryption.
	KeyArn pulumi.StringInput `pulumi:"keyArn"`
	// Disposable: destroying the stack destroys all that is in the bucket. Default: false, it is protected.
	Disposable bool `pulumi:"disposable"`
	// Tags of the bucket. Default: none.
	Tags map[string]string `pulumi:"tags"`
}

// ArtifactStore is the bucket through which a pipeline's stages pass their artifacts: private, versioned, reached through
// TLS only.
type ArtifactStore struct {
	pulumi.ResourceState

	// BucketName and BucketArn of the bucket.
	BucketName pulumi.StringOutput `pulumi:"bucketName"`
	BucketArn  pulumi.StringOutput `pulumi:"bucketArn"`
	// KeyArn is ArtifactStoreArgs.KeyArn, nil where that is.
	KeyArn pulumi.StringInput `pulumi:"keyArn"`

	ready []pulumi.Resource
}

// NewArtifactStore makes the bucket.
func NewArtifactStore(
	ctx *pulumi.Context, name string, args *ArtifactStoreArgs, opts ...pulumi.ResourceOption,
) (*ArtifactStore, error) {
	if args == nil {
		args = &ArtifactStoreArgs{}
	}
	if err := ground.ValidBucketName(name); err != nil {
		return nil, err
	}
	s := &ArtifactStore{KeyArn: args.KeyArn}
	if err := ctx.RegisterComponentResource("container-pipeline:bluegreen:ArtifactStore", name, s, opts...); err != nil {
		return nil, err
	}
	bucket, err := ground.NewArtifactBucket(ctx, name, &ground.ArtifactBucketArgs{
		KeyArn: args.KeyArn, ExpiringPrefixes: artifactPrefixes(args.PipelineName),
		Disposable: args.Disposable, Tags: args.Tags,
	}, pulumi.Parent(s))
	if err != nil {
		return nil, err
	}
	s.BucketName, s.BucketArn, s.ready = bucket.Bucket.Bucket, bucket.Bucket.Arn, bucket.Ready()
	outputs := pulumi.Map{"bucketName": s.BucketName, "bucketArn": s.BucketArn}
	if s.KeyArn != nil {
		outputs["keyArn"] = s.KeyArn
	}
	return s, ctx.RegisterResourceOutputs(s, outputs)
}

// Ready lists what must be there before the first object is: who writes to the bucket depends on these.
func (s *ArtifactStore) Ready() []pulumi.Resource { return s.ready }

// artifactPrefixes are none without a pipeline.
func artifactPrefixes(pipeline string) []string {
	if pipeline == "" {
		return nil
	}
	return []string{ground.ArtifactPrefix(pipeline)}
}
