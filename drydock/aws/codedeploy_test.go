package aws

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

func TestCodedeployApplication(t *testing.T) {
	w := newWorld(t)
	w.refuses(codedeployApplicationType, sim.Values{"name": "shop"}, []refusal{
		{"name", sim.Values{"name": "my shop"}, "letters, digits and . _ + = , @ -"},
		{"platform", sim.Values{"computePlatform": "Fargate"}, "expected one of ECS, Lambda, Server"},
	})
	id, out := w.made(codedeployApplicationType, sim.Values{"name": "shop", "computePlatform": "ECS"})
	require.Equal(t, out.Str("applicationId")+":shop", id)
	require.Equal(t, "arn:aws:codedeploy:us-east-2:123456789012:application:shop", out.Str("arn"))
	_, _, err := w.Create(codedeployApplicationType, "again", sim.Values{"name": "shop"})
	require.ErrorContains(t, err, "ApplicationAlreadyExistsException")
	w.edits(codedeployApplicationType, id, sim.Values{"name": "shop", "computePlatform": "ECS"}, []edit{
		{"rename", sim.Values{"name": "store"}, nil, []string{"name"}},
		{"platform", sim.Values{"computePlatform": "Lambda"}, []string{"computePlatform"}, nil},
	})
	renamed, err := w.Update(codedeployApplicationType, id, sim.Values{"name": "store", "computePlatform": "ECS"})
	require.NoError(t, err)
	require.Equal(t, "arn:aws:codedeploy:us-east-2:123456789012:application:store", renamed.Str("arn"))
}

func TestCodedeployConfig(t *testing.T) {
	w := newWorld(t)
	canary := func(interval, percentage float64) sim.Values {
		return sim.Values{"trafficRoutingConfig": map[string]any{
			"type": "TimeBasedCanary", "timeBasedCanary": map[string]any{"interval": interval, "percentage": percentage},
		}}
	}
	base := with(sim.Values{"deploymentConfigName": "slow", "computePlatform": "ECS"}, canary(5, 10))
	w.refuses(codedeployConfigType, base, []refusal{
		{"AWS's prefix", sim.Values{"deploymentConfigName": "CodeDeployDefault.Mine"}, "AWS's own"},
		{"percentage", canary(5, 100), "between 1 and 99"},
		{"interval", canary(0, 10), "between 1 and 2880"},
		{"no routing", sim.Values{"trafficRoutingConfig": nil}, "required for platform ECS"},
		{"hosts", sim.Values{"minimumHealthyHosts": map[string]any{"type": "HOST_COUNT", "value": 1.0}}, "goes with platform Server only"},
		{"another block", sim.Values{"trafficRoutingConfig": map[string]any{"type": "TimeBasedLinear", "timeBasedCanary": map[string]any{"interval": 1.0, "percentage": 10.0}}}, "goes with type TimeBasedCanary"},
	})
	id, _ := w.made(codedeployConfigType, base)
	w.blueGreen()
	group := w.cloud.All(codedeployGroupType)[0]
	_, err := w.Update(codedeployGroupType, group.ID, with(webGroup(), sim.Values{"deploymentConfigName": "slow"}))
	require.NoError(t, err)
	require.ErrorContains(t, w.Delete(codedeployConfigType, id), "DeploymentConfigInUseException")
}

// inside sets a nested value.
func inside(base sim.Values, value any, path ...string) sim.Values {
	out := base.Copy()
	at := out
	for _, k := range path[:len(path)-1] {
		at = at.Obj(k)
	}
	if at[path[len(path)-1]] = value; value == nil {
		delete(at, path[len(path)-1])
	}
	return sim.Values{path[0]: out[path[0]]}
}

