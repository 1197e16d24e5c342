package rollout

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/appspec"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

const (
	creation = "Deployment is created"
	taskSet  = "Green task set is created"
	start    = "Green tasks start"
	health   = "Green tasks become healthy"
)

func group(in values) func(*world.World, *Input) {
	return func(w *world.World, _ *Input) { set(w, groupRecord, "id", "group", in) }
}

func change(typ, attribute, value string, in values) func(*world.World, *Input) {
	return func(w *world.World, _ *Input) { set(w, typ, attribute, value, in) }
}

func without(typ, attribute, value string) func(*world.World, *Input) {
	return func(w *world.World, _ *Input) { remove(w, typ, attribute, value) }
}

// Each defect fails the step at which AWS would, in AWS's words where they are known, and with a fix.
func TestDefectsFailTheirStep(t *testing.T) {
	for name, test := range map[string]struct {
		spoil      func(w *world.World, in *Input)
		step, what string
	}{
		"no application":        {without(applicationType, "name", "shop"), creation, "The application shop does not exist"},
		"another platform":      {change(applicationType, "name", "shop", values{"computePlatform": "Server"}), creation, "for the compute platform ECS"},
		"no cluster":            {without(clusterType, "name", "shop"), creation, "Cluster not found: shop."},
		"no service":            {without(serviceType, "name", "shop"), creation, "The ECS service shop was not found"},
		"service of another":    {change(serviceType, "name", "shop", values{"cluster": "other"}), creation, "was not found in the cluster shop"},
		"inactive service":      {change(serviceType, "name", "shop", values{"status": "INACTIVE"}), creation, "is INACTIVE"},
		"rolling service":       {change(serviceType, "name", "shop", values{"deploymentController": values{"type": "ECS"}}), creation, "is not CODE_DEPLOY"},
		"in place":              {group(values{"deploymentStyle": values{"deploymentType": "IN_PLACE"}}), creation, "must be BLUE_GREEN"},
		"no production":         {pair(values{"prodTrafficRoute": values{}}), creation, "no production listener"},
		"no listener":           {without(listenerType, "id", listenerARN), creation, "The listener " + listenerARN + " could not be found."},
		"no load balancer":      {without(balancerType, "id", balancerARN), creation, "The load balancer of listener"},
		"no target group":       {without(targetGroupType, "name", "green"), creation, "The target group green could not be found."},
		"one target group":      {pair(values{"targetGroups": list(values{"name": "blue"})}), creation, "names 1 target groups"},
		"target type":           {change(targetGroupType, "name", "green", values{"targetType": "instance"}), creation, "incompatible with the awsvpc network mode"},
		"listener elsewhere":    {change(listenerType, "id", listenerARN, values{"defaultActions": list(values{"type": "fixed-response"})}), creation, "does not have an associated load balancer."},
		"another load balancer": {otherBalancer, creation, "is behind the load balancer other"},
		"unknown configuration": {group(values{"deploymentConfigName": "CodeDeployDefault.AllAtOnce"}), creation, `"CodeDeployDefault.AllAtOnce" does not exist`},
		"network and canary":    {networkCanary, creation, "cannot be used with a Network Load Balancer"},
		"no alarm":              {without(alarmType, "name", "errors"), creation, "The alarm errors of the deployment group does not exist"},
		"wrong container":       {specOf("ContainerName: web", "ContainerName: nginx"), taskSet, "The container nginx does not exist in the task definition."},
		"wrong port":            {specOf("ContainerPort: 8080", "ContainerPort: 80"), taskSet, "The container web did not have a container port 80 defined."},
		"old platform":          {specMore("        PlatformVersion: 1.3.0\n"), taskSet, "The platform version 1.3.0"},
		"not for Fargate":       {func(_ *world.World, in *Input) { in.Task.Compatibilities = nil }, taskSet, "does not support launch_type FARGATE"},
		"unknown subnet":        {specMore(network("subnet-x", "sg-tasks")), taskSet, "The subnet ID 'subnet-x' does not exist"},
		"unknown group":         {specMore(network("subnet-a", "sg-x")), taskSet, "The security group 'sg-x' does not exist"},
		"group of another VPC":  {change(groupType, "id", "sg-tasks", values{"vpcId": "vpc-2"}), taskSet, "does not appear to belong to the same VPC"},
		"subnet of another VPC": {change(subnetType, "id", "subnet-a", values{"vpcId": "vpc-2"}), taskSet, "subnet-a is in the VPC vpc-2"},
		"green in another VPC":  {change(targetGroupType, "name", "green", values{"vpcId": "vpc-2"}), taskSet, "green is in the VPC vpc-2"},
		"no network":            {change(serviceType, "name", "shop", values{"networkConfiguration": values{}}), taskSet, "Network Configuration must be provided"},
		"no public address":     {public(false), start, "its tasks get no public IP address"},
		"no route":              {change(routeTableType, "id", "rtb-1", values{"routes": list()}), start, "no way to ecr.api, ecr.dkr, logs, s3, secretsmanager, ssm"},
		"no egress":             {without(egressType, "id", "sgr-2"), start, "let nothing out on port 443"},
		"other architecture":    {func(_ *world.World, in *Input) { in.Images = map[string]string{"web": "linux/arm64"} }, start, "does not contain descriptor matching platform 'linux/amd64'"},
		"other runtime":         {arm, start, "does not contain descriptor matching platform 'linux/arm64'"},
		"no secret":             {without(secretType, "id", secretARN), start, "Secrets Manager can't find the specified secret: " + secretARN},
		"no value":              {without(versionType, "secretId", secretARN), start, "staging label: AWSCURRENT"},
		"no key":                {change(versionType, "secretId", secretARN, values{"secretString": `{"OTHER":""}`}), start, "did not contain json key DATABASE_URL"},
		"no JSON":               {change(versionType, "secretId", secretARN, values{"secretString": "text"}), start, "is no JSON object"},
		"no log group":          {without(logGroupType, "name", "/ecs/shop"), start, "The specified log group does not exist: /ecs/shop"},
		"no parameter":          {without(parameterType, "name", "/shop/token"), start, "invalid ssm parameters: /shop/token"},
		"no ingress":            {without(ingressType, "id", "sgr-1"), health, "do not admit the load balancer on port 8080"},
		"ingress of a port":     {change(ingressType, "id", "sgr-1", values{"fromPort": 80.0, "toPort": 80.0}), health, "do not admit the load balancer on port 8080"},
		"ingress of another":    {change(ingressType, "id", "sgr-1", values{"referencedSecurityGroupId": "sg-x"}), health, "do not admit the load balancer on port 8080"},
		"health port":           {healthPort, health, "do not admit the load balancer on port 9000"},
		"closed load balancer":  {change(groupType, "id", "sg-lb", values{"egress": list()}), health, "let nothing out to the tasks"},
		"another zone":          {change(balancerType, "id", balancerARN, values{"subnets": list("subnet-a")}), health, "Availability Zone us-east-2b"},
	} {
		t.Run(name, func(t *testing.T) {
			w := shop()
			in := deploy(t, w)
			test.spoil(w, &in)
			o := Run(t.Context(), in)
			step, problem := failure(o)
			assert.Equal(t, test.step, step)
			assert.Contains(t, problem.What, test.what)
			assert.NotEmpty(t, problem.Fix)
			assert.True(t, problem.Where != "" || problem.Line > 0)
			assert.False(t, o.Succeeded)
			assert.Equal(t, step != creation, o.RolledBack)
			if step == start || step == health {
				assert.GreaterOrEqual(t, o.Took, time.Hour)
			}
		})
	}
}

