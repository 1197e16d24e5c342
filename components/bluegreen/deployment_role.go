package bluegreen

import (
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/iam"
)

// deployTrust has no condition: CodeDeploy's documentation names no source that it would send.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/codedeploy_IAM_role.html
func deployTrust() iam.Document { return iam.TrustService("codedeploy.amazonaws.com") }

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
		args.Hooks.given(), args.alarmArns(here),
	).ApplyT(func(known []any) (string, error) {
		return deployGrant{
			service: known[0].(string), listeners: known[1].([]string), roles: known[2].([]string),
			hooks: known[3].([]string), alarms: known[4].([]string),
		}.policy().Render(iam.InlineRolePolicy)
	}).(pulumi.StringOutput)
}

// alarmArns are those that CodeDeploy polls. One that is given may be composite, and of those DescribeAlarms tells only
// who may describe all alarms.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_DescribeAlarms.html
func (args *DeploymentArgs) alarmArns(here ground.Place) pulumi.StringArray {
	arns := pulumi.StringArray{}
	if len(args.AlarmNames) > 0 {
		return append(arns, pulumi.String("*"))
	}
	for _, name := range args.alarmNames() {
		arns = append(arns, pulumi.Sprintf("%s%s", here.ARN("cloudwatch", "alarm:"), name))
	}
	return arns
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
