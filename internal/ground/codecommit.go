package ground

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codepipeline"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/iam"
)

// CodeCommitSource is a source action that makes artifact of the head of a branch of a CodeCommit repository. It does
// not poll, which AWS advises against: see BranchUpdates.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeCommit.html
func CodeCommitSource(action, artifact string, repository pulumi.StringInput, branch string) codepipeline.PipelineStageActionArgs {
	return codepipeline.PipelineStageActionArgs{
		Name: pulumi.String(action), Category: pulumi.String("Source"), Owner: pulumi.String("AWS"),
		Provider: pulumi.String("CodeCommit"), Version: pulumi.String("1"),
		OutputArtifacts: pulumi.ToStringArray([]string{artifact}),
		Configuration: pulumi.StringMap{
			"RepositoryName": repository, "BranchName": pulumi.String(branch), "PollForSourceChanges": pulumi.String("false"),
			"OutputArtifactFormat": pulumi.String("CODE_ZIP"),
		},
	}
}

// CodeCommitStatement lets a source action read a CodeCommit repository as an archive.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeCommit.html#edit-role-codecommit
func CodeCommitStatement(repositoryArn string) iam.Statement {
	return iam.Allow("ReadRepository").Actions(
		"codecommit:CancelUploadArchive", "codecommit:GetBranch", "codecommit:GetCommit", "codecommit:GetRepository",
		"codecommit:GetUploadArchiveStatus", "codecommit:UploadArchive",
	).On(repositoryArn)
}
