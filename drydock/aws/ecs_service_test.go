package aws

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

func TestCluster(t *testing.T) {
	w := newWorld(t)
	w.refuses(ecsClusterType, sim.Values{"name": "shop"}, []refusal{
		{"name", sim.Values{"name": "my shop"}, "letters, digits, hyphens and underscores"},
		{"setting", sim.Values{"settings": []any{map[string]any{"name": "insights", "value": "enabled"}}}, "expected one of containerInsights"},
		{"value", sim.Values{"settings": []any{map[string]any{"name": "containerInsights", "value": "on"}}}, "expected one of enabled"},
	})
	id, out := w.made(ecsClusterType, sim.Values{"name": "shop"})
	require.Equal(t, "arn:aws:ecs:us-east-2:123456789012:cluster/shop", id)
	require.Equal(t, id, out.Str("arn"))
	got, err := w.Invoke("aws:ecs/getCluster:getCluster", sim.Values{"clusterName": "shop"})
	require.NoError(t, err)
	require.Equal(t, id, got.Str("arn"))
	_, err = w.Invoke("aws:ecs/getCluster:getCluster", sim.Values{"clusterName": "gone"})
	require.ErrorContains(t, err, "couldn't find resource")
	require.NoError(t, w.Delete(ecsClusterType, id))
}

func TestClusterWithServicesStays(t *testing.T) {
	w := newWorld(t)
	service := w.blueGreen()
	cluster := "arn:aws:ecs:us-east-2:123456789012:cluster/shop"
	require.ErrorContains(t, w.Delete(ecsClusterType, cluster), "ClusterContainsServicesException")
	require.NoError(t, w.Delete(ecsServiceType, service))
	require.NoError(t, w.Delete(ecsClusterType, cluster))
}

func TestCapacityProviders(t *testing.T) {
	const typ = "aws:ecs/clusterCapacityProviders:ClusterCapacityProviders"
	w := newWorld(t)
	w.made(ecsClusterType, sim.Values{"name": "shop"})
	strategy := func(provider string, base, weight float64) map[string]any {
		return map[string]any{"capacityProvider": provider, "base": base, "weight": weight}
	}
	base := sim.Values{"clusterName": "shop", "capacityProviders": []any{"FARGATE"}}
	w.refuses(typ, base, []refusal{
		{"cluster", sim.Values{"clusterName": "gone"}, "ClusterNotFoundException"},
		{"not associated", sim.Values{"defaultCapacityProviderStrategies": []any{strategy("FARGATE_SPOT", 0, 1)}}, "not among capacityProviders"},
		{"no weight", sim.Values{"defaultCapacityProviderStrategies": []any{strategy("FARGATE", 1, 0)}}, "weight greater than 0"},
		{"two bases", sim.Values{"capacityProviders": []any{"FARGATE", "FARGATE_SPOT"},
			"defaultCapacityProviderStrategies": []any{strategy("FARGATE", 1, 1), strategy("FARGATE_SPOT", 1, 1)}}, "only one capacity provider"},
	})
	w.made(typ, base)
}

func inSubnets(subnets, groups []any) sim.Values {
	return sim.Values{"networkConfiguration": map[string]any{"subnets": subnets, "securityGroups": groups}}
}

func behind(container string, port float64, group string) sim.Values {
	return sim.Values{"loadBalancers": []any{map[string]any{"containerName": container, "containerPort": port, "targetGroupArn": group}}}
}

