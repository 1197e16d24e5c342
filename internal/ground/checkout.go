package ground

import (
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codebuild"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/iam"
)

// CheckoutProjectArgs describe a CodeBuild project that webhooks run on a repository's pull requests. It hands on no
// artifacts and reaches no artifact bucket: what a pull request runs cannot change what a pipeline releases.
type CheckoutProjectArgs struct {
	// Build describes the project; its Artifacts and Role are not used.
	Build BuildProjectArgs
	// Repository "owner/name" on GitHub. Required.
	Repository string
	// Secondary repositories by source identifier, checked out beside it at their branches. Default: none.
	Secondary map[string]SecondaryCheckout
	// CredentialArn is the secret or the connection that the account's source credential names. nil: it names none.
	CredentialArn pulumi.StringInput
	// Filters of the webhook. Required.
	Filters PullRequestFilters
}

// SecondaryCheckout is another repository that a build needs.
type SecondaryCheckout struct{ Repository, Branch string }

// PullRequestFilters say whose pull requests are built.
type PullRequestFilters struct {
	// Actors are GitHub's numeric account IDs. Required: a pull request can come from anyone's fork.
	Actors []string
	// Branch that the pull requests are to be merged into. Required.
	Branch string
}

// CheckoutProject is a project with its role, its log group and its webhook.
type CheckoutProject struct {
	Project *codebuild.Project
	Role    *Role
	Webhook *codebuild.Webhook
}

// NewCheckoutProject makes the project. here is where that is.
func NewCheckoutProject(
	ctx *pulumi.Context, name string, here Place, args *CheckoutProjectArgs, opts ...pulumi.ResourceOption,
) (*CheckoutProject, error) {
	build := args.Build
	logs, err := cloudwatch.NewLogGroup(ctx, name, &cloudwatch.LogGroupArgs{
		Name: pulumi.String(build.LogGroup), RetentionInDays: pulumi.Int(build.LogRetentionDays), Tags: Tags(build.Tags),
	}, opts...)
	if err != nil {
		return nil, err
	}
	role, err := NewRole(ctx, name, &RoleArgs{
		Description: "CodeBuild project " + build.Name,
		Trust:       buildTrust(here, build.Name),
		Policy: build.Grants.document(func(v []string) []iam.Statement {
			return append([]iam.Statement{LogStatement(v[0])}, CredentialStatements(v[1])...)
		}, logs.Arn, orEmpty(args.CredentialArn)),
		Tags: build.Tags,
	}, opts...)
	if err != nil {
		return nil, err
	}
	project, err := codebuild.NewProject(ctx, name, args.project(role, logs),
		append(slices.Clone(opts), pulumi.DependsOn(role.Ready()))...)
	if err != nil {
		return nil, err
	}
	// A project has one webhook.
	webhook, err := codebuild.NewWebhook(ctx, name, &codebuild.WebhookArgs{
		ProjectName: project.Name, BuildType: pulumi.String("BUILD"), FilterGroups: args.Filters.groups(),
	}, append(slices.Clone(opts), pulumi.DeleteBeforeReplace(true))...)
	return &CheckoutProject{project, role, webhook}, err
}

func (args *CheckoutProjectArgs) project(role *Role, logs *cloudwatch.LogGroup) *codebuild.ProjectArgs {
	build := args.Build
	project := &codebuild.ProjectArgs{
		Name:          pulumi.String(build.Name),
		Description:   pulumi.String(build.Description),
		ServiceRole:   role.Role.Arn,
		BuildTimeout:  pulumi.Int(build.TimeoutMinutes),
		QueuedTimeout: pulumi.Int(queuedMinutes),
		Source: &codebuild.ProjectSourceArgs{
			Type: pulumi.String("GITHUB"), Location: cloneURL(args.Repository), Buildspec: text(build.Buildspec),
			GitCloneDepth: pulumi.Int(1), ReportBuildStatus: pulumi.Bool(true),
		},
		Artifacts: &codebuild.ProjectArtifactsArgs{Type: pulumi.String("NO_ARTIFACTS")},
		Environment: &codebuild.ProjectEnvironmentArgs{
			Type:                 pulumi.String(build.environmentType()),
			Image:                pulumi.String(build.image()),
			ComputeType:          pulumi.String(build.ComputeType),
			PrivilegedMode:       pulumi.Bool(build.Privileged),
			EnvironmentVariables: variables(build.Variables, build.Secrets),
		},
		LogsConfig: &codebuild.ProjectLogsConfigArgs{
			CloudwatchLogs: &codebuild.ProjectLogsConfigCloudwatchLogsArgs{GroupName: logs.Name},
		},
		Tags: Tags(build.Tags),
	}
	sources, versions := args.secondary()
	project.SecondarySources, project.SecondarySourceVersions = sources, versions
	return project
}

// secondary are the other repositories, in the order of their identifiers.
func (args *CheckoutProjectArgs) secondary() (codebuild.ProjectSecondarySourceArray, codebuild.ProjectSecondarySourceVersionArray) {
	var sources codebuild.ProjectSecondarySourceArray
	var versions codebuild.ProjectSecondarySourceVersionArray
	for _, identifier := range sortedKeys(args.Secondary) {
		sources = append(sources, codebuild.ProjectSecondarySourceArgs{
			SourceIdentifier: pulumi.String(identifier), Type: pulumi.String("GITHUB"),
			Location: cloneURL(args.Secondary[identifier].Repository), GitCloneDepth: pulumi.Int(1),
		})
		versions = append(versions, codebuild.ProjectSecondarySourceVersionArgs{
			SourceIdentifier: pulumi.String(identifier), SourceVersion: pulumi.String(args.Secondary[identifier].Branch),
		})
	}
	return sources, versions
}

func cloneURL(repository string) pulumi.String {
	return pulumi.String("https://github.com/" + repository + ".git")
}
