package staged

import (
	"cmp"
	"maps"
	"slices"
)

// Providers of sources.
const (
	CodeCommit = "CodeCommit"
	GitHub     = "GitHub"
	GitLab     = "GitLab"
	Bitbucket  = "Bitbucket"
)

// The files that say what builds and deployments do.
const (
	buildSpecFile  = "buildspec.yml"
	deploySpecFile = "deployspec.yml"
)

// resolve checks args and fills in the defaults, on a copy: the caller's value is never changed.
func resolve(name string, args *PipelineArgs) (*PipelineArgs, error) {
	if args == nil {
		args = &PipelineArgs{}
	}
	a := args.withDefaults(name)
	if err := a.validate(name); err != nil {
		return nil, err
	}
	return a, nil
}

// Validate reports all that is wrong with the arguments of a pipeline of this name, as NewPipeline does, for programs that
// make nothing unless all of it can be made.
func (args *PipelineArgs) Validate(name string) error {
	_, err := resolve(name, args)
	return err
}

func (args *PipelineArgs) withDefaults(name string) *PipelineArgs {
	a := *args
	a.Project = cmp.Or(a.Project, name)
	a.Source.Branch = cmp.Or(a.Source.Branch, "main")
	if a.Source.ConnectionArn == nil {
		a.Source.Provider = cmp.Or(a.Source.Provider, CodeCommit)
	}
	a.Environments = slices.Clone(a.Environments)
	if len(a.Environments) == 0 {
		a.Environments = []Environment{{Name: "staging"}, {Name: "production", Approval: true}}
	}
	a.Build = a.Build.withDefaults(buildSpecFile)
	a.Deploy = a.Deploy.withDefaults(deploySpecFile)
	a.LogRetentionDays = cmp.Or(a.LogRetentionDays, 30)
	a.Tags = maps.Clone(a.Tags)
	return &a
}

func (b BuildOptions) withDefaults(spec string) BuildOptions {
	b.Spec = cmp.Or(b.Spec, spec)
	b.Architecture = cmp.Or(b.Architecture, "X86_64")
	b.ComputeType = cmp.Or(b.ComputeType, "BUILD_GENERAL1_SMALL")
	b.TimeoutMinutes = cmp.Or(b.TimeoutMinutes, 10)
	return b
}

func (args *PipelineArgs) pipelineName() string { return args.Project + "-pipeline" }

// inCodeCommit tells whether the source is in CodeCommit, and not behind a connection.
func (s Source) inCodeCommit() bool { return s.Provider == CodeCommit }

// asks tells whether any environment waits for an approval.
func (args *PipelineArgs) asks() bool {
	return slices.ContainsFunc(args.Environments, func(e Environment) bool { return e.Approval })
}
