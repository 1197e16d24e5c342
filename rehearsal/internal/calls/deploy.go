package calls

import (
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

const (
	// deployRoleDoc lists what CodeDeploy calls for a blue/green deployment, deployTrustDoc for what it takes the role on.
	deployRoleDoc  = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/codedeploy_IAM_role.html"
	deployTrustDoc = "https://docs.aws.amazon.com/codedeploy/latest/userguide/security_confused_deputy.html"
	alarmsAuthDoc  = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazoncloudwatch.html"
	hookDoc        = "https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html#appspec-hooks-ecs"
)

// deployer is CodeDeploy by the group's service role.
func deployer(group *drydock.Record) by { return by{group.Attr("serviceRoleArn"), deployRoleDoc} }

// CreateTaskSet is CodeDeploy that takes the group's role on, reads the service and the load balancer as they are, and
// has ECS start the green tasks with the roles of the new task definition. The revision of a CodeDeployToECS action is
// the AppSpec itself, so nothing is read from S3.
// https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_AppSpecContent.html
func CreateTaskSet(w *world.World, group *drydock.Record, roles TaskRoles) []access.Call {
	caller := deployer(group)
	all := assumedFor("codedeploy.amazonaws.com", caller.role, group.Attr("arn"), deployTrustDoc)
	all = append(all, inCluster(group, caller.may("read the service", serviceARN(group), "ecs:DescribeServices"))...)
	all = append(all, caller.may("read the load balancer", "*", "elasticloadbalancing:DescribeTargetGroups",
		"elasticloadbalancing:DescribeListeners", "elasticloadbalancing:DescribeRules")...)
	all = append(all, inService(group, caller.may("start the green tasks", taskSetARN(group), "ecs:CreateTaskSet"))...)
	return append(all, passRoles(caller, roles)...)
}

// Hook is CodeDeploy that runs a validation function of the AppSpec.
func Hook(w *world.World, group *drydock.Record, function string) []access.Call {
	return by{deployer(group).role, hookDoc}.may("run the hook "+function, functionARN(w, group, function), "lambda:InvokeFunction")
}

// functionARN is the ARN of a function that the AppSpec may give by name.
func functionARN(w *world.World, group *drydock.Record, function string) string {
	if strings.HasPrefix(function, "arn:") {
		return function
	}
	if r := w.Find("aws:lambda/function:Function", "name", function); r != nil {
		return r.Attr("arn")
	}
	arn, _ := world.ParseARN(group.Attr("arn"))
	return arn.With("lambda", "function:"+function)
}

// Shift is CodeDeploy that moves traffic between the target groups, by the listeners and those of their rules that
// forward to one of the two, and makes the green tasks the primary ones.
func Shift(w *world.World, group *drydock.Record) []access.Call {
	caller := deployer(group)
	var all []access.Call
	for _, listener := range listenersOf(group) {
		all = append(all, caller.may("shift traffic", listener, "elasticloadbalancing:ModifyListener")...)
		for _, rule := range w.Where("aws:lb/listenerRule:ListenerRule", "listenerArn", listener) {
			if forwards(w, rule, targetGroupsOf(group)) {
				all = append(all, caller.may("shift traffic", rule.Attr("arn"), "elasticloadbalancing:ModifyRule")...)
			}
		}
	}
	return append(all, inCluster(group, caller.may("make green the primary", serviceARN(group), "ecs:UpdateServicePrimaryTaskSet"))...)
}

// PollAlarms is CodeDeploy that looks at the group's alarms. CloudWatch authorizes it on all alarms of the region, as
// the request may name any.
func PollAlarms(group *drydock.Record) []access.Call {
	config := group.Inputs.Obj("alarmConfiguration")
	if !config.Bool("enabled") || len(config.Strs("alarms")) == 0 {
		return nil
	}
	arn, _ := world.ParseARN(group.Attr("arn"))
	return by{deployer(group).role, alarmsAuthDoc}.may("watch the alarms", arn.With("cloudwatch", "alarm:*"), "cloudwatch:DescribeAlarms")
}

// Alarms are the names of those that roll back the deployments by the pipeline.
func Alarms(w *world.World, p *world.Pipeline) []string {
	var names []string
	for _, stage := range p.Stages {
		for _, a := range stage.Actions {
			if group := Group(w, a.Configuration["ApplicationName"], a.Configuration["DeploymentGroupName"]); group != nil {
				names = append(names, group.Inputs.Obj("alarmConfiguration").Strs("alarms")...)
			}
		}
	}
	return names
}

// Terminate is CodeDeploy that removes the task set which no longer serves: blue after a success, green after a rollback.
func Terminate(group *drydock.Record) []access.Call {
	return inService(group, deployer(group).may("stop the tasks that are replaced", taskSetARN(group), "ecs:DeleteTaskSet"))
}

// Notice is CodeDeploy that publishes to the topics of the group's triggers.
// https://docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-sns-event-notifications.html
func Notice(w *world.World, group *drydock.Record) []access.Call {
	var all []access.Call
	for _, trigger := range group.Inputs.Objs("triggerConfigurations") {
		topic := trigger.Str("triggerTargetArn")
		all = append(all, deployer(group).may("tell of the deployment", topic, "sns:Publish")...)
		all = append(all, publishKey(w, deployer(group), topic)...)
	}
	return all
}

// inCluster are calls on the service, with the condition key that ECS sends.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonelasticcontainerservice.html
func inCluster(group *drydock.Record, calls []access.Call) []access.Call {
	arn, _ := world.ParseARN(group.Attr("arn"))
	return given(calls, "ecs:cluster", arn.With("ecs", "cluster/"+group.Inputs.Obj("ecsService").Str("clusterName")))
}

// inService are calls on one of the service's task sets, with the condition keys that ECS sends.
func inService(group *drydock.Record, calls []access.Call) []access.Call {
	return given(inCluster(group, calls), "ecs:service", serviceARN(group))
}

func serviceARN(group *drydock.Record) string {
	arn, _ := world.ParseARN(group.Attr("arn"))
	service := group.Inputs.Obj("ecsService")
	return arn.With("ecs", "service/"+service.Str("clusterName")+"/"+service.Str("serviceName"))
}

// taskSetARN is a task set of the group's service; ECS gives it its ID.
func taskSetARN(group *drydock.Record) string {
	arn, _ := world.ParseARN(group.Attr("arn"))
	service := group.Inputs.Obj("ecsService")
	return arn.With("ecs", "task-set/"+service.Str("clusterName")+"/"+service.Str("serviceName")+"/ecs-svc/1234567890123456789")
}

// listenersOf are the ARNs of the group's production and test listeners.
func listenersOf(group *drydock.Record) []string {
	pair := group.Inputs.Obj("loadBalancerInfo").Obj("targetGroupPairInfo")
	return slices.Concat(pair.Obj("prodTrafficRoute").Strs("listenerArns"), pair.Obj("testTrafficRoute").Strs("listenerArns"))
}

func targetGroupsOf(group *drydock.Record) []string {
	var names []string
	for _, g := range group.Inputs.Obj("loadBalancerInfo").Obj("targetGroupPairInfo").Objs("targetGroups") {
		names = append(names, g.Str("name"))
	}
	return names
}

// forwards tells whether a rule sends requests to one of the target groups.
func forwards(w *world.World, rule *drydock.Record, names []string) bool {
	for _, action := range rule.Inputs.Objs("actions") {
		arns := []string{action.Str("targetGroupArn")}
		for _, g := range action.Obj("forward").Objs("targetGroups") {
			arns = append(arns, g.Str("arn"))
		}
		for _, arn := range arns {
			if g := w.Find("aws:lb/targetGroup:TargetGroup", "arn", arn); g != nil && slices.Contains(names, g.Attr("name")) {
				return true
			}
		}
	}
	return false
}
