package bluegreen

import (
	"maps"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/artifacts"
	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/iam"
	"github.com/container-pipeline/container-pipeline/internal/problems"
)

// BuildArgs describe how the images of an application are built. All fields but Service are required.
type BuildArgs struct {
	// Pipeline is the application, resolved.
	Pipeline *ContainerPipelineArgs
	// Repositories take the images.
	Repositories *Repositories
	// Artifacts is the bucket of the pipeline that runs the build.
	Artifacts *ArtifactStore
	// Service is what the images are for: with OwnFiles, what the repository's files have to name of it becomes variables
	// of the build. Optional. Default: they name it themselves.
	Service *Service
}

// Build makes the images of an application in CodeBuild and writes their digests into the task definition.
//
// Its build specification is rendered. With OwnFiles it is the repository's buildspec.yml, which finds the URI of each
// container's repository in the variable RepositoryVariable(container), as REPOSITORY_API, and what differs between
// environments in the variables that docs/container-pipeline.md lists.
type Build struct {
	pulumi.ResourceState

	// ProjectName and ProjectArn of the CodeBuild project.
	ProjectName pulumi.StringOutput `pulumi:"projectName"`
	ProjectArn  pulumi.StringOutput `pulumi:"projectArn"`
	// RoleName is the role of the build: attach policies to it if the Dockerfile's steps need more of AWS.
	RoleName pulumi.StringOutput `pulumi:"roleName"`
	// LogGroupName is where builds write.
	LogGroupName pulumi.StringOutput `pulumi:"logGroupName"`
}

// NewBuild makes the project "<project>-build", its role, and its log group "/codebuild/<project>".
func NewBuild(ctx *pulumi.Context, name string, args *BuildArgs, opts ...pulumi.ResourceOption) (*Build, error) {
	if err := args.validate(); err != nil {
		return nil, err
	}
	build := &Build{}
	if err := ctx.RegisterComponentResource("container-pipeline:bluegreen:Build", name, build, opts...); err != nil {
		return nil, err
	}
	here, err := ground.Here(ctx, pulumi.Parent(build))
	if err != nil {
		return nil, err
	}
	if args.Pipeline.Build.BaseImageCache {
		if err := build.addCache(ctx, name, args.Pipeline); err != nil {
			return nil, err
		}
	}
	project, err := ground.NewBuildProject(ctx, name+"-build", here, args.project(here), pulumi.Parent(build))
	if err != nil {
		return nil, err
	}
	build.ProjectName, build.ProjectArn = project.Project.Name, project.Project.Arn
	build.RoleName, build.LogGroupName = project.Role.Role.Name, project.Logs.Name
	return build, ctx.RegisterResourceOutputs(build, pulumi.Map{
		"projectName": build.ProjectName, "projectArn": build.ProjectArn,
		"roleName": build.RoleName, "logGroupName": build.LogGroupName,
	})
}

// RepositoryVariable names the build's environment variable that holds the URI of a container's repository: REPOSITORY_
// and the container's name in capitals, with underscores for hyphens.
func RepositoryVariable(container string) string {
	return "REPOSITORY_" + strings.ToUpper(strings.ReplaceAll(container, "-", "_"))
}

func (args *BuildArgs) validate() error {
	p := &problems.List{}
	if args == nil {
		args = &BuildArgs{}
	}
	if args.Pipeline == nil {
		p.Add("pipeline", "missing: give the arguments of the application")
	}
	if args.Repositories == nil {
		p.Add("repositories", "missing: give the repositories that take the images")
	}
	if args.Artifacts == nil {
		p.Add("artifacts", "missing: give the bucket of the pipeline")
	}
	return p.Err()
}

