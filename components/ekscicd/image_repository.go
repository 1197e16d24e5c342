package ekscicd

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ecr"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/iam"
	"github.com/container-pipeline/container-pipeline/internal/problems"
)

// ImageRepositoryArgs describe where the images of an application are kept.
type ImageRepositoryArgs struct {
	// RepositoryName in the registry. Default: the component's name.
	RepositoryName string `pulumi:"repositoryName"`
	// PullAccounts are the workload accounts, by their 12 digits, whose nodes pull images. Default: none but its own.
	PullAccounts []string `pulumi:"pullAccounts"`
	// KeepImages is how many images of merges are kept, 2 to 1000. Default: 100.
	KeepImages int `pulumi:"keepImages"`
	// KeepPullRequestImages is how many images of pull requests are kept, 1 to 1000. Default: 20.
	KeepPullRequestImages int `pulumi:"keepPullRequestImages"`
	// Disposable: destroying the stack destroys the images. Default: false, the repository is protected.
	Disposable bool `pulumi:"disposable"`
	// Tags of the repository. Default: none.
	Tags map[string]string `pulumi:"tags"`
}

// ImageRepository is an ECR repository with tags that never move and a scan of each image.
type ImageRepository struct {
	pulumi.ResourceState

	// Name and Arn of the repository.
	Name pulumi.StringOutput `pulumi:"name"`
	Arn  pulumi.StringOutput `pulumi:"arn"`
	// URL is "<account>.dkr.ecr.<region>.amazonaws.com/<name>".
	URL pulumi.StringOutput `pulumi:"url"`
}

// NewImageRepository makes the repository.
func NewImageRepository(
	ctx *pulumi.Context, name string, args *ImageRepositoryArgs, opts ...pulumi.ResourceOption,
) (*ImageRepository, error) {
	a := args.withDefaults(name)
	if err := a.validate(); err != nil {
		return nil, err
	}
	r := &ImageRepository{}
	if err := ctx.RegisterComponentResource("container-pipeline:ekscicd:ImageRepository", name, r, opts...); err != nil {
		return nil, err
	}
	repository, err := ecr.NewRepository(ctx, name, &ecr.RepositoryArgs{
		Name: pulumi.String(a.RepositoryName),
		// A tag names one image for ever: what was looked at in staging is what production runs.
		ImageTagMutability:         pulumi.String("IMMUTABLE"),
		ImageScanningConfiguration: &ecr.RepositoryImageScanningConfigurationArgs{ScanOnPush: pulumi.Bool(true)},
		ForceDelete:                pulumi.Bool(a.Disposable),
		Tags:                       ground.Tags(a.Tags),
	}, pulumi.Parent(r), pulumi.Protect(!a.Disposable))
	if err != nil {
		return nil, err
	}
	if err := a.addPolicies(ctx, name, r, repository); err != nil {
		return nil, err
	}
	r.Name, r.Arn, r.URL = repository.Name, repository.Arn, repository.RepositoryUrl
	return r, ctx.RegisterResourceOutputs(r, pulumi.Map{"name": r.Name, "arn": r.Arn, "url": r.URL})
}

// addPolicies: a repository has one of each, so deleting the old after the new was put would leave none.
func (args *ImageRepositoryArgs) addPolicies(ctx *pulumi.Context, name string, r *ImageRepository, repository *ecr.Repository) error {
	_, err := ecr.NewLifecyclePolicy(ctx, name, &ecr.LifecyclePolicyArgs{
		Repository: repository.Name, Policy: pulumi.String(args.lifecycle()),
	}, pulumi.Parent(r), pulumi.DeleteBeforeReplace(true))
	if err != nil || len(args.PullAccounts) == 0 {
		return err
	}
	here, err := ground.Here(ctx, pulumi.Parent(r))
	if err != nil {
		return err
	}
	policy, err := args.pullPolicy(here.Partition).Render(iam.RepositoryPolicy)
	if err != nil {
		return err
	}
	_, err = ecr.NewRepositoryPolicy(ctx, name, &ecr.RepositoryPolicyArgs{
		Repository: repository.Name, Policy: pulumi.String(policy),
	}, pulumi.Parent(r), pulumi.DeleteBeforeReplace(true))
	return err
}

// pullPolicy lets accounts give their own roles the right to pull.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html
func (args *ImageRepositoryArgs) pullPolicy(partition string) iam.Document {
	roots := make([]string, len(args.PullAccounts))
	for i, account := range args.PullAccounts {
		roots[i] = accountRoot(partition, account)
	}
	return iam.Policy(iam.Allow("PullFromWorkloadAccounts").For(iam.AWS, roots...).
		Actions("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"))
}

// accountRoot stands for an account, which decides by its own policies who of it may.
func accountRoot(partition, account string) string {
	return fmt.Sprintf("arn:%s:iam::%s:root", partition, account)
}

// lifecycle counts images of pull requests apart: what an earlier rule selects, no later rule expires.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html#lp_evaluation_rules
func (args *ImageRepositoryArgs) lifecycle() string {
	return fmt.Sprintf(`{"rules": [
  {"rulePriority": 1, "description": "Keep the newest %[1]d of pull requests", "action": {"type": "expire"},
   "selection": {"tagStatus": "tagged", "tagPatternList": ["%[3]s*"], "countType": "imageCountMoreThan", "countNumber": %[1]d}},
  {"rulePriority": 2, "description": "Keep the newest %[2]d", "action": {"type": "expire"},
   "selection": {"tagStatus": "tagged", "tagPatternList": ["*"], "countType": "imageCountMoreThan", "countNumber": %[2]d}}
]}`, args.KeepPullRequestImages, args.KeepImages, pullRequestPrefix)
}

func (args *ImageRepositoryArgs) withDefaults(name string) *ImageRepositoryArgs {
	a := ImageRepositoryArgs{}
	if args != nil {
		a = *args
	}
	a.RepositoryName = or(a.RepositoryName, name)
	a.KeepImages = or(a.KeepImages, 100)
	a.KeepPullRequestImages = or(a.KeepPullRequestImages, 20)
	a.PullAccounts = slices.Compact(slices.Sorted(slices.Values(a.PullAccounts)))
	return &a
}

// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
var ecrName = regexp.MustCompile(`^[a-z0-9]+([._-][a-z0-9]+)*(/[a-z0-9]+([._-][a-z0-9]+)*)*$`)

func (args *ImageRepositoryArgs) validate() error {
	var p problems.List
	if n := len(args.RepositoryName); n < 2 || n > 256 {
		p.Add("repositoryName", "%q has %d characters: give 2 to 256", args.RepositoryName, n)
	}
	p.Matches("repositoryName", args.RepositoryName, ecrName, "lower-case letters and digits, joined by single . _ - and grouped by /")
	for i, account := range args.PullAccounts {
		p.Matches(fmt.Sprintf("pullAccounts[%d]", i), account, accountID, "an account's 12 digits")
	}
	p.Within("keepImages", args.KeepImages, 2, 1000, " images")
	p.Within("keepPullRequestImages", args.KeepPullRequestImages, 1, 1000, " images")
	ground.ValidTags(&p, args.Tags)
	return p.Err()
}
