package ground

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codebuild"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/iam"
)

// Architectures of a build's machine.
const (
	X8664 = "X86_64"
	ARM64 = "ARM64"
)

// The newest standard images of Amazon Linux 2023. amazonlinux2-x86_64-standard:4.0, of Amazon Linux 2, ended in June 2026.
// https://docs.aws.amazon.com/codebuild/latest/userguide/ec2-compute-images.html
// https://github.com/aws/aws-codebuild-docker-images/tree/master/al
const (
	buildImageX8664 = "aws/codebuild/amazonlinux-x86_64-standard:6.0"
	buildImageARM64 = "aws/codebuild/amazonlinux-aarch64-standard:4.0"
)

// queuedMinutes is how long a build may wait for a machine: far less than CodeBuild's eight hours, for the pipeline
// waits as long without telling anyone.
const queuedMinutes = 60

// BuildProjectArgs describe a CodeBuild project that pipelines run: its source and its artifacts are the pipeline's.
type BuildProjectArgs struct {
	// Name of the project. Required.
	Name string
	// Description says what it builds.
	Description string
	// Role is one that several projects share, made by NewBuildRole with this project's Name. Default: one of its own,
	// which LogGroup, LogRetentionDays and Grants describe.
	Role *BuildRole
	// LogGroup is the name of its log group. Required without Role.
	LogGroup string
	// LogRetentionDays is one of the periods of CloudWatch Logs. Required without Role.
	LogRetentionDays int
	// Artifacts is the bucket of the pipelines that run it. Required.
	Artifacts Artifacts
	// Buildspec is the build specification's text, or its file's name in the repository. Required.
	Buildspec pulumi.StringInput
	// Architecture is X8664 or ARM64. Default: X8664.
	Architecture string
	// Image of the machine. One of a private ECR repository is pulled with the role, see ImageStatements. Default: the
	// newest standard Amazon Linux image of Architecture.
	Image string
	// ComputeType is BUILD_GENERAL1_SMALL or larger. Required.
	ComputeType string
	// Privileged lets the build run a Docker daemon. Default: false.
	Privileged bool
	// TimeoutMinutes, 5 to 2160. Required.
	TimeoutMinutes int
	// Variables of the build's environment, in plain text. Default: none.
	Variables map[string]pulumi.StringInput
	// Secrets of the build's environment: of each variable the ARN of a secret in Secrets Manager. Default: none.
	Secrets map[string]pulumi.StringInput
	// CachePrefix is where in the artifact bucket the build keeps its cache. Default: it has none.
	CachePrefix string
	// Grants are what the build may do beside writing its log and using its artifacts. Default: nothing.
	Grants Grants
	// Tags of everything that is made.
	Tags map[string]string
}

// Artifacts is where a pipeline keeps what its actions hand on.
type Artifacts struct {
	BucketName pulumi.StringInput
	BucketArn  pulumi.StringInput
	KeyArn     pulumi.StringInput // nil: S3's own encryption
}

// Grants are statements of a policy that name values which are known only once their resources exist.
type Grants struct {
	// Statements gets the known Values in their order.
	Statements func(values []string) []iam.Statement
	Values     []pulumi.StringInput
}

// document is the policy of base and the grants; base gets its own values first.
func (g Grants) document(base func(values []string) []iam.Statement, values ...pulumi.StringInput) pulumi.StringOutput {
	return Policy(func(known []string) iam.Document {
		statements := base(known[:len(values)])
		if g.Statements != nil {
			statements = append(statements, g.Statements(known[len(values):])...)
		}
		return iam.Policy(statements...)
	}, slices.Concat(values, g.Values)...)
}

// keyArn is never nil: it is empty without a key.
func (a Artifacts) keyArn() pulumi.StringInput {
	if a.KeyArn == nil {
		return pulumi.String("")
	}
	return a.KeyArn
}

// BuildProject is a CodeBuild project with all that it needs.
type BuildProject struct {
	Project *codebuild.Project
	Role    *Role
	Logs    *cloudwatch.LogGroup
}

