package aws

import (
	"fmt"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

const (
	codedeployApplicationType = "aws:codedeploy/application:Application"
	codedeployConfigType      = "aws:codedeploy/deploymentConfig:DeploymentConfig"
	// https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html
	codedeployLimits = "https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html"
)

// codedeployName is the name of an application, a group or a configuration.
func codedeployName() *sim.Field {
	return sim.String().Required().
		Match(`[a-zA-Z0-9._+=,@-]{1,100}`, "1 to 100 letters, digits and . _ + = , @ -").Doc(codedeployLimits)
}

func computePlatform() *sim.Field {
	return sim.String().Replaces().OneOf("ECS", "Lambda", "Server").Default("Server")
}

func codedeployApplication() *sim.Resource {
	return &sim.Resource{
		Type:     codedeployApplicationType,
		AutoName: &sim.AutoName{Field: "name", Max: 100},
		Inputs:   sim.Fields{"name": codedeployName(), "computePlatform": computePlatform(), "tags": sim.Tags()},
		Outputs:  []string{"arn", "applicationId", "githubAccountName", "linkedToGithub", "tagsAll"},
		Create: func(op *sim.Op) error {
			if err := applicationNameFree(op); err != nil {
				return err
			}
			op.Out["applicationId"] = uuid()
			op.ID = op.Out.Str("applicationId") + ":" + op.In.Str("name")
			op.Out["githubAccountName"], op.Out["linkedToGithub"] = "", false
			settleApplication(op)
			return nil
		},
		// A rename keeps the application and its groups: https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_UpdateApplication.html
		Update: func(op *sim.Op) error {
			if op.In.Str("name") != op.Old.Str("name") {
				if err := applicationNameFree(op); err != nil {
					return err
				}
			}
			settleApplication(op)
			return nil
		},
		Unsettled: func(changed map[string]bool) []string {
			if changed["name"] {
				return []string{"arn"}
			}
			return nil
		},
	}
}

func settleApplication(op *sim.Op) {
	op.Out["arn"] = op.ARN("codedeploy", "application:"+op.In.Str("name"))
	settleTags(op)
}

func applicationNameFree(op *sim.Op) error {
	if codedeployApplicationNamed(op.Cloud, op.Record.Scope, op.In.Str("name")) != nil {
		return sim.Refuse("ApplicationAlreadyExistsException", "Application already exists: %s", op.In.Str("name"))
	}
	return nil
}

func codedeployApplicationNamed(cloud *sim.Cloud, scope, name string) *sim.Record {
	for _, r := range cloud.All(codedeployApplicationType) {
		if r.Scope == scope && r.Inputs.Str("name") == name {
			return r
		}
	}
	return nil
}

// codedeployBuiltIn are the configurations that every account has, by platform.
// https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html
var codedeployBuiltIn = map[string][]string{
	"Server": {"OneAtATime", "HalfAtATime", "AllAtOnce"},
	"ECS": {
		"ECSAllAtOnce", "ECSLinear10PercentEvery1Minutes", "ECSLinear10PercentEvery3Minutes",
		"ECSCanary10Percent5Minutes", "ECSCanary10Percent15Minutes",
	},
	"Lambda": {
		"LambdaAllAtOnce", "LambdaLinear10PercentEvery1Minute", "LambdaLinear10PercentEvery2Minutes",
		"LambdaLinear10PercentEvery3Minutes", "LambdaLinear10PercentEvery10Minutes", "LambdaCanary10Percent5Minutes",
		"LambdaCanary10Percent10Minutes", "LambdaCanary10Percent15Minutes", "LambdaCanary10Percent30Minutes",
	},
}

// configPlatform is the platform of a deployment configuration by name, "" if there is none.
func configPlatform(cloud *sim.Cloud, scope, name string) string {
	if short, builtIn := strings.CutPrefix(name, "CodeDeployDefault."); builtIn {
		for platform, names := range codedeployBuiltIn {
			if slices.Contains(names, short) {
				return platform
			}
		}
		return ""
	}
	if r := cloud.Get(codedeployConfigType, scope, name); r != nil {
		return r.Inputs.Str("computePlatform")
	}
	return ""
}

func codedeployConfig() *sim.Resource {
	timeBased := func() *sim.Field {
		// https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_TimeBasedCanary.html
		return sim.Object(sim.Fields{"interval": sim.Int().Between(1, 2880), "percentage": sim.Int().Between(1, 99)})
	}
	return &sim.Resource{
		Type:     codedeployConfigType,
		AutoName: &sim.AutoName{Field: "deploymentConfigName", Max: 100},
		Inputs: sim.Fields{
			"deploymentConfigName": codedeployName().Replaces(),
			"computePlatform":      computePlatform(),
			"minimumHealthyHosts": sim.Object(sim.Fields{
				"type": sim.String().OneOf("HOST_COUNT", "FLEET_PERCENT"), "value": sim.Int().AtLeast(0),
			}).Replaces(),
			"trafficRoutingConfig": sim.Object(sim.Fields{
				"type":            sim.String().OneOf("AllAtOnce", "TimeBasedCanary", "TimeBasedLinear").Default("AllAtOnce"),
				"timeBasedCanary": timeBased(),
				"timeBasedLinear": timeBased(),
			}).Replaces(),
		},
		Outputs:  []string{"arn", "deploymentConfigId"},
		Validate: validateCodedeployConfig,
		Create: func(op *sim.Op) error {
			op.ID = op.In.Str("deploymentConfigName")
			if op.Cloud.Get(op.Type, op.Record.Scope, op.ID) != nil {
				return sim.Refuse("DeploymentConfigAlreadyExistsException", "Deployment configuration already exists: %s", op.ID)
			}
			op.Out["deploymentConfigId"] = uuid()
			op.Out["arn"] = op.ARN("codedeploy", "deploymentconfig:"+op.ID)
			return nil
		},
		Delete: func(op *sim.Op) error {
			for _, g := range op.Cloud.All(codedeployGroupType) {
				if g.Scope == op.Record.Scope && g.Inputs.Str("deploymentConfigName") == op.ID {
					return sim.Refuse("DeploymentConfigInUseException", "The deployment configuration is still in use: %s", op.ID)
				}
			}
			return nil
		},
	}
}

// validateCodedeployConfig: https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_CreateDeploymentConfig.html
func validateCodedeployConfig(c *sim.Check) {
	const doc = "https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_CreateDeploymentConfig.html"
	if strings.HasPrefix(c.In.Str("deploymentConfigName"), "CodeDeployDefault.") {
		c.Fail("deploymentConfigName", "InvalidDeploymentConfigNameException: the prefix CodeDeployDefault. is AWS's own (%s)", doc)
	}
	server := c.In.Str("computePlatform") == "Server"
	if server && !c.In.Has("minimumHealthyHosts") {
		c.Fail("minimumHealthyHosts", "InvalidMinimumHealthyHostValueException: required for platform Server (%s)", doc)
	}
	if !server && c.In.Has("minimumHealthyHosts") {
		c.Fail("minimumHealthyHosts", "InvalidComputePlatformException: goes with platform Server only (%s)", doc)
	}
	if server && c.In.Has("trafficRoutingConfig") {
		c.Fail("trafficRoutingConfig", "InvalidTrafficRoutingConfigurationException: goes with platforms ECS and Lambda only (%s)", doc)
	}
	routing := c.In.Obj("trafficRoutingConfig")
	if !server && len(routing) == 0 && !sim.IsUnknown(c.In["trafficRoutingConfig"]) {
		c.Fail("trafficRoutingConfig", "InvalidTrafficRoutingConfigurationException: required for platform %s (%s)", c.In.Str("computePlatform"), doc)
	}
	for kind, key := range map[string]string{"TimeBasedCanary": "timeBasedCanary", "TimeBasedLinear": "timeBasedLinear"} {
		path := "trafficRoutingConfig." + key
		if (routing.Str("type") == kind) != routing.Has(key) {
			c.Fail(path, "InvalidTrafficRoutingConfigurationException: goes with type %s, and only with it (%s)", kind, doc)
		} else if routing.Has(key) && (!routing.Obj(key).Has("interval") || !routing.Obj(key).Has("percentage")) {
			c.Fail(path, "InvalidTrafficRoutingConfigurationException: interval and percentage are both required (%s)", doc)
		}
	}
}

// codedeployRef finds an application by name and refuses its absence in CodeDeploy's words.
func codedeployRef(cloud *sim.Cloud, scope, name string) (*sim.Record, error) {
	if r := codedeployApplicationNamed(cloud, scope, name); r != nil {
		return r, nil
	}
	return nil, sim.Refuse("ApplicationDoesNotExistException", "%s", fmt.Sprintf("No application found for name: %s", name))
}
