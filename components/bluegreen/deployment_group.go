package bluegreen

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codedeploy"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
)

func (d *Deployment) addGroup(ctx *pulumi.Context, name string, a *DeploymentArgs, role *ground.Role) error {
	group, err := codedeploy.NewDeploymentGroup(ctx, name, &codedeploy.DeploymentGroupArgs{
		AppName:              d.ApplicationName,
		DeploymentGroupName:  pulumi.String(a.Project),
		DeploymentConfigName: d.ConfigName.ToStringPtrOutput(),
		ServiceRoleArn:       role.Role.Arn,
		EcsService: &codedeploy.DeploymentGroupEcsServiceArgs{
			ClusterName: a.Service.ClusterName, ServiceName: a.Service.ServiceName,
		},
		DeploymentStyle: &codedeploy.DeploymentGroupDeploymentStyleArgs{
			DeploymentType: pulumi.String("BLUE_GREEN"), DeploymentOption: pulumi.String("WITH_TRAFFIC_CONTROL"),
		},
		LoadBalancerInfo: &codedeploy.DeploymentGroupLoadBalancerInfoArgs{TargetGroupPairInfo: targetGroupPair(a.Traffic)},

		BlueGreenDeploymentConfig: blueGreenConfig(a.TerminationWaitMinutes),
		AutoRollbackConfiguration: a.rollback(),
		AlarmConfiguration:        a.alarmConfiguration(),
		Tags:                      ground.Tags(a.Tags),
	}, pulumi.Parent(d), pulumi.DependsOn(role.Ready()))
	if err != nil {
		return err
	}
	d.DeploymentGroupName, d.DeploymentGroupArn = group.DeploymentGroupName, group.Arn
	return nil
}

func targetGroupPair(t *Traffic) *codedeploy.DeploymentGroupLoadBalancerInfoTargetGroupPairInfoArgs {
	pair := &codedeploy.DeploymentGroupLoadBalancerInfoTargetGroupPairInfoArgs{
		ProdTrafficRoute: &codedeploy.DeploymentGroupLoadBalancerInfoTargetGroupPairInfoProdTrafficRouteArgs{
			ListenerArns: pulumi.StringArray{t.ListenerArn},
		},
		TargetGroups: codedeploy.DeploymentGroupLoadBalancerInfoTargetGroupPairInfoTargetGroupArray{
			&codedeploy.DeploymentGroupLoadBalancerInfoTargetGroupPairInfoTargetGroupArgs{Name: t.BlueTargetGroupName},
			&codedeploy.DeploymentGroupLoadBalancerInfoTargetGroupPairInfoTargetGroupArgs{Name: t.GreenTargetGroupName},
		},
	}
	if t.test != nil {
		pair.TestTrafficRoute = &codedeploy.DeploymentGroupLoadBalancerInfoTargetGroupPairInfoTestTrafficRouteArgs{
			ListenerArns: pulumi.StringArray{t.TestListenerArn},
		}
	}
	return pair
}

// blueGreenConfig moves the traffic as soon as the new tasks are healthy; there is no wait time, which is that of
// STOP_DEPLOYMENT for a person.
// https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_DeploymentReadyOption.html
func blueGreenConfig(terminationMinutes int) *codedeploy.DeploymentGroupBlueGreenDeploymentConfigArgs {
	return &codedeploy.DeploymentGroupBlueGreenDeploymentConfigArgs{
		DeploymentReadyOption: &codedeploy.DeploymentGroupBlueGreenDeploymentConfigDeploymentReadyOptionArgs{
			ActionOnTimeout: pulumi.String("CONTINUE_DEPLOYMENT"),
		},
		TerminateBlueInstancesOnDeploymentSuccess: &codedeploy.DeploymentGroupBlueGreenDeploymentConfigTerminateBlueInstancesOnDeploymentSuccessArgs{
			Action:                       pulumi.String("TERMINATE"),
			TerminationWaitTimeInMinutes: pulumi.Int(max(0, terminationMinutes)),
		},
	}
}

func (args *DeploymentArgs) rollback() *codedeploy.DeploymentGroupAutoRollbackConfigurationArgs {
	events := pulumi.StringArray{pulumi.String("DEPLOYMENT_FAILURE")}
	if len(args.alarmNames()) > 0 {
		events = append(events, pulumi.String("DEPLOYMENT_STOP_ON_ALARM"))
	}
	return &codedeploy.DeploymentGroupAutoRollbackConfigurationArgs{Enabled: pulumi.Bool(true), Events: events}
}

func (args *DeploymentArgs) alarmConfiguration() codedeploy.DeploymentGroupAlarmConfigurationPtrInput {
	names := args.alarmNames()
	if len(names) == 0 {
		return nil
	}
	return &codedeploy.DeploymentGroupAlarmConfigurationArgs{Enabled: pulumi.Bool(true), Alarms: names}
}
