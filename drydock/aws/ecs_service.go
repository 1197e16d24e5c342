package aws

import (
	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

const (
	ecsServiceType = "aws:ecs/service:Service"
	ecsServiceDoc  = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CreateService.html"
	ecsUpdateDoc   = "https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html"
)

func ecsService() *sim.Resource {
	return &sim.Resource{
		Type:     ecsServiceType,
		AutoName: &sim.AutoName{Field: "name", Max: 255},
		Inputs: sim.Fields{
			"name": sim.String().Required().Replaces().
				Match(`[a-zA-Z0-9_-]{1,255}`, "1 to 255 letters, digits, hyphens and underscores").Doc(ecsServiceDoc),
			"cluster":            sim.String().Replaces().Computed(),
			"taskDefinition":     sim.String(),
			"desiredCount":       sim.Int().AtLeast(0),
			"launchType":         sim.String().Replaces().Computed().OneOf("EC2", "FARGATE", "EXTERNAL"),
			"platformVersion":    sim.String().Computed().Match(`LATEST|1\.[0-4]\.0|1\.0\.0`, "LATEST or a Fargate version such as 1.4.0"),
			"schedulingStrategy": sim.String().Replaces().OneOf("REPLICA", "DAEMON").Default("REPLICA"),
			"deploymentController": sim.Object(sim.Fields{
				"type": sim.String().Replaces().OneOf("ECS", "CODE_DEPLOY", "EXTERNAL").Default("ECS"),
			}).Computed(),
			"deploymentMaximumPercent":        sim.Int().AtLeast(0).Default(200.0),
			"deploymentMinimumHealthyPercent": sim.Int().AtLeast(0).Default(100.0),
			"deploymentCircuitBreaker":        sim.Object(sim.Fields{"enable": sim.Bool().Required(), "rollback": sim.Bool().Required()}).Computed(),
			"alarms": sim.Object(sim.Fields{
				"alarmNames": sim.Set(sim.String()).Required(), "enable": sim.Bool().Required(), "rollback": sim.Bool().Required(),
			}).Computed(),
			"loadBalancers": sim.Set(sim.Object(sim.Fields{
				"containerName":  sim.String().Required(),
				"containerPort":  sim.Int().Required().Between(0, 65536),
				"elbName":        sim.String(),
				"targetGroupArn": sim.String(),
			})).AtMost(5),
			"networkConfiguration": sim.Object(sim.Fields{
				"assignPublicIp": sim.Bool().Default(false),
				"securityGroups": sim.Set(sim.String()).AtMost(5),
				"subnets":        sim.Set(sim.String()).Required().Between(1, 16),
			}).Doc("https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_AwsVpcConfiguration.html"),
			"healthCheckGracePeriodSeconds": sim.Int().Between(0, 2147483647),
			"capacityProviderStrategies":    capacityProviderStrategies(),
			"orderedPlacementStrategies": sim.List(sim.Object(sim.Fields{
				"type": sim.String().Required().OneOf("random", "spread", "binpack"), "field": sim.String(),
			})).AtMost(5),
			"placementConstraints": sim.Set(sim.Object(sim.Fields{
				"type": sim.String().Required().OneOf("distinctInstance", "memberOf"), "expression": sim.String(),
			})).AtMost(10),
			"serviceRegistries": sim.Object(sim.Fields{
				"registryArn": sim.String().Required(), "containerName": sim.String(),
				"containerPort": sim.Int().Between(0, 65536), "port": sim.Int().Between(0, 65536),
			}),
			"availabilityZoneRebalancing": sim.String().OneOf("ENABLED", "DISABLED").Computed(),
			"enableEcsManagedTags":        sim.Bool().Default(false),
			"enableExecuteCommand":        sim.Bool().Default(false),
			"propagateTags":               sim.String().OneOf("SERVICE", "TASK_DEFINITION", "NONE"),
			"iamRole":                     sim.String().Replaces().Computed(),
			"forceDelete":                 sim.Bool(),
			"forceNewDeployment":          sim.Bool(),
			"waitForSteadyState":          sim.Bool().Default(false),
			"triggers":                    sim.Map(sim.String()).Computed(),
			"tags":                        sim.Tags(),
		},
		Outputs:      []string{"tagsAll"},
		Validate:     validateECSService,
		Create:       createECSService,
		Update:       updateECSService,
		ForceReplace: replacesECSService,
	}
}

func ecsController(in sim.Values) string {
	if t := in.Obj("deploymentController").Str("type"); t != "" {
		return t
	}
	return "ECS"
}

// validateECSService: rules that need nothing but the service's own inputs.
func validateECSService(c *sim.Check) {
	c.Exclusive("launchType", "capacityProviderStrategies")
	checkCapacityProviders(c, "capacityProviderStrategies", c.In.Objs("capacityProviderStrategies"))
	if c.In.Has("healthCheckGracePeriodSeconds") && c.In.Num("healthCheckGracePeriodSeconds") > 0 &&
		len(c.In.List("loadBalancers")) == 0 && !sim.IsUnknown(c.In["loadBalancers"]) {
		c.Fail("healthCheckGracePeriodSeconds", "InvalidParameterException: Health check grace period is only valid for services configured to use load balancers")
	}
	if most, known := c.In["deploymentMaximumPercent"].(float64); known && most <= 100 && c.In.Num("deploymentMinimumHealthyPercent") == 100 && c.In.Str("schedulingStrategy") == "REPLICA" {
		c.Fail("deploymentMaximumPercent", "InvalidParameterException: Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.")
	}
	if c.In.Has("platformVersion") && c.In.Str("launchType") == "EC2" {
		c.Fail("platformVersion", "InvalidParameterException: The platform version must be null when specifying an EC2 launch type.")
	}
	if c.In.Str("schedulingStrategy") == "DAEMON" {
		checkDaemon(c)
	}
	for i, lb := range c.In.Objs("loadBalancers") {
		checkServiceLoadBalancer(c, i, lb)
	}
	checkController(c)
}

// checkDaemon: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-daemon.html
func checkDaemon(c *sim.Check) {
	if c.In.Str("launchType") == "FARGATE" {
		c.Fail("schedulingStrategy", "InvalidParameterException: The daemon scheduling strategy is not supported with the launch type FARGATE.")
	}
	if ecsController(c.In) != "ECS" {
		c.Fail("schedulingStrategy", "InvalidParameterException: The daemon scheduling strategy is not supported with the deployment controller %s.", ecsController(c.In))
	}
}

// checkController: what the controllers CODE_DEPLOY and EXTERNAL want and refuse.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-type-bluegreen.html
func checkController(c *sim.Check) {
	controller := ecsController(c.In)
	if controller != "EXTERNAL" && !c.In.Has("taskDefinition") {
		c.Fail("taskDefinition", "InvalidParameterException: TaskDefinition can not be blank.")
	}
	if controller == "ECS" {
		return
	}
	if c.In.Obj("deploymentCircuitBreaker").Bool("enable") {
		c.Fail("deploymentCircuitBreaker", "InvalidParameterException: Deployment circuit breaker feature is only supported with ECS deployment controller. Update to ECS deployment controller and try again. (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-circuit-breaker.html)")
	}
	if c.In.Has("alarms") {
		c.Fail("alarms", "InvalidParameterException: Alarm based rollback feature is only supported with ECS deployment controller. Update to ECS deployment controller and try again. (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/deployment-alarm-failure.html)")
	}
	if controller == "CODE_DEPLOY" && !sim.IsUnknown(c.In["loadBalancers"]) && len(c.In.List("loadBalancers")) != 1 {
		c.Fail("loadBalancers", "with the CODE_DEPLOY deployment controller a service is required to use exactly one target group, got %d (%s)", len(c.In.List("loadBalancers")), ecsServiceDoc)
	}
}

func checkServiceLoadBalancer(c *sim.Check, i int, lb sim.Values) {
	path := "loadBalancers"
	if lb.Has("elbName") == lb.Has("targetGroupArn") {
		c.Fail(path, "InvalidParameterException: element %d: give one of elbName and targetGroupArn (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_LoadBalancer.html)", i)
	}
	if lb.Has("elbName") && c.In.Str("launchType") == "FARGATE" {
		c.Fail(path, "InvalidParameterException: Classic Load Balancers are not supported with awsvpc network mode (%s)", ecsServiceDoc)
	}
}

// replacesECSService: a change of the capacity provider strategy replaces, unless a new deployment is forced and both
// the old and the new strategy name providers. https://www.pulumi.com/registry/packages/aws/api-docs/ecs/service/
func replacesECSService(old, new sim.Values) []string {
	if new.Bool("forceNewDeployment") && len(old.List("capacityProviderStrategies")) > 0 && len(new.List("capacityProviderStrategies")) > 0 {
		return nil
	}
	return []string{"capacityProviderStrategies"}
}
