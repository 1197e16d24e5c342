package rehearsal

import "github.com/container-pipeline/container-pipeline/drydock"

// Types of the records that defects are injected into.
const (
	pipelineType         = "aws:codepipeline/pipeline:Pipeline"
	projectType          = "aws:codebuild/project:Project"
	serviceType          = "aws:ecs/service:Service"
	groupType            = "aws:codedeploy/deploymentGroup:DeploymentGroup"
	listenerType         = "aws:lb/listener:Listener"
	targetGroupType      = "aws:lb/targetGroup:TargetGroup"
	versioningType       = "aws:s3/bucketVersioningV2:BucketVersioningV2"
	objectType           = "aws:s3/bucketObjectv2:BucketObjectv2"
	logGroupType         = "aws:cloudwatch/logGroup:LogGroup"
	alarmType            = "aws:cloudwatch/metricAlarm:MetricAlarm"
	roleType             = "aws:iam/role:Role"
	inlineType           = "aws:iam/rolePolicy:RolePolicy"
	bucketPolicyType     = "aws:s3/bucketPolicy:BucketPolicy"
	topicPolicyType      = "aws:sns/topicPolicy:TopicPolicy"
	repositoryPolicyType = "aws:ecr/repositoryPolicy:RepositoryPolicy"
	subnetType           = "aws:ec2/subnet:Subnet"
)

const (
	infrastructure = "infrastructure"

	creation = "Deploy / Deployment is created"
	object   = "Source / Object"
	sources  = "Build / Sources"
)

// broken is a defect of what the dev stack has made.
func broken(name, at string, inject func(*subject), says ...string) defect {
	return injected(infrastructure, name, "dev", inject, at, says...)
}

// lost is a kind of thing that is no longer there.
func lost(name, typ, at string, says ...string) defect {
	return broken(name, at, func(s *subject) { s.remove(typ) }, says...)
}

