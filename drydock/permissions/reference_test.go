package permissions

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/internal/authorization"
)

// samples are what tells the resources of a type that has no ARN of its own, or needs more than it.
var samples = map[string]map[string]any{
	"aws:codebuild/webhook:Webhook": {"projectName": "dog"},
	"aws:codepipeline/pipeline:Pipeline": {"arn": drydockARN("codepipeline", "dog"), "stages": []any{map[string]any{"actions": []any{map[string]any{
		"configuration": map[string]any{"ConnectionArn": drydockARN("codestar-connections", "connection/7d2469ff-514a-4e4f-9003-5ca4a43cdc41")}}}}}},
	"aws:cloudwatch/dashboard:Dashboard":                        {"dashboardName": "dog"},
	"aws:cloudwatch/eventTarget:EventTarget":                    {"rule": "dog"},
	"aws:sns/topicPolicy:TopicPolicy":                           {"arn": drydockARN("sns", "dog")},
	"aws:sns/topicSubscription:TopicSubscription":               {"topic": drydockARN("sns", "dog")},
	"aws:ecr/lifecyclePolicy:LifecyclePolicy":                   {"repository": "dog"},
	"aws:ecr/repositoryPolicy:RepositoryPolicy":                 {"repository": "dog"},
	"aws:ecs/clusterCapacityProviders:ClusterCapacityProviders": {"clusterName": "dog"},
	"aws:ecs/service:Service":                                   {"id": drydockARN("ecs", "service/dog/dog")},
	"aws:eks/nodeGroup:NodeGroup":                               {"clusterName": "dog", "arn": drydockARN("eks", "nodegroup/dog/dog/7d2469ff-514a-4e4f-9003-5ca4a43cdc41")},
	"aws:eks/accessEntry:AccessEntry":                           {"clusterName": "dog"},
	"aws:eks/accessPolicyAssociation:AccessPolicyAssociation":   {"clusterName": "dog"},
	"aws:lb/listener:Listener":                                  {"arn": listenerARN, "loadBalancerArn": balancerARN},
	"aws:alb/listener:Listener":                                 {"arn": listenerARN, "loadBalancerArn": balancerARN},
	"aws:lb/listenerCertificate:ListenerCertificate":            {"listenerArn": listenerARN},
	"aws:alb/listenerCertificate:ListenerCertificate":           {"listenerArn": listenerARN},
	"aws:lb/listenerRule:ListenerRule":                          {"listenerArn": listenerARN, "arn": drydockARN("elasticloadbalancing", "listener-rule/app/dog/8c030a1813866cc5/e2186e43fafb3459/0123456789abcdef")},
	"aws:lb/trustStore:TrustStore":                              {"arn": drydockARN("elasticloadbalancing", "truststore/dog/8c030a1813866cc5"), "caCertificatesBundleS3Bucket": "dogs", "caCertificatesBundleS3Key": "bundle.pem"},
	"aws:s3/bucketV2:BucketV2":                                  {"arn": "arn:aws:s3:::dogs", "forceDestroy": true},
	"aws:s3/bucketObjectv2:BucketObjectv2":                      {"bucket": "dogs", "key": "dog"},
	"aws:acm/certificateValidation:CertificateValidation":       {"certificateArn": drydockARN("acm", "certificate/7d2469ff-514a-4e4f-9003-5ca4a43cdc41")},
	"aws:secretsmanager/secretVersion:SecretVersion":            {"arn": drydockARN("secretsmanager", "secret:dog-AbCdEf")},
	roleType: {"arn": "arn:aws:iam::123456789012:role/dog", "assumeRolePolicy": `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow",
		"Action": "sts:AssumeRole", "Principal": {"Service": "ecs-tasks.amazonaws.com"}}]}`},
	"aws:iam/rolePolicy:RolePolicy":                     {"role": "dog"},
	"aws:iam/rolePolicyAttachment:RolePolicyAttachment": {"role": "dog"},
}

const (
	balancerARN = "arn:aws:elasticloadbalancing:us-east-2:123456789012:loadbalancer/app/dog/8c030a1813866cc5"
	listenerARN = "arn:aws:elasticloadbalancing:us-east-2:123456789012:listener/app/dog/8c030a1813866cc5/e2186e43fafb3459"
)

