package ground

import (
	"cmp"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codepipeline"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/iam"
)

// PipelineArgs describe a pipeline of type V2.
type PipelineArgs struct {
	// Name of the pipeline. Required.
	Name string
	// Artifacts is where its actions hand on what they make. Required.
	Artifacts Artifacts
	// Stages, two or more, the first of source actions only. Required.
	Stages []codepipeline.PipelineStageInput
	// Triggers of pushes. Default: none, the pipeline is started otherwise.
	Triggers []codepipeline.PipelineTriggerInput
	// ExecutionMode is SUPERSEDED, or QUEUED for what must take effect in its order, each. Default: SUPERSEDED.
	ExecutionMode string
	// Grants are what its actions may do beside using the artifacts. Default: nothing.
	Grants Grants
	// Ready is what must exist before the pipeline: its creation starts it.
	Ready []pulumi.Resource
	// Tags of pipeline and role.
	Tags map[string]string
}

// Pipeline is a pipeline with its role.
type Pipeline struct {
	Pipeline *codepipeline.Pipeline
	Role     *Role
}

// NewPipeline makes a pipeline and the role of its actions.
//
// Its execution mode is SUPERSEDED by default: of the releases that wait for a stage only the newest goes on, since it contains
// the others. QUEUED would bring each of them to traffic in turn, and let an approval nobody gives hold up all that
// follow.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/concepts-how-it-works.html#concepts-how-it-works-executions
func NewPipeline(
	ctx *pulumi.Context, name string, args *PipelineArgs, opts ...pulumi.ResourceOption,
) (*Pipeline, error) {
	role, err := NewRole(ctx, name, &RoleArgs{
		Description: "Pipeline " + args.Name,
		Trust:       pipelineTrust(),
		Policy: args.Grants.document(func(v []string) []iam.Statement {
			return append(ArtifactStatements(v[0], v[1]), sourceStatement(v[0]))
		}, args.Artifacts.BucketArn, args.Artifacts.keyArn()),
		Tags: args.Tags,
	}, opts...)
	if err != nil {
		return nil, err
	}
	store := codepipeline.PipelineArtifactStoreArgs{Type: pulumi.String("S3"), Location: args.Artifacts.BucketName}
	if args.Artifacts.KeyArn != nil {
		store.EncryptionKey = codepipeline.PipelineArtifactStoreEncryptionKeyArgs{
			Type: pulumi.String("KMS"), Id: args.Artifacts.KeyArn,
		}
	}
	pipeline, err := codepipeline.NewPipeline(ctx, name, &codepipeline.PipelineArgs{
		Name:           pulumi.String(args.Name),
		PipelineType:   pulumi.String("V2"),
		ExecutionMode:  pulumi.String(cmp.Or(args.ExecutionMode, "SUPERSEDED")),
		RoleArn:        role.Role.Arn,
		ArtifactStores: codepipeline.PipelineArtifactStoreArray{store},
		Stages:         codepipeline.PipelineStageArray(args.Stages),
		Triggers:       codepipeline.PipelineTriggerArray(args.Triggers),
		Tags:           Tags(args.Tags),
	}, append(slices.Clone(opts), pulumi.DependsOn(slices.Concat(role.Ready(), args.Ready)))...)
	return &Pipeline{pipeline, role}, err
}

// pipelineTrust has no condition: CodePipeline's documentation names no source that it would send, and with one that does
// not come the pipeline could not be made. A role can be passed within its account only.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-create-service-role-cli.html
func pipelineTrust() iam.Document { return iam.TrustService("codepipeline.amazonaws.com") }

// sourceStatement lets source actions hand on what they have read. What comes through a connection is uploaded with an
// access control list, and fails otherwise with "Upload to S3 failed: Access Denied"; an object of S3 keeps its tags,
// which the provider's default tags may have given it.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/how-to-custom-role.html
// https://github.com/aws/aws-cdk/issues/13557
func sourceStatement(bucketArn string) iam.Statement {
	return iam.Allow("UploadSources").Actions("s3:PutObjectAcl", "s3:PutObjectTagging").On(bucketArn + "/*")
}

// ConnectionStatement lets a source action use a connection. The service was renamed: actions and ARNs exist under both
// names, a policy's must match, and which of them CodePipeline asks for depends on when the connection was made.
// https://docs.aws.amazon.com/dtconsole/latest/userguide/rename.html
func ConnectionStatement(connectionArn string) iam.Statement {
	return iam.Allow("UseConnection").
		Actions("codeconnections:UseConnection", "codestar-connections:UseConnection").
		On(underService(connectionArn, "codeconnections"), underService(connectionArn, "codestar-connections"))
}

// BuildStatement lets build actions run exactly these projects.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeBuild.html
func BuildStatement(projectArns ...string) iam.Statement {
	return iam.Allow("RunBuilds").Actions("codebuild:BatchGetBuilds", "codebuild:StartBuild").On(projectArns...)
}

// ArtifactPrefix is the beginning of the keys that CodePipeline gives to a pipeline's artifacts: the pipeline's name, cut
// after 20 characters. It holds for an uncut name too.
// https://repost.aws/questions/QUI91tw7A9SUOMohJurNqmgA/code-pipeline-truncates-folder-names-in-output-artifact-s-3-bucket
func ArtifactPrefix(pipeline string) string { return pipeline[:min(len(pipeline), 20)] }
