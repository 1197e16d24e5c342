package aws

import (
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// validateCodedeployGroup: rules that need nothing but the group's own inputs.
func validateCodedeployGroup(c *sim.Check) {
	blueGreen := c.In.Obj("blueGreenDeploymentConfig")
	ready := blueGreen.Obj("deploymentReadyOption")
	if ready.Str("actionOnTimeout") == "CONTINUE_DEPLOYMENT" && ready.Num("waitTimeInMinutes") > 0 {
		// https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_DeploymentReadyOption.html
		c.Fail("blueGreenDeploymentConfig.deploymentReadyOption.waitTimeInMinutes",
			"InvalidBlueGreenDeploymentConfigurationException: applies only to the STOP_DEPLOYMENT option for actionOnTimeout: leave it out or 0")
	}
	terminate := blueGreen.Obj("terminateBlueInstancesOnDeploymentSuccess")
	if terminate.Str("action") == "KEEP_ALIVE" && terminate.Has("terminationWaitTimeInMinutes") {
		c.Fail("blueGreenDeploymentConfig.terminateBlueInstancesOnDeploymentSuccess.terminationWaitTimeInMinutes",
			"InvalidBlueGreenDeploymentConfigurationException: goes with action TERMINATE only (%s)", codedeployGroupDoc)
	}
	if a := c.In.Obj("alarmConfiguration"); a.Bool("enabled") && a.Has("alarms") && len(a.List("alarms")) == 0 && !sim.IsUnknown(a["alarms"]) {
		c.Fail("alarmConfiguration.alarms", "InvalidAlarmConfigException: enabled without alarms")
	}
	rollback := c.In.Obj("autoRollbackConfiguration")
	if rollback.Bool("enabled") && len(rollback.List("events")) == 0 && !sim.IsUnknown(rollback["events"]) {
		c.Fail("autoRollbackConfiguration.events", "InvalidAutoRollbackConfigException: enabled without events")
	}
	if c.In.Has("ecsService") {
		validateECSGroup(c)
	}
}

// validateECSGroup: https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-groups-create-ecs.html
func validateECSGroup(c *sim.Check) {
	style := c.In.Obj("deploymentStyle")
	if !sim.IsUnknown(c.In["deploymentStyle"]) &&
		(style.Str("deploymentType") != "BLUE_GREEN" || style.Str("deploymentOption") != "WITH_TRAFFIC_CONTROL") {
		c.Fail("deploymentStyle", "InvalidDeploymentStyleException: For ECS deployment group, deployment type can only be BLUE_GREEN with WITH_TRAFFIC_CONTROL (%s)", codedeployGroupDoc)
	}
	validateECSBlueGreen(c)
	info := c.In.Obj("loadBalancerInfo")
	for _, k := range []string{"elbInfos", "targetGroupInfos"} {
		if info.Has(k) {
			c.Fail("loadBalancerInfo."+k, "InvalidLoadBalancerInfoException: For ECS deployment group, loadBalancerInfo must not contain %s list", strings.TrimSuffix(k, "s"))
		}
	}
	pair := info.Obj("targetGroupPairInfo")
	switch groups := pair.Objs("targetGroups"); {
	case !c.In.Has("loadBalancerInfo"):
		c.Fail("loadBalancerInfo", "InvalidLoadBalancerInfoException: For ECS deployment group, loadBalancerInfo must be specified")
	case len(info) > 0 && !info.Has("targetGroupPairInfo"):
		c.Fail("loadBalancerInfo.targetGroupPairInfo", "InvalidLoadBalancerInfoException: For ECS deployment group, targetGroupPairInfo must be specified")
	case pair.Has("targetGroups") && !sim.IsUnknown(pair["targetGroups"]) && len(groups) != 2:
		c.Fail("loadBalancerInfo.targetGroupPairInfo.targetGroups", "InvalidTargetGroupPairException: For ECS deployment group, exactly 2 target groups must be specified, got %d", len(groups))
	case len(groups) == 2 && groups[0].Str("name") != "" && groups[0].Str("name") == groups[1].Str("name"):
		c.Fail("loadBalancerInfo.targetGroupPairInfo.targetGroups", "InvalidTargetGroupPairException: the two target groups must differ, both are %q", groups[0].Str("name"))
	}
	if c.In.Bool("terminationHookEnabled") {
		c.Fail("terminationHookEnabled", "goes with Auto Scaling groups only (%s)", codedeployGroupDoc)
	}
}

func validateECSBlueGreen(c *sim.Check) {
	if sim.IsUnknown(c.In["blueGreenDeploymentConfig"]) {
		return
	}
	const path = "blueGreenDeploymentConfig"
	blueGreen := c.In.Obj(path)
	for _, part := range []string{"deploymentReadyOption", "terminateBlueInstancesOnDeploymentSuccess"} {
		if !blueGreen.Has(part) {
			c.Fail(path+"."+part, "InvalidBlueGreenDeploymentConfigurationException: For ECS deployment group, %s must be specified", part)
		}
	}
	if blueGreen.Has("greenFleetProvisioningOption") {
		if blueGreen.Obj("greenFleetProvisioningOption").Str("action") == "COPY_AUTO_SCALING_GROUP" {
			c.Fail(path+".greenFleetProvisioningOption", "InvalidBlueGreenDeploymentConfigurationException: For ECS deployment group, greenFleetProvisioningOption must not be COPY_AUTO_SCALING_GROUP")
		}
	}
	if t := blueGreen.Obj("terminateBlueInstancesOnDeploymentSuccess"); t.Str("action") == "KEEP_ALIVE" {
		c.Fail(path+".terminateBlueInstancesOnDeploymentSuccess.action", "InvalidBlueGreenDeploymentConfigurationException: For ECS deployment group, the original task set can only be TERMINATEd")
	}
}

func createCodedeployGroup(op *sim.Op) error {
	app, group := op.In.Str("appName"), op.In.Str("deploymentGroupName")
	for _, g := range op.Cloud.All(codedeployGroupType) {
		if g.Scope == op.Record.Scope && g.Inputs.Str("appName") == app && g.Inputs.Str("deploymentGroupName") == group {
			return sim.Refuse("DeploymentGroupAlreadyExistsException", "Deployment group name already exists: %s", group)
		}
	}
	op.Out["deploymentGroupId"] = uuid()
	op.ID = op.Out.Str("deploymentGroupId")
	return settleCodedeployGroup(op)
}

func updateCodedeployGroup(op *sim.Op) error { return settleCodedeployGroup(op) }

// settleCodedeployGroup checks the group against the account and fills in its outputs.
func settleCodedeployGroup(op *sim.Op) error {
	app, err := codedeployRef(op.Cloud, op.Record.Scope, op.In.Str("appName"))
	if err != nil {
		return err
	}
	if role := op.In.Str("serviceRoleArn"); !assumable(op.Cloud, role, "codedeploy.amazonaws.com") {
		return sim.Refuse("InvalidRoleException", "AWS CodeDeploy does not have the permissions required to assume the role %s: "+
			"its trust policy must allow it to codedeploy.amazonaws.com (https://docs.aws.amazon.com/codedeploy/latest/userguide/getting-started-create-service-role.html)", role)
	}
	platform := app.Inputs.Str("computePlatform")
	if err := checkGroupPlatform(op, platform); err != nil {
		return err
	}
	for _, alarm := range op.In.Obj("alarmConfiguration").Strs("alarms") {
		if op.Cloud.Find("aws:cloudwatch/metricAlarm:MetricAlarm", "name", alarm) == nil {
			return sim.Refuse("InvalidAlarmConfigException", "The alarm configuration is invalid: no alarm is named %s", alarm)
		}
	}
	op.Out["arn"] = op.ARN("codedeploy", "deploymentgroup:"+op.In.Str("appName")+"/"+op.In.Str("deploymentGroupName"))
	op.Out["computePlatform"] = platform
	if !op.Out.Has("deploymentStyle") {
		op.Out["deploymentStyle"] = map[string]any{"deploymentOption": "WITHOUT_TRAFFIC_CONTROL", "deploymentType": "IN_PLACE"}
	}
	if !op.Out.Has("blueGreenDeploymentConfig") {
		op.Out["blueGreenDeploymentConfig"] = map[string]any{}
	}
	settleTags(op)
	return nil
}

func checkGroupPlatform(op *sim.Op, platform string) error {
	name := op.In.Str("deploymentConfigName")
	switch config := configPlatform(op.Cloud, op.Record.Scope, name); {
	case config == "":
		return sim.Refuse("DeploymentConfigDoesNotExistException", "No deployment configuration found for name: %s", name)
	case config != platform:
		return sim.Refuse("InvalidDeploymentConfigNameException", "The deployment configuration %s is for platform %s, the application's is %s", name, config, platform)
	case platform == "ECS" && !op.In.Has("ecsService"):
		return sim.Refuse("InvalidECSServiceException", "For ECS deployment group, ecsServices must be specified")
	case platform != "ECS" && op.In.Has("ecsService"):
		return sim.Refuse("InvalidECSServiceException", "ecsServices can only be specified for an application of platform ECS, %s is of %s", op.In.Str("appName"), platform)
	case platform != "ECS":
		return nil
	}
	return checkGroupService(op)
}

// checkGroupService: the service exists, is CodeDeploy's, is no other group's, and runs behind one of the two target groups.
func checkGroupService(op *sim.Op) error {
	cluster, name := op.In.Obj("ecsService").Str("clusterName"), op.In.Obj("ecsService").Str("serviceName")
	service := ecsServiceNamed(op.Cloud, op.Record.Scope, "service/"+ecsClusterName(cluster)+"/"+name)
	switch {
	case ecsClusterOf(op.Cloud, cluster, op.Record.Scope) == nil:
		return sim.Refuse("InvalidECSServiceException", "The ECS cluster %s does not exist", cluster)
	case service == nil:
		return sim.Refuse("InvalidECSServiceException", "The ECS service %s does not exist in cluster %s", name, cluster)
	case ecsController(service.Inputs) != "CODE_DEPLOY":
		return sim.Refuse("InvalidECSServiceException", "Deployment group's ECS service must be configured for a CODE_DEPLOY deployment controller.")
	}
	for _, g := range op.Cloud.All(codedeployGroupType) {
		other := g.Inputs.Obj("ecsService")
		if g.ID != op.ID && g.Scope == op.Record.Scope && other.Str("clusterName") == cluster && other.Str("serviceName") == name {
			// https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_CreateDeploymentGroup.html
			return sim.Refuse("ECSServiceMappingLimitExceededException", "The Amazon ECS service is associated with more than one deployment groups: %s", g.Inputs.Str("deploymentGroupName"))
		}
	}
	pair := op.In.Obj("loadBalancerInfo").Obj("targetGroupPairInfo")
	arns := targetGroupARNs(op.Cloud, op.Record.Scope, pair)
	for _, lb := range service.Inputs.Objs("loadBalancers") {
		for _, arn := range arns {
			if lb.Str("targetGroupArn") == arn {
				return nil
			}
		}
	}
	return sim.Refuse("InvalidTargetGroupPairException", "The service %s runs behind none of the group's two target groups", name)
}

// targetGroupARNs are the ARNs of a pair's target groups, in the pair's order.
func targetGroupARNs(cloud *sim.Cloud, scope string, pair sim.Values) []string {
	var out []string
	for _, g := range pair.Objs("targetGroups") {
		for _, r := range cloud.All("aws:lb/targetGroup:TargetGroup") {
			if r.Scope == scope && r.Attr("name") == g.Str("name") {
				out = append(out, r.Attr("arn"))
			}
		}
	}
	return out
}
