package ekscicd

import (
	"fmt"
	"regexp"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/problems"
)

// ArtifactBucketArgs describe where pipelines keep what their actions hand on.
type ArtifactBucketArgs struct {
	// KeyArn is a KMS key for all objects; its own policy must admit Readers. Default: S3's own encryption.
	KeyArn pulumi.StringInput `pulumi:"keyArn"`
	// Readers are workload accounts, by their 12 digits, or roles in them, by their ARNs, that may read artifacts. The
	// deploy projects of this package read them in the operations account and need none. Default: none.
	Readers []pulumi.StringInput `pulumi:"readers"`
	// Pipelines are the names of pipelines whose artifacts are deleted after 90 days. Default: artifacts stay.
	Pipelines []string `pulumi:"pipelines"`
	// Disposable: destroying the stack destroys all that is in the bucket. Default: false, it is protected.
	Disposable bool `pulumi:"disposable"`
	// Tags of the bucket. Default: none.
	Tags map[string]string `pulumi:"tags"`
}

// ArtifactBucket is a private, versioned bucket that is reached through TLS only, one for all pipelines of an operations
// account and region.
type ArtifactBucket struct {
	pulumi.ResourceState

	// BucketName and BucketArn of the bucket.
	BucketName pulumi.StringOutput `pulumi:"bucketName"`
	BucketArn  pulumi.StringOutput `pulumi:"bucketArn"`

	store ArtifactStore
}

// ArtifactStore is an artifact bucket as projects and pipelines use it, whichever stack made it.
type ArtifactStore struct {
	// BucketName of the bucket. Required.
	BucketName pulumi.StringInput `pulumi:"bucketName"`
	// BucketArn of the bucket. Required.
	BucketArn pulumi.StringInput `pulumi:"bucketArn"`
	// KeyArn is the KMS key of its objects. Default: S3's own encryption.
	KeyArn pulumi.StringInput `pulumi:"keyArn"`

	ready []pulumi.Resource
}

// NewArtifactBucket makes a bucket named automatically after name.
func NewArtifactBucket(
	ctx *pulumi.Context, name string, args *ArtifactBucketArgs, opts ...pulumi.ResourceOption,
) (*ArtifactBucket, error) {
	if args == nil {
		args = &ArtifactBucketArgs{}
	}
	if err := args.validate(name); err != nil {
		return nil, err
	}
	b := &ArtifactBucket{}
	if err := ctx.RegisterComponentResource("container-pipeline:ekscicd:ArtifactBucket", name, b, opts...); err != nil {
		return nil, err
	}
	bucket, err := ground.NewArtifactBucket(ctx, name, &ground.ArtifactBucketArgs{
		KeyArn: args.KeyArn, Readers: args.Readers, ExpiringPrefixes: artifactPrefixes(args.Pipelines),
		Disposable: args.Disposable, Tags: args.Tags,
	}, pulumi.Parent(b))
	if err != nil {
		return nil, err
	}
	b.BucketName, b.BucketArn = bucket.Bucket.Bucket, bucket.Bucket.Arn
	b.store = ArtifactStore{BucketName: b.BucketName, BucketArn: b.BucketArn, KeyArn: args.KeyArn, ready: bucket.Ready()}
	return b, ctx.RegisterResourceOutputs(b, pulumi.Map{"bucketName": b.BucketName, "bucketArn": b.BucketArn})
}

// Store is the bucket for projects and pipelines of the same program.
func (b *ArtifactBucket) Store() ArtifactStore { return b.store }

// artifactPrefixes are the beginnings of the keys that CodePipeline gives to its artifacts: the pipeline's name, cut after
// 20 characters. They hold for an uncut name too.
// https://repost.aws/questions/QUI91tw7A9SUOMohJurNqmgA/code-pipeline-truncates-folder-names-in-output-artifact-s-3-bucket
func artifactPrefixes(pipelines []string) []string {
	prefixes := make([]string, len(pipelines))
	for i, pipeline := range pipelines {
		prefixes[i] = pipeline[:min(len(pipeline), 20)]
	}
	return prefixes
}

var reader = regexp.MustCompile(`^(\d{12}|arn:aws[a-z-]*:iam::\d{12}:(role|user)/.+)$`)

func (args *ArtifactBucketArgs) validate(name string) error {
	var p problems.List
	if err := ground.ValidBucketName(name); err != nil {
		p = append(p, err)
	}
	for i, value := range args.Readers {
		if text, plain := value.(pulumi.String); plain {
			p.Matches(fmt.Sprintf("readers[%d]", i), string(text), reader, "an account's 12 digits or the ARN of a role")
		}
	}
	ground.KeyARN.Check(&p, "keyArn", args.KeyArn)
	seen := map[string]bool{}
	for i, pipeline := range args.Pipelines {
		field := fmt.Sprintf("pipelines[%d]", i)
		p.Matches(field, pipeline, pipelineName, pipelineWords)
		for _, prefix := range artifactPrefixes([]string{pipeline}) {
			if seen[prefix] {
				p.Add(field, "%q begins with the same 20 characters as another: give one of them", pipeline)
			}
			seen[prefix] = true
		}
	}
	ground.ValidTags(&p, args.Tags)
	return p.Err()
}

func (s ArtifactStore) validate(p *problems.List) {
	if s.BucketName == nil || s.BucketArn == nil {
		p.Add("artifacts", "missing: give bucketName and bucketArn of the pipeline's artifact bucket")
	}
}

func (s ArtifactStore) ground() ground.Artifacts {
	return ground.Artifacts{BucketName: s.BucketName, BucketArn: s.BucketArn, KeyArn: s.KeyArn}
}
