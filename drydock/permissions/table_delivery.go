package permissions

import "strings"

// deliveryTable are CodeBuild, CodeCommit, CodeDeploy, CodePipeline, connections and their notifications.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodebuild.html
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodecommit.html
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodedeploy.html
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodepipeline.html
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodeconnections.html
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodestarconnections.html
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awscodestarnotifications.html
func deliveryTable() map[string][]grant {
	return map[string][]grant{
		"aws:codebuild/project:Project": {allow(own, "codebuild", "BatchGetProjects", "CreateProject", "DeleteProject", "UpdateProject",
			"UpdateProjectVisibility")},
		"aws:codebuild/webhook:Webhook": {allow(named("codebuild", "project/", "projectName"), "codebuild",
			"BatchGetProjects", "CreateWebhook", "DeleteWebhook", "UpdateWebhook")},
		"aws:codebuild/sourceCredential:SourceCredential": {allowAll("a credential is the account's: its actions have no resources", "codebuild",
			"DeleteSourceCredentials", "ImportSourceCredentials", "ListSourceCredentials")},
		"aws:codecommit/repository:Repository": {allow(own, "codecommit", "CreateRepository", "DeleteRepository", "GetRepository",
			"ListBranches", "ListTagsForResource", "TagResource", "UntagResource", "UpdateDefaultBranch", "UpdateRepositoryDescription",
			"UpdateRepositoryEncryptionKey", "UpdateRepositoryName")},
		"aws:codedeploy/application:Application": {allow(own, "codedeploy", "CreateApplication", "DeleteApplication", "GetApplication",
			"ListTagsForResource", "TagResource", "UntagResource", "UpdateApplication")},
		"aws:codedeploy/deploymentConfig:DeploymentConfig": {allow(own, "codedeploy",
			"CreateDeploymentConfig", "DeleteDeploymentConfig", "GetDeploymentConfig")},
		"aws:codedeploy/deploymentGroup:DeploymentGroup": {allow(own, "codedeploy", "CreateDeploymentGroup", "DeleteDeploymentGroup",
			"GetDeploymentGroup", "ListTagsForResource", "TagResource", "UntagResource", "UpdateDeploymentGroup")},
		"aws:codepipeline/pipeline:Pipeline": {
			allow(ownAnd("/*"), "codepipeline", "CreatePipeline", "DeletePipeline", "GetPipeline", "ListTagsForResource", "TagResource",
				"UntagResource", "UpdatePipeline"),
			// Whoever gives a pipeline a connection must be allowed to hand it on.
			// https://docs.aws.amazon.com/dtconsole/latest/userguide/security-iam.html#permissions-reference-connections-passconnection
			allow(pipelineConnections, "codestar-connections", "PassConnection", "UseConnection"),
			allow(renamed(pipelineConnections), "codeconnections", "PassConnection", "UseConnection"),
		},
		// The service was renamed; which of the names an ARN has depends on when the connection was made.
		// https://docs.aws.amazon.com/dtconsole/latest/userguide/rename.html
		"aws:codestarconnections/connection:Connection": {
			allowAll(newConnection, "codestar-connections", "CreateConnection"),
			allowAll(newConnection, "codeconnections", "CreateConnection"),
			allow(own, "codestar-connections", connectionActions...),
			allow(renamed(own), "codeconnections", connectionActions...),
		},
		"aws:codestarnotifications/notificationRule:NotificationRule": {
			allow(kinds("codestar-notifications", "notificationrule/*"), "codestar-notifications", "CreateNotificationRule",
				"DeleteNotificationRule", "DescribeNotificationRule", "ListTagsForResource", "TagResource", "UntagResource",
				"UpdateNotificationRule"),
			allowAll("a target is named by no ARN of the service", "codestar-notifications", "DeleteTarget"),
			serviceLinkedRole("codestar-notifications.amazonaws.com"),
		},
	}
}

const newConnection = "a connection has no ARN before it is made"

var connectionActions = []string{"DeleteConnection", "GetConnection", "ListTagsForResource", "TagResource", "UntagResource"}

// renamed are ARNs of connections under the service's later name.
func renamed(on func(Place, Resource) []string) func(Place, Resource) []string {
	return func(p Place, r Resource) []string {
		var arns []string
		for _, arn := range on(p, r) {
			arns = append(arns, strings.Replace(arn, ":codestar-connections:", ":codeconnections:", 1))
		}
		return arns
	}
}

// pipelineConnections are those that a pipeline's source actions name.
func pipelineConnections(p Place, r Resource) []string {
	var arns []string
	stages, _ := r.Inputs["stages"].([]any)
	for _, s := range stages {
		stage, _ := s.(map[string]any)
		actions, _ := stage["actions"].([]any)
		for _, a := range actions {
			action, _ := a.(map[string]any)
			configuration, _ := action["configuration"].(map[string]any)
			arn, _ := configuration["ConnectionArn"].(string)
			arn = strings.Replace(arn, ":codeconnections:", ":codestar-connections:", 1)
			arns = append(arns, patterns(p, arn)...)
		}
	}
	return arns
}
