package aws

import (
	"fmt"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// checkPipelineReferences: CreatePipeline itself looks at none of these, but the first execution would fail; in a
// drydock there is no other account whose resources a pipeline could name.
func checkPipelineReferences(op *sim.Op) error {
	for _, s := range op.In.Objs("artifactStores") {
		if bucketNamed(op.Cloud, s.Str("location")) == nil {
			return sim.Refuse("InvalidStructureException", "The artifact store %s does not exist", s.Str("location"))
		}
		if id := s.Obj("encryptionKey").Str("id"); id != "" && !kmsKeyExists(op.Cloud, id) {
			return sim.Refuse("InvalidStructureException", "The encryption key %s does not exist", id)
		}
	}
	for _, a := range actionsOf(op.In) {
		if region := a.Str("region"); region != "" && region != op.Region() {
			continue
		}
		if missing := actionReference(op, a); missing != "" {
			return sim.Refuse("InvalidActionDeclarationException", "Action '%s' refers to %s, which does not exist", a.Str("name"), missing)
		}
	}
	return nil
}

// kmsKeyExists takes a key's id or ARN, or an alias's name or ARN.
func kmsKeyExists(cloud *sim.Cloud, id string) bool {
	for _, by := range [][2]string{
		{"aws:kms/key:Key", "arn"}, {"aws:kms/key:Key", "keyId"}, {"aws:kms/alias:Alias", "arn"}, {"aws:kms/alias:Alias", "name"},
	} {
		if cloud.Find(by[0], by[1], id) != nil {
			return true
		}
	}
	return false
}

// actionReference names what the action's configuration refers to and does not exist, "" if all does.
func actionReference(op *sim.Op, a located) string {
	config := a.Obj("configuration")
	missing := func(typ, attr, key, what string) string {
		if v := config.Str(key); v != "" && op.Cloud.Find(typ, attr, v) == nil {
			return fmt.Sprintf("the %s %s", what, v)
		}
		return ""
	}
	switch a.Str("category") + " " + a.Str("provider") {
	case "Source CodeStarSourceConnection":
		return missing(connectionType, "arn", "ConnectionArn", "connection")
	case "Source CodeCommit":
		return missing(codecommitType, "repositoryName", "RepositoryName", "repository")
	case "Source ECR":
		return missing(ecrRepositoryType, "name", "RepositoryName", "repository")
	case "Source S3":
		return missingBucket(op.Cloud, config.Str("S3Bucket"))
	case "Deploy S3":
		return missingBucket(op.Cloud, config.Str("BucketName"))
	case "Build CodeBuild", "Test CodeBuild":
		return missing(codebuildType, "name", "ProjectName", "build project")
	case "Approval Manual":
		return missing("aws:sns/topic:Topic", "arn", "NotificationArn", "topic")
	case "Deploy ECS":
		return missing(ecsServiceType, "name", "ServiceName", "service")
	case "Deploy CodeDeploy", "Deploy CodeDeployToECS":
		return missingDeploymentGroup(op, config)
	}
	return ""
}

func missingBucket(cloud *sim.Cloud, name string) string {
	if name == "" || bucketNamed(cloud, name) != nil {
		return ""
	}
	return "the bucket " + name
}

func missingDeploymentGroup(op *sim.Op, config sim.Values) string {
	app, group := config.Str("ApplicationName"), config.Str("DeploymentGroupName")
	if codedeployApplicationNamed(op.Cloud, op.Record.Scope, app) == nil {
		return "the CodeDeploy application " + app
	}
	for _, g := range op.Cloud.All(codedeployGroupType) {
		if g.Scope == op.Record.Scope && g.Inputs.Str("appName") == app && g.Inputs.Str("deploymentGroupName") == group {
			return ""
		}
	}
	return "the deployment group " + group
}
