package rollout

import (
	"maps"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/appspec"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/taskdef"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

type values = map[string]any

const (
	blueARN     = "arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/blue/1"
	greenARN    = "arn:aws:elasticloadbalancing:us-east-2:123456789012:targetgroup/green/2"
	balancerARN = "arn:aws:elasticloadbalancing:us-east-2:123456789012:loadbalancer/app/shop/3"
	listenerARN = "arn:aws:elasticloadbalancing:us-east-2:123456789012:listener/app/shop/3/4"
	testARN     = "arn:aws:elasticloadbalancing:us-east-2:123456789012:listener/app/shop/3/5"
	secretARN   = "arn:aws:secretsmanager:us-east-2:123456789012:secret:shop/environment-AbCdEf"
)

func list(all ...any) []any { return all }

// shop is a world in which a deployment succeeds, each record a test may change.
func shop() *world.World {
	w := &world.World{}
	add := func(typ, id string, in values) {
		w.Add(&drydock.Record{Type: typ, ID: id, Inputs: in, Outputs: values{}, State: values{}})
	}
	add("aws:ec2/vpc:Vpc", "vpc-1", values{"cidrBlock": "10.0.0.0/16", "defaultSecurityGroupId": "sg-default"})
	add(subnetType, "subnet-a", values{"vpcId": "vpc-1", "cidrBlock": "10.0.0.0/24", "availabilityZone": "us-east-2a"})
	add(subnetType, "subnet-b", values{"vpcId": "vpc-1", "cidrBlock": "10.0.1.0/24", "availabilityZone": "us-east-2b"})
	add(routeTableType, "rtb-1", values{"vpcId": "vpc-1", "routes": list(values{"cidrBlock": "0.0.0.0/0", "gatewayId": "igw-1"})})
	add(associationType, "assoc-a", values{"subnetId": "subnet-a", "routeTableId": "rtb-1"})
	add(associationType, "assoc-b", values{"subnetId": "subnet-b", "routeTableId": "rtb-1"})
	add(groupType, "sg-lb", values{"vpcId": "vpc-1", "egress": list(values{"protocol": "-1", "cidrBlocks": list("0.0.0.0/0")})})
	add(groupType, "sg-tasks", values{"vpcId": "vpc-1"})
	add(ingressType, "sgr-1", values{"securityGroupId": "sg-tasks", "ipProtocol": "tcp", "fromPort": 8080.0, "toPort": 8080.0, "referencedSecurityGroupId": "sg-lb"})
	add(egressType, "sgr-2", values{"securityGroupId": "sg-tasks", "ipProtocol": "-1", "cidrIpv4": "0.0.0.0/0"})
	for name, arn := range map[string]string{"blue": blueARN, "green": greenARN} {
		add(targetGroupType, arn, values{
			"name": name, "targetType": "ip", "vpcId": "vpc-1", "protocol": "HTTP", "deregistrationDelay": 30.0,
			"healthCheck": values{"path": "/health", "matcher": "200-299", "interval": 15.0, "unhealthyThreshold": 3.0, "port": "traffic-port"},
		})
	}
	add(balancerType, balancerARN, values{"name": "shop", "loadBalancerType": "application", "securityGroups": list("sg-lb"), "subnets": list("subnet-a", "subnet-b")})
	add(listenerType, listenerARN, values{"loadBalancerArn": balancerARN, "port": 443.0, "defaultActions": list(values{"type": "forward", "targetGroupArn": blueARN})})
	add(clusterType, "cluster", values{"name": "shop"})
	add(serviceType, "service", values{
		"name": "shop", "cluster": "shop", "launchType": "FARGATE", "deploymentController": values{"type": "CODE_DEPLOY"}, "desiredCount": 2.0,
		"loadBalancers": list(values{"targetGroupArn": blueARN}), "networkConfiguration": values{
			"subnets": list("subnet-a", "subnet-b"), "securityGroups": list("sg-tasks"), "assignPublicIp": true,
		},
	})
	add(applicationType, "app", values{"name": "shop", "computePlatform": "ECS"})
	add(alarmType, "errors", values{"name": "errors"})
	add(alarmType, "spare", values{"name": "spare"})
	add(logGroupType, "/ecs/shop", values{"name": "/ecs/shop"})
	add(secretType, secretARN, values{"name": "shop/environment"})
	add(versionType, "v1", values{"secretId": secretARN, "secretString": `{"DATABASE_URL":"postgres://db"}`})
	add(parameterType, "/shop/token", values{"name": "/shop/token"})
	add(groupRecord, "group", values{
		"appName": "shop", "deploymentGroupName": "shop", "deploymentConfigName": "CodeDeployDefault.ECSAllAtOnce",
		"deploymentStyle":           values{"deploymentType": "BLUE_GREEN", "deploymentOption": "WITH_TRAFFIC_CONTROL"},
		"ecsService":                values{"clusterName": "shop", "serviceName": "shop"},
		"alarmConfiguration":        values{"enabled": true, "alarms": list("errors")},
		"autoRollbackConfiguration": values{"enabled": true, "events": list("DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM")},
		"blueGreenDeploymentConfig": values{
			"deploymentReadyOption":                     values{"actionOnTimeout": "CONTINUE_DEPLOYMENT"},
			"terminateBlueInstancesOnDeploymentSuccess": values{"action": "TERMINATE", "terminationWaitTimeInMinutes": 5.0},
		},
		"loadBalancerInfo": values{"targetGroupPairInfo": values{
			"prodTrafficRoute": values{"listenerArns": list(listenerARN)}, "targetGroups": list(values{"name": "blue"}, values{"name": "green"}),
		}},
	})
	return w
}

const groupRecord = "aws:codedeploy/deploymentGroup:DeploymentGroup"

// deploy is the input for the world, with the sound files of testdata.
func deploy(t *testing.T, w *world.World) Input {
	t.Helper()
	return Input{World: w, Group: w.All(groupRecord)[0], Task: task(t, "testdata/taskdef.json"), Spec: spec(t, "")}
}

func task(t *testing.T, file string) *taskdef.Definition {
	t.Helper()
	content, err := os.ReadFile(file)
	require.NoError(t, err)
	d, problems := taskdef.Parse("taskdef.json", content)
	require.Empty(t, problems)
	return d
}

// spec is the AppSpec for the world, with more lines behind it.
func spec(t *testing.T, more string) *appspec.Spec {
	t.Helper()
	s, problems := appspec.Parse("appspec.yaml", []byte(`version: 0.0
Resources:
  - TargetService:
      Type: AWS::ECS::Service
      Properties:
        TaskDefinition: <TASK_DEFINITION>
        LoadBalancerInfo:
          ContainerName: web
          ContainerPort: 8080
`+more))
	require.Empty(t, problems)
	return s
}

// set changes the inputs of the record of the type whose attribute has the value; a nil takes the input away.
func set(w *world.World, typ, attribute, value string, inputs values) {
	r := w.Find(typ, attribute, value)
	maps.Copy(r.Inputs, inputs)
	maps.DeleteFunc(r.Inputs, func(_ string, v any) bool { return v == nil })
}

// remove takes the record out.
func remove(w *world.World, typ, attribute, value string) { w.Remove(w.Find(typ, attribute, value)) }