func TestServiceRefuses(t *testing.T) {
	w := newWorld(t)
	w.blueGreen()
	w.made(ecsTaskDefinitionType, sim.Values{"family": "ec2", "containerDefinitions": `[{"name":"web","image":"web","memory":64}]`})
	w.made(ecsTaskDefinitionType, with(webTask(), sim.Values{"family": "roleless", "taskRoleArn": nil}))
	w.exists("aws:lb/targetGroup:TargetGroup", testScope, "tg-i", sim.Values{"arn": "tg-i", "name": "i", "targetType": "instance", "vpcId": "vpc-1"})
	w.exists("aws:lb/targetGroup:TargetGroup", testScope, "tg-v", sim.Values{"arn": "tg-v", "name": "v", "targetType": "ip", "vpcId": "vpc-2"})
	w.listener("listener-v", "tg-v")
	breaker := map[string]any{"enable": true, "rollback": true}
	w.refuses(ecsServiceType, with(webService(), sim.Values{"name": "wrong"}), []refusal{
		{"name", sim.Values{"name": "my service"}, "letters, digits, hyphens and underscores"},
		{"taken", sim.Values{"name": "web"}, "Creation of service was not idempotent."},
		{"cluster", sim.Values{"cluster": "gone"}, "ClusterNotFoundException"},
		{"task definition", sim.Values{"taskDefinition": "gone:1"}, "TaskDefinition not found"},
		{"no task definition", sim.Values{"taskDefinition": nil}, "TaskDefinition can not be blank"},
		{"negative", sim.Values{"desiredCount": -1.0}, "at least 0"},
		{"launch type", sim.Values{"taskDefinition": "ec2", "networkConfiguration": nil}, "Task definition does not support launch_type FARGATE."},
		{"no network", sim.Values{"networkConfiguration": nil}, "Network Configuration must be provided"},
		{"network without awsvpc", sim.Values{"taskDefinition": "ec2", "launchType": "EC2"}, "Network Configuration is not valid for the given networkMode"},
		{"subnet", inSubnets([]any{"subnet-x"}, nil), "The subnet ID 'subnet-x' does not exist"},
		{"security group", inSubnets([]any{"subnet-a"}, []any{"sg-x"}), "The security group 'sg-x' does not exist"},
		{"two networks", inSubnets([]any{"subnet-a"}, []any{"sg-elsewhere"}), "they must be in one VPC"},
		{"subnets of two networks", inSubnets([]any{"subnet-a", "subnet-elsewhere"}, nil), "one VPC"},
		{"container", behind("api", 80, blueARN), "The container api does not exist in the task definition."},
		{"port", behind("web", 8080, blueARN), "The container web did not have a container port 8080 defined."},
		{"target group", behind("web", 80, "arn:gone"), "the target group arn:gone does not exist"},
		{"no listener", behind("web", 80, looseARN), "does not have an associated load balancer."},
		{"target type", behind("web", 80, "tg-i"), "incompatible with the awsvpc network mode"},
		{"target group elsewhere", behind("web", 80, "tg-v"), "could not be registered"},
		{"grace without load balancer", sim.Values{"loadBalancers": nil, "healthCheckGracePeriodSeconds": 5.0}, "only valid for services configured to use load balancers"},
		{"no load balancer for CodeDeploy", sim.Values{"loadBalancers": nil}, "exactly one target group, got 0"},
		{"circuit breaker", sim.Values{"deploymentCircuitBreaker": breaker}, "circuit breaker feature is only supported with ECS"},
		{"alarms", sim.Values{"alarms": map[string]any{"alarmNames": []any{"errors"}, "enable": true, "rollback": true}}, "Alarm based rollback feature is only supported with ECS"},
		{"two ways to launch", sim.Values{"capacityProviderStrategies": []any{map[string]any{"capacityProvider": "FARGATE", "weight": 1.0}}}, "conflicts with launchType"},
		{"provider of no cluster", sim.Values{"launchType": nil, "capacityProviderStrategies": []any{map[string]any{"capacityProvider": "FARGATE", "weight": 1.0}}}, "not associated with the cluster"},
		{"percents", sim.Values{"deploymentMaximumPercent": 100.0}, "cannot be 100 as this will block deployments"},
		{"daemon", sim.Values{"schedulingStrategy": "DAEMON"}, "not supported with the launch type FARGATE"},
		{"exec without role", sim.Values{"taskDefinition": "roleless", "enableExecuteCommand": true}, "a valid taskRoleArn is not being used"},
		{"platform", sim.Values{"platformVersion": "2.0"}, "a Fargate version"},
	})
}

func TestServiceLifecycle(t *testing.T) {
	w := newWorld(t)
	id := w.blueGreen()
	require.Equal(t, "arn:aws:ecs:us-east-2:123456789012:service/shop/web", id)
	_, out, err := w.Read(ecsServiceType, id)
	require.NoError(t, err)
	require.Equal(t, "LATEST", out.Str("platformVersion"))
	w.edits(ecsServiceType, id, webService(), []edit{
		{"nothing", nil, nil, nil},
		{"order of subnets", inSubnets([]any{"subnet-b", "subnet-a"}, []any{"sg-1"}), nil, nil},
		{"count", sim.Values{"desiredCount": 3.0}, nil, []string{"desiredCount"}},
		{"cluster", sim.Values{"cluster": "other"}, []string{"cluster"}, nil},
		{"controller", sim.Values{"deploymentController": map[string]any{"type": "ECS"}}, []string{"deploymentController.type"}, nil},
		{"launch type", sim.Values{"launchType": "EC2"}, []string{"launchType"}, nil},
		{"launch type left out", sim.Values{"launchType": nil}, nil, nil},
	})
}

