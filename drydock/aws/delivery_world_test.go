package aws

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

const (
	testRole     = "arn:aws:iam::123456789012:role/app"
	taskRole     = "arn:aws:iam::123456789012:role/task" // that only ECS tasks may assume
	testScope    = "123456789012/us-east-2"
	blueARN      = "arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/blue/0123456789abcdef"
	greenARN     = "arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/green/0123456789abcdef"
	looseARN     = "arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/loose/0123456789abcdef"
	listenerARN  = "arn:aws:elasticloadbalancing:us-east-2:123456789012:listener/app/lb/0123456789abcdef/1111111111111111"
	testLstnrARN = "arn:aws:elasticloadbalancing:us-east-2:123456789012:listener/app/lb/0123456789abcdef/2222222222222222"
	topicARN     = "arn:aws:sns:us-east-2:123456789012:topic"
	digestA      = "sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	digestB      = "sha256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
)

// world is a cloud with what other services would have made: a role, a network, target groups behind a load balancer,
// a bucket, a topic and an alarm.
type world struct {
	*sim.Local
	t     *testing.T
	cloud *sim.Cloud
}

func newWorld(t *testing.T) *world {
	t.Helper()
	p := &sim.Provider{Name: "aws", Config: config()}
	for _, group := range []func() ([]*sim.Resource, []*sim.Function){containers, delivery} {
		resources, functions := group()
		p.Resources = append(p.Resources, resources...)
		p.Functions = append(p.Functions, functions...)
	}
	cloud, err := sim.OpenCloud(t.TempDir(), p)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, cloud.Close()) })
	w := &world{sim.NewLocal(p, cloud, sim.Values{"region": "us-east-2"}), t, cloud}
	w.exists("aws:iam/role:Role", "123456789012", "app", sim.Values{"arn": testRole, "assumeRolePolicy": `{"Version":"2012-10-17","Statement":[` +
		`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":["codebuild.amazonaws.com","codedeploy.amazonaws.com","codepipeline.amazonaws.com"]}}]}`})
	w.exists("aws:iam/role:Role", "123456789012", "task", sim.Values{"arn": taskRole, "assumeRolePolicy": `{"Version":"2012-10-17","Statement":` +
		`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":"ecs-tasks.amazonaws.com"}}}`})
	for _, id := range []string{"subnet-a", "subnet-b"} {
		w.exists("aws:ec2/subnet:Subnet", testScope, id, sim.Values{"vpcId": "vpc-1"})
	}
	w.exists("aws:ec2/subnet:Subnet", testScope, "subnet-elsewhere", sim.Values{"vpcId": "vpc-2"})
	w.exists("aws:ec2/securityGroup:SecurityGroup", testScope, "sg-1", sim.Values{"vpcId": "vpc-1"})
	w.exists("aws:ec2/securityGroup:SecurityGroup", testScope, "sg-elsewhere", sim.Values{"vpcId": "vpc-2"})
	for name, arn := range map[string]string{"blue": blueARN, "green": greenARN, "loose": looseARN} {
		w.exists("aws:lb/targetGroup:TargetGroup", testScope, arn, sim.Values{"arn": arn, "name": name, "targetType": "ip", "vpcId": "vpc-1"})
	}
	w.listener(listenerARN, blueARN)
	w.listener(testLstnrARN, greenARN)
	w.exists("aws:s3/bucketV2:BucketV2", "123456789012", "artifacts", sim.Values{"bucket": "artifacts"})
	w.exists("aws:sns/topic:Topic", testScope, topicARN, sim.Values{"arn": topicARN})
	w.exists("aws:cloudwatch/metricAlarm:MetricAlarm", testScope, "errors", sim.Values{"name": "errors"})
	return w
}

func (w *world) exists(typ, scope, id string, props sim.Values) {
	w.t.Helper()
	require.NoError(w.t, w.cloud.Locked(func() error {
		return w.cloud.Put(&sim.Record{Type: typ, Scope: scope, ID: id, Inputs: props.Copy(), Outputs: props.Copy(), State: sim.Values{}})
	}))
}

func (w *world) listener(arn, group string) {
	w.t.Helper()
	w.exists("aws:lb/listener:Listener", testScope, arn, sim.Values{
		"arn": arn, "defaultActions": []any{map[string]any{"type": "forward", "targetGroupArn": group}},
	})
}

// made creates a resource that must be accepted.
func (w *world) made(typ string, in sim.Values) (string, sim.Values) {
	w.t.Helper()
	id, out, err := w.Create(typ, "made", in)
	require.NoError(w.t, err)
	return id, out
}

