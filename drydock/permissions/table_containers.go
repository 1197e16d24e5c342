package permissions

import (
	"strings"

	"github.com/container-pipeline/container-pipeline/internal/iam"
)

// containersTable are ECR, ECS and their scaling.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerregistry.html
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsapplicationautoscaling.html
func containersTable() map[string][]grant {
	repository := named("ecr", "repository/", "repository")
	return map[string][]grant{
		"aws:ecr/repository:Repository": {allow(own, "ecr", "CreateRepository", "DeleteRepository", "DescribeRepositories",
			"ListTagsForResource", "PutImageScanningConfiguration", "PutImageTagMutability", "TagResource", "UntagResource")},
		"aws:ecr/lifecyclePolicy:LifecyclePolicy": {allow(repository, "ecr",
			"DeleteLifecyclePolicy", "GetLifecyclePolicy", "PutLifecyclePolicy")},
		"aws:ecr/repositoryPolicy:RepositoryPolicy": {allow(repository, "ecr",
			"DeleteRepositoryPolicy", "GetRepositoryPolicy", "SetRepositoryPolicy")},
		"aws:ecr/pullThroughCacheRule:PullThroughCacheRule": {allowAll("a rule is the registry's, which has no ARN", "ecr",
			"CreatePullThroughCacheRule", "DeletePullThroughCacheRule", "DescribePullThroughCacheRules", "UpdatePullThroughCacheRule")},
		"aws:ecs/cluster:Cluster": {
			allow(own, "ecs", "CreateCluster", "DeleteCluster", "DescribeClusters", "ListTagsForResource", "TagResource",
				"UntagResource", "UpdateCluster"),
			serviceLinkedRole("ecs.amazonaws.com"),
		},
		"aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": {allow(named("ecs", "cluster/", "clusterName"), "ecs",
			"DescribeClusters", "PutClusterCapacityProviders")},
		"aws:ecs/service:Service": {
			allow(at("id"), "ecs", "CreateService", "DeleteService", "DescribeServices", "ListServiceDeployments", "ListTagsForResource",
				"TagResource", "UntagResource", "UpdateService"),
			allow(deployments, "ecs", "DescribeServiceDeployments"), // names a deployment and its service
		},
		"aws:ecs/taskDefinition:TaskDefinition": {
			allowAll("what describes and deregisters task definitions has no resource-level permission", "ecs",
				"DeregisterTaskDefinition", "DescribeTaskDefinition"),
			allow(own, "ecs", "ListTagsForResource", "RegisterTaskDefinition", "TagResource", "UntagResource"),
		},
		"aws:appautoscaling/target:Target": {
			allow(kinds("application-autoscaling", "scalable-target/*"), "application-autoscaling", "DeregisterScalableTarget",
				"ListTagsForResource", "RegisterScalableTarget", "TagResource", "UntagResource"),
			allowAll("what describes scaling has no resource-level permission", "application-autoscaling", "DescribeScalableTargets"),
			serviceLinkedRole("ecs.application-autoscaling.amazonaws.com"),
		},
		"aws:appautoscaling/policy:Policy": {
			allow(kinds("application-autoscaling", "scalable-target/*"), "application-autoscaling", "DeleteScalingPolicy", "PutScalingPolicy"),
			allowAll("what describes scaling has no resource-level permission", "application-autoscaling", "DescribeScalingPolicies"),
		},
	}
}

// deployments are a service and its deployments.
func deployments(p Place, r Resource) []string {
	arns := patterns(p, r.text("id"))
	for _, arn := range arns {
		arns = append(arns, strings.Replace(arn, ":service/", ":service-deployment/", 1)+"/*")
	}
	return arns
}

// serviceLinkedRole lets a service make the role that it acts by in an account, the first time that it is used there.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_create-service-linked-role.html
func serviceLinkedRole(service string) grant {
	return allow(func(p Place, _ Resource) []string {
		return []string{p.global("iam", "role/aws-service-role/"+service+"/*")}
	}, "iam", "CreateServiceLinkedRole").onlyIf(func(Options, Resource) []iam.Condition {
		return []iam.Condition{iam.If(iam.StringEquals, "iam:AWSServiceName", service)}
	})
}
