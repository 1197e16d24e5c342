package ekscicd

import (
	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/problems"
)

// Each Validate reports all that is wrong with the arguments of a component of this name, as its constructor does. They are
// for programs that make nothing unless all of it can be made: what is not known yet may be an output.

// Validate reports all that is wrong with the arguments.
func (args *ArtifactBucketArgs) Validate(name string) error {
	if args == nil {
		args = &ArtifactBucketArgs{}
	}
	return args.validate(name)
}

// Validate reports all that is wrong with the arguments.
func (args *CodeBuildCredentialArgs) Validate() error { return args.withDefaults().validate() }

// Validate reports all that is wrong with the arguments.
func (args *SourceConnectionArgs) Validate(name string) error {
	return args.withDefaults(name).validate()
}

// Validate reports all that is wrong with the arguments.
func (args *ImageRepositoryArgs) Validate(name string) error {
	return args.withDefaults(name).validate()
}

// Validate reports all that is wrong with the arguments.
func (args *ImageProjectArgs) Validate(name string) error { return args.withDefaults().validate(name) }

// Validate reports all that is wrong with the arguments.
func (args *ManifestsProjectArgs) Validate(name string) error {
	return args.withDefaults(name).validate(name)
}

// Validate reports all that is wrong with the arguments.
func (args *DeployRoleArgs) Validate(name string) error { return args.withDefaults(name).validate() }

// Validate reports all that is wrong with the arguments.
func (args *DeployProjectArgs) Validate(name string) error {
	return args.withDefaults(name).validate(name)
}

// Validate reports all that is wrong with the arguments.
func (args *PipelineArgs) Validate(name string) error { return args.withDefaults(name).validate(name) }

// validBuildspec checks the name of a file that takes the place of the package's own.
func validBuildspec(p *problems.List, file string) {
	if file != "" {
		ground.ValidFile(p, "buildspec", file, "buildspec.yml")
	}
}
