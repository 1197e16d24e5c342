package ground

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/iam"
)

// BuildRoleArgs describe the role that builds act by, and where they write.
type BuildRoleArgs struct {
	// Description says whose role it is.
	Description string
	// Projects are the names of the CodeBuild projects that may act by it. Required.
	Projects []string
	// LogGroup is the name of the log group of all of them. Required.
	LogGroup string
	// LogRetentionDays is one of the periods of CloudWatch Logs. Required.
	LogRetentionDays int
	// Artifacts is the bucket of the pipelines that run them. Required.
	Artifacts Artifacts
	// ReadOnly: they read artifacts and make none, so that they cannot replace what others will read. Default: false.
	ReadOnly bool
	// Images of their machines, of which the role pulls those in private ECR repositories. Default: none.
	Images []string
	// Grants are what they may do beside writing their log and using the artifacts. Default: nothing.
	Grants Grants
	// Tags of role and log group.
	Tags map[string]string
}

// BuildRole is the role of one CodeBuild project or of several, with the log group that it writes.
type BuildRole struct {
	Role
	Logs *cloudwatch.LogGroup
}

// NewBuildRole makes a role and a log group. here is where that is.
func NewBuildRole(
	ctx *pulumi.Context, name string, here Place, args *BuildRoleArgs, opts ...pulumi.ResourceOption,
) (*BuildRole, error) {
	logs, err := cloudwatch.NewLogGroup(ctx, name, &cloudwatch.LogGroupArgs{
		Name: pulumi.String(args.LogGroup), RetentionInDays: pulumi.Int(args.LogRetentionDays), Tags: Tags(args.Tags),
	}, opts...)
	if err != nil {
		return nil, err
	}
	role, err := NewRole(ctx, name, &RoleArgs{
		Description: args.Description,
		Trust:       buildTrust(here, args.Projects...),
		Policy: args.Grants.document(func(v []string) []iam.Statement {
			artifacts := ArtifactStatements(v[0], v[1])
			if args.ReadOnly {
				artifacts = ReadArtifactStatements(v[0], v[1])
			}
			return slices.Concat(artifacts, []iam.Statement{LogStatement(v[2])}, ImageStatements(here, args.Images))
		}, args.Artifacts.BucketArn, args.Artifacts.keyArn(), logs.Arn),
		Tags: args.Tags,
	}, opts...)
	if err != nil {
		return nil, err
	}
	return &BuildRole{*role, logs}, nil
}

// buildTrust lets CodeBuild assume the role for these projects.
// https://docs.aws.amazon.com/codebuild/latest/userguide/cross-service-confused-deputy-prevention.html
func buildTrust(here Place, projects ...string) iam.Document {
	arns := make([]string, len(projects))
	for i, project := range projects {
		arns[i] = here.ARN("codebuild", "project/"+project)
	}
	return iam.TrustService("codebuild.amazonaws.com", iam.If(iam.StringEquals, "aws:SourceArn", arns...))
}

var privateRegistry = regexp.MustCompile(`^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?/([^:@]+)`)

// ecrRepository is a repository of a private registry.
type ecrRepository struct{ account, region, name string }

// privateImage finds the ECR repository that an image is in. It is pulled with the project's role, since CodeBuild's own
// credentials reach neither another account's nor, without a policy of the repository, this one's.
// https://docs.aws.amazon.com/codebuild/latest/APIReference/API_ProjectEnvironment.html
func privateImage(image string) (ecrRepository, bool) {
	parts := privateRegistry.FindStringSubmatch(image)
	if parts == nil {
		return ecrRepository{}, false
	}
	return ecrRepository{parts[1], parts[2], parts[3]}, true
}

// ImageStatements let a role pull those of the images that are in private ECR repositories.
// https://docs.aws.amazon.com/codebuild/latest/userguide/sample-ecr.html
func ImageStatements(here Place, images []string) []iam.Statement {
	var arns []string
	for _, image := range images {
		if r, private := privateImage(image); private {
			arns = append(arns, fmt.Sprintf("arn:%s:ecr:%s:%s:repository/%s", here.Partition, r.region, r.account, r.name))
		}
	}
	if len(arns) == 0 {
		return nil
	}
	slices.Sort(arns)
	return []iam.Statement{
		// The token is the registry's, not a repository's: the action has no resource-level permission.
		// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
		iam.Allow("PullWithToken").Actions("ecr:GetAuthorizationToken").On("*"),
		iam.Allow("PullBuildImage").Actions(
			"ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer",
		).On(slices.Compact(arns)...),
	}
}
