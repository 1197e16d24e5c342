package ekscicd

import (
	"fmt"
	"maps"
	"regexp"
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/problems"
)

// pullRequestPrefix begins the tags of images of pull requests: no build of a merge takes one of them for its own.
const pullRequestPrefix = "pull-request-"

// Names of the pipeline's artifacts, which are the source identifiers of builds as well.
const (
	applicationArtifact = "Application"
	manifestsArtifact   = "Manifests"
	imageArtifact       = "Image"
	renderedArtifact    = "Rendered"
)

const pipelineWords = "1 to 100 letters, digits and any of . @ - _"

var (
	accountID = regexp.MustCompile(`^\d{12}$`)
	// https://docs.aws.amazon.com/codepipeline/latest/APIReference/API_PipelineDeclaration.html
	pipelineName = regexp.MustCompile(`^[A-Za-z0-9.@_-]{1,100}$`)
	// buildName leaves room in the 64 characters of a role's name for "-pull-request" and the eight that Pulumi adds.
	buildName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{1,41}$`)
	// https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names
	dnsLabel = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$`)
	// actorID is a GitHub account's number, which stays when the account is renamed.
	actorID = regexp.MustCompile(`^[1-9]\d*$`)
)

const (
	buildNameWords = "2 to 42 letters, digits and hyphens, beginning with a letter or digit: it begins the names of project and role"
	dnsLabelWords  = "a Kubernetes name: 1 to 63 lower-case letters, digits and hyphens"
)

// BuildMachine is what builds run on.
type BuildMachine struct {
	// Architecture is "X86_64" or "ARM64". Default: "X86_64".
	Architecture string `pulumi:"architecture"`
	// ComputeType of CodeBuild: BUILD_GENERAL1_SMALL, _MEDIUM, _LARGE, _XLARGE or _2XLARGE. Default: "BUILD_GENERAL1_SMALL".
	ComputeType string `pulumi:"computeType"`
	// Image of CodeBuild. Default: the newest standard Amazon Linux image of Architecture.
	Image string `pulumi:"image"`
	// TimeoutMinutes, 5 to 2160. Default: 30.
	TimeoutMinutes int `pulumi:"timeoutMinutes"`
	// LogRetentionDays is one of the periods of CloudWatch Logs. Default: 30.
	LogRetentionDays int `pulumi:"logRetentionDays"`
}

func (m BuildMachine) withDefaults() BuildMachine {
	m.Architecture = or(m.Architecture, ground.X8664)
	m.ComputeType = or(m.ComputeType, "BUILD_GENERAL1_SMALL")
	m.TimeoutMinutes = or(m.TimeoutMinutes, 30)
	m.LogRetentionDays = or(m.LogRetentionDays, 30)
	return m
}

func (m BuildMachine) validate(p *problems.List) {
	p.OneOf("machine.architecture", m.Architecture, ground.X8664, ground.ARM64)
	ground.ValidMachine(p, "machine", m.ComputeType, m.TimeoutMinutes)
	ground.ValidImage(p, "machine.image", m.Image)
	ground.ValidRetention(p, "machine.logRetentionDays", m.LogRetentionDays)
}

// project is a CodeBuild project of this name on the machine.
func (m BuildMachine) project(name, description string) ground.BuildProjectArgs {
	return ground.BuildProjectArgs{
		Name: name, Description: description, LogGroup: "/codebuild/" + name, LogRetentionDays: m.LogRetentionDays,
		Architecture: m.Architecture, Image: m.Image, ComputeType: m.ComputeType, TimeoutMinutes: m.TimeoutMinutes,
	}
}

// PullRequests say whose pull requests are built.
type PullRequests struct {
	// Actors are GitHub's account numbers (https://api.github.com/users/NAME has them). Only what these people have pushed
	// is built: a pull request can come from anyone's fork, and a build runs what is in it.
	Actors []string `pulumi:"actors"`
	// CredentialArn is CodeBuildCredential.TokenArn, which the builds' role has to read. Default: the account's credential
	// names neither a secret nor a connection.
	CredentialArn pulumi.StringInput `pulumi:"credentialArn"`
}

func (r *PullRequests) validate(p *problems.List) {
	if r == nil {
		return
	}
	if len(r.Actors) == 0 {
		p.Add("pullRequests.actors", "missing: list the GitHub account numbers whose pull requests are built, or leave pullRequests out")
	}
	for i, actor := range r.Actors {
		p.Matches(fmt.Sprintf("pullRequests.actors[%d]", i), actor, actorID, "a GitHub account's number, as https://api.github.com/users/NAME tells it")
	}
	ground.SecretARN.Or(ground.ConnectionARN).Check(p, "pullRequests.credentialArn", r.CredentialArn)
}

func or[T comparable](given, otherwise T) T {
	var zero T
	if given == zero {
		return otherwise
	}
	return given
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// compact sorts texts, each once.
func compact(texts []string) []string { return slices.Compact(slices.Sorted(slices.Values(texts))) }
