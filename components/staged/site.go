package staged

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
)

// SiteArgs describe the bucket of a website's files.
type SiteArgs struct {
	// SiteOptions name an existing bucket, or not.
	SiteOptions
	// Disposable: a new bucket is destroyed with all that is in it. Default: false, it is protected.
	Disposable bool `pulumi:"disposable"`
	// Tags of a new bucket. Default: none.
	Tags map[string]string `pulumi:"tags"`
}

// Site is a bucket of a website's files: private, versioned so that a deployment can be taken back, reached through TLS
// only. What serves the site reads from it.
type Site struct {
	pulumi.ResourceState

	// BucketName and BucketArn of the bucket.
	BucketName pulumi.StringOutput `pulumi:"bucketName"`
	BucketArn  pulumi.StringOutput `pulumi:"bucketArn"`
}

// NewSite makes the bucket, unless one is given.
func NewSite(ctx *pulumi.Context, name string, args *SiteArgs, opts ...pulumi.ResourceOption) (*Site, error) {
	if args == nil {
		args = &SiteArgs{}
	}
	if err := ground.ValidBucketName(name); err != nil {
		return nil, err
	}
	s := &Site{}
	if err := ctx.RegisterComponentResource("container-pipeline:staged:Site", name, s, opts...); err != nil {
		return nil, err
	}
	if err := s.compose(ctx, name, args); err != nil {
		return nil, err
	}
	return s, ctx.RegisterResourceOutputs(s, pulumi.Map{"bucketName": s.BucketName, "bucketArn": s.BucketArn})
}

func (s *Site) compose(ctx *pulumi.Context, name string, args *SiteArgs) error {
	if args.BucketName != nil {
		partition, err := aws.GetPartition(ctx, nil, pulumi.Parent(s))
		if err != nil {
			return err
		}
		s.BucketName = args.BucketName.ToStringOutput()
		s.BucketArn = pulumi.Sprintf("arn:%s:s3:::%s", partition.Partition, s.BucketName)
		return nil
	}
	bucket, err := ground.NewArtifactBucket(ctx, name, &ground.ArtifactBucketArgs{
		Disposable: args.Disposable, Tags: args.Tags,
	}, pulumi.Parent(s))
	if err != nil {
		return err
	}
	s.BucketName, s.BucketArn = bucket.Bucket.Bucket, bucket.Bucket.Arn
	return nil
}