func (args *BuildArgs) project(here ground.Place) *ground.BuildProjectArgs {
	a := args.Pipeline
	repositoryArns := make([]pulumi.StringInput, len(a.Containers))
	for i, c := range a.Containers {
		repositoryArns[i] = args.Repositories.Arn(c.Name)
	}
	project := &ground.BuildProjectArgs{
		Name:             a.Project + "-build",
		Description:      "Builds the images of " + a.Project,
		LogGroup:         "/codebuild/" + a.Project,
		LogRetentionDays: a.LogRetentionDays,
		Artifacts:        pipelineArtifacts(args.Artifacts),
		Architecture:     a.Architecture,
		Image:            a.Build.Image,
		ComputeType:      a.Build.ComputeType,
		Privileged:       true, // for the Docker daemon
		TimeoutMinutes:   a.Build.TimeoutMinutes,
		Grants: ground.Grants{Values: repositoryArns, Statements: func(known []string) []iam.Statement {
			return append(imageStatements(known), cacheStatements(here, a)...)
		}},
		Tags: a.Tags,
	}
	if a.OwnFiles {
		project.Buildspec, project.Variables = pulumi.String(artifacts.BuildSpecFile), args.variables()
	} else {
		project.Buildspec = args.buildspec()
	}
	return project
}

func (args *BuildArgs) variables() map[string]pulumi.StringInput {
	variables := map[string]pulumi.StringInput{}
	if args.Service != nil {
		maps.Copy(variables, args.Service.variables)
	}
	for _, c := range args.Pipeline.Containers {
		variables[RepositoryVariable(c.Name)] = args.Repositories.URL(c.Name)
	}
	if a := args.Pipeline; a.Build.BaseImageCache {
		variables[BaseRegistryArg] = args.Repositories.URL(a.public().Name).ApplyT(func(url string) string {
			return baseRegistry(a, url)
		}).(pulumi.StringOutput)
	}
	return variables
}

// buildspec is rendered once the repositories are known.
func (args *BuildArgs) buildspec() pulumi.StringOutput {
	urls := make(pulumi.StringArray, len(args.Pipeline.Containers))
	for i, c := range args.Pipeline.Containers {
		urls[i] = args.Repositories.URL(c.Name)
	}
	return urls.ToStringArrayOutput().ApplyT(func(known []string) (string, error) {
		return buildSpec(args.Pipeline, known).Render()
	}).(pulumi.StringOutput)
}

// buildSpec builds each container's image for its repository, of which urls has one per container.
func buildSpec(a *ContainerPipelineArgs, urls []string) artifacts.BuildSpec {
	spec := artifacts.BuildSpec{Platform: artifacts.LinuxAMD64, ConfigSource: configArtifact}
	if a.Architecture == ground.ARM64 {
		spec.Platform = artifacts.LinuxARM64
	}
	for i, c := range a.Containers {
		spec.Images = append(spec.Images, artifacts.Image{
			Container: c.Name, Repository: urls[i], Target: c.Target,
			Dockerfile: a.Build.Dockerfile, Context: a.Build.Context, BuildArgs: buildArgs(a, urls[i]),
		})
	}
	return spec
}

// imageStatements let the build pull and push images of exactly these repositories and look up their digests.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/image-push-iam.html
func imageStatements(repositoryArns []string) []iam.Statement {
	return []iam.Statement{
		// The token is the registry's, not a repository's: the action has no resource-level permission.
		// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
		iam.Allow("LogInToRegistry").Actions("ecr:GetAuthorizationToken").On("*"),
		iam.Allow("PullAndPushImages").Actions(
			"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer",
			"ecr:InitiateLayerUpload", "ecr:UploadLayerPart", "ecr:CompleteLayerUpload", "ecr:PutImage",
			"ecr:DescribeImages",
		).On(repositoryArns...),
	}
}

// pipelineArtifacts is where build and pipeline hand on what they make.
func pipelineArtifacts(store *ArtifactStore) ground.Artifacts {
	return ground.Artifacts{BucketName: store.BucketName, BucketArn: store.BucketArn, KeyArn: store.KeyArn}
}
