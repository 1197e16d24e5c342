package rollout

import (
	"fmt"
	"slices"
	"time"

	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// pass lets time go by, until an alarm stops the deployment. Alarms count from when traffic begins to shift.
func (d *deployment) pass(took time.Duration) *verdict.Problem {
	until := d.now + took
	first := -1
	for i, a := range d.in.Alarm {
		due := d.shifted != nil && *d.shifted+a.At <= until && d.ignored(a.Name) == ""
		if due && (first < 0 || a.At < d.in.Alarm[first].At) {
			first = i
		}
	}
	if first < 0 {
		d.now = until
		return nil
	}
	d.now = max(d.now, *d.shifted+d.in.Alarm[first].At)
	d.fired[first], d.stopped = true, true
	name := d.in.Alarm[first].Name
	return &verdict.Problem{
		What: fmt.Sprintf("One or more alarms have been activated according to the Amazon CloudWatch metrics you selected, "+
			"and the affected deployments have been stopped. Activated alarms: <%s>", name),
		Where: "alarm " + name, Fix: "Look at the alarm's metric and the green tasks' logs: the new version made it fire.",
	}
}

// ignored tells why the deployment does not stop for the alarm, or is empty.
func (d *deployment) ignored(alarm string) string {
	config := d.in.Group.Inputs.Obj("alarmConfiguration")
	switch {
	case !slices.Contains(config.Strs("alarms"), alarm):
		return "the deployment group does not watch it"
	case !config.Bool("enabled"):
		return "the deployment group's alarm configuration is not enabled"
	case !alarmExists(d.in.World, alarm):
		return "it does not exist"
	}
	return ""
}

// fellThrough notes the alarms that stopped nothing.
func (d *deployment) fellThrough() {
	for i, a := range d.in.Alarm {
		switch reason := d.ignored(a.Name); {
		case d.fired[i]:
		case reason != "":
			d.note(fmt.Sprintf("The alarm %s stops nothing: %s.", a.Name, reason))
		case !d.out.Succeeded:
			d.note(fmt.Sprintf("The alarm %s did not come to fire: the deployment had ended before.", a.Name))
		default:
			d.note(fmt.Sprintf("The alarm %s fires %s after traffic began to shift, when the deployment has ended: nothing is rolled back.", a.Name, a.At))
		}
	}
}
