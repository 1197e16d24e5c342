package aws

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// The whole path over the real descriptions of the services around: network, load balancer, roles, bucket.
func TestReleasesThroughAWholeGraph(t *testing.T) {
	f := newFront(t)
	role, trusted := f.make("aws:iam/role:Role", sim.Values{"name": "deploy", "assumeRolePolicy": `{"Version":"2012-10-17","Statement":[` +
		`{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":["codedeploy.amazonaws.com","ecs-tasks.amazonaws.com"]}}]}`})
	listener, _ := f.make(listenerType, f.listener)
	groups, _ := f.make("aws:ec2/securityGroup:SecurityGroup", sim.Values{"vpcId": f.vpcID})
	cluster, _ := f.make(ecsClusterType, sim.Values{"name": "shop"})
	_, task := f.make(ecsTaskDefinitionType, with(webTask(), sim.Values{
		"executionRoleArn": trusted.Str("arn"), "taskRoleArn": trusted.Str("arn"), "containerDefinitions": `[{"name":"web","image":"web","portMappings":[{"containerPort":8000}]}]`,
	}))
	service := with(webService(), sim.Values{
		"cluster": cluster, "taskDefinition": task.Str("arn"),
		"loadBalancers":        []any{map[string]any{"containerName": "web", "containerPort": 8000.0, "targetGroupArn": f.blue}},
		"networkConfiguration": map[string]any{"subnets": f.subnets, "securityGroups": []any{groups}},
	})
	serviceID, _ := f.make(ecsServiceType, service)
	app, _ := f.make(codedeployApplicationType, sim.Values{"name": "shop", "computePlatform": "ECS"})
	group, _ := f.make(codedeployGroupType, with(webGroup(), sim.Values{
		"serviceRoleArn": trusted.Str("arn"),
		"loadBalancerInfo": map[string]any{"targetGroupPairInfo": map[string]any{
			"prodTrafficRoute": map[string]any{"listenerArns": []any{listener}},
			"targetGroups":     []any{map[string]any{"name": "blue"}, map[string]any{"name": "green"}},
		}},
	}))

	rolled, err := Deploy(f.cloud, "shop", "web", Rollout{})
	require.NoError(t, err)
	require.Equal(t, f.green, rolled.Green)
	in, _, err := f.Read(listenerType, listener)
	require.NoError(t, err)
	require.Equal(t, f.green, in.Objs("defaultActions")[0].Obj("forward").Objs("targetGroups")[0].Str("arn"))
	changes, err := f.Diff(listenerType, listener, in)
	require.NoError(t, err)
	require.Empty(t, changes, "what a refresh takes over is no change any more")

	for _, made := range [][2]string{
		{codedeployGroupType, group}, {codedeployApplicationType, app}, {ecsServiceType, serviceID}, {ecsTaskDefinitionType, task.Str("arn")},
		{ecsClusterType, cluster}, {"aws:ec2/securityGroup:SecurityGroup", groups}, {listenerType, listener}, {targetGroupType, f.blue},
		{targetGroupType, f.green}, {balancerType, f.balancer}, {"aws:iam/role:Role", role},
	} {
		require.NoError(t, f.Delete(made[0], made[1]))
	}
	left := map[string]int{}
	for _, r := range f.cloud.Made() {
		left[r.Type]++
	}
	require.Equal(t, map[string]int{certificateType: 1}, left, "only what the test put there itself is left")
}
