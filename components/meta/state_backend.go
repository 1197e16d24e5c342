package meta

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/problems"
)

// StateBackendArgs describe where Pulumi keeps stacks.
type StateBackendArgs struct {
	// Project names the key's alias, "<project>-state". Default: the component's name.
	Project string `pulumi:"project"`
	// Disposable: the backend is destroyed with all states in it. Default: false, it is protected.
	Disposable bool `pulumi:"disposable"`
	// Tags of bucket and key. Default: none.
	Tags map[string]string `pulumi:"tags"`
}

// StateBackend is a private, versioned bucket for the states of stacks, and the key under which both the bucket and the
// secrets in the states are encrypted.
// https://www.pulumi.com/docs/iac/concepts/state-and-backends/#aws-s3
// https://www.pulumi.com/docs/iac/concepts/secrets/#aws-key-management-service-kms
type StateBackend struct {
	pulumi.ResourceState

	// URL is for `pulumi login`.
	URL pulumi.StringOutput `pulumi:"url"`
	// SecretsProvider is for `pulumi stack init --secrets-provider`.
	SecretsProvider pulumi.StringOutput `pulumi:"secretsProvider"`
	// BucketName and BucketArn of the bucket.
	BucketName pulumi.StringOutput `pulumi:"bucketName"`
	BucketArn  pulumi.StringOutput `pulumi:"bucketArn"`
	// KeyArn of the key.
	KeyArn pulumi.StringOutput `pulumi:"keyArn"`
}

// NewStateBackend makes the bucket "<name>-state" and its key.
func NewStateBackend(
	ctx *pulumi.Context, name string, args *StateBackendArgs, opts ...pulumi.ResourceOption,
) (*StateBackend, error) {
	a := StateBackendArgs{}
	if args != nil {
		a = *args
	}
	if a.Project == "" {
		a.Project = name
	}
	if err := a.validate(name); err != nil {
		return nil, err
	}
	s := &StateBackend{}
	if err := ctx.RegisterComponentResource("container-pipeline:meta:StateBackend", name, s, opts...); err != nil {
		return nil, err
	}
	if err := s.compose(ctx, name, &a); err != nil {
		return nil, err
	}
	return s, ctx.RegisterResourceOutputs(s, pulumi.Map{
		"url": s.URL, "secretsProvider": s.SecretsProvider,
		"bucketName": s.BucketName, "bucketArn": s.BucketArn, "keyArn": s.KeyArn,
	})
}

func (args *StateBackendArgs) validate(name string) error {
	p := &problems.List{}
	if err := ground.ValidBucketName(name + "-state"); err != nil {
		*p = append(*p, err)
	}
	p.Matches("project", args.Project, projectName, "lower-case letters, digits and single hyphens, starting with a letter")
	ground.ValidTags(p, args.Tags)
	return p.Err()
}

func (s *StateBackend) compose(ctx *pulumi.Context, name string, args *StateBackendArgs) error {
	here, err := ground.Here(ctx, pulumi.Parent(s))
	if err != nil {
		return err
	}
	window := 30 // days to come back in: without the key, the states' secrets are lost
	if args.Disposable {
		window = 7
	}
	key, err := kms.NewKey(ctx, name+"-state", &kms.KeyArgs{
		Description:       pulumi.String("Pulumi states of " + args.Project),
		EnableKeyRotation: pulumi.Bool(true), DeletionWindowInDays: pulumi.Int(window), Tags: ground.Tags(args.Tags),
	}, pulumi.Parent(s), pulumi.Protect(!args.Disposable))
	if err != nil {
		return err
	}
	alias, err := kms.NewAlias(ctx, name+"-state", &kms.AliasArgs{
		Name: pulumi.String("alias/" + args.Project + "-state"), TargetKeyId: key.KeyId,
	}, pulumi.Parent(s), pulumi.DeleteBeforeReplace(true))
	if err != nil {
		return err
	}
	bucket, err := ground.NewArtifactBucket(ctx, name+"-state", &ground.ArtifactBucketArgs{
		KeyArn: key.Arn, Disposable: args.Disposable, Tags: args.Tags,
	}, pulumi.Parent(s))
	if err != nil {
		return err
	}
	s.BucketName, s.BucketArn, s.KeyArn = bucket.Bucket.Bucket, bucket.Bucket.Arn, key.Arn
	s.URL = pulumi.Sprintf("s3://%s?region=%s&awssdk=v2", bucket.Bucket.Bucket, here.Region)
	s.SecretsProvider = pulumi.Sprintf("awskms://%s?region=%s", alias.Name, here.Region)
	return nil
}