// NewBuildProject makes a project that runs one build at a time, and, unless it shares one, its role with a log group.
// here is where that is.
func NewBuildProject(
	ctx *pulumi.Context, name string, here Place, args *BuildProjectArgs, opts ...pulumi.ResourceOption,
) (*BuildProject, error) {
	role := args.Role
	if role == nil {
		var err error
		if role, err = NewBuildRole(ctx, name, here, &BuildRoleArgs{
			Description: "CodeBuild project " + args.Name, Projects: []string{args.Name},
			LogGroup: args.LogGroup, LogRetentionDays: args.LogRetentionDays,
			Artifacts: args.Artifacts, Images: []string{args.Image}, Grants: args.Grants, Tags: args.Tags,
		}, opts...); err != nil {
			return nil, err
		}
	}
	project, err := codebuild.NewProject(ctx, name, args.project(role),
		append(slices.Clone(opts), pulumi.DependsOn(role.Ready()))...)
	return &BuildProject{project, &role.Role, role.Logs}, err
}

func (args *BuildProjectArgs) project(role *BuildRole) *codebuild.ProjectArgs {
	project := &codebuild.ProjectArgs{
		Name:          pulumi.String(args.Name),
		Description:   pulumi.String(args.Description),
		ServiceRole:   role.Role.Role.Arn,
		BuildTimeout:  pulumi.Int(args.TimeoutMinutes),
		QueuedTimeout: pulumi.Int(queuedMinutes),
		// Two builds at a time would race for the images tagged latest.
		ConcurrentBuildLimit: pulumi.Int(1),
		Source:               &codebuild.ProjectSourceArgs{Type: pulumi.String("CODEPIPELINE"), Buildspec: text(args.Buildspec)},
		Artifacts:            &codebuild.ProjectArtifactsArgs{Type: pulumi.String("CODEPIPELINE")},
		Environment: &codebuild.ProjectEnvironmentArgs{
			Type:                 pulumi.String(args.environmentType()),
			Image:                pulumi.String(args.image()),
			ComputeType:          pulumi.String(args.ComputeType),
			PrivilegedMode:       pulumi.Bool(args.Privileged),
			EnvironmentVariables: variables(args.Variables, args.Secrets),

			ImagePullCredentialsType: args.pullCredentials(),
		},
		LogsConfig: &codebuild.ProjectLogsConfigArgs{
			CloudwatchLogs: &codebuild.ProjectLogsConfigCloudwatchLogsArgs{GroupName: role.Logs.Name},
		},
		Cache: args.cache(),
		Tags:  Tags(args.Tags),
	}
	if args.Artifacts.KeyArn != nil {
		project.EncryptionKey = text(args.Artifacts.KeyArn)
	}
	return project
}

func (args *BuildProjectArgs) environmentType() string {
	if args.Architecture == ARM64 {
		return "ARM_CONTAINER"
	}
	return "LINUX_CONTAINER"
}

func (args *BuildProjectArgs) image() string {
	switch {
	case args.Image != "":
		return args.Image
	case args.Architecture == ARM64:
		return buildImageARM64
	default:
		return buildImageX8664
	}
}

// pullCredentials are nil for CodeBuild's own.
func (args *BuildProjectArgs) pullCredentials() pulumi.StringPtrInput {
	if _, private := privateImage(args.Image); private {
		return pulumi.String("SERVICE_ROLE")
	}
	return nil
}

// cache is nil without a prefix.
// https://docs.aws.amazon.com/codebuild/latest/userguide/caching-s3.html
func (args *BuildProjectArgs) cache() codebuild.ProjectCachePtrInput {
	if args.CachePrefix == "" {
		return nil
	}
	return codebuild.ProjectCacheArgs{
		Type: pulumi.String("S3"), Location: pulumi.Sprintf("%s/%s", args.Artifacts.BucketName, args.CachePrefix),
	}
}

// variables are sorted, for their order is part of the project's definition.
func variables(values, secrets map[string]pulumi.StringInput) codebuild.ProjectEnvironmentEnvironmentVariableArray {
	var list codebuild.ProjectEnvironmentEnvironmentVariableArray
	for _, name := range slices.Sorted(maps.Keys(values)) {
		list = append(list, codebuild.ProjectEnvironmentEnvironmentVariableArgs{
			Name: pulumi.String(name), Value: values[name],
		})
	}
	for _, name := range slices.Sorted(maps.Keys(secrets)) {
		list = append(list, codebuild.ProjectEnvironmentEnvironmentVariableArgs{
			Name: pulumi.String(name), Value: secrets[name], Type: pulumi.String("SECRETS_MANAGER"),
		})
	}
	return list
}

func text(input pulumi.StringInput) pulumi.StringPtrInput {
	return input.ToStringOutput().ToStringPtrOutput()
}
