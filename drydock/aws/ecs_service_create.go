package aws

import (
	"fmt"
	"slices"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

func invalidParameter(format string, args ...any) error {
	return sim.Refuse("InvalidParameterException", format, args...)
}

func createECSService(op *sim.Op) error {
	cluster := ecsClusterOf(op.Cloud, op.In.Str("cluster"), op.Record.Scope)
	if cluster == nil {
		return sim.Refuse("ClusterNotFoundException", "Cluster not found.")
	}
	name := op.In.Str("name")
	op.ID = op.ARN("ecs", "service/"+cluster.Inputs.Str("name")+"/"+name)
	if op.Cloud.Get(op.Type, op.Record.Scope, op.ID) != nil {
		return invalidParameter("Creation of service was not idempotent.")
	}
	if err := checkServiceGraph(op, cluster); err != nil {
		return err
	}
	if !op.In.Has("cluster") {
		op.Out["cluster"] = cluster.Inputs.Str("name")
	}
	settleECSService(op)
	return nil
}

// settleECSService fills in what ECS chose.
func settleECSService(op *sim.Op) {
	set := func(k string, v any) {
		if !op.Out.Has(k) {
			op.Out[k] = v
		}
	}
	set("desiredCount", 0.0)
	if len(op.In.List("capacityProviderStrategies")) == 0 {
		set("launchType", "EC2")
	}
	if op.Out.Str("launchType") == "FARGATE" {
		set("platformVersion", "LATEST")
	}
	set("availabilityZoneRebalancing", "DISABLED")
	set("iamRole", fmt.Sprintf("arn:%s:iam::%s:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS", op.Partition(), op.Account()))
	settleTags(op)
}

// checkServiceGraph: what the service names must exist and fit together.
func checkServiceGraph(op *sim.Op, cluster *sim.Record) error {
	if err := checkServiceProviders(op, cluster); err != nil {
		return err
	}
	vpc, err := serviceVPC(op)
	if err != nil {
		return err
	}
	if ecsController(op.In) == "EXTERNAL" {
		return nil
	}
	task, err := activeTaskDefinition(op.Cloud, op.Record.Scope, op.In.Str("taskDefinition"))
	if err != nil {
		return err
	}
	if err := checkServiceTask(op.In, task); err != nil {
		return err
	}
	for _, lb := range op.In.Objs("loadBalancers") {
		if err := checkServiceTarget(op, task, lb, vpc); err != nil {
			return err
		}
	}
	return nil
}

func checkServiceProviders(op *sim.Op, cluster *sim.Record) error {
	known := []string{}
	if r := op.Cloud.Get("aws:ecs/clusterCapacityProviders:ClusterCapacityProviders", op.Record.Scope, cluster.Inputs.Str("name")); r != nil {
		known = r.Inputs.Strs("capacityProviders")
	}
	for _, s := range op.In.Objs("capacityProviderStrategies") {
		if !slices.Contains(known, s.Str("capacityProvider")) {
			return invalidParameter("The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. Associate the capacity provider with the cluster and try again: %s", s.Str("capacityProvider"))
		}
	}
	if ecsController(op.In) == "CODE_DEPLOY" && len(op.In.Objs("capacityProviderStrategies")) > 0 {
		for _, s := range op.In.Objs("capacityProviderStrategies") {
			if s.Str("capacityProvider") == "FARGATE_SPOT" {
				return invalidParameter("Fargate Spot is not supported with the CODE_DEPLOY deployment controller (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-bluegreen.html)")
			}
		}
	}
	return nil
}

// serviceVPC checks the network and returns its VPC, "" without one.
func serviceVPC(op *sim.Op) (string, error) {
	network := op.In.Obj("networkConfiguration")
	vpc := ""
	for _, id := range network.Strs("subnets") {
		subnet := op.Cloud.Get("aws:ec2/subnet:Subnet", op.Record.Scope, id)
		if subnet == nil {
			return "", invalidParameter("Error retrieving subnet information for [%s]: The subnet ID '%s' does not exist (ErrorCode: InvalidSubnetID.NotFound)", id, id)
		}
		if vpc != "" && subnet.Attr("vpcId") != vpc {
			return "", invalidParameter("subnets must belong to one VPC: '%s' is in %s, others in %s", id, subnet.Attr("vpcId"), vpc)
		}
		vpc = subnet.Attr("vpcId")
	}
	for _, id := range network.Strs("securityGroups") {
		group := op.Cloud.Get("aws:ec2/securityGroup:SecurityGroup", op.Record.Scope, id)
		if group == nil {
			return "", invalidParameter("Error retrieving security group information for [%s]: The security group '%s' does not exist (ErrorCode: InvalidGroup.NotFound)", id, id)
		}
		if group.Attr("vpcId") != vpc {
			return "", invalidParameter("security group '%s' is in %s, the subnets are in %s: they must be in one VPC", id, group.Attr("vpcId"), vpc)
		}
	}
	return vpc, nil
}

// checkServiceTask: the task definition fits the launch type and the network.
func checkServiceTask(in sim.Values, task *sim.Record) error {
	awsvpc := task.Inputs.Str("networkMode") == "awsvpc"
	if launch := in.Str("launchType"); launch == "FARGATE" && !slices.Contains(task.Inputs.Strs("requiresCompatibilities"), launch) {
		return invalidParameter("Task definition does not support launch_type FARGATE.")
	}
	if awsvpc && !in.Has("networkConfiguration") {
		return invalidParameter("Network Configuration must be provided when networkMode 'awsvpc' is specified.")
	}
	if !awsvpc && in.Has("networkConfiguration") {
		return invalidParameter("Network Configuration is not valid for the given networkMode of this task definition.")
	}
	if in.Obj("networkConfiguration").Bool("assignPublicIp") && in.Str("launchType") == "EC2" {
		return invalidParameter("Assign public IP is not supported for this launch type.")
	}
	if in.Bool("enableExecuteCommand") && task.Inputs.Str("taskRoleArn") == "" {
		return invalidParameter("The service couldn't be created because a valid taskRoleArn is not being used. Specify a valid task role in your task definition and try again.")
	}
	return nil
}

// checkServiceTarget: the load balancer's target group and the container behind it.
func checkServiceTarget(op *sim.Op, task *sim.Record, lb sim.Values, vpc string) error {
	container, port := lb.Str("containerName"), lb.Num("containerPort")
	if err := containerListens(task.Inputs.Str("containerDefinitions"), container, port); err != nil {
		return err
	}
	arn := lb.Str("targetGroupArn")
	if arn == "" {
		return nil
	}
	group := op.Cloud.Find("aws:lb/targetGroup:TargetGroup", "arn", arn)
	switch awsvpc := task.Inputs.Str("networkMode") == "awsvpc"; {
	case group == nil:
		return invalidParameter("Unable to assume role and validate the specified targetGroupArn: the target group %s does not exist", arn)
	case awsvpc && group.Attr("targetType") != "ip":
		return invalidParameter("The provided target group %s has target type %s, which is incompatible with the awsvpc network mode specified in the task definition.", arn, group.Attr("targetType"))
	case !listens(op.Cloud, arn):
		return invalidParameter("The target group with targetGroupArn %s does not have an associated load balancer.", arn)
	case vpc != "" && group.Attr("vpcId") != "" && group.Attr("vpcId") != vpc:
		// CreateService accepts this, but no task could ever be registered: RegisterTargets wants addresses of the group's VPC.
		// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RegisterTargets.html
		return fmt.Errorf("the target group %s is in %s, the service's subnets in %s: its tasks could not be registered", arn, group.Attr("vpcId"), vpc)
	}
	return nil
}

// listens tells whether a listener or one of its rules forwards to the target group.
func listens(cloud *sim.Cloud, targetGroup string) bool {
	return len(cloud.Users("aws:lb/listener:Listener", targetGroup)) > 0 || len(cloud.Users("aws:lb/listenerRule:ListenerRule", targetGroup)) > 0
}

func containerListens(definitions, container string, port float64) error {
	list, ok := canonicalContainers(definitions)
	if !ok {
		return invalidParameter("The container definitions of the task definition cannot be read.")
	}
	for _, e := range list {
		k := sim.Values(e.(map[string]any))
		if k.Str("name") != container {
			continue
		}
		for _, m := range k.Objs("portMappings") {
			if m.Num("containerPort") == port {
				return nil
			}
		}
		return invalidParameter("The container %s did not have a container port %v defined.", container, port)
	}
	return invalidParameter("The container %s does not exist in the task definition.", container)
}
