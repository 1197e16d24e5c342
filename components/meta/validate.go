package meta

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/problems"
)

var (
	projectName  = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	stackName    = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,100}$`) // https://www.pulumi.com/docs/iac/concepts/stacks/#create-stack
	version      = regexp.MustCompile(`^\d+\.\d+\.\d+$`)
	checksum     = regexp.MustCompile(`^[0-9a-f]{64}$`)
	directory    = regexp.MustCompile(`^(\.|[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*)$`)
	variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	actorID      = regexp.MustCompile(`^\d{1,20}$`)
	action       = regexp.MustCompile(`^[a-z0-9-]+:[A-Za-z0-9*]+$`)
)

// longestName leaves room in the 64 characters of a role's name for "-pipeline" and the eight that Pulumi adds.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
const longestName = 47

// Validate reports all that is wrong with the arguments of a pipeline of this name in the stack, as NewPipeline does but for
// what only the account can tell. It is for programs that make nothing unless all of it can be made.
func (args *PipelineArgs) Validate(name, stack string) error {
	return args.withDefaults(name).validate(name, stack)
}

// validate checks the arguments with their defaults. own is the stack that the pipeline is in.
func (args *PipelineArgs) validate(name, own string) error {
	p := &problems.List{}
	if err := ground.ValidBucketName(name + "-artifacts"); err != nil {
		*p = append(*p, err)
	} else if len(name) > longestName {
		p.Add("name", "%q has %d characters: give at most %d, it begins the names of roles", name, len(name), longestName)
	}
	if len(args.Project) < 2 || len(args.Project) > 24 || !projectName.MatchString(args.Project) {
		p.Add("project", "%q is not valid: give 2 to 24 lower-case letters, digits and single hyphens, starting with a letter", args.Project)
	}
	args.Source.validate(p)
	args.validateStacks(p, own)
	p.Matches("pulumi.version", args.Pulumi.Version, version, "a release such as 3.255.0, without v")
	p.Matches("pulumi.sha256", args.Pulumi.SHA256, checksum,
		"the 64 hexadecimal digits beside pulumi-v<version>-linux-x64.tar.gz in the release's checksums")
	args.State.validate(p)
	args.validatePeople(p)
	validSecrets(p, "secrets", args.Secrets)
	if _, err := parsePolicies(args.Permissions); err != nil {
		p.Add("permissions", "%v: give what `drydock permissions` writes", err)
	}
	for i, given := range args.BoundaryActions {
		p.Matches(fmt.Sprintf("boundaryActions[%d]", i), given, action, "an action such as lambda:InvokeFunction")
	}
	p.OneOf("build.architecture", args.Build.Architecture, ground.X8664, ground.ARM64)
	ground.ValidMachine(p, "build", args.Build.ComputeType, args.Build.TimeoutMinutes)
	ground.ValidRetention(p, "logRetentionDays", args.LogRetentionDays)
	ground.ValidTags(p, args.Tags)
	return p.Err()
}

func (s Source) validate(p *problems.List) {
	ground.ValidRepository(p, "source.repository", s.Repository)
	ground.ValidBranch(p, "source.branch", s.Branch)
	ground.ConnectionARN.Check(p, "source.connectionArn", s.ConnectionArn)
	if s.ConnectionArn == nil {
		p.OneOf("source.provider", s.Provider, "GitHub", "GitLab", "Bitbucket")
	}
	if p.Matches("source.directory", s.Directory, directory, "a folder of the repository such as infra, without leading /") &&
		strings.Contains(s.Directory, "..") {
		p.Add("source.directory", "%q leads out of the repository", s.Directory)
	}
	ground.ValidPaths(p, "source.paths", s.Paths)
}

func (args *PipelineArgs) validateStacks(p *problems.List, own string) {
	if len(args.Stacks) == 0 {
		p.Add("stacks", "missing: give the stacks to bring up, such as production")
	}
	for i, stack := range args.Stacks {
		field := fmt.Sprintf("stacks[%d]", i)
		p.Matches(field, stack, stackName, "a stack's name: letters, digits, hyphens, underscores and periods")
		if slices.Index(args.Stacks, stack) < i {
			p.Add(field, "%q is given twice", stack)
		}
		if stack == own && i < len(args.Stacks)-1 {
			p.Add(field, "%q is the stack that the pipeline itself is in: put it last, so that the others are up before the pipeline changes", stack)
		}
	}
}

func (s State) validate(p *problems.List) {
	ground.BucketARN.Check(p, "state.bucketArn", s.BucketArn)
	ground.KeyARN.Check(p, "state.keyArn", s.KeyArn)
	ground.SecretARN.Check(p, "state.tokenArn", s.TokenArn)
	given := s.BucketArn != nil || s.KeyArn != nil
	switch {
	case s.URL == "":
		if given || s.TokenArn != nil {
			p.Add("state.url", "missing: give the backend's URL with bucketArn, keyArn or tokenArn, or none of them")
		}
	case strings.HasPrefix(s.URL, "s3://"):
		if s.BucketArn == nil || s.KeyArn == nil {
			p.Add("state.bucketArn", "missing: give bucketArn and keyArn with %q, they are what the builds may use", s.URL)
		}
		if s.TokenArn != nil {
			p.Add("state.tokenArn", "%q needs no token: leave it out", s.URL)
		}
	case strings.HasPrefix(s.URL, "https://"):
		if s.TokenArn == nil {
			p.Add("state.tokenArn", "missing: give the secret that holds the access token for %q", s.URL)
		}
		if given {
			p.Add("state.bucketArn", "%q has no bucket: leave bucketArn and keyArn out", s.URL)
		}
	default:
		p.Add("state.url", "%q is not known: give s3://… or https://…", s.URL)
	}
}

func (args *PipelineArgs) validatePeople(p *problems.List) {
	if args.Approval != nil {
		ground.TopicARN.Check(p, "approval.topicArn", args.Approval.TopicArn)
	}
	if n := args.Notifications; n != nil {
		ground.ValidPeople(p, "notifications.", n.TopicArn, n.Emails)
	}
	requests := args.PullRequests
	if requests == nil {
		return
	}
	if args.Source.Provider != "GitHub" {
		p.Add("pullRequests", "reviews are of GitHub's pull requests, and source.provider is %q", args.Source.Provider)
	}
	if len(requests.Actors) == 0 {
		p.Add("pullRequests.actors", "missing: give the numeric GitHub IDs of those whose pull requests may start a build, from https://api.github.com/users/<name>")
	}
	for i, actor := range requests.Actors {
		p.Matches(fmt.Sprintf("pullRequests.actors[%d]", i), actor, actorID, "the numeric ID of a GitHub account")
	}
	validSecrets(p, "pullRequests.secrets", requests.Secrets)
	ground.SecretARN.Or(ground.ConnectionARN).Check(p, "pullRequests.credentialArn", requests.CredentialArn)
}

func validSecrets(p *problems.List, field string, secrets map[string]pulumi.StringInput) {
	for _, name := range slices.Sorted(maps.Keys(secrets)) {
		at := fmt.Sprintf("%s[%q]", field, name)
		p.Matches(at, name, variableName, "the name of an environment variable")
		if secrets[name] == nil {
			p.Add(at, "missing: give the ARN of a secret in Secrets Manager")
		}
		ground.SecretARN.Check(p, at, secrets[name])
	}
}
