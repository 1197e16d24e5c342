package calls

import (
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

const (
	executionRoleDoc = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html"
	taskRoleDoc      = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html"
	createGroupDoc   = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html"
	execDoc          = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html"
)

// Task is what a task definition's revision needs of AWS to start and run.
type Task struct {
	Roles TaskRoles
	// Cluster is the ARN of the cluster that it runs in.
	Cluster string
	// Images are the ARNs of the ECR repositories that its images come from; those of other registries are not here.
	Images []string
	// Logs are those of its containers that go to CloudWatch Logs.
	Logs []Log
	// Secrets are the containers' references to Secrets Manager and Parameter Store, and the credentials of their
	// registries, as the task definition's valueFrom and credentialsParameter have them.
	Secrets []string
	// Execute tells whether the service lets a person run commands in the containers.
	Execute bool
}

// Log is a container's awslogs configuration.
type Log struct {
	Group, StreamPrefix, Container string
	// Create is awslogs-create-group: the agent creates the group should it lack.
	Create bool
}

// StartTasks is the ECS agent that starts the containers by the execution role: it pulls the images, reads the secrets,
// and opens the logs.
func StartTasks(w *world.World, t Task) []access.Call {
	if t.Roles.Execution == "" {
		return nil
	}
	caller := by{t.Roles.Execution, executionRoleDoc}
	all := assumedFor("ecs-tasks.amazonaws.com", caller.role, taskARN(t), taskRoleDoc)
	if len(t.Images) > 0 {
		all = append(all, caller.may("log in to the registry", "*", "ecr:GetAuthorizationToken")...)
	}
	for _, repository := range t.Images {
		all = append(all, pull(w, caller, repository)...)
	}
	for _, reference := range t.Secrets {
		if arn, ok := world.ParseARN(reference); ok && arn.Service == "secretsmanager" {
			all = append(all, readSecret(w, caller, reference, t.Cluster)...)
			continue
		}
		all = append(all, readParameter(w, caller, reference, t.Cluster)...)
	}
	for _, l := range t.Logs {
		all = append(all, openLog(caller, l, t.Cluster)...)
	}
	return all
}

// openLog writes a container's stream, which is called prefix/container/task. A group that lacks fails the task, unless
// the agent is told to create it.
func openLog(caller by, l Log, beside string) []access.Call {
	at, _ := world.ParseARN(beside)
	arn := at.With("logs", "log-group:"+l.Group)
	var all []access.Call
	if l.Create {
		all = by{caller.role, createGroupDoc}.may("create the log group "+l.Group, arn, "logs:CreateLogGroup")
	}
	stream := arn + ":log-stream:" + l.StreamPrefix + "/" + l.Container + "/0123456789abcdef0123456789abcdef"
	return append(all, caller.may("write the log of "+l.Container, stream, "logs:CreateLogStream", "logs:PutLogEvents")...)
}

// RunTask is the task role as the containers take it on, and what the agent in them calls by it where commands may be
// run. What the application itself calls is its own affair.
func RunTask(_ *world.World, t Task) []access.Call {
	if t.Roles.Task == "" {
		return nil
	}
	all := assumedFor("ecs-tasks.amazonaws.com", t.Roles.Task, taskARN(t), taskRoleDoc)
	if t.Execute {
		all = append(all, by{t.Roles.Task, execDoc}.may("run commands in the containers", "*",
			"ssmmessages:CreateControlChannel", "ssmmessages:CreateDataChannel",
			"ssmmessages:OpenControlChannel", "ssmmessages:OpenDataChannel")...)
	}
	return all
}

// taskARN is a task in the cluster; ECS says for which task it takes a role on.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-iam-roles.html#create_task_iam_policy_and_role
func taskARN(t Task) string {
	arn, _ := world.ParseARN(t.Cluster)
	return arn.With("ecs", "task/"+nameOf(t.Cluster)+"/0123456789abcdef0123456789abcdef")
}
