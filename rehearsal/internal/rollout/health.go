package rollout

import (
	"cmp"
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// healthCheck is a target group's, with the defaults of Application Load Balancers.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
type healthCheck struct {
	protocol, path, matcher string
	port                    int
	interval                time.Duration
	unhealthy               int
}

func healthCheckOf(group *drydock.Record, trafficPort int) healthCheck {
	in := group.Inputs.Obj("healthCheck")
	h := healthCheck{
		protocol: cmp.Or(in.Str("protocol"), "HTTP"), path: cmp.Or(in.Str("path"), "/"), matcher: cmp.Or(in.Str("matcher"), "200"),
		port: trafficPort, interval: 30 * time.Second, unhealthy: 2,
	}
	if n, err := strconv.Atoi(in.Str("port")); err == nil {
		h.port = n
	}
	if n := in.Num("interval"); n > 0 {
		h.interval = seconds(n)
	}
	if n := in.Num("unhealthyThreshold"); n > 0 {
		h.unhealthy = int(n)
	}
	return h
}

// becomeHealthy is the last part of Install: the load balancer asks the green tasks until they answer as they should.
func (d *deployment) becomeHealthy(ctx context.Context) *verdict.Problem {
	at := d.now
	h := healthCheckOf(d.place.green, d.in.Spec.ContainerPort)
	problems := d.checkAdmission(h.port)
	if len(problems) == 0 && d.running != nil {
		if p := d.probe(ctx, h); p != nil {
			problems = append(problems, *p)
		}
	}
	if ctx.Err() != nil {
		return nil // Run tells
	}
	if len(problems) > 0 {
		d.now += healthTimeout
		problem := d.end("Green tasks become healthy", at, d.replaced(h)+timedOut, problems)
		if d.running != nil {
			d.out.Steps[len(d.out.Steps)-1].Log = d.running.Logs()
		}
		return problem
	}
	// One check is enough after the registration, whatever the healthy threshold.
	d.now += h.interval
	detail := fmt.Sprintf("%s %s on port %d answers %s", h.protocol, h.path, h.port, h.matcher)
	if d.running == nil {
		d.granted = "the tasks were not run on this machine"
	}
	if d.granted != "" {
		detail += " (taken for granted)"
		d.note("That the tasks answer the health check " + h.path + " is taken for granted: " + d.granted + ".")
	}
	d.record("Green tasks become healthy", at, detail, nil)
	return nil
}

// replaced tells what ECS does with unhealthy tasks until the time is over.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-load-balancing.html
func (d *deployment) replaced(h healthCheck) string {
	grace := seconds(d.place.service.Inputs.Num("healthCheckGracePeriodSeconds"))
	return fmt.Sprintf("ECS stops each task after %s and starts another. ", grace+time.Duration(h.unhealthy)*h.interval)
}

// pause is between two checks. A check that passes counts when another one, settling later, does: the load balancer's takes
// longer by far, and a container that ends at once has ended by then.
const (
	pause    = 200 * time.Millisecond
	settling = time.Second
)

// probe asks the running task, which may need some time to listen. A task set is steady when its tasks are healthy for
// the load balancer and for their own health checks.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_TaskSet.html
func (d *deployment) probe(ctx context.Context, h healthCheck) *verdict.Problem {
	patience := d.in.Patience
	if patience == 0 {
		patience = 15 * time.Second
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for passed := false; ; {
		p, wait := d.probeOnce(ctx, h), pause
		if p == nil {
			p = d.running.Unhealthy()
		}
		failed := d.running.Failed()
		passes := p == nil && failed == nil
		if passes && passed {
			return nil
		}
		if passed = passes; passed {
			wait = settling
		}
		if failed != nil {
			if d.running.Inconclusive() {
				d.granted = "the task cannot run without what lies beyond it: " + failed.What
				return nil
			}
			return failed
		}
		select {
		case <-ctx.Done():
			return p // nil for one that has passed once, within the last of the patience
		case <-time.After(wait):
		}
	}
}

func (d *deployment) probeOnce(ctx context.Context, h healthCheck) *verdict.Problem {
	status, _, err := d.running.Probe(ctx, h.port, h.path)
	group := "target group " + d.place.green.Attr("name")
	switch {
	case err != nil:
		return &verdict.Problem{
			What: fmt.Sprintf("Target.FailedHealthChecks: Health checks failed: %s on port %d: %s", h.path, h.port, err), Where: group,
			Fix: fmt.Sprintf("Let container %s listen on port %d, on all addresses.", d.in.Spec.ContainerName, h.port),
		}
	case strings.HasPrefix(h.protocol, "HTTP") && !matches(h.matcher, status):
		return &verdict.Problem{
			What: fmt.Sprintf("Target.ResponseCodeMismatch: Health checks failed with these codes: [%d]: %s on port %d must answer %s", status, h.path, h.port, h.matcher), Where: group,
			Fix: fmt.Sprintf("Let container %s answer %s with %s, or change the health check's path or matcher.", d.in.Spec.ContainerName, h.path, h.matcher),
		}
	}
	return nil
}

// matches tells whether the status is one of the matcher's: "200", "200,202" or "200-299".
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Matcher.html
func matches(matcher string, status int) bool {
	for _, part := range strings.Split(matcher, ",") {
		low, high, ok := strings.Cut(strings.TrimSpace(part), "-")
		if !ok {
			high = low
		}
		from, err := strconv.Atoi(low)
		to, err2 := strconv.Atoi(high)
		if err == nil && err2 == nil && from <= status && status <= to {
			return true
		}
	}
	return false
}
