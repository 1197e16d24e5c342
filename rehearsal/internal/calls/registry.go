package calls

import (
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

const (
	// pushDoc has what docker needs to push, pullDoc what it needs to pull, cacheDoc what a cache's first pull needs.
	pushDoc     = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html"
	pullDoc     = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policy-examples.html"
	cacheDoc    = "https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache-iam.html"
	registryDoc = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html"
)

// pulls and pushes are the actions of a docker pull and, beyond the first of those, a docker push, on the repository.
var (
	pulls  = []string{"ecr:BatchCheckLayerAvailability", "ecr:GetDownloadUrlForLayer", "ecr:BatchGetImage"}
	pushes = []string{"ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage"}
)

// Registry is one call to ECR, as docker and the AWS CLI make them: "ecr:PutImage" by a role on a repository's ARN.
// Logging in is on no repository.
func Registry(action, role, repositoryARN string) access.Call {
	name := repositoryName(repositoryARN)
	switch {
	case action == "ecr:GetAuthorizationToken":
		return access.Call{Role: role, Action: action, Resource: "*", Why: "log in to the registry", Doc: pushDoc}
	case slices.Contains(pushes, action):
		return access.Call{Role: role, Action: action, Resource: repositoryARN, Why: "push the image " + name, Doc: pushDoc}
	case slices.Contains(pulls, action):
		return access.Call{Role: role, Action: action, Resource: repositoryARN, Why: "pull the image " + name, Doc: pullDoc}
	}
	return access.Call{Role: role, Action: action, Resource: repositoryARN, Why: "use the repository " + name, Doc: registryDoc}
}

// FillCache are the calls that pulling from a pull-through cache takes beside those of every pull: whoever pulls imports
// the image, and at the first time creates the repository. For other repositories there are none.
func FillCache(w *world.World, role, repositoryARN string) []access.Call {
	name := repositoryName(repositoryARN)
	for _, rule := range w.All("aws:ecr/pullThroughCacheRule:PullThroughCacheRule") {
		prefix := rule.Attr("ecrRepositoryPrefix")
		if prefix == "ROOT" || strings.HasPrefix(name, strings.TrimSuffix(prefix, "/")+"/") {
			return by{role, cacheDoc}.may("fill the cache "+name, repositoryARN, "ecr:CreateRepository", "ecr:BatchImportUpstreamImage")
		}
	}
	return nil
}

// pull are the calls for an image of the repository.
func pull(w *world.World, caller by, repositoryARN string) []access.Call {
	all := caller.may("pull the image "+repositoryName(repositoryARN), repositoryARN, pulls...)
	return append(all, FillCache(w, caller.role, repositoryARN)...)
}

func repositoryName(arn string) string {
	return strings.TrimPrefix(arn[strings.LastIndex(arn, ":")+1:], "repository/")
}