func TestDeploymentGroupRefuses(t *testing.T) {
	w := newWorld(t)
	w.blueGreen()
	w.made(codedeployApplicationType, sim.Values{"name": "hosts"})
	w.made(ecsServiceType, with(webService(), sim.Values{"name": "rolling", "deploymentController": nil}))
	free := with(webService(), sim.Values{"name": "free"})
	w.made(ecsServiceType, free)
	base := with(webGroup(), sim.Values{"deploymentGroupName": "free", "ecsService": map[string]any{"clusterName": "shop", "serviceName": "free"}})
	pair := []string{"loadBalancerInfo", "targetGroupPairInfo"}
	w.refuses(codedeployGroupType, base, []refusal{
		{"taken", sim.Values{"deploymentGroupName": "web"}, "DeploymentGroupAlreadyExistsException"},
		{"application", sim.Values{"appName": "gone"}, "ApplicationDoesNotExistException"},
		{"role", sim.Values{"serviceRoleArn": "arn:aws:iam::123456789012:role/gone"}, "InvalidRoleException"},
		{"role of another", sim.Values{"serviceRoleArn": taskRole}, "must allow it to codedeploy.amazonaws.com"},
		{"platform", sim.Values{"appName": "hosts", "deploymentConfigName": "CodeDeployDefault.OneAtATime"}, "ecsServices can only be specified"},
		{"config of hosts", sim.Values{"deploymentConfigName": nil}, "is for platform Server, the application's is ECS"},
		{"no such config", sim.Values{"deploymentConfigName": "CodeDeployDefault.ECSSlow"}, "DeploymentConfigDoesNotExistException"},
		{"style", sim.Values{"deploymentStyle": map[string]any{"deploymentType": "BLUE_GREEN"}}, "InvalidDeploymentStyleException"},
		{"no style", sim.Values{"deploymentStyle": nil}, "InvalidDeploymentStyleException"},
		{"wait with continue", inside(base, 10.0, "blueGreenDeploymentConfig", "deploymentReadyOption", "waitTimeInMinutes"), "only to the STOP_DEPLOYMENT option"},
		{"no ready option", inside(base, nil, "blueGreenDeploymentConfig", "deploymentReadyOption"), "deploymentReadyOption must be specified"},
		{"kept blue", inside(base, map[string]any{"action": "KEEP_ALIVE"}, "blueGreenDeploymentConfig", "terminateBlueInstancesOnDeploymentSuccess"), "can only be TERMINATEd"},
		{"long wait", inside(base, 2881.0, "blueGreenDeploymentConfig", "terminateBlueInstancesOnDeploymentSuccess", "terminationWaitTimeInMinutes"), "between 0 and 2880"},
		{"no load balancer", sim.Values{"loadBalancerInfo": nil}, "For ECS deployment group, loadBalancerInfo must be specified"},
		{"classic", inside(base, []any{map[string]any{"name": "lb"}}, "loadBalancerInfo", "elbInfos"), "loadBalancerInfo must not contain elbInfo list"},
		{"one target group", inside(base, []any{map[string]any{"name": "blue"}}, append(pair, "targetGroups")...), "exactly 2 target groups"},
		{"the same twice", inside(base, []any{map[string]any{"name": "blue"}, map[string]any{"name": "blue"}}, append(pair, "targetGroups")...), "must differ"},
		{"unknown target group", inside(base, []any{map[string]any{"name": "blue"}, map[string]any{"name": "red"}}, append(pair, "targetGroups")...), "The target group red does not exist"},
		{"not the service's", inside(base, []any{map[string]any{"name": "green"}, map[string]any{"name": "loose"}}, append(pair, "targetGroups")...), "runs behind none"},
		{"listener", inside(base, []any{"arn:gone"}, append(pair, "prodTrafficRoute", "listenerArns")...), "The listener arn:gone does not exist"},
		{"cluster", inside(base, "gone", "ecsService", "clusterName"), "The ECS cluster gone does not exist"},
		{"service", inside(base, "gone", "ecsService", "serviceName"), "The ECS service gone does not exist"},
		{"controller", inside(base, "rolling", "ecsService", "serviceName"), "must be configured for a CODE_DEPLOY deployment controller."},
		{"another group's service", inside(base, "web", "ecsService", "serviceName"), "ECSServiceMappingLimitExceededException"},
		{"event", inside(base, []any{"FAILURE"}, "autoRollbackConfiguration", "events"), "expected one of DEPLOYMENT_FAILURE"},
		{"no event", inside(base, nil, "autoRollbackConfiguration", "events"), "enabled without events"},
		{"alarm", sim.Values{"alarmConfiguration": map[string]any{"enabled": true, "alarms": []any{"gone"}}}, "no alarm is named gone"},
		{"trigger", sim.Values{"triggerConfigurations": []any{map[string]any{"triggerName": "t", "triggerEvents": []any{"DeploymentFailure"}, "triggerTargetArn": "arn:gone"}}}, "InvalidTriggerConfigException"},
	})
	id, out := w.made(codedeployGroupType, with(base, sim.Values{"alarmConfiguration": map[string]any{"enabled": true, "alarms": []any{"errors"}}}))
	require.Equal(t, id, out.Str("deploymentGroupId"))
	require.Equal(t, "ECS", out.Str("computePlatform"))
	require.Equal(t, "arn:aws:codedeploy:us-east-2:123456789012:deploymentgroup:shop/free", out.Str("arn"))
}

func TestDeploymentGroupEdits(t *testing.T) {
	w := newWorld(t)
	w.blueGreen()
	id := w.cloud.All(codedeployGroupType)[0].ID
	w.edits(codedeployGroupType, id, webGroup(), []edit{
		{"nothing", nil, nil, nil},
		{"rename", sim.Values{"deploymentGroupName": "site"}, nil, []string{"deploymentGroupName"}},
		{"wait", inside(webGroup(), 9.0, "blueGreenDeploymentConfig", "terminateBlueInstancesOnDeploymentSuccess", "terminationWaitTimeInMinutes"),
			nil, []string{"blueGreenDeploymentConfig.terminateBlueInstancesOnDeploymentSuccess.terminationWaitTimeInMinutes"}},
	})
}
