package ground

import (
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codepipeline"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Stage is a stage of a pipeline. Its actions run at the same time, unless their RunOrder says otherwise.
func Stage(name string, actions ...codepipeline.PipelineStageActionInput) codepipeline.PipelineStageArgs {
	return codepipeline.PipelineStageArgs{Name: pulumi.String(name), Actions: codepipeline.PipelineStageActionArray(actions)}
}

// SourceRepository is a repository that a pipeline reads through a connection.
type SourceRepository struct {
	ConnectionArn pulumi.StringInput
	Repository    string // "owner/name"
	Branch        string
}

// RepositorySource is a source action that makes artifact of a repository.
//
// It detects no changes itself: a trigger does, see PushTrigger, and the two exclude each other.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodestarConnectionSource.html
// https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-triggers.html
func RepositorySource(action, artifact string, source SourceRepository) codepipeline.PipelineStageActionArgs {
	return codepipeline.PipelineStageActionArgs{
		Name: pulumi.String(action), Category: pulumi.String("Source"), Owner: pulumi.String("AWS"),
		Provider: pulumi.String("CodeStarSourceConnection"), Version: pulumi.String("1"),
		OutputArtifacts: pulumi.ToStringArray([]string{artifact}),
		Configuration: pulumi.StringMap{
			"ConnectionArn":        source.ConnectionArn,
			"FullRepositoryId":     pulumi.String(source.Repository),
			"BranchName":           pulumi.String(source.Branch),
			"OutputArtifactFormat": pulumi.String("CODE_ZIP"),
			"DetectChanges":        pulumi.String("false"),
		},
	}
}

// PushTrigger starts the pipeline when a push to branch changes a file that one of include's patterns names and none of
// exclude's. Without patterns, every push does. A pipeline that is started otherwise takes its source action's branch.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-filter.html
func PushTrigger(action, branch string, include, exclude []string) codepipeline.PipelineTriggerArgs {
	push := codepipeline.PipelineTriggerGitConfigurationPushArgs{
		Branches: codepipeline.PipelineTriggerGitConfigurationPushBranchesArgs{
			Includes: pulumi.ToStringArray([]string{branch}),
		},
	}
	if len(include)+len(exclude) > 0 {
		push.FilePaths = codepipeline.PipelineTriggerGitConfigurationPushFilePathsArgs{
			Includes: stringArray(include), Excludes: stringArray(exclude),
		}
	}
	return codepipeline.PipelineTriggerArgs{
		ProviderType: pulumi.String("CodeStarSourceConnection"),
		GitConfiguration: codepipeline.PipelineTriggerGitConfigurationArgs{
			SourceActionName: pulumi.String(action),
			Pushes:           codepipeline.PipelineTriggerGitConfigurationPushArray{push},
		},
	}
}

// ObjectSource is a source action that makes artifact of the newest version of an object of a versioned bucket. It
// does not poll, which AWS advises against: something else must start the pipeline.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3.html
func ObjectSource(action, artifact string, bucket, key pulumi.StringInput) codepipeline.PipelineStageActionArgs {
	return codepipeline.PipelineStageActionArgs{
		Name: pulumi.String(action), Category: pulumi.String("Source"), Owner: pulumi.String("AWS"),
		Provider: pulumi.String("S3"), Version: pulumi.String("1"),
		OutputArtifacts: pulumi.ToStringArray([]string{artifact}),
		Configuration: pulumi.StringMap{
			"S3Bucket": bucket, "S3ObjectKey": key, "PollForSourceChanges": pulumi.String("false"),
		},
	}
}

// BuildAction runs a CodeBuild project on the artifacts inputs, the first of which is its primary source. An empty output
// is that it makes no artifact.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeBuild.html
func BuildAction(action string, project pulumi.StringInput, output string, inputs ...string) codepipeline.PipelineStageActionArgs {
	configuration := pulumi.StringMap{"ProjectName": project}
	if len(inputs) > 1 {
		configuration["PrimarySource"] = pulumi.String(inputs[0])
	}
	build := codepipeline.PipelineStageActionArgs{
		Name: pulumi.String(action), Category: pulumi.String("Build"), Owner: pulumi.String("AWS"),
		Provider: pulumi.String("CodeBuild"), Version: pulumi.String("1"),
		InputArtifacts: pulumi.ToStringArray(inputs), Configuration: configuration,
	}
	if output != "" {
		build.OutputArtifacts = pulumi.ToStringArray([]string{output})
	}
	return build
}

// ApprovalRequest is what a person who approves is told.
type ApprovalRequest struct {
	TopicArn pulumi.StringInput // nil: nobody is told
	Comment  string             // up to 1000 characters
	URL      string             // to look at before deciding
}

// ApprovalAction waits for a person, up to seven days.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals-action-add.html
func ApprovalAction(action string, request ApprovalRequest) codepipeline.PipelineStageActionArgs {
	configuration := pulumi.StringMap{}
	if request.TopicArn != nil {
		configuration["NotificationArn"] = request.TopicArn
	}
	if request.Comment != "" {
		configuration["CustomData"] = pulumi.String(request.Comment)
	}
	if request.URL != "" {
		configuration["ExternalEntityLink"] = pulumi.String(request.URL)
	}
	return codepipeline.PipelineStageActionArgs{
		Name: pulumi.String(action), Category: pulumi.String("Approval"), Owner: pulumi.String("AWS"),
		Provider: pulumi.String("Manual"), Version: pulumi.String("1"), Configuration: configuration,
	}
}

// stringArray is nil for an empty list: an empty criterion is not the same as none.
func stringArray(list []string) pulumi.StringArrayInput {
	if len(list) == 0 {
		return nil
	}
	return pulumi.ToStringArray(list)
}

// underService is the ARN with another service in its third place.
func underService(arn, service string) string {
	parts := strings.SplitN(arn, ":", 4)
	if len(parts) < 4 {
		return arn
	}
	parts[2] = service
	return strings.Join(parts, ":")
}
