package staged

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/problems"
)

var (
	projectName = regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	// https://docs.aws.amazon.com/codecommit/latest/APIReference/API_CreateRepository.html
	codeCommitName = regexp.MustCompile(`^[\w.-]{1,100}$`)
	variableName   = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

// longestName leaves room in the 64 characters of a role's name, and the 55 of a bucket's, for a hyphen, the longest
// environment, and the eight that Pulumi adds.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-entity-length
const longestName = 38

// validate checks the arguments with their defaults, and reports every problem.
func (args *PipelineArgs) validate(name string) error {
	p := &problems.List{}
	if err := ground.ValidBucketName(name); err != nil {
		*p = append(*p, err)
	} else if len(name) > longestName {
		p.Add("name", "%q has %d characters: give at most %d, it begins the names of roles and buckets", name, len(name), longestName)
	}
	if len(args.Project) < 2 || len(args.Project) > 24 || !projectName.MatchString(args.Project) {
		p.Add("project", "%q is not valid: give 2 to 24 lower-case letters, digits and single hyphens, starting with a letter; "+
			"it begins the names of the pipeline and its builds", args.Project)
	}
	args.Source.validate(p)
	args.validateEnvironments(p)
	args.Build.validate(p, "build")
	validateVariables(p, "build.variables", args.Build.Variables, "ENVIRONMENT", "BUCKET")
	args.Deploy.validate(p, "deploy")
	validateVariables(p, "deploy.variables", args.Deploy.Variables, "ENVIRONMENT", "BUCKET")
	args.validateStatements(p)
	args.Approval.validate(p, args.asks())
	ground.KeyARN.Check(p, "artifactKeyArn", args.ArtifactKeyArn)
	ground.ValidRetention(p, "logRetentionDays", args.LogRetentionDays)
	ground.ValidTags(p, args.Tags)
	return p.Err()
}

func (s Source) validate(p *problems.List) {
	ground.ValidBranch(p, "source.branch", s.Branch)
	ground.ConnectionARN.Check(p, "source.connectionArn", s.ConnectionArn)
	switch {
	case s.ConnectionArn == nil:
		p.OneOf("source.provider", s.Provider, CodeCommit, GitHub, GitLab, Bitbucket)
	case s.inCodeCommit():
		p.Add("source.connectionArn", "given, but CodeCommit needs no connection: remove it, or give another source.provider")
	case s.Provider != "":
		p.OneOf("source.provider", s.Provider, GitHub, GitLab, Bitbucket)
	}
	if s.inCodeCommit() {
		s.validateCodeCommit(p)
		return
	}
	ground.ValidRepository(p, "source.repository", s.Repository)
	if s.NewRepository {
		p.Add("source.newRepository", "true, but only a repository of CodeCommit can be made: remove it")
	}
	ground.ValidPaths(p, "source.filePaths", s.FilePaths)
	ground.ValidPaths(p, "source.ignoreFilePaths", s.IgnoreFilePaths)
}

func (s Source) validateCodeCommit(p *problems.List) {
	if p.Matches("source.repository", s.Repository, codeCommitName, `the name of a repository of CodeCommit, 1 to 100 letters, digits and ._-, `+
		`or for "owner/name" a source.provider`) && strings.HasSuffix(s.Repository, ".git") {
		p.Add("source.repository", "%q ends in .git: give %q", s.Repository, strings.TrimSuffix(s.Repository, ".git"))
	}
	if len(s.FilePaths)+len(s.IgnoreFilePaths) > 0 {
		p.Add("source.filePaths", "given, or ignoreFilePaths, but CodeCommit's events do not tell which files a push changes: remove them")
	}
}

// maxEnvironments leaves room in a pipeline's 50 stages for Source and Build, and an approval before each.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html
const maxEnvironments = 24

func (args *PipelineArgs) validateEnvironments(p *problems.List) {
	if n := len(args.Environments); n > maxEnvironments {
		p.Add("environments", "%d are too many for one pipeline: give at most %d", n, maxEnvironments)
	}
	seen := map[string]int{}
	for i, e := range args.Environments {
		field := fmt.Sprintf("environments[%d]", i)
		switch other, taken := seen[e.Name]; {
		case len(e.Name) < 2 || len(e.Name) > 16 || !projectName.MatchString(e.Name):
			p.Add(field+".name", "%q is not valid: give 2 to 16 lower-case letters, digits and single hyphens, starting with a letter", e.Name)
		case e.Name == "build" || e.Name == "source" || e.Name == "pipeline" || e.Name == "start":
			p.Add(field+".name", "%q names another part of the pipeline: give another, such as %s", e.Name, "staging")
		case taken:
			p.Add(field+".name", "%q is also the name of environments[%d]: give another", e.Name, other)
		}
		seen[e.Name] = i
		reserved := []string{"ENVIRONMENT"}
		if e.Site != nil {
			reserved = append(reserved, "BUCKET")
		}
		validateVariables(p, field+".variables", e.Variables, reserved...)
	}
}

func validateVariables(p *problems.List, field string, variables map[string]pulumi.StringInput, reserved ...string) {
	for _, name := range sortedKeys(variables) {
		at := fmt.Sprintf("%s[%q]", field, name)
		p.Matches(at, name, variableName, "a variable's name: letters, digits and _")
		// https://docs.aws.amazon.com/codebuild/latest/userguide/build-env-ref-env-vars.html
		if strings.HasPrefix(name, "CODEBUILD_") {
			p.Add(at, "names that begin with CODEBUILD_ are CodeBuild's own: give another")
		}
		for _, r := range reserved {
			if name == r {
				p.Add(at, "is given by the component: give another name")
			}
		}
		if variables[name] == nil {
			p.Add(at, "missing: give a value")
		}
	}
}

func (b BuildOptions) validate(p *problems.List, field string) {
	ground.ValidFile(p, field+".spec", b.Spec, buildSpecFile)
	ground.ValidImage(p, field+".image", b.Image)
	p.OneOf(field+".architecture", b.Architecture, ground.X8664, ground.ARM64)
	ground.ValidMachine(p, field, b.ComputeType, b.TimeoutMinutes)
}

// maxComment leaves room in an approval's 1000 characters for the commit and the environment.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html
const maxComment = 700

func (a ApprovalOptions) validate(p *problems.List, asked bool) {
	if !asked && (a.TopicArn != nil || len(a.Emails) > 0 || a.Comment != "" || a.URL != "") {
		p.Add("approval", "given, but no environment has approval: true; give it to one, or remove this")
	}
	ground.ValidPeople(p, "approval.", a.TopicArn, a.Emails)
	if n := len(a.Comment); n > maxComment {
		p.Add("approval.comment", "%d characters are too many: give at most %d", n, maxComment)
	}
	if a.URL != "" {
		ground.ValidLink(p, "approval.url", a.URL)
	}
}
