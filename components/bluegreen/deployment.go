package bluegreen

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codedeploy"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/problems"
)

// DeploymentArgs describe how a service's releases are deployed.
type DeploymentArgs struct {
	DeploymentOptions
	// Project names application and deployment group. Required.
	Project string `pulumi:"project"`
	// Service that is deployed to. Required.
	Service *Service `pulumi:"service"`
	// Traffic that moves to the release. Its test listener is used if it has one. Required.
	Traffic *Traffic `pulumi:"traffic"`
	// Alarms that roll a release back, besides AlarmNames. Default: none.
	Alarms *Alarms `pulumi:"alarms"`
	// Tags of every resource that can have them. Default: none.
	Tags map[string]string `pulumi:"tags"`
}

// Deployment is what CodeDeploy needs to release blue/green: it starts the new tasks in the target group that is not in
// use, moves the traffic, stops the old tasks, and moves everything back when the release fails or an alarm goes off.
type Deployment struct {
	pulumi.ResourceState

	// ApplicationName and DeploymentGroupName are both the project.
	ApplicationName     pulumi.StringOutput `pulumi:"applicationName"`
	ApplicationArn      pulumi.StringOutput `pulumi:"applicationArn"`
	DeploymentGroupName pulumi.StringOutput `pulumi:"deploymentGroupName"`
	DeploymentGroupArn  pulumi.StringOutput `pulumi:"deploymentGroupArn"`
	// ConfigName of the deployment configuration, and its ARN.
	ConfigName pulumi.StringOutput `pulumi:"configName"`
	ConfigArn  pulumi.StringOutput `pulumi:"configArn"`
}

// NewDeployment makes the CodeDeploy application with its deployment group.
func NewDeployment(
	ctx *pulumi.Context, name string, args *DeploymentArgs, opts ...pulumi.ResourceOption,
) (*Deployment, error) {
	a := args.withDefaults()
	if err := a.validate(args); err != nil {
		return nil, err
	}
	d := &Deployment{}
	if err := ctx.RegisterComponentResource("container-pipeline:bluegreen:Deployment", name, d, opts...); err != nil {
		return nil, err
	}
	here, err := ground.Here(ctx, pulumi.Parent(d))
	if err != nil {
		return nil, err
	}
	application, err := codedeploy.NewApplication(ctx, name, &codedeploy.ApplicationArgs{
		Name: pulumi.String(a.Project), ComputePlatform: pulumi.String("ECS"), Tags: ground.Tags(a.Tags),
	}, pulumi.Parent(d))
	if err != nil {
		return nil, err
	}
	d.ApplicationName, d.ApplicationArn = application.Name, application.Arn
	if err := d.addConfig(ctx, name, here, a); err != nil {
		return nil, err
	}
	role, err := ground.NewRole(ctx, name+"-deploy", &ground.RoleArgs{
		Description: "CodeDeploy, releasing " + a.Project, Trust: deployTrust(here, a.Project), Policy: a.policy(here), Tags: a.Tags,
	}, pulumi.Parent(d))
	if err != nil {
		return nil, err
	}
	if err := d.addGroup(ctx, name, a, role); err != nil {
		return nil, err
	}
	return d, ctx.RegisterResourceOutputs(d, pulumi.Map{
		"applicationName": d.ApplicationName, "applicationArn": d.ApplicationArn,
		"deploymentGroupName": d.DeploymentGroupName, "deploymentGroupArn": d.DeploymentGroupArn,
		"configName": d.ConfigName, "configArn": d.ConfigArn,
	})
}

// addConfig makes a configuration of Shift. Its name tells its content: none can be changed, and one that replaces it
// has another name.
func (d *Deployment) addConfig(ctx *pulumi.Context, name string, here ground.Place, a *DeploymentArgs) error {
	if a.Shift == nil {
		d.ConfigName = pulumi.String(a.Config).ToStringOutput()
		d.ConfigArn = pulumi.String(here.ARN("codedeploy", "deploymentconfig:"+a.Config)).ToStringOutput()
		return nil
	}
	config, err := codedeploy.NewDeploymentConfig(ctx, name, &codedeploy.DeploymentConfigArgs{
		DeploymentConfigName: pulumi.String(fmt.Sprintf(
			"%s-%s-%d-percent-%d-minutes", a.Project, a.Shift.Kind, a.Shift.Percent, a.Shift.IntervalMinutes)),
		ComputePlatform:      pulumi.String("ECS"),
		TrafficRoutingConfig: a.Shift.routing(),
	}, pulumi.Parent(d))
	if err != nil {
		return err
	}
	d.ConfigName, d.ConfigArn = config.DeploymentConfigName, config.Arn
	return nil
}

func (s *TrafficShift) routing() *codedeploy.DeploymentConfigTrafficRoutingConfigArgs {
	percent, interval := pulumi.Int(s.Percent), pulumi.Int(s.IntervalMinutes)
	if s.Kind == "canary" {
		return &codedeploy.DeploymentConfigTrafficRoutingConfigArgs{
			Type: pulumi.String("TimeBasedCanary"),
			TimeBasedCanary: &codedeploy.DeploymentConfigTrafficRoutingConfigTimeBasedCanaryArgs{
				Percentage: percent, Interval: interval,
			},
		}
	}
	return &codedeploy.DeploymentConfigTrafficRoutingConfigArgs{
		Type: pulumi.String("TimeBasedLinear"),
		TimeBasedLinear: &codedeploy.DeploymentConfigTrafficRoutingConfigTimeBasedLinearArgs{
			Percentage: percent, Interval: interval,
		},
	}
}

func (args *DeploymentArgs) withDefaults() *DeploymentArgs {
	a := DeploymentArgs{}
	if args != nil {
		a = *args
	}
	a.DeploymentOptions = a.DeploymentOptions.withDefaults()
	return &a
}

// maxAlarms of a deployment group.
// https://docs.aws.amazon.com/codedeploy/latest/userguide/limits.html
const maxAlarms = 10

func (args *DeploymentArgs) validate(given *DeploymentArgs) error {
	if given == nil {
		given = &DeploymentArgs{}
	}
	p := &problems.List{}
	p.Matches("project", args.Project, projectName, "lower-case letters, digits and single hyphens, starting with a letter")
	if args.Service == nil {
		p.Add("service", "missing: give the Service that is deployed to")
	}
	if args.Traffic == nil {
		p.Add("traffic", "missing: give the Traffic that moves to a release")
	}
	args.DeploymentOptions.validate(p, given.DeploymentOptions)
	if n := len(args.alarmNames()); n > maxAlarms {
		p.Add("alarmNames", "%d alarms with those of the component are too many: give at most %d in all", n, maxAlarms)
	}
	return p.Err()
}

// alarmNames are those of the component and those given.
func (args *DeploymentArgs) alarmNames() pulumi.StringArray {
	names := pulumi.StringArray{}
	if args.Alarms != nil {
		for _, alarm := range args.Alarms.alarms {
			names = append(names, alarm.Name)
		}
	}
	return append(names, args.AlarmNames...)
}
