package bluegreen

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/iam"
)

// taskRoles are the two roles of a task: execution starts its containers, task is what their code acts as.
type taskRoles struct{ execution, task *ground.Role }

func (r *taskRoles) Ready() []pulumi.Resource { return append(r.execution.Ready(), r.task.Ready()...) }

func (s *Service) addRoles(
	ctx *pulumi.Context, name string, here ground.Place, a *ServiceArgs, logs *cloudwatch.LogGroup,
) (*taskRoles, error) {
	p := a.Pipeline
	execution, err := ground.NewRole(ctx, name+"-execution", &ground.RoleArgs{
		Description: "Starts the containers of " + p.Project, Trust: taskTrust(here),
		Policy: a.executionPolicy(here, logs), Tags: p.Tags,
	}, pulumi.Parent(s))
	if err != nil {
		return nil, err
	}
	args := &ground.RoleArgs{
		Description: "The code in the containers of " + p.Project, Trust: taskTrust(here), Tags: p.Tags,
	}
	if p.EnableExec {
		args.Policy = ground.Policy(func([]string) iam.Document { return execPolicy() })
	}
	task, err := ground.NewRole(ctx, name+"-task", args, pulumi.Parent(s))
	if err != nil {
		return nil, err
	}
	s.ExecutionRoleArn, s.TaskRoleArn, s.TaskRoleName = execution.Role.Arn, task.Role.Arn, task.Role.Name
	return &taskRoles{execution, task}, nil
}

// taskTrust keeps ECS from being led to the role by another account's task. A task's ARN is not known beforehand.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html
func taskTrust(here ground.Place) iam.Document {
	return iam.TrustService("ecs-tasks.amazonaws.com",
		iam.If(iam.StringEquals, "aws:SourceAccount", here.Account),
		iam.If(iam.ArnLike, "aws:SourceArn", here.ARN("ecs", "*")))
}

func (args *ServiceArgs) executionPolicy(here ground.Place, logs *cloudwatch.LogGroup) pulumi.StringOutput {
	repositories := pulumi.StringArray{}
	for _, container := range args.Pipeline.containerNames() {
		repositories = append(repositories, args.Repositories.Arn(container))
	}
	if arn, inECR := bootstrapRepositoryArn(args.Pipeline.BootstrapImage, here.Partition); inECR {
		repositories = append(repositories, pulumi.String(arn))
	}
	return pulumi.All(repositories, logs.Arn, args.Secrets.Arns).ApplyT(func(known []any) (string, error) {
		return executionPolicy(known[0].([]string), known[1].(string), known[2].([]string)).Render(iam.InlineRolePolicy)
	}).(pulumi.StringOutput)
}

// executionPolicy is what AmazonECSTaskExecutionRolePolicy allows on every repository and log group, on exactly those
// of the application, and its secrets.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
func executionPolicy(repositoryArns []string, logGroupArn string, secretArns []string) iam.Document {
	statements := []iam.Statement{
		// The token is the registry's: there is no resource to name.
		// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
		iam.Allow("LogInToRegistry").Actions("ecr:GetAuthorizationToken").On("*"),
		iam.Allow("PullImages").
			Actions("ecr:BatchCheckLayerAvailability", "ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer").
			On(repositoryArns...),
		ground.LogStatement(logGroupArn),
	}
	if len(secretArns) > 0 {
		statements = append(statements,
			iam.Allow("ReadSecrets").Actions("secretsmanager:GetSecretValue").On(secretArns...))
	}
	return iam.Policy(statements...)
}

// execPolicy lets the agent of ECS Exec in the containers talk to Systems Manager, whose channels are no resources.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html#ecs-exec-required-iam-permissions
func execPolicy() iam.Document {
	return iam.Policy(iam.Allow("ExecuteCommand").Actions(
		"ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
		"ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel",
	).On("*"))
}