// state is the outputs and inputs of the record.
func (w *world) inputs(typ, id string) sim.Values {
	w.t.Helper()
	in, _, err := w.Read(typ, id)
	require.NoError(w.t, err)
	require.NotNil(w.t, in, "%s %s is gone", typ, id)
	return in
}

// blueGreen makes a cluster, a service under CodeDeploy and its deployment group, and returns the service's id.
func (w *world) blueGreen() string {
	w.t.Helper()
	w.made(ecsClusterType, sim.Values{"name": "shop"})
	w.made(ecsTaskDefinitionType, webTask())
	id, _ := w.made(ecsServiceType, webService())
	w.made(codedeployApplicationType, sim.Values{"name": "shop", "computePlatform": "ECS"})
	w.made(codedeployGroupType, webGroup())
	return id
}

const webContainers = `[{"name":"web","image":"public.ecr.aws/nginx/nginx:stable","essential":true,` +
	`"portMappings":[{"containerPort":80}]}]`

func webTask() sim.Values {
	return sim.Values{
		"family": "shop", "networkMode": "awsvpc", "requiresCompatibilities": []any{"FARGATE"}, "cpu": "256", "memory": "512",
		"executionRoleArn": testRole, "taskRoleArn": testRole, "containerDefinitions": webContainers,
	}
}

func webService() sim.Values {
	return sim.Values{
		"name": "web", "cluster": "shop", "taskDefinition": "shop:1", "desiredCount": 2.0, "launchType": "FARGATE",
		"deploymentController": map[string]any{"type": "CODE_DEPLOY"},
		"loadBalancers":        []any{map[string]any{"containerName": "web", "containerPort": 80.0, "targetGroupArn": blueARN}},
		"networkConfiguration": map[string]any{"subnets": []any{"subnet-a", "subnet-b"}, "securityGroups": []any{"sg-1"}},
	}
}

func webGroup() sim.Values {
	return sim.Values{
		"appName": "shop", "deploymentGroupName": "web", "serviceRoleArn": testRole,
		"deploymentConfigName": "CodeDeployDefault.ECSAllAtOnce",
		"deploymentStyle":      map[string]any{"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
		"ecsService":           map[string]any{"clusterName": "shop", "serviceName": "web"},
		"blueGreenDeploymentConfig": map[string]any{
			"deploymentReadyOption":                     map[string]any{"actionOnTimeout": "CONTINUE_DEPLOYMENT"},
			"terminateBlueInstancesOnDeploymentSuccess": map[string]any{"action": "TERMINATE", "terminationWaitTimeInMinutes": 5.0},
		},
		"loadBalancerInfo": map[string]any{"targetGroupPairInfo": map[string]any{
			"prodTrafficRoute": map[string]any{"listenerArns": []any{listenerARN}},
			"testTrafficRoute": map[string]any{"listenerArns": []any{testLstnrARN}},
			"targetGroups":     []any{map[string]any{"name": "blue"}, map[string]any{"name": "green"}},
		}},
		"autoRollbackConfiguration": map[string]any{"enabled": true, "events": []any{"DEPLOYMENT_FAILURE"}},
	}
}

// with is the values with some set, or left out where the value is nil.
func with(base sim.Values, changes sim.Values) sim.Values {
	out := base.Copy()
	for k, v := range changes {
		if out[k] = v; v == nil {
			delete(out, k)
		}
	}
	return out
}

// refusal is one wrong input: the values that it changes and a part of what must be said.
type refusal struct {
	name string
	set  sim.Values
	want string
}

// refuses creates the type with each wrong input.
func (w *world) refuses(typ string, base sim.Values, cases []refusal) {
	w.t.Helper()
	for _, c := range cases {
		w.t.Run(c.name, func(t *testing.T) {
			_, _, err := w.Create(typ, "wrong", with(base, c.set))
			require.ErrorContains(t, err, c.want)
		})
	}
}

// edit is one change of a resource's inputs, and what it must do.
type edit struct {
	name     string
	set      sim.Values
	replaces []string
	updates  []string
}

func (w *world) edits(typ, id string, base sim.Values, cases []edit) {
	w.t.Helper()
	for _, c := range cases {
		w.t.Run(c.name, func(t *testing.T) {
			changes, err := w.Diff(typ, id, with(base, c.set))
			require.NoError(t, err)
			var replaces, updates []string
			for _, ch := range changes {
				if ch.Replace {
					replaces = append(replaces, ch.Path)
				} else {
					updates = append(updates, ch.Path)
				}
			}
			require.Equal(t, c.replaces, replaces, "replaces")
			require.Equal(t, c.updates, updates, "updates")
		})
	}
}
