package bluegreen

import (
	"maps"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ecr"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/iam"
)

// BaseRegistryArg is the build argument that holds the beginning of the base images' names with BaseImageCache. With
// OwnFiles it is an environment variable of the build.
const BaseRegistryArg = "BASE_REGISTRY"

// cachePrefix begins the names of the repositories that ECR makes for cached images, at most 30 characters.
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreatePullThroughCacheRule.html
func cachePrefix(a *ContainerPipelineArgs) string { return a.Project + "-cache" }

// addCache makes the rule by which ECR fetches images of its public gallery, where Docker's official ones are too, and
// keeps them.
func (b *Build) addCache(ctx *pulumi.Context, name string, a *ContainerPipelineArgs) error {
	_, err := ecr.NewPullThroughCacheRule(ctx, name+"-cache", &ecr.PullThroughCacheRuleArgs{
		EcrRepositoryPrefix: pulumi.String(cachePrefix(a)),
		UpstreamRegistryUrl: pulumi.String("public.ecr.aws"),
	}, pulumi.Parent(b), pulumi.DeleteBeforeReplace(true))
	return err
}

// baseRegistry is the value of BaseRegistryArg, given the URL of one of the application's repositories.
func baseRegistry(a *ContainerPipelineArgs, repositoryURL string) string {
	host, _, _ := strings.Cut(repositoryURL, "/")
	return host + "/" + cachePrefix(a) + "/"
}

// buildArgs are those of every image.
func buildArgs(a *ContainerPipelineArgs, repositoryURL string) map[string]string {
	if !a.Build.BaseImageCache {
		return a.Build.Args
	}
	args := map[string]string{BaseRegistryArg: baseRegistry(a, repositoryURL)}
	maps.Copy(args, a.Build.Args)
	return args
}

// cacheStatements let the build pull through the cache; the first pull of an image makes its repository.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html
func cacheStatements(here ground.Place, a *ContainerPipelineArgs) []iam.Statement {
	if !a.Build.BaseImageCache {
		return nil
	}
	return []iam.Statement{iam.Allow("PullBaseImages").Actions(
		"ecr:CreateRepository", "ecr:BatchImportUpstreamImage",
		"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer",
	).On(here.ARN("ecr", "repository/"+cachePrefix(a)+"/*"))}
}