func pair(in values) func(*world.World, *Input) {
	return func(w *world.World, _ *Input) {
		info := w.All(groupRecord)[0].Inputs.Obj("loadBalancerInfo").Obj("targetGroupPairInfo")
		for key, v := range in {
			info[key] = v
		}
	}
}

func otherBalancer(w *world.World, _ *Input) {
	w.Add(&drydock.Record{Type: listenerType, ID: "l", Inputs: values{"loadBalancerArn": "other", "defaultActions": list(values{"targetGroupArn": greenARN})}})
}

func networkCanary(w *world.World, _ *Input) {
	set(w, balancerType, "id", balancerARN, values{"loadBalancerType": "network"})
	set(w, groupRecord, "id", "group", values{"deploymentConfigName": "CodeDeployDefault.ECSCanary10Percent5Minutes"})
}

func specOf(old, now string) func(*world.World, *Input) {
	return func(_ *world.World, in *Input) {
		changed := *in.Spec
		switch old {
		case "ContainerName: web":
			changed.ContainerName = now[len("ContainerName: "):]
		default:
			changed.ContainerPort = 80
		}
		in.Spec = &changed
	}
}

// specMore gives the AppSpec more properties.
func specMore(more string) func(*world.World, *Input) {
	return func(_ *world.World, in *Input) {
		base := "version: 0.0\nResources:\n  - TargetService:\n      Type: AWS::ECS::Service\n      Properties:\n" +
			"        TaskDefinition: <TASK_DEFINITION>\n        LoadBalancerInfo:\n          ContainerName: web\n          ContainerPort: 8080\n"
		in.Spec, _ = appspec.Parse("appspec.yaml", []byte(base+more))
	}
}

