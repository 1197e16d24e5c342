package rollout

import (
	"fmt"
	"slices"

	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// rollBack ends a deployment that failed, or that an alarm stopped, as the group's configuration says.
// https://docs.aws.amazon.com/codedeploy/latest/userguide/deployments-rollback-and-redeploy.html
func (d *deployment) rollBack() {
	cause := "DEPLOYMENT_FAILURE"
	if d.stopped {
		cause = "DEPLOYMENT_STOP_ON_ALARM"
	}
	config := d.in.Group.Inputs.Obj("autoRollbackConfiguration")
	if !config.Bool("enabled") || !slices.Contains(config.Strs("events"), cause) {
		d.stay(cause)
		return
	}
	at := d.now
	d.now += callDuration
	detail := "blue has served all along"
	if d.green > 0 {
		d.sample(0, "rolled back")
		detail = "blue serves all traffic again"
	}
	if d.exists {
		delay := drain(d.place.green)
		d.now += delay
		detail += fmt.Sprintf("; the green tasks stop, their connections have %s to end", delay)
	}
	d.record("Rollback", at, detail, nil)
	d.out.RolledBack = true
}

// stay tells what is left when nothing is rolled back.
func (d *deployment) stay(cause string) {
	left := "blue serves all traffic"
	if d.green > 0 {
		left = fmt.Sprintf("green keeps %v%% of the traffic", d.green)
	}
	if d.exists {
		left += ", and the green tasks run on"
	}
	d.aside("Rollback", verdict.Skipped, "the deployment group does not roll back on "+cause+": "+left)
	d.note(fmt.Sprintf("Nothing was rolled back, for autoRollbackConfiguration does not have %s: %s. Someone must roll back.", cause, left))
}