func TestCodeDeployOwnsWhatItReleases(t *testing.T) {
	w := newWorld(t)
	id := w.blueGreen()
	w.made(ecsTaskDefinitionType, webTask())
	for name, c := range map[string]struct {
		set  sim.Values
		want string
	}{
		"task definition": {sim.Values{"taskDefinition": "shop:2"}, "Unable to update task definition on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment."},
		"network":         {inSubnets([]any{"subnet-a"}, []any{"sg-1"}), "Unable to update network parameters"},
		"load balancers":  {behind("web", 80, greenARN), "Unable to update load balancers"},
		"platform":        {sim.Values{"platformVersion": "1.4.0"}, "Unable to update platform version"},
		"forced":          {sim.Values{"forceNewDeployment": true}, "Cannot force a new deployment"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.Update(ecsServiceType, id, with(webService(), c.set))
			require.ErrorContains(t, err, c.want)
		})
	}
	for name, set := range map[string]sim.Values{
		"count":    {"desiredCount": 5.0},
		"grace":    {"healthCheckGracePeriodSeconds": 60.0},
		"percents": {"deploymentMaximumPercent": 150.0},
		"tags":     {"tags": map[string]any{"a": "b"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := w.Update(ecsServiceType, id, with(webService(), set))
			require.NoError(t, err)
		})
	}
}

func TestRollingServiceTakesANewTaskDefinition(t *testing.T) {
	w := newWorld(t)
	w.blueGreen()
	rolling := with(webService(), sim.Values{"name": "rolling", "deploymentController": nil})
	id, _ := w.made(ecsServiceType, rolling)
	w.made(ecsTaskDefinitionType, webTask())
	out, err := w.Update(ecsServiceType, id, with(rolling, sim.Values{"taskDefinition": "shop:2"}))
	require.NoError(t, err)
	require.Equal(t, "shop:2", out.Str("taskDefinition"))
	_, err = w.Update(ecsServiceType, id, with(rolling, sim.Values{"taskDefinition": "shop:7"}))
	require.ErrorContains(t, err, "TaskDefinition not found")
}

func scalable(set sim.Values) sim.Values {
	return with(sim.Values{
		"serviceNamespace": "ecs", "scalableDimension": "ecs:service:DesiredCount", "resourceId": "service/shop/web",
	}, set)
}

func TestScaling(t *testing.T) {
	w := newWorld(t)
	service := w.blueGreen()
	limits := sim.Values{"minCapacity": 3.0, "maxCapacity": 6.0}
	tracking := sim.Values{"name": "cpu", "policyType": "TargetTrackingScaling", "targetTrackingScalingPolicyConfiguration": map[string]any{
		"targetValue": 60.0, "predefinedMetricSpecification": map[string]any{"predefinedMetricType": "ECSServiceAverageCPUUtilization"},
	}}
	metric := func(m map[string]any) sim.Values {
		return sim.Values{"targetTrackingScalingPolicyConfiguration": map[string]any{"targetValue": 60.0, "predefinedMetricSpecification": m}}
	}
	w.refuses(scalableTargetType, scalable(limits), []refusal{
		{"limits", sim.Values{"maxCapacity": 2.0}, "Maximum capacity cannot be less than minimum capacity"},
		{"service", sim.Values{"resourceId": "service/shop/gone"}, "ECS service doesn't exist: service/shop/gone"},
		{"resource", sim.Values{"resourceId": "shop/web"}, "service/<cluster name>/<service name>"},
		{"namespace", sim.Values{"serviceNamespace": "dynamodb"}, "expected one of ecs"},
	})
	w.refuses(scalingPolicyType, scalable(tracking), []refusal{
		{"no target", nil, "ObjectNotFoundException: No scalable target found"},
		{"type", sim.Values{"policyType": "TargetTracking"}, "expected one of StepScaling"},
		{"metric", metric(map[string]any{"predefinedMetricType": "CPU"}), "expected one of ECSServiceAverageCPUUtilization"},
		{"no label", metric(map[string]any{"predefinedMetricType": "ALBRequestCountPerTarget"}), "app/<load balancer>"},
		{"configuration of another type", sim.Values{"policyType": "StepScaling"}, "goes with policyType"},
	})
	target, out := w.made(scalableTargetType, scalable(limits))
	require.Equal(t, "service/shop/web", target)
	require.Contains(t, out.Str("roleArn"), "AWSServiceRoleForApplicationAutoScaling_ECSService")
	require.Equal(t, 3.0, w.inputs(ecsServiceType, service).Num("desiredCount"), "the minimum takes effect at once")

	id, out := w.made(scalingPolicyType, scalable(tracking))
	require.Equal(t, "cpu", id)
	require.Len(t, out.List("alarmArns"), 2)
	require.NoError(t, w.Delete(scalableTargetType, target))
	require.Empty(t, w.cloud.All(scalingPolicyType), "a target takes its policies along")
}