// recordDefects are of what the program has made in AWS.
var recordDefects = []defect{
	broken("the config object is in another bucket", object, func(s *subject) { s.configure("Config", "S3Bucket", "acme-config") },
		"bucket does not exist", "acme-config"),
	broken("the config object has another key", object, func(s *subject) { s.configure("Config", "S3ObjectKey", "config/bash-dog.zip") },
		"key does not exist", "config/bash-dog.zip"),
	broken("the config object is no archive", object, func(s *subject) {
		s.set(s.only(objectType), "source", &drydock.Asset{Text: "{}"})
	}, "no archive", "config/bash-dog-dev.zip"),
	lost("the config object is gone", objectType, object, "key does not exist", "config/bash-dog-dev.zip"),
	broken("the bucket keeps no versions", object, func(s *subject) {
		s.set(s.only(versioningType), "versioningConfiguration.status", "Suspended")
	}, "versions", "s3://bash-dog-"),

	broken("the action names a project that does not exist", buildStart,
		func(s *subject) { s.configure("Build", "ProjectName", "bash-dog-build") }, `"bash-dog-build"`, "bash-dog-dev-build"),
	broken("a primary source that is no input", sources, func(s *subject) { s.configure("Build", "PrimarySource", "SourceOutput") },
		"SourceOutput", "PrimarySource"),
	broken("the config is the primary source", preBuild, func(s *subject) { s.configure("Build", "PrimarySource", "Config") },
		"CODEBUILD_SRC_DIR_Config", "it has Source"),
	broken("an input that nobody makes", sources, func(s *subject) {
		s.action("Build")["inputArtifacts"] = []any{"Source", "Configuration"}
	}, "Configuration", "no action before it makes"),
	broken("an output under another name", reading, func(s *subject) { s.action("Build")["outputArtifacts"] = []any{"BuildArtifact"} },
		"the artifact Build,"),
	broken("a variable that no action has", sources, func(s *subject) {
		s.configure("Build", "EnvironmentVariables", `[{"name":"COMMIT","value":"#{SourceVariables.CommitId}"}]`)
	}, "SourceVariables.CommitId", "namespace"),
	broken("a repository is gone", postBuild, func(s *subject) { s.world.Remove(s.named(repositoryType, "bash-dog-dev-sidecar")) },
		"bash-dog-dev-sidecar"),
	broken("the build's role is gone", buildStart, func(s *subject) { s.world.Remove(s.named(roleType, "bash-dog-build-")) },
		"role bash-dog-build-", "does not exist"),

	broken("the action names another deployment group", register,
		func(s *subject) { s.configure("Deploy", "DeploymentGroupName", "production") }, "DeploymentGroupDoesNotExistException", "production"),
	broken("the action names another application", register, func(s *subject) { s.configure("Deploy", "ApplicationName", "bash-cat") }, "bash-cat"),
	broken("the task's role is gone", startTasks, func(s *subject) { s.world.Remove(s.named(roleType, "bash-dog-task-")) }, "bash-dog-task-"),
	broken("the task definition names a role that does not exist", register, func(s *subject) {
		s.rendered(definition, "role/bash-dog-task-", "role/bash-dogs-task-")
	}, "bash-dogs-task-"),
	broken("the deployment group is of another service", creation,
		func(s *subject) { s.set(s.only(groupType), "ecsService.serviceName", "bash-cat") }, "bash-cat", "not found"),
	lost("the cluster is gone", "aws:ecs/cluster:Cluster", creation, "Cluster not found", "bash-dog-dev"),
	lost("the service is gone", serviceType, creation, "The ECS service bash-dog-dev was not found"),
	broken("the service is not CodeDeploy's", creation, func(s *subject) { s.set(s.only(serviceType), "deploymentController.type", "ECS") },
		"CODE_DEPLOY", "bash-dog-dev"),
	broken("a deployment in place", creation, func(s *subject) { s.set(s.only(groupType), "deploymentStyle.deploymentType", "IN_PLACE") },
		"BLUE_GREEN"),
	broken("a deployment configuration that does not exist", register, func(s *subject) {
		s.set(s.only(groupType), "deploymentConfigName", "CodeDeployDefault.ECSCanary5Percent")
	}, "ECSCanary5Percent"),
	broken("a target group without a listener", creation, func(s *subject) {
		s.set(s.only(listenerType), "defaultActions.*.targetGroupArn", "arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/other/0123456789abcdef")
	},
		"does not have an associated load balancer", "bash-dog-blue"),
	lost("the listener is gone", listenerType, creation, "listener", "could not be found"),
	broken("a listener of another load balancer", creation, func(s *subject) { s.elsewhere() }, "is behind the load balancer",
		"loadbalancer/app/another"),
	broken("a target group for instances", creation,
		func(s *subject) { s.set(s.named(targetGroupType, "bash-dog-green"), "targetType", "instance") }, "bash-dog-green", "target type instance", "awsvpc"),
	broken("a target group is gone", creation, func(s *subject) { s.world.Remove(s.named(targetGroupType, "bash-dog-green")) },
		"bash-dog-green", "could not be found"),
	lost("an alarm of the group that does not exist", alarmType, creation, "alarm bash-dog-errors-", "does not exist"),
	broken("target groups in two VPCs", taskSet,
		func(s *subject) { s.set(s.named(targetGroupType, "bash-dog-green"), "vpcId", "vpc-0123456789abcdef0") }, "vpc-0123456789abcdef0", "bash-dog-green"),
	broken("a subnet that does not exist", taskSet, func(s *subject) { s.world.Remove(s.named(subnetType, s.subnet())) }, "subnet ID",
		"does not exist"),
	broken("the log group is gone", startTasks, func(s *subject) { s.world.Remove(s.named(logGroupType, "/ecs/")) },
		"ResourceInitializationError", "/ecs/bash-dog-dev", "container api", definition+":"),
	broken("tasks without a public address", startTasks,
		func(s *subject) { s.rendered(spec, "AssignPublicIp: ENABLED", "AssignPublicIp: DISABLED") }, "subnet-", "no public IP address", "ecr.api"),
	injected(infrastructure, "private subnets without NAT or endpoints", "staging", func(s *subject) {
		for _, r := range s.world.All("aws:ec2/route:Route") {
			if r.Attr("natGatewayId") != "" {
				s.world.Remove(r)
			}
		}
		s.nothingOut()
	}, startTasks, "subnet-", "no route to the internet", "ecr.api"),
	lost("tasks whose security group lets nothing out", "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule", startTasks, "sg-", "443"),
	lost("tasks whose security group does not admit the load balancer", "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", healthy,
		"Target.Timeout", "sg-", "port 80"),
}

// subnet is the first of the service's.
func (s *subject) subnet() string {
	s.Helper()
	return s.only(serviceType).Inputs.Obj("networkConfiguration").Strs("subnets")[0]
}

// nothingOut takes the routes to NAT gateways out of route tables that have their routes within.
func (s *subject) nothingOut() {
	for _, table := range s.world.All("aws:ec2/routeTable:RouteTable") {
		var kept []any
		for _, r := range table.Inputs.Objs("routes") {
			if r.Str("natGatewayId") == "" {
				kept = append(kept, map[string]any(r))
			}
		}
		table.Inputs["routes"] = kept
	}
}

// elsewhere has another load balancer's listener forward to the green target group.
func (s *subject) elsewhere() {
	s.Helper()
	listener := *s.only(listenerType)
	listener.ID += "other"
	listener.Inputs, listener.Outputs = listener.Inputs.Copy(), listener.Outputs.Copy()
	s.set(&listener, "loadBalancerArn", "arn:aws:elasticloadbalancing:us-east-2:123456789012:loadbalancer/app/another/0123456789abcdef")
	s.set(&listener, "defaultActions.*.targetGroupArn", s.named(targetGroupType, "bash-dog-green").ID)
	s.world.Add(&listener)
}
