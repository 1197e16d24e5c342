// Package artifacts renders the three files that a blue/green ECS release is made of, from plain values:
// the task definition ([TaskDefinition]), the AppSpec ([AppSpec]) and the build specification ([BuildSpec]).
//
// The names of the files are fixed: CodePipeline, CodeBuild and CodeDeploy find them by these spellings.
package artifacts

import (
	"fmt"
	"regexp"
)

const (
	// TaskDefinitionFile is the task definition's template in the build's artifact, the default of the
	// deploy action's TaskDefinitionTemplatePath.
	// https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECSbluegreen.html
	TaskDefinitionFile = "taskdef.json"
	// AppSpecFile is the AppSpec's template in the build's artifact, the default of the deploy action's
	// AppSpecTemplatePath. Its suffix differs from the build specification's.
	AppSpecFile = "appspec.yaml"
	// BuildSpecFile is what CodeBuild reads from the root of the primary source when a project names no other.
	// https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec-ref-name-storage
	BuildSpecFile = "buildspec.yml"

	// TaskDefinitionPlaceholder stands in an AppSpec for the ARN of the revision that the deploy action
	// registers from taskdef.json.
	// https://docs.aws.amazon.com/codepipeline/latest/userguide/tutorials-ecs-ecr-codedeploy.html
	TaskDefinitionPlaceholder = "<TASK_DEFINITION>"
)

// ImagePlaceholder is what stands for a container's image in a task definition's template. The build replaces
// it by the pushed image's digest.
//
// It is not one of CodePipeline's own placeholders, such as <IMAGE1_NAME>: those are filled from image input
// artifacts that the pipeline would need one of per container, and at most four.
func ImagePlaceholder(container string) string {
	return "<IMAGE:" + container + ">"
}

// containerName is the character set of a container's name, at most 255 of them.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
var containerName = regexp.MustCompile(`^[A-Za-z0-9_-]{1,255}$`)

// Repository is an ECR repository, as its URI tells it.
type Repository struct {
	Registry string // host, as 123456789012.dkr.ecr.us-east-2.amazonaws.com
	Account  string // twelve digits
	Region   string // as us-east-2
	Name     string // as bash-dog-api

	variable string // the environment variable that holds the URI, where it is not known
}

// repositoryURI is the form of a private repository's URI in any partition, FIPS endpoints included, and of
// its name.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html
// https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
var repositoryURI = regexp.MustCompile(
	`^((\d{12})\.dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.[a-z0-9.-]+)/([a-z0-9]+(?:[._/-][a-z0-9]+)*)$`)

// ParseRepository reads the URI of a private ECR repository, without tag or digest.
func ParseRepository(uri string) (Repository, error) {
	part := repositoryURI.FindStringSubmatch(uri)
	if part == nil {
		return Repository{}, fmt.Errorf(
			"repository %q is not the URI of an ECR repository: "+
				"give <account>.dkr.ecr.<region>.amazonaws.com/<name> without tag or digest", uri)
	}
	return Repository{Registry: part[1], Account: part[2], Region: part[3], Name: part[4]}, nil
}

// URI is the repository's address as docker push takes it, without tag.
func (r Repository) URI() string {
	if r.variable != "" {
		return `"$` + r.variable + `"`
	}
	return r.Registry + "/" + r.Name
}

// sharesRegistry tells whether one login serves both. Repositories that variables name are one project's.
func (r Repository) sharesRegistry(o Repository) bool {
	return r.Registry == o.Registry || r.variable != "" && o.variable != ""
}

// Placeholder is what stands in a repository's own files for what differs between environments, as <TASK_ROLE_ARN>: the
// build puts the environment variable of that name in its place. The name is in capitals, digits and underscores.
func Placeholder(variable string) string { return "<" + variable + ">" }