func network(subnet, group string) string {
	return "        NetworkConfiguration:\n          AwsvpcConfiguration:\n            Subnets: [" + subnet + "]\n            SecurityGroups: [" + group + "]\n            AssignPublicIp: ENABLED\n"
}

func public(assigned bool) func(*world.World, *Input) {
	return func(w *world.World, _ *Input) {
		w.All(serviceType)[0].Inputs.Obj("networkConfiguration")["assignPublicIp"] = assigned
	}
}

func arm(_ *world.World, in *Input) {
	in.Task.Platform.Architecture = "ARM64"
	in.Images = map[string]string{"web": "linux/amd64", "api": "linux/arm64/v8"}
}

func healthPort(w *world.World, _ *Input) {
	w.Find(targetGroupType, "name", "green").Inputs.Obj("healthCheck")["port"] = "9000"
}

// What is unusual but right must not fail.
func TestSoundNetworksPass(t *testing.T) {
	endpoint := func(service, kind string) *drydock.Record {
		return &drydock.Record{Type: endpointType, ID: service, Inputs: values{
			"vpcId": "vpc-1", "serviceName": "com.amazonaws.us-east-2." + service, "vpcEndpointType": kind, "routeTableIds": list("rtb-1"),
		}}
	}
	for name, arrange := range map[string]func(w *world.World, in *Input){
		"NAT": func(w *world.World, in *Input) {
			public(false)(w, in)
			set(w, routeTableType, "id", "rtb-1", values{"routes": list(values{"cidrBlock": "0.0.0.0/0", "natGatewayId": "nat-1"})})
		},
		"a route of its own": func(w *world.World, in *Input) {
			public(false)(w, in)
			set(w, routeTableType, "id", "rtb-1", values{"routes": nil})
			w.Add(&drydock.Record{Type: routeType, ID: "r", Inputs: values{"routeTableId": "rtb-1", "destinationCidrBlock": "0.0.0.0/0", "natGatewayId": "nat-1"}})
		},
		"endpoints": func(w *world.World, in *Input) {
			public(false)(w, in)
			set(w, routeTableType, "id", "rtb-1", values{"routes": nil})
			for _, service := range []string{"ecr.api", "ecr.dkr", "logs", "secretsmanager", "ssm"} {
				w.Add(endpoint(service, "Interface"))
			}
			w.Add(endpoint("s3", "Gateway"))
		},
		"the main route table": func(w *world.World, _ *Input) {
			remove(w, associationType, "id", "assoc-a")
			w.Find(routeTableType, "id", "rtb-1").State["main"] = true
		},
		"ingress by network": change(ingressType, "id", "sgr-1", values{"referencedSecurityGroupId": nil, "cidrIpv4": "10.0.0.0/16"}),
		"inline ingress": func(w *world.World, _ *Input) {
			remove(w, ingressType, "id", "sgr-1")
			set(w, groupType, "id", "sg-tasks", values{"ingress": list(values{"protocol": "tcp", "fromPort": 0.0, "toPort": 65535.0, "securityGroups": list("sg-lb")})})
		},
		"a rule of the old kind": func(w *world.World, _ *Input) {
			remove(w, ingressType, "id", "sgr-1")
			w.Add(&drydock.Record{Type: sgRuleType, ID: "r", Inputs: values{
				"type": "ingress", "securityGroupId": "sg-tasks", "protocol": "-1", "sourceSecurityGroupId": "sg-lb",
			}})
		},
		"the default group": func(w *world.World, _ *Input) {
			delete(w.All(serviceType)[0].Inputs.Obj("networkConfiguration"), "securityGroups")
			w.Add(&drydock.Record{Type: groupType, ID: "sg-default", Inputs: values{
				"vpcId": "vpc-1", "egress": list(values{"protocol": "-1", "cidrBlocks": list("0.0.0.0/0")}),
				"ingress": list(values{"protocol": "tcp", "fromPort": 8080.0, "toPort": 8080.0, "cidrBlocks": list("10.0.0.0/16")}),
			}})
		},
		"a listener rule": func(w *world.World, _ *Input) {
			set(w, listenerType, "id", listenerARN, values{"defaultActions": list(values{"type": "fixed-response"})})
			w.Add(&drydock.Record{Type: ruleType, ID: "rule", Inputs: values{"listenerArn": listenerARN, "actions": list(values{"type": "forward", "targetGroupArn": blueARN})}})
		},
		"the network of the AppSpec": specMore(network("subnet-a", "sg-tasks")),
		"a cluster by ARN":           change(serviceType, "name", "shop", values{"cluster": "arn:aws:ecs:us-east-2:123456789012:cluster/shop"}),
		"an alarm that may fail": group(values{"alarmConfiguration": values{
			"enabled": true, "ignorePollAlarmFailure": true, "alarms": list("missing"),
		}}),
		"blue stays": group(values{"blueGreenDeploymentConfig": values{
			"terminateBlueInstancesOnDeploymentSuccess": values{"action": "KEEP_ALIVE"},
		}}),
	} {
		t.Run(name, func(t *testing.T) {
			w := shop()
			in := deploy(t, w)
			arrange(w, &in)
			o := Run(t.Context(), in)
			_, problem := failure(o)
			require.Empty(t, problem.What)
			assert.True(t, o.Succeeded)
		})
	}
}

