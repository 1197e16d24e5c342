package rollout

import (
	"context"
	"fmt"
	"time"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// allowTestTraffic lets the test listener forward to green.
func (d *deployment) allowTestTraffic(context.Context) *verdict.Problem {
	if len(d.place.test) == 0 {
		return nil
	}
	at := d.now
	d.now += callDuration
	problem := d.ask(Shift, "test listener")
	d.record("AllowTestTraffic", at, fmt.Sprintf("the test listener on port %.0f forwards to green", d.place.test[0].Inputs.Num("port")), problem)
	return problem
}

// ready waits for a person where the group asks for one.
// https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_DeploymentReadyOption.html
func (d *deployment) ready(context.Context) *verdict.Problem {
	option := d.in.Group.Inputs.Obj("blueGreenDeploymentConfig").Obj("deploymentReadyOption")
	if option.Str("actionOnTimeout") != "STOP_DEPLOYMENT" {
		return nil
	}
	wait := minutes(option.Num("waitTimeInMinutes"))
	d.aside("Traffic is rerouted by hand", verdict.Manual, fmt.Sprintf("someone must do so within %s, or the deployment stops", wait))
	d.note(fmt.Sprintf("Someone must reroute the traffic in CodeDeploy within %s of green being ready; the rehearsal took it as done.", wait))
	return nil
}

// allowTraffic shifts production traffic as the deployment configuration says.
func (d *deployment) allowTraffic(context.Context) *verdict.Problem {
	at := d.now
	config, _ := configuration(d.in.World, d.in.Group.Inputs.Str("deploymentConfigName")) // checked when the deployment was created
	start := d.now
	d.shifted = &start
	for i, s := range config.shifts {
		problem := d.pass(start + s.after - d.now)
		if problem == nil {
			problem = d.ask(Shift, fmt.Sprintf("%v%%", s.percent))
		}
		if problem != nil {
			d.record("AllowTraffic", at, fmt.Sprintf("%s: stopped with %v%% on green", config.name, d.green), problem)
			return problem
		}
		d.sample(s.percent, shiftEvent(config, i))
	}
	problem := d.pass(callDuration)
	d.record("AllowTraffic", at, config.name+": green serves all", problem)
	return problem
}

func shiftEvent(c traffic, i int) string {
	switch {
	case len(c.shifts) == 1:
		return "all at once"
	case i == len(c.shifts)-1:
		return "green serves all"
	case len(c.shifts) == 2:
		return fmt.Sprintf("canary of %v%%", c.shifts[i].percent)
	}
	return fmt.Sprintf("linear, step %d", i+1)
}

// keepBlue lets blue wait for a rollback.
// https://docs.aws.amazon.com/codedeploy/latest/APIReference/API_BlueInstanceTerminationOption.html
func (d *deployment) keepBlue(context.Context) *verdict.Problem {
	option := d.in.Group.Inputs.Obj("blueGreenDeploymentConfig").Obj("terminateBlueInstancesOnDeploymentSuccess")
	wait := minutes(option.Num("terminationWaitTimeInMinutes"))
	if option.Str("action") == "KEEP_ALIVE" || wait == 0 {
		return nil
	}
	return d.during("Blue is kept", wait, fmt.Sprintf("for %s, during which a rollback takes no time", wait))
}

// terminateBlue makes green the primary task set and deletes the blue one, once its connections have ended.
func (d *deployment) terminateBlue(context.Context) *verdict.Problem {
	at := d.now
	if p := d.ask(Terminate, d.place.serviceName); p != nil {
		d.now += callDuration
		d.record("Blue is terminated", at, "", p)
		return p
	}
	if d.in.Group.Inputs.Obj("blueGreenDeploymentConfig").Obj("terminateBlueInstancesOnDeploymentSuccess").Str("action") == "KEEP_ALIVE" {
		d.now += callDuration
		d.record("Green is primary", at, "the blue task set stays", nil)
		d.note("The deployment group keeps the blue task set alive: someone must delete it.")
		return nil
	}
	delay := drain(d.place.blue)
	return d.during("Blue is terminated", delay, fmt.Sprintf("connections have %s to end", delay))
}

// drain is the deregistration delay of the target group: 300 seconds when not set.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html#deregistration-delay
func drain(group *drydock.Record) time.Duration {
	if !group.Inputs.Has("deregistrationDelay") {
		return 300 * time.Second
	}
	return seconds(group.Inputs.Num("deregistrationDelay"))
}
