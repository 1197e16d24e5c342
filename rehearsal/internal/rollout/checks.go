package rollout

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// created checks what CodeDeploy does before it accepts the deployment.
// https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-steps-ecs.html#deployment-steps-prerequisites-ecs
func (d *deployment) created() bool {
	d.place = find(d.in)
	p := d.place
	if p.blue != nil {
		d.out.Blue = p.blue.ID
	}
	if p.green != nil {
		d.out.Green = p.green.ID
	}
	at := d.now
	d.now += callDuration
	var problems []verdict.Problem
	for _, check := range []func() []verdict.Problem{d.checkService, d.checkListeners, d.checkTargetGroups, d.checkConfiguration, d.checkAlarms} {
		problems = append(problems, check()...)
	}
	detail := fmt.Sprintf("service %s of cluster %s, %s", p.serviceName, p.clusterName, d.in.Group.Inputs.Str("deploymentConfigName"))
	return d.end("Deployment is created", at, detail, problems) == nil
}

func (d *deployment) group() string {
	return "deployment group " + d.in.Group.Inputs.Str("deploymentGroupName")
}

func (d *deployment) checkService() []verdict.Problem {
	p, where := d.place, d.group()
	group := d.in.Group.Inputs
	var all []verdict.Problem
	if app := d.in.World.Find(applicationType, "name", group.Str("appName")); app == nil || app.Inputs.Str("computePlatform") != "ECS" {
		all = append(all, verdict.Problem{
			What: fmt.Sprintf("The application %s does not exist for the compute platform ECS.", group.Str("appName")), Where: where,
			Fix: "Create the CodeDeploy application with computePlatform ECS.",
		})
	}
	if d.in.World.Find(clusterType, "name", p.clusterName) == nil {
		all = append(all, verdict.Problem{What: fmt.Sprintf("Cluster not found: %s.", p.clusterName), Where: where, Fix: "Set ecsService.clusterName to the service's cluster."})
	}
	style := group.Obj("deploymentStyle")
	if style.Str("deploymentType") != "BLUE_GREEN" || style.Str("deploymentOption") != "WITH_TRAFFIC_CONTROL" {
		all = append(all, verdict.Problem{
			What: "For ECS deployment group, deployment type must be BLUE_GREEN and deployment option WITH_TRAFFIC_CONTROL.", Where: where,
			Fix: "Set deploymentStyle to BLUE_GREEN and WITH_TRAFFIC_CONTROL.",
		})
	}
	switch {
	case p.service == nil:
		all = append(all, verdict.Problem{
			What: fmt.Sprintf("The ECS service %s was not found in the cluster %s.", p.serviceName, p.clusterName), Where: where,
			Fix: "Set ecsService to the name of the service and of its cluster.",
		})
	case p.service.Attr("status") != "" && p.service.Attr("status") != "ACTIVE":
		all = append(all, verdict.Problem{What: fmt.Sprintf("The ECS service %s is %s, not ACTIVE.", p.serviceName, p.service.Attr("status")), Where: where, Fix: "Create the service again."})
	case p.service.Inputs.Obj("deploymentController").Str("type") != "CODE_DEPLOY":
		all = append(all, verdict.Problem{
			What: fmt.Sprintf("The deployment controller of the ECS service %s is not CODE_DEPLOY.", p.serviceName), Where: "service " + p.serviceName,
			Fix: "Create the service with the deployment controller CODE_DEPLOY; it cannot be changed later.",
		})
	}
	return all
}

func (d *deployment) checkListeners() []verdict.Problem {
	p := d.place
	var all []verdict.Problem
	if len(p.productionListener) == 0 {
		all = append(all, verdict.Problem{What: "The deployment group has no production listener.", Where: d.group(), Fix: "Set prodTrafficRoute.listenerArns."})
	}
	for _, arn := range append(append([]string{}, p.productionListener...), p.testListener...) {
		listener := d.in.World.Find(listenerType, "id", arn)
		if listener == nil {
			all = append(all, verdict.Problem{What: fmt.Sprintf("The listener %s could not be found.", arn), Where: d.group(), Fix: "Name a listener of the load balancer."})
			continue
		}
		if d.in.World.Find(balancerType, "id", listener.Inputs.Str("loadBalancerArn")) == nil {
			all = append(all, verdict.Problem{What: fmt.Sprintf("The load balancer of listener %s could not be found.", arn), Where: "listener " + arn, Fix: "Create the load balancer again."})
		}
	}
	return all
}

