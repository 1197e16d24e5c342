package calls

import (
	"strings"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

const (
	// pushDoc has what docker needs to push, pullDoc what it needs to pull, cacheDoc what a cache's first pull needs.
	pushDoc  = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html"
	pullDoc  = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html"
	cacheDoc = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html"
)

// pulls are the actions of a docker pull, each on the repository.
var pulls = []string{"ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"}

// Registry is one call to ECR, as docker and the AWS CLI make them: "ecr:PutImage" by a role on a repository's ARN.
// Logging in is on no repository.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
func Registry(action, role, repositoryARN string) access.Call {
	name := strings.TrimPrefix(repositoryARN[strings.LastIndex(repositoryARN, ":")+1:], "repository/")
	c := access.Call{Role: role, Action: action, Resource: repositoryARN, Why: "push to or pull from " + name, Doc: pushDoc}
	if action == "ecr:GetAuthorizationToken" {
		c.Resource, c.Why = "*", "log in to the registry"
	}
	return c
}

// pull are the calls for an image of the repository. One that a pull-through cache fills is imported, and at the first
// time created, by whoever pulls.
func pull(w *world.World, caller by, repositoryARN string) []access.Call {
	name := strings.TrimPrefix(repositoryARN[strings.LastIndex(repositoryARN, ":")+1:], "repository/")
	all := caller.may("pull the image "+name, repositoryARN, pulls...)
	for _, rule := range w.All("aws:ecr/pullThroughCacheRule:PullThroughCacheRule") {
		prefix := rule.Attr("ecrRepositoryPrefix")
		if prefix == "ROOT" || strings.HasPrefix(name, strings.TrimSuffix(prefix, "/")+"/") {
			cache := by{caller.role, cacheDoc}
			return append(all, cache.may("fill the cache "+name, repositoryARN, "ecr:CreateRepository", "ecr:BatchImportUpstreamImage")...)
		}
	}
	return all
}
