package aws

import (
	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

const (
	codedeployGroupType = "aws:codedeploy/deploymentGroup:DeploymentGroup"
	codedeployGroupDoc  = "https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_CreateDeploymentGroup.html"
)

func codedeployGroup() *sim.Resource {
	return &sim.Resource{
		Type: codedeployGroupType,
		Inputs: sim.Fields{
			"appName":              codedeployName(),
			"deploymentGroupName":  codedeployName(),
			"deploymentConfigName": sim.String().Default("CodeDeployDefault.OneAtATime").AtMost(100),
			"serviceRoleArn":       iamRoleRef("InvalidRoleException: Cannot assume role provided: %s").Required(),
			"deploymentStyle": sim.Object(sim.Fields{
				"deploymentOption": sim.String().OneOf("WITH_TRAFFIC_CONTROL", "WITHOUT_TRAFFIC_CONTROL").Default("WITHOUT_TRAFFIC_CONTROL"),
				"deploymentType":   sim.String().OneOf("IN_PLACE", "BLUE_GREEN").Default("IN_PLACE"),
			}).Computed(),
			"blueGreenDeploymentConfig": blueGreenConfig(),
			"ecsService": sim.Object(sim.Fields{
				"clusterName": sim.String().Required().AtLeast(1), "serviceName": sim.String().Required().AtLeast(1),
			}),
			"loadBalancerInfo": loadBalancerInfo(),
			"autoRollbackConfiguration": sim.Object(sim.Fields{
				"enabled": sim.Bool(),
				"events":  sim.Set(sim.String().OneOf("DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST")),
			}).Doc("https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_AutoRollbackConfiguration.html"),
			"alarmConfiguration": sim.Object(sim.Fields{
				"alarms": sim.Set(sim.String()).AtMost(10), "enabled": sim.Bool(), "ignorePollAlarmFailure": sim.Bool().Default(false),
			}).Doc("https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_AlarmConfiguration.html"),
			"triggerConfigurations": sim.Set(sim.Object(sim.Fields{
				"triggerName": sim.String().Required(),
				"triggerEvents": sim.Set(sim.String().OneOf("DeploymentStart", "DeploymentSuccess", "DeploymentFailure", "DeploymentStop",
					"DeploymentRollback", "DeploymentReady", "InstanceStart", "InstanceSuccess", "InstanceFailure", "InstanceReady")).Required(),
				"triggerTargetArn": sim.String().Required().Refs("aws:sns/topic:Topic", "arn",
					"InvalidTriggerConfigException: Topic ARN %s is not valid"),
			})).AtMost(10),
			"outdatedInstancesStrategy": sim.String().OneOf("UPDATE", "IGNORE").Default("UPDATE"),
			"terminationHookEnabled":    sim.Bool().Default(false),
			"tags":                      sim.Tags(),
		},
		Outputs:  []string{"arn", "computePlatform", "deploymentGroupId", "tagsAll"},
		Validate: validateCodedeployGroup,
		Create:   createCodedeployGroup,
		Update:   updateCodedeployGroup,
		Unsettled: func(changed map[string]bool) []string {
			if changed["appName"] || changed["deploymentGroupName"] {
				return []string{"arn"}
			}
			return nil
		},
	}
}

// blueGreenConfig: https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_BlueGreenDeploymentConfiguration.html
func blueGreenConfig() *sim.Field {
	return sim.Object(sim.Fields{
		"deploymentReadyOption": sim.Object(sim.Fields{
			"actionOnTimeout":   sim.String().OneOf("CONTINUE_DEPLOYMENT", "STOP_DEPLOYMENT"),
			"waitTimeInMinutes": sim.Int().Between(0, 2880),
		}),
		"greenFleetProvisioningOption": sim.Object(sim.Fields{
			"action": sim.String().OneOf("DISCOVER_EXISTING", "COPY_AUTO_SCALING_GROUP"),
		}).Computed(),
		"terminateBlueInstancesOnDeploymentSuccess": sim.Object(sim.Fields{
			"action":                       sim.String().OneOf("TERMINATE", "KEEP_ALIVE"),
			"terminationWaitTimeInMinutes": sim.Int().Between(0, 2880),
		}),
	}).Computed()
}

// loadBalancerInfo: https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_LoadBalancerInfo.html
func loadBalancerInfo() *sim.Field {
	named := func() *sim.Field { return sim.Set(sim.Object(sim.Fields{"name": sim.String()})) }
	route := func() *sim.Field {
		return sim.Object(sim.Fields{"listenerArns": sim.Set(sim.String().Refs("aws:lb/listener:Listener", "arn",
			"InvalidLoadBalancerInfoException: The listener %s does not exist")).Required().Between(1, 1)})
	}
	return sim.Object(sim.Fields{
		"elbInfos":         named(),
		"targetGroupInfos": named(),
		"targetGroupPairInfo": sim.Object(sim.Fields{
			"prodTrafficRoute": route().Required(),
			"testTrafficRoute": route(),
			"targetGroups": sim.List(sim.Object(sim.Fields{
				"name": sim.String().Required().Refs("aws:lb/targetGroup:TargetGroup", "name",
					"InvalidTargetGroupPairException: The target group %s does not exist"),
			})).Required().Between(1, 2),
		}),
	})
}
