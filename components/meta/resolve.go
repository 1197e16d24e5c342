package meta

import (
	"cmp"
	"maps"
	"slices"

	"github.com/container-pipeline/container-pipeline/internal/ground"
)

// definitionPaths are where the stacks of this repository are defined.
var definitionPaths = []string{
	"components/**", "internal/**", "stacks/**", "*.go", "go.mod", "go.sum", "Pulumi.yaml",
}

// withDefaults fills in the defaults, on a copy.
func (args *PipelineArgs) withDefaults(name string) *PipelineArgs {
	if args == nil {
		args = &PipelineArgs{}
	}
	a := *args
	a.Project = cmp.Or(a.Project, name)
	a.Source.Branch = cmp.Or(a.Source.Branch, "main")
	a.Source.Provider = cmp.Or(a.Source.Provider, "GitHub")
	a.Source.Directory = cmp.Or(a.Source.Directory, ".")
	if a.Source.Paths = slices.Clone(a.Source.Paths); len(a.Source.Paths) == 0 {
		a.Source.Paths = slices.Clone(definitionPaths)
	}
	a.Build.ComputeType = cmp.Or(a.Build.ComputeType, "BUILD_GENERAL1_MEDIUM")
	a.Build.Architecture = cmp.Or(a.Build.Architecture, ground.X8664)
	a.Build.TimeoutMinutes = cmp.Or(a.Build.TimeoutMinutes, 60)
	a.LogRetentionDays = cmp.Or(a.LogRetentionDays, 30)
	a.Tags = maps.Clone(args.Tags)
	return &a
}

func (args *PipelineArgs) pipelineName() string { return args.Project + "-pipeline" }

// parameter is the name of one of the pipeline's parameters. It does not begin with the project's own name: one that
// begins with aws or ssm is reserved.
// https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html#systemsmanager-PutParameter-request-Name
func (args *PipelineArgs) parameter(name string) string {
	return "/container-pipeline/" + args.Project + "/" + name
}
