package bluegreen

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/iam"
)

// releaseGrant is what the pipeline's role may use, by ARN.
type releaseGrant struct {
	connection, buildProject                 string
	application, group, config               string // CodeDeploy
	taskDefinitions, taskRole, executionRole string // ECS
	configObject                             string // empty with OwnFiles
	topic                                    string // empty without approval, or when nobody is told of it
}

func (args *ReleaseArgs) grants(here ground.Place, connectionArn pulumi.StringInput) ground.Grants {
	values := []pulumi.StringInput{
		connectionArn, args.Build.ProjectArn,
		args.Deployment.ApplicationArn, args.Deployment.DeploymentGroupArn, args.Deployment.ConfigArn,
		args.Service.TaskRoleArn, args.Service.ExecutionRoleArn, args.Artifacts.BucketArn,
	}
	topic := args.approvalTopic()
	if topic != nil {
		values = append(values, topic)
	}
	return ground.Grants{Values: values, Statements: func(v []string) []iam.Statement {
		grant := releaseGrant{
			connection: v[0], buildProject: v[1], application: v[2], group: v[3], config: v[4],
			taskDefinitions: here.ARN("ecs", "task-definition/"+args.Pipeline.Project+":*"),
			taskRole:        v[5], executionRole: v[6],
		}
		if !args.Pipeline.OwnFiles {
			grant.configObject = v[7] + "/" + configKey(args.Pipeline)
		}
		if topic != nil {
			grant.topic = v[8]
		}
		return grant.statements()
	}}
}

// statements are those of the actions of the pipeline.
func (g releaseGrant) statements() []iam.Statement {
	statements := []iam.Statement{ground.ConnectionStatement(g.connection), ground.BuildStatement(g.buildProject)}
	if g.configObject != "" {
		// https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-S3.html#edit-role-s3source
		statements = append(statements, iam.Allow("ReadConfigTags").
			Actions("s3:GetObjectTagging", "s3:GetObjectVersionTagging").On(g.configObject))
	}
	statements = append(statements, g.deployStatements()...)
	if g.topic != "" {
		statements = append(statements, iam.Allow("AskForApproval").Actions("sns:Publish").On(g.topic))
	}
	return statements
}

// https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECSbluegreen.html#edit-role-codedeploy-ecs
func (g releaseGrant) deployStatements() []iam.Statement {
	return []iam.Statement{
		iam.Allow("Deploy").Actions("codedeploy:CreateDeployment", "codedeploy:GetDeployment").On(g.group),
		iam.Allow("RegisterRevision").Actions(
			"codedeploy:GetApplication", "codedeploy:GetApplicationRevision", "codedeploy:RegisterApplicationRevision",
		).On(g.application, g.application+"/*"),
		iam.Allow("ReadDeploymentConfig").Actions("codedeploy:GetDeploymentConfig").On(g.config),
		// A revision has no ARN before it is registered: the page above asks for *.
		iam.Allow("RegisterTaskDefinition").Actions("ecs:RegisterTaskDefinition").On("*"),
		// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/supported-iam-actions-tagging.html
		iam.Allow("TagTaskDefinition").Actions("ecs:TagResource").On(g.taskDefinitions).
			When(iam.StringEquals, "ecs:CreateAction", "RegisterTaskDefinition"),
		iam.Allow("PassTaskRoles").Actions("iam:PassRole").On(g.taskRole, g.executionRole).
			When(iam.StringEquals, "iam:PassedToService", "ecs-tasks.amazonaws.com"),
	}
}
