package bluegreen

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/iam"
)

// deployTrust lets CodeDeploy assume the role for the application's deployment groups.
// https://docs.aws.amazon.com/codedeploy/latest/userguide/security_confused_deputy.html
func deployTrust(here ground.Place, application string) iam.Document {
	return iam.TrustService("codedeploy.amazonaws.com",
		iam.If(iam.StringEquals, "aws:SourceAccount", here.Account),
		iam.If(iam.StringLike, "aws:SourceArn", here.ARN("codedeploy", "deploymentgroup:"+application+"/*")))
}

// deployGrant is what CodeDeploy may use, by ARN.
type deployGrant struct {
	service   string
	listeners []string
	roles     []string // that the tasks are given
	hooks     []string
	alarms    []string // "*" for any
}

// policy waits for the ARNs of everything that a deployment touches.
func (args *DeploymentArgs) policy(here ground.Place) pulumi.StringOutput {
	listeners := pulumi.StringArray{args.Traffic.ListenerArn}
	if args.Traffic.test != nil {
		listeners = append(listeners, args.Traffic.TestListenerArn)
	}
	return pulumi.All(
		args.Service.ServiceArn, listeners,
		pulumi.StringArray{args.Service.TaskRoleArn, args.Service.ExecutionRoleArn},
		args.Hooks.given(),
	).ApplyT(func(known []any) (string, error) {
		return deployGrant{
			service: known[0].(string), listeners: known[1].([]string), roles: known[2].([]string),
			hooks: known[3].([]string), alarms: args.alarmArns(here),
		}.policy().Render(iam.InlineRolePolicy)
	}).(pulumi.StringOutput)
}

// alarmArns are those that CodeDeploy polls. It stops a deployment whose alarms it cannot see, and AWS documents no call of
// it that names them; one that lists them is a call on all of this region. One that is given may be composite, and of
// those DescribeAlarms tells only who may describe all alarms.
// https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_AlarmConfiguration.html
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
func (args *DeploymentArgs) alarmArns(here ground.Place) []string {
	switch {
	case len(args.AlarmNames) > 0:
		return []string{"*"}
	case len(args.alarmNames()) > 0:
		return []string{here.ARN("cloudwatch", "alarm:*")}
	}
	return nil
}

// given are the hooks that there are.
func (h Hooks) given() pulumi.StringArray {
	given := pulumi.StringArray{}
	for _, hook := range []pulumi.StringInput{
		h.BeforeInstall, h.AfterInstall, h.AfterAllowTestTraffic, h.BeforeAllowTraffic, h.AfterAllowTraffic,
	} {
		if hook != nil {
			given = append(given, hook)
		}
	}
	return given
}

// policy is what AWSCodeDeployRoleForECS allows on everything, on exactly what is released here. Reading S3 is left out,
// since the pipeline hands the AppSpec to CodeDeploy itself, and so is SNS, since the group has no triggers.
// https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AWSCodeDeployRoleForECS.html
func (g deployGrant) policy() iam.Document {
	statements := []iam.Statement{
		iam.Allow("ReplaceTasks").Actions(
			"ecs:DescribeServices", "ecs:CreateTaskSet", "ecs:UpdateServicePrimaryTaskSet", "ecs:DeleteTaskSet",
		).On(g.service, strings.Replace(g.service, ":service/", ":task-set/", 1)+"/*"),
		iam.Allow("PassTaskRoles").Actions("iam:PassRole").On(g.roles...).
			When(iam.StringEquals, "iam:PassedToService", "ecs-tasks.amazonaws.com"),
		// Elastic Load Balancing describes all or nothing.
		// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awselasticloadbalancingv2.html
		iam.Allow("SeeTraffic").Actions(
			"elasticloadbalancing:DescribeTargetGroups", "elasticloadbalancing:DescribeListeners",
			"elasticloadbalancing:DescribeRules",
		).On("*"),
		iam.Allow("MoveTraffic").Actions("elasticloadbalancing:ModifyListener").On(g.listeners...),
		// Rules that someone adds to the listeners move with them.
		iam.Allow("MoveRules").Actions("elasticloadbalancing:ModifyRule").On(rulesOf(g.listeners)...),
	}
	if len(g.hooks) > 0 {
		statements = append(statements, iam.Allow("CallHooks").Actions("lambda:InvokeFunction").On(g.hooks...))
	}
	if len(g.alarms) > 0 {
		statements = append(statements, iam.Allow("PollAlarms").Actions("cloudwatch:DescribeAlarms").On(g.alarms...))
	}
	return iam.Policy(statements...)
}

func rulesOf(listenerArns []string) []string {
	rules := make([]string, 0, len(listenerArns))
	for _, arn := range listenerArns {
		rules = append(rules, strings.Replace(arn, ":listener/", ":listener-rule/", 1)+"/*")
	}
	return rules
}