// owned are the ARNs of types that need no more than theirs.
var owned = map[string]string{
	"aws:acm/certificate:Certificate":                             drydockARN("acm", "certificate/7d2469ff-514a-4e4f-9003-5ca4a43cdc41"),
	"aws:cloudwatch/compositeAlarm:CompositeAlarm":                drydockARN("cloudwatch", "alarm:dog"),
	"aws:cloudwatch/eventRule:EventRule":                          drydockARN("events", "rule/dog"),
	"aws:cloudwatch/logGroup:LogGroup":                            drydockARN("logs", "log-group:/dog"),
	"aws:cloudwatch/metricAlarm:MetricAlarm":                      drydockARN("cloudwatch", "alarm:dog"),
	"aws:codebuild/project:Project":                               drydockARN("codebuild", "project/dog"),
	"aws:codecommit/repository:Repository":                        drydockARN("codecommit", "dog"),
	"aws:codedeploy/application:Application":                      drydockARN("codedeploy", "application:dog"),
	"aws:codedeploy/deploymentConfig:DeploymentConfig":            drydockARN("codedeploy", "deploymentconfig:dog"),
	"aws:codedeploy/deploymentGroup:DeploymentGroup":              drydockARN("codedeploy", "deploymentgroup:dog/dog"),
	"aws:codestarconnections/connection:Connection":               drydockARN("codestar-connections", "connection/7d2469ff-514a-4e4f-9003-5ca4a43cdc41"),
	"aws:codestarnotifications/notificationRule:NotificationRule": drydockARN("codestar-notifications", "notificationrule/dog"),
	"aws:ecr/repository:Repository":                               drydockARN("ecr", "repository/dog"),
	"aws:ecs/cluster:Cluster":                                     drydockARN("ecs", "cluster/dog"),
	"aws:ecs/taskDefinition:TaskDefinition":                       drydockARN("ecs", "task-definition/dog:1"),
	"aws:eks/cluster:Cluster":                                     drydockARN("eks", "cluster/dog"),
	"aws:iam/openIdConnectProvider:OpenIdConnectProvider":         "arn:aws:iam::123456789012:oidc-provider/dogs.example.com",
	"aws:iam/policy:Policy":                                       "arn:aws:iam::123456789012:policy/dog",
	"aws:kms/alias:Alias":                                         drydockARN("kms", "alias/dog"),
	"aws:kms/key:Key":                                             drydockARN("kms", "key/7d2469ff-514a-4e4f-9003-5ca4a43cdc41"),
	"aws:lb/loadBalancer:LoadBalancer":                            balancerARN,
	"aws:lb/targetGroup:TargetGroup":                              drydockARN("elasticloadbalancing", "targetgroup/dog/8c030a1813866cc5"),
	"aws:secretsmanager/secret:Secret":                            drydockARN("secretsmanager", "secret:dog-AbCdEf"),
	"aws:sns/topic:Topic":                                         drydockARN("sns", "dog"),
	"aws:ssm/parameter:Parameter":                                 drydockARN("ssm", "parameter/dog"),
}

// sampleOf is a resource of the type.
func sampleOf(typ string) Resource {
	properties := samples[typ]
	switch {
	case properties != nil:
	case owned[typ] != "":
		properties = map[string]any{"arn": owned[typ]}
	case strings.HasPrefix(typ, "aws:s3/"):
		properties = map[string]any{"bucket": "dogs"}
	}
	return resource(typ, "dog", properties)
}

// TestTableKeepsToTheReference: each action exists, can be allowed on the resources that the table gives for it, is given
// all that its requests name, and knows the condition keys. The table is written by hand, the Reference's data are not.
func TestTableKeepsToTheReference(t *testing.T) {
	for typ, grants := range table() {
		t.Run(typ, func(t *testing.T) {
			given := map[string][]string{} // resources by action
			for _, g := range grants {
				resources, keys := reach(sampleOf(typ), g)
				assert.NotEmpty(t, resources, "the sample has no resource for %v", g.actions)
				for _, action := range g.actions {
					judge(t, action, resources, keys)
					given[action] = append(given[action], resources...)
				}
			}
			for action, resources := range given {
				known, err := authorization.Lookup(action)
				require.NoError(t, err)
				if !slices.Contains(resources, "*") {
					assert.Empty(t, known.Lacks(resources), "%s is never allowed on %v alone", action, resources)
				}
			}
		})
	}
}

// reach are the resources of a grant and the keys of its conditions.
func reach(r Resource, g grant) (resources, keys []string) {
	resources = []string{"*"}
	if g.on != nil {
		resources = g.on(options.Place, r)
	}
	if g.when != nil {
		for _, c := range g.when(options, r) {
			keys = append(keys, c.Key)
		}
	}
	if g.tagged {
		keys = append(keys, "aws:ResourceTag")
	}
	return resources, keys
}

// judge holds one statement on an action to the Reference.
func judge(t *testing.T, action string, resources, keys []string) {
	t.Helper()
	known, err := authorization.Lookup(action)
	require.NoError(t, err)
	if known.OnEverything() {
		assert.Equal(t, []string{"*"}, resources, "%s can be allowed on everything alone", action)
	} else if !slices.ContainsFunc(onEverything, func(a string) bool { return a == action }) {
		assert.NotContains(t, resources, "*", "%s can be narrowed to %v", action, known.Required)
	}
	assert.True(t, slices.ContainsFunc(resources, known.Takes), "%s takes none of %v", action, resources)
	for _, key := range keys {
		key, _, _ = strings.Cut(key, "/")
		assert.Contains(t, known.Keys, key, action)
	}
}

// onEverything are actions on "*" that the Reference has resources for, which not every request names.
var onEverything = []string{"sns:GetSubscriptionAttributes", "sns:SetSubscriptionAttributes", "sns:Unsubscribe"}
