package bluegreen

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ecr"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/problems"
)

// RepositoriesArgs describe where the images of an application's containers are kept.
type RepositoriesArgs struct {
	// Project begins the repositories' names, "<project>-<container>".
	Project string `pulumi:"project"`
	// Containers by name; each has a repository.
	Containers []string `pulumi:"containers"`
	// KeepImages is how many images a repository keeps, 2 to 1000. Default: 20.
	KeepImages int `pulumi:"keepImages"`
	// Disposable: destroying the stack destroys the images. Default: false, the repositories are protected.
	Disposable bool `pulumi:"disposable"`
	// Tags of the repositories. Default: none.
	Tags map[string]string `pulumi:"tags"`
}

// Repositories hold the images of an application, an ECR repository per container.
type Repositories struct {
	pulumi.ResourceState

	// URLs by container, "<account>.dkr.ecr.<region>.amazonaws.com/<project>-<container>".
	URLs pulumi.StringMapOutput `pulumi:"urls"`
	// Arns by container.
	Arns pulumi.StringMapOutput `pulumi:"arns"`

	repositories map[string]*ecr.Repository
}

// NewRepositories makes a repository for each container.
func NewRepositories(
	ctx *pulumi.Context, name string, args *RepositoriesArgs, opts ...pulumi.ResourceOption,
) (*Repositories, error) {
	a := args.withDefaults()
	if err := a.validate(); err != nil {
		return nil, err
	}
	r := &Repositories{repositories: map[string]*ecr.Repository{}}
	if err := ctx.RegisterComponentResource("container-pipeline:bluegreen:Repositories", name, r, opts...); err != nil {
		return nil, err
	}
	urls, arns := pulumi.StringMap{}, pulumi.StringMap{}
	for _, container := range a.Containers {
		repository, err := r.add(ctx, name+"-"+container, a.Project+"-"+container, a)
		if err != nil {
			return nil, err
		}
		r.repositories[container] = repository
		urls[container], arns[container] = repository.RepositoryUrl, repository.Arn
	}
	r.URLs, r.Arns = urls.ToStringMapOutput(), arns.ToStringMapOutput()
	return r, ctx.RegisterResourceOutputs(r, pulumi.Map{"urls": r.URLs, "arns": r.Arns})
}

// URL of a container's repository, without tag.
func (r *Repositories) URL(container string) pulumi.StringOutput {
	if repository, ok := r.repositories[container]; ok {
		return repository.RepositoryUrl
	}
	return failed("container %q has no repository: list it in RepositoriesArgs.Containers", container)
}

// Arn of a container's repository.
func (r *Repositories) Arn(container string) pulumi.StringOutput {
	if repository, ok := r.repositories[container]; ok {
		return repository.Arn
	}
	return failed("container %q has no repository: list it in RepositoriesArgs.Containers", container)
}

// failed is an output that stops the program's deployment with an error.
func failed(format string, args ...any) pulumi.StringOutput {
	return pulumi.String("").ToStringOutput().ApplyT(func(string) (string, error) {
		return "", fmt.Errorf(format, args...)
	}).(pulumi.StringOutput)
}

func (r *Repositories) add(ctx *pulumi.Context, name, physical string, a *RepositoriesArgs) (*ecr.Repository, error) {
	repository, err := ecr.NewRepository(ctx, name, &ecr.RepositoryArgs{
		Name: pulumi.String(physical),
		// The build moves the tag latest.
		ImageTagMutability: pulumi.String("MUTABLE"),
		ImageScanningConfiguration: &ecr.RepositoryImageScanningConfigurationArgs{
			ScanOnPush: pulumi.Bool(true),
		},
		ForceDelete: pulumi.Bool(a.Disposable),
		Tags:        ground.Tags(a.Tags),
	}, pulumi.Parent(r), pulumi.Protect(!a.Disposable))
	if err != nil {
		return nil, err
	}
	// A repository has one policy: deleting the old one after the new one was put would leave none.
	_, err = ecr.NewLifecyclePolicy(ctx, name, &ecr.LifecyclePolicyArgs{
		Repository: repository.Name, Policy: pulumi.String(lifecyclePolicy(a.KeepImages)),
	}, pulumi.Parent(r), pulumi.DeleteBeforeReplace(true))
	return repository, err
}

// lifecyclePolicy keeps the newest images, and in any case the one that is latest: what an earlier rule selects, no
// later rule expires. Tasks run images by digest. Those have the tag of their commit, until the commit is built again
// and the tag moves; then a rule by age would expire an image that was pushed long ago and still runs, so untagged
// images are counted too.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html#lp_evaluation_rules
func lifecyclePolicy(keep int) string {
	return fmt.Sprintf(`{"rules": [
  {"rulePriority": 1, "description": "Keep latest", "action": {"type": "expire"},
   "selection": {"tagStatus": "tagged", "tagPatternList": ["latest"], "countType": "imageCountMoreThan", "countNumber": 1}},
  {"rulePriority": 2, "description": "Keep the newest %[1]d", "action": {"type": "expire"},
   "selection": {"tagStatus": "tagged", "tagPatternList": ["*"], "countType": "imageCountMoreThan", "countNumber": %[1]d}},
  {"rulePriority": 3, "description": "Keep the newest %[1]d without a tag", "action": {"type": "expire"},
   "selection": {"tagStatus": "untagged", "countType": "imageCountMoreThan", "countNumber": %[1]d}}
]}`, keep)
}

func (args *RepositoriesArgs) withDefaults() *RepositoriesArgs {
	a := RepositoriesArgs{}
	if args != nil {
		a = *args
	}
	a.KeepImages = or(a.KeepImages, 20)
	return &a
}

func (args *RepositoriesArgs) validate() error {
	p := &problems.List{}
	p.Matches("project", args.Project, projectName, "lower-case letters, digits and single hyphens, starting with a letter")
	if len(args.Containers) == 0 {
		p.Add("containers", "missing: give at least one")
	}
	seen := map[string]bool{}
	for i, container := range args.Containers {
		field := fmt.Sprintf("containers[%d]", i)
		p.Matches(field, container, containerName, "lower-case letters, digits and single hyphens")
		if seen[container] {
			p.Add(field, "%q is given twice: remove one", container)
		}
		seen[container] = true
	}
	p.Within("keepImages", args.KeepImages, 2, 1000, " images")
	return p.Err()
}
