package ground

import (
	"fmt"
	"regexp"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/s3"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/iam"
)

// ArtifactBucketArgs describe the bucket through which the stages of a pipeline pass their artifacts.
type ArtifactBucketArgs struct {
	// KeyArn is a KMS key for all objects. nil: S3's own encryption.
	KeyArn pulumi.StringInput
	// ExpiringPrefixes are keys' beginnings whose objects are needed for 90 days only. Other objects stay.
	ExpiringPrefixes []string
	// Readers are accounts, by their 12 digits, and roles, by their ARNs, that may read the objects from elsewhere. Default:
	// nobody but this account's roles.
	Readers []pulumi.StringInput
	// Disposable: the bucket is destroyed with all that is in it. false: it is protected.
	Disposable bool
	// Tags of the bucket.
	Tags map[string]string
}

// ArtifactBucket is a private, versioned bucket that is reached through TLS only.
type ArtifactBucket struct {
	Bucket *s3.BucketV2

	versioning *s3.BucketVersioningV2
	ready      []pulumi.Resource
}

// Ready lists what must be there before the first object is: who writes to the bucket depends on these.
func (b *ArtifactBucket) Ready() []pulumi.Resource { return b.ready }

// bucketPrefix is what a bucket's name can begin with, of at most 63 characters with the provider's random suffix of 8.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
var bucketPrefix = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,54}$`)

// ValidBucketName reports why a bucket cannot be named automatically after name.
func ValidBucketName(name string) error {
	if !bucketPrefix.MatchString(name) {
		return fmt.Errorf("name: %q cannot begin the name of a bucket: give at most 55 lower-case letters, digits and hyphens", name)
	}
	return nil
}

// NewArtifactBucket makes a bucket named automatically after name.
func NewArtifactBucket(
	ctx *pulumi.Context, name string, args *ArtifactBucketArgs, opts ...pulumi.ResourceOption,
) (*ArtifactBucket, error) {
	if err := ValidBucketName(name); err != nil {
		return nil, err
	}
	bucket, err := s3.NewBucketV2(ctx, name, &s3.BucketV2Args{
		ForceDestroy: pulumi.Bool(args.Disposable), Tags: Tags(args.Tags),
	}, append(opts[:len(opts):len(opts)], pulumi.Protect(!args.Disposable))...)
	if err != nil {
		return nil, err
	}
	b := &ArtifactBucket{Bucket: bucket}
	for _, add := range []func(*pulumi.Context, string, *ArtifactBucketArgs, ...pulumi.ResourceOption) error{
		b.addVersioning, b.addAccess, b.addEncryption, b.addLifecycle,
	} {
		if err := add(ctx, name, args, opts...); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// addVersioning: a pipeline's S3 source needs versions, and a changed artifact stays traceable.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3.html
func (b *ArtifactBucket) addVersioning(
	ctx *pulumi.Context, name string, _ *ArtifactBucketArgs, opts ...pulumi.ResourceOption,
) error {
	versioning, err := s3.NewBucketVersioningV2(ctx, name, &s3.BucketVersioningV2Args{
		Bucket:                  b.Bucket.ID(),
		VersioningConfiguration: s3.BucketVersioningV2VersioningConfigurationArgs{Status: pulumi.String("Enabled")},
	}, opts...)
	b.versioning, b.ready = versioning, append(b.ready, versioning)
	return err
}

// addAccess closes the bucket to the public and to plain HTTP.
func (b *ArtifactBucket) addAccess(
	ctx *pulumi.Context, name string, args *ArtifactBucketArgs, opts ...pulumi.ResourceOption,
) error {
	block, err := s3.NewBucketPublicAccessBlock(ctx, name, &s3.BucketPublicAccessBlockArgs{
		Bucket:          b.Bucket.ID(),
		BlockPublicAcls: pulumi.Bool(true), BlockPublicPolicy: pulumi.Bool(true),
		IgnorePublicAcls: pulumi.Bool(true), RestrictPublicBuckets: pulumi.Bool(true),
	}, opts...)
	if err != nil {
		return err
	}
	known := append(pulumi.StringArray{b.Bucket.Arn}, args.Readers...)
	text := known.ToStringArrayOutput().ApplyT(func(known []string) (string, error) {
		return bucketPolicy(known[0], known[1:]).Render(iam.BucketPolicy)
	}).(pulumi.StringOutput)
	// S3 refuses to change both at once (OperationAborted), so one waits for the other.
	policy, err := s3.NewBucketPolicy(ctx, name, &s3.BucketPolicyArgs{Bucket: b.Bucket.ID(), Policy: text},
		append(opts[:len(opts):len(opts)], pulumi.DependsOn([]pulumi.Resource{block}))...)
	b.ready = append(b.ready, policy)
	return err
}

// bucketPolicy refuses every request to a bucket that is not encrypted on its way, and lets readers read.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html#transit
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/example-walkthroughs-managing-access-example2.html
func bucketPolicy(bucketArn string, readers []string) iam.Document {
	statements := []iam.Statement{iam.Deny("TLSOnly").ForEveryone().
		Actions("s3:*"). // a denial of everything, whatever S3 adds
		On(bucketArn, bucketArn+"/*").
		When(iam.Bool, "aws:SecureTransport", "false")}
	if len(readers) > 0 {
		statements = append(statements,
			iam.Allow("ReadArtifacts").For(iam.AWS, readers...).
				Actions("s3:GetObject", "s3:GetObjectVersion").On(bucketArn+"/*"),
			// Without the list, an object that is not there is answered with "Access Denied".
			iam.Allow("ListArtifacts").For(iam.AWS, readers...).
				Actions("s3:GetBucketLocation", "s3:ListBucket").On(bucketArn))
	}
	return iam.Policy(statements...)
}

func (b *ArtifactBucket) addEncryption(
	ctx *pulumi.Context, name string, args *ArtifactBucketArgs, opts ...pulumi.ResourceOption,
) error {
	if args.KeyArn == nil {
		return nil
	}
	encryption, err := s3.NewBucketServerSideEncryptionConfigurationV2(ctx, name,
		&s3.BucketServerSideEncryptionConfigurationV2Args{
			Bucket: b.Bucket.ID(),
			Rules: s3.BucketServerSideEncryptionConfigurationV2RuleArray{
				s3.BucketServerSideEncryptionConfigurationV2RuleArgs{
					BucketKeyEnabled: pulumi.Bool(true),
					ApplyServerSideEncryptionByDefault: s3.BucketServerSideEncryptionConfigurationV2RuleApplyServerSideEncryptionByDefaultArgs{
						SseAlgorithm: pulumi.String("aws:kms"), KmsMasterKeyId: args.KeyArn,
					},
				},
			},
		}, opts...)
	b.ready = append(b.ready, encryption)
	return err
}

// addLifecycle ends old versions, uploads that were never finished, and artifacts whose pipeline has long gone on.
func (b *ArtifactBucket) addLifecycle(
	ctx *pulumi.Context, name string, args *ArtifactBucketArgs, opts ...pulumi.ResourceOption,
) error {
	rules := s3.BucketLifecycleConfigurationV2RuleArray{s3.BucketLifecycleConfigurationV2RuleArgs{
		Id: pulumi.String("leftovers"), Status: pulumi.String("Enabled"),
		Filter: s3.BucketLifecycleConfigurationV2RuleFilterArgs{Prefix: pulumi.String("")},
		AbortIncompleteMultipartUpload: s3.BucketLifecycleConfigurationV2RuleAbortIncompleteMultipartUploadArgs{
			DaysAfterInitiation: pulumi.Int(7),
		},
		NoncurrentVersionExpiration: s3.BucketLifecycleConfigurationV2RuleNoncurrentVersionExpirationArgs{
			NoncurrentDays: pulumi.Int(30),
		},
	}}
	for _, prefix := range args.ExpiringPrefixes {
		rules = append(rules, s3.BucketLifecycleConfigurationV2RuleArgs{
			Id: pulumi.String("artifacts " + prefix), Status: pulumi.String("Enabled"),
			Filter:     s3.BucketLifecycleConfigurationV2RuleFilterArgs{Prefix: pulumi.String(prefix)},
			Expiration: s3.BucketLifecycleConfigurationV2RuleExpirationArgs{Days: pulumi.Int(90)},
		})
	}
	// Versions can only be ended once there are versions.
	_, err := s3.NewBucketLifecycleConfigurationV2(ctx, name, &s3.BucketLifecycleConfigurationV2Args{
		Bucket: b.Bucket.ID(), Rules: rules,
	}, append(opts[:len(opts):len(opts)], pulumi.DependsOn([]pulumi.Resource{b.versioning}))...)
	return err
}