func TestAllProblemsAreTold(t *testing.T) {
	w := shop()
	remove(w, secretType, "id", secretARN)
	remove(w, parameterType, "name", "/shop/token")
	o := Run(t.Context(), deploy(t, w))
	var lines []int
	for _, s := range o.Steps {
		if s.Problem != nil {
			assert.Equal(t, "taskdef.json", s.Problem.File)
			lines = append(lines, s.Problem.Line)
		}
	}
	assert.Equal(t, []int{26, 27}, lines)
}

func TestVersionsOfASecret(t *testing.T) {
	for name, test := range map[string]struct {
		from, lacks string
	}{
		"a stage":           {":OLD:AWSPREVIOUS:", ""},
		"a version":         {":OLD::v-1", ""},
		"the whole":         {"", ""},
		"key of the stage":  {":NEW:AWSPREVIOUS:", "did not contain json key NEW"},
		"no such stage":     {":NEW:OTHER:", "staging label: OTHER"},
		"no such version":   {":NEW::v-9", "v-9"},
		"key of the newest": {":NEW::", ""},
	} {
		w := &world.World{}
		w.Add(&drydock.Record{Type: secretType, ID: secretARN})
		w.Add(&drydock.Record{Type: versionType, ID: "1", Inputs: values{"secretId": secretARN, "secretString": `{"OLD":"1"}`},
			Outputs: values{"versionId": "v-1", "versionStages": list("AWSPREVIOUS")}})
		w.Add(&drydock.Record{Type: versionType, ID: "2", Inputs: values{"secretId": secretARN, "secretString": `{"NEW":"1"}`}})
		task := task(t, "testdata/taskdef.json")
		task.Containers[0].Secrets = task.Containers[0].Secrets[:1]
		task.Containers[0].Secrets[0].ValueFrom = secretARN + test.from
		problems := Secrets(w, task)
		if test.lacks == "" {
			assert.Empty(t, problems, name)
			continue
		}
		require.Len(t, problems, 1, name)
		assert.Contains(t, problems[0].What, test.lacks)
	}
}
