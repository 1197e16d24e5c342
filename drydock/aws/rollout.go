package aws

import (
	"errors"
	"fmt"
	"slices"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// Rollout says what a deployment brings to a service. The zero value releases the containers that run already.
type Rollout struct {
	// ContainerDefinitions is the JSON of the new revision's containers, as RegisterTaskDefinition takes it. Default: those
	// of the running revision.
	ContainerDefinitions string
	// DesiredCount is the number of tasks that auto scaling has arrived at meanwhile; a scalable target's limits bound it.
	// Default: as it is.
	DesiredCount int
}

// Rolled is what a deployment did.
type Rolled struct {
	// TaskDefinition is the ARN of the revision that runs now.
	TaskDefinition string
	// Blue and Green are the ARNs of the target groups that had and have the production traffic.
	Blue, Green string
	// DesiredCount is the number of tasks that run.
	DesiredCount int
}

// Deploy plays a successful CodeDeploy blue/green deployment of an ECS service, from the registration of a new task
// definition revision, as CodePipeline's action CodeDeployToECS does it, to the end of the shift:
//
//   - the service runs the new revision behind the other target group of its deployment group;
//   - the default action of the production listener, of the test listener if there is one, and of their rules that
//     forwarded to the pair, forwards to both target groups with all weight on the new one;
//   - the old revision stays registered, the old target group stays attached without targets.
//
// The records' inputs and outputs move, so that a refresh shows it as drift, as with a real account. It fails, and
// changes nothing, where a real deployment could not start: no such service, no CODE_DEPLOY controller, no deployment
// group, containers that RegisterTaskDefinition or the load balancer would refuse.
// https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-steps-ecs.html
func Deploy(cloud *sim.Cloud, cluster, service string, r Rollout) (Rolled, error) {
	var done Rolled
	err := cloud.Locked(func() (err error) {
		done, err = deploy(cloud, cluster, service, r)
		return err
	})
	if err != nil {
		return Rolled{}, fmt.Errorf("deploying to service %s of cluster %s: %w", service, cluster, err)
	}
	return done, nil
}

func deploy(cloud *sim.Cloud, cluster, service string, r Rollout) (Rolled, error) {
	s, err := onlyService(cloud, cluster, service)
	if err != nil {
		return Rolled{}, err
	}
	shift, err := planShift(cloud, s)
	if err != nil {
		return Rolled{}, err
	}
	old := runningTaskDefinition(cloud, s.Scope, s.Inputs.Str("taskDefinition"))
	if old == nil {
		return Rolled{}, fmt.Errorf("its task definition %s does not exist", s.Inputs.Str("taskDefinition"))
	}
	if err := checkRollout(s, old, r); err != nil {
		return Rolled{}, err
	}
	revision, err := addRevision(cloud, old, r.ContainerDefinitions)
	if err != nil {
		return Rolled{}, err
	}
	count := rolledCount(cloud, s, r.DesiredCount)
	next := withCount(s, count)
	for _, props := range []sim.Values{next.Inputs, next.Outputs} {
		props["taskDefinition"] = revision.ID
		for _, lb := range props.Objs("loadBalancers") {
			if lb.Str("targetGroupArn") == shift.blue {
				lb["targetGroupArn"] = shift.green
			}
		}
	}
	next.State["runningCount"] = count
	if err := errors.Join(cloud.Put(next), shift.traffic(cloud)); err != nil {
		return Rolled{}, err
	}
	return Rolled{TaskDefinition: revision.ID, Blue: shift.blue, Green: shift.green, DesiredCount: int(count)}, nil
}

func onlyService(cloud *sim.Cloud, cluster, name string) (*sim.Record, error) {
	var found []*sim.Record
	for _, s := range cloud.All(ecsServiceType) {
		if s.Inputs.Str("name") == name && ecsClusterName(s.Outputs.Str("cluster")) == ecsClusterName(cluster) {
			found = append(found, s)
		}
	}
	switch len(found) {
	case 0:
		return nil, sim.Refuse("ServiceNotFoundException", "Service not found.")
	case 1:
		return found[0], nil
	}
	return nil, fmt.Errorf("it exists in %d accounts or Regions (%s, %s): give the cluster's ARN", len(found), found[0].ID, found[1].ID)
}

// checkRollout: what would stop the deployment before it shifts anything.
func checkRollout(service, old *sim.Record, r Rollout) error {
	if r.DesiredCount < 0 {
		return fmt.Errorf("DesiredCount %d: must not be negative", r.DesiredCount)
	}
	if r.ContainerDefinitions == "" {
		return nil
	}
	in := old.Inputs.Copy()
	in["containerDefinitions"] = r.ContainerDefinitions
	c := &sim.Check{In: in}
	validateTaskDefinition(c)
	var errs []error
	for _, p := range c.Problems {
		errs = append(errs, fmt.Errorf("%s: %s", p.Path, p.Reason))
	}
	for _, lb := range service.Inputs.Objs("loadBalancers") {
		errs = append(errs, containerListens(r.ContainerDefinitions, lb.Str("containerName"), lb.Num("containerPort")))
	}
	return errors.Join(errs...)
}

// rolledCount is the wanted count (0: the present one) within the limits of the service's scalable target.
func rolledCount(cloud *sim.Cloud, service *sim.Record, wanted int) float64 {
	count := service.Outputs.Num("desiredCount")
	if wanted > 0 {
		count = float64(wanted)
	}
	for _, t := range cloud.All(scalableTargetType) {
		if t.Scope == service.Scope && ecsServiceNamed(cloud, t.Scope, t.ID) == service {
			count = min(max(count, t.Inputs.Num("minCapacity")), t.Inputs.Num("maxCapacity"))
		}
	}
	return count
}

// shift is a move of traffic from the blue to the green target group of a pair.
type shift struct {
	blue, green string
	listeners   []string
}

// planShift reads the deployment group of the service.
func planShift(cloud *sim.Cloud, service *sim.Record) (shift, error) {
	if ecsController(service.Inputs) != "CODE_DEPLOY" {
		return shift{}, sim.Refuse("InvalidECSServiceException", "the service's deployment controller is %s, not CODE_DEPLOY", ecsController(service.Inputs))
	}
	group := groupOf(cloud, service)
	if group == nil {
		return shift{}, sim.Refuse("DeploymentGroupDoesNotExistException", "no deployment group deploys to the service")
	}
	pair := group.Inputs.Obj("loadBalancerInfo").Obj("targetGroupPairInfo")
	arns := targetGroupARNs(cloud, service.Scope, pair)
	lbs := service.Inputs.Objs("loadBalancers")
	if len(arns) != 2 || len(lbs) != 1 {
		return shift{}, sim.Refuse("InvalidTargetGroupPairException", "the service has %d load balancers, the deployment group %d target groups", len(lbs), len(arns))
	}
	at := slices.Index(arns, lbs[0].Str("targetGroupArn"))
	if at < 0 {
		return shift{}, sim.Refuse("InvalidTargetGroupPairException", "the service runs behind none of the deployment group's two target groups")
	}
	listeners := append(pair.Obj("prodTrafficRoute").Strs("listenerArns"), pair.Obj("testTrafficRoute").Strs("listenerArns")...)
	return shift{blue: arns[at], green: arns[1-at], listeners: listeners}, nil
}

func groupOf(cloud *sim.Cloud, service *sim.Record) *sim.Record {
	for _, g := range cloud.All(codedeployGroupType) {
		target := g.Inputs.Obj("ecsService")
		if g.Scope == service.Scope && target.Str("serviceName") == service.Inputs.Str("name") &&
			ecsClusterName(target.Str("clusterName")) == ecsClusterName(service.Outputs.Str("cluster")) {
			return g
		}
	}
	return nil
}

// traffic rewrites the listeners' default actions and those of their rules that forward to the pair.
func (s shift) traffic(cloud *sim.Cloud) error {
	var errs []error
	for _, l := range cloud.All("aws:lb/listener:Listener") {
		if slices.Contains(s.listeners, l.Attr("arn")) {
			errs = append(errs, s.rewrite(cloud, l, "defaultActions"))
		}
	}
	for _, r := range cloud.All("aws:lb/listenerRule:ListenerRule") {
		if slices.Contains(s.listeners, r.Attr("listenerArn")) {
			errs = append(errs, s.rewrite(cloud, r, "actions"))
		}
	}
	return errors.Join(errs...)
}

// rewrite replaces each forward to the pair as CodeDeploy leaves it: the short form targetGroupArn gives way to a
// weighted one over both target groups, and stickiness is off.
// https://docs.aws.amazon.com/codedeploy/latest/userguide/deployment-steps-ecs.html
func (s shift) rewrite(cloud *sim.Cloud, r *sim.Record, key string) error {
	next := copyRecord(r)
	changed := false
	for _, props := range []sim.Values{next.Inputs, next.Outputs} {
		for _, action := range props.Objs(key) {
			if action.Str("type") != "forward" || !s.concerns(action) {
				continue
			}
			delete(action, "targetGroupArn")
			action["forward"] = map[string]any{
				"targetGroups": []any{
					map[string]any{"arn": s.green, "weight": 100.0},
					map[string]any{"arn": s.blue, "weight": 0.0},
				},
				"stickiness": map[string]any{"enabled": false, "duration": 3600.0},
			}
			changed = true
		}
	}
	if !changed {
		return nil
	}
	return cloud.Put(next)
}

func (s shift) concerns(action sim.Values) bool {
	arns := []string{action.Str("targetGroupArn")}
	for _, g := range action.Obj("forward").Objs("targetGroups") {
		arns = append(arns, g.Str("arn"))
	}
	return slices.Contains(arns, s.blue) || slices.Contains(arns, s.green)
}