// checkTargetGroups: there are two, for IP addresses, and the one that serves is behind the production listener. The
// other is attached when traffic shifts, but must not be behind another load balancer.
func (d *deployment) checkTargetGroups() []verdict.Problem {
	var all []verdict.Problem
	if n := len(d.place.targetNames); n != 2 {
		all = append(all, verdict.Problem{What: fmt.Sprintf("The deployment group names %d target groups: a blue and a green one are needed.", n), Where: d.group(), Fix: "Name two target groups."})
	}
	for _, name := range d.place.targetNames {
		g := d.in.World.Find(targetGroupType, "name", name)
		where := "target group " + name
		if g == nil {
			all = append(all, verdict.Problem{What: fmt.Sprintf("The target group %s could not be found.", name), Where: d.group(), Fix: "Name a target group that exists."})
			continue
		}
		if kind := g.Inputs.Str("targetType"); kind != "ip" {
			all = append(all, verdict.Problem{
				What:  fmt.Sprintf("The target group %s has target type %s, which is incompatible with the awsvpc network mode specified in the task definition.", g.ID, cmp.Or(kind, "instance")),
				Where: where, Fix: "Create the target group with targetType ip.",
			})
		}
	}
	return append(all, d.checkAttached()...)
}

func (d *deployment) checkAttached() []verdict.Problem {
	p := d.place
	var all []verdict.Problem
	behind := map[string][]string{} // target group -> load balancers
	for _, l := range d.in.World.All(listenerType) {
		for arn := range forwards(d.in.World, l) {
			behind[arn] = append(behind[arn], l.Inputs.Str("loadBalancerArn"))
		}
	}
	if p.blue != nil && len(behind[p.blue.ID]) == 0 {
		all = append(all, verdict.Problem{
			What:  fmt.Sprintf("The target group with targetGroupArn %s does not have an associated load balancer.", p.blue.ID),
			Where: "target group " + p.blue.Attr("name"), Fix: "Let the production listener forward to the target group.",
		})
	}
	for _, g := range []*drydock.Record{p.blue, p.green} {
		if g == nil || p.balancer == nil {
			continue
		}
		for _, arn := range behind[g.ID] {
			if arn != p.balancer.ID {
				all = append(all, verdict.Problem{
					What:  fmt.Sprintf("The target group %s is behind the load balancer %s, and the production listener behind %s.", g.ID, arn, p.balancer.ID),
					Where: "target group " + g.Attr("name"), Fix: "Give each load balancer target groups of its own.",
				})
				break
			}
		}
	}
	return all
}

func (d *deployment) checkConfiguration() []verdict.Problem {
	c, err := configuration(d.in.World, d.in.Group.Inputs.Str("deploymentConfigName"))
	if err != nil {
		return []verdict.Problem{{
			What: err.Error(), Where: d.group(),
			Fix: "Set deploymentConfigName to one of CodeDeploy's for ECS, as CodeDeployDefault.ECSAllAtOnce, or to a sound one of your own.",
		}}
	}
	// https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-configurations.html#deployment-configuration-ecs
	if b := d.place.balancer; b != nil && b.Inputs.Str("loadBalancerType") == "network" && len(c.shifts) > 1 {
		return []verdict.Problem{{
			What: fmt.Sprintf("The deployment configuration %s cannot be used with a Network Load Balancer.", c.name), Where: d.group(),
			Fix: "Use CodeDeployDefault.ECSAllAtOnce.",
		}}
	}
	return nil
}

// checkAlarms: an alarm whose state CodeDeploy cannot read stops the deployment, unless that failure is ignored.
// https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_AlarmConfiguration.html
func (d *deployment) checkAlarms() []verdict.Problem {
	config := d.in.Group.Inputs.Obj("alarmConfiguration")
	names := config.Strs("alarms")
	if !config.Bool("enabled") || len(names) == 0 {
		return nil
	}
	if p := d.ask(PollAlarms, strings.Join(names, ", ")); p != nil {
		if !config.Bool("ignorePollAlarmFailure") {
			return []verdict.Problem{*p}
		}
		d.note("The alarms cannot be read, which the deployment group ignores: " + p.What)
	}
	var all []verdict.Problem
	for _, name := range names {
		switch {
		case alarmExists(d.in.World, name):
		case config.Bool("ignorePollAlarmFailure"):
			d.note(fmt.Sprintf("The alarm %s does not exist, which the deployment group ignores.", name))
		default:
			all = append(all, verdict.Problem{
				What: fmt.Sprintf("The alarm %s of the deployment group does not exist: CodeDeploy cannot read its state and stops the deployment.", name), Where: d.group(),
				Fix: "Create the alarm, or take it off the deployment group.",
			})
		}
	}
	return all
}

func alarmExists(w *world.World, name string) bool {
	return w.Find(alarmType, "name", name) != nil || w.Find(compositeType, "alarmName", name) != nil
}
