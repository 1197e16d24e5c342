package rollout

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

const (
	subnetType  = "aws:ec2/subnet:Subnet"
	groupType   = "aws:ec2/securityGroup:SecurityGroup"
	ingressType = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
	egressType  = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
	sgRuleType  = "aws:ec2/securityGroupRule:SecurityGroupRule"
)

// rule is a rule of a security group, however it was made.
type rule struct {
	protocol string // "-1" for all
	from, to int
	cidrs    []string
	groups   []string // a prefix list names neither a load balancer nor a task, and is left out
}

// rules are those of a security group in one direction, "ingress" or "egress".
func rules(w *world.World, group, direction string) []rule {
	var all []rule
	if g := w.Find(groupType, "id", group); g != nil {
		for _, in := range g.Inputs.Objs(direction) {
			r := rule{in.Str("protocol"), int(in.Num("fromPort")), int(in.Num("toPort")),
				append(in.Strs("cidrBlocks"), in.Strs("ipv6CidrBlocks")...), in.Strs("securityGroups")}
			if in.Bool("self") {
				r.groups = append(r.groups, group)
			}
			all = append(all, r)
		}
	}
	for _, e := range w.Where(sgRuleType, "securityGroupId", group) {
		if e.Inputs.Str("type") == direction {
			in := e.Inputs
			r := rule{in.Str("protocol"), int(in.Num("fromPort")), int(in.Num("toPort")),
				append(in.Strs("cidrBlocks"), in.Strs("ipv6CidrBlocks")...), given(in.Str("sourceSecurityGroupId"))}
			if in.Bool("self") {
				r.groups = append(r.groups, group)
			}
			all = append(all, r)
		}
	}
	own := map[string]string{"ingress": ingressType, "egress": egressType}[direction]
	for _, e := range w.Where(own, "securityGroupId", group) {
		in := e.Inputs
		all = append(all, rule{in.Str("ipProtocol"), int(in.Num("fromPort")), int(in.Num("toPort")),
			append(given(in.Str("cidrIpv4")), given(in.Str("cidrIpv6"))...), given(in.Str("referencedSecurityGroupId"))})
	}
	return all
}

func given(value string) []string {
	if value == "" {
		return nil
	}
	return []string{value}
}

// covers tells whether the rule is for TCP on the port.
func (r rule) covers(port int) bool {
	return r.protocol == "-1" || r.protocol == "all" || (r.protocol == "tcp" || r.protocol == "6") && r.from <= port && port <= r.to
}

// admits tells whether the rule covers the port for one of the groups or for all of one of the networks.
func (r rule) admits(port int, groups, networks []string) bool {
	if !r.covers(port) {
		return false
	}
	if slices.ContainsFunc(r.groups, func(g string) bool { return slices.Contains(groups, g) }) {
		return true
	}
	return slices.ContainsFunc(networks, func(n string) bool {
		return slices.ContainsFunc(r.cidrs, func(c string) bool { return contains(c, n) })
	})
}

// contains tells whether the outer network holds the inner one.
func contains(outer, inner string) bool {
	o, err := netip.ParsePrefix(outer)
	if err != nil {
		return false
	}
	i, err := netip.ParsePrefix(inner)
	return err == nil && o.Bits() <= i.Bits() && o.Contains(i.Addr())
}

// checkNetwork: subnets and security groups exist in the target groups' VPC.
func (d *deployment) checkNetwork() []verdict.Problem {
	p := d.place
	var all []verdict.Problem
	complain := func(key, fix, what string, args ...any) {
		problem := verdict.Problem{What: fmt.Sprintf(what, args...), Where: "service " + p.serviceName, Fix: fix}
		if d.in.Spec.Network != nil {
			problem.File, problem.Line = d.in.Spec.File, d.in.Spec.Line(key)
		}
		all = append(all, problem)
	}
	vpc := p.blue.Attr("vpcId")
	if len(p.subnets) == 0 {
		complain("NetworkConfiguration", "Give NetworkConfiguration with subnets in the AppSpec or on the service.",
			"Network Configuration must be provided when networkMode 'awsvpc' is specified.")
	}
	if other := p.green.Attr("vpcId"); other != vpc {
		complain("NetworkConfiguration", "Create both target groups in one VPC.", "The target group %s is in the VPC %s, and %s in %s", p.green.Attr("name"), other, p.blue.Attr("name"), vpc)
	}
	for _, id := range p.subnets {
		if s := d.in.World.Find(subnetType, "id", id); s == nil {
			complain("Subnets", "Name subnets that exist.", "The subnet ID '%s' does not exist", id)
		} else if s.Attr("vpcId") != vpc {
			complain("Subnets", "Name subnets of the VPC "+vpc+".", "The subnet %s is in the VPC %s, and the target groups in %s", id, s.Attr("vpcId"), vpc)
		}
	}
	for _, id := range p.groups {
		if g := d.in.World.Find(groupType, "id", id); g == nil {
			complain("SecurityGroups", "Name security groups that exist.", "The security group '%s' does not exist", id)
		} else if g.Attr("vpcId") != vpc {
			complain("SecurityGroups", "Name security groups of the VPC "+vpc+".", "Security group %s does not appear to belong to the same VPC as the input subnets.", id)
		}
	}
	return all
}

// checkAdmission: the load balancer can reach the port of the tasks, in zones that it serves.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-register-targets.html#target-security-groups
func (d *deployment) checkAdmission(port int) []verdict.Problem {
	p := d.place
	w := d.in.World
	sources := p.balancer.Inputs.Strs("securityGroups")
	networks, zones := addresses(w, p.balancer)
	var all []verdict.Problem
	for _, id := range p.subnets {
		if zone := w.Find(subnetType, "id", id).Attr("availabilityZone"); len(zones) > 0 && zone != "" && !slices.Contains(zones, zone) {
			all = append(all, verdict.Problem{
				What:  fmt.Sprintf("Target.NotInUse: the target is in the Availability Zone %s, which is not enabled for the load balancer", zone),
				Where: "load balancer " + p.balancer.Attr("name"), Fix: "Give the load balancer a subnet of that zone, or the tasks none.",
			})
		}
	}
	admitted := slices.ContainsFunc(p.groups, func(g string) bool {
		return slices.ContainsFunc(rules(w, g, "ingress"), func(r rule) bool { return r.admits(port, sources, networks) })
	})
	if !admitted {
		all = append(all, verdict.Problem{
			What:  fmt.Sprintf("Target.Timeout: Request timed out. The security groups %v of the tasks do not admit the load balancer on port %d", p.groups, port),
			Where: "security group " + first(p.groups), Fix: fmt.Sprintf("Add an ingress rule for TCP port %d from the load balancer's security group %v.", port, sources),
		})
	}
	if len(sources) > 0 && !d.leaves(sources, port) {
		all = append(all, verdict.Problem{
			What:  fmt.Sprintf("Target.Timeout: Request timed out. The security groups %v of the load balancer let nothing out to the tasks on port %d", sources, port),
			Where: "security group " + first(sources), Fix: fmt.Sprintf("Add an egress rule for TCP port %d to the tasks' security group %v.", port, p.groups),
		})
	}
	return all
}

// leaves tells whether the load balancer's groups let traffic out to the tasks.
func (d *deployment) leaves(sources []string, port int) bool {
	var networks []string
	for _, id := range d.place.subnets {
		networks = append(networks, d.in.World.Find(subnetType, "id", id).Attr("cidrBlock"))
	}
	return slices.ContainsFunc(sources, func(g string) bool {
		return slices.ContainsFunc(rules(d.in.World, g, "egress"), func(r rule) bool { return r.admits(port, d.place.groups, networks) })
	})
}

// addresses are the networks and zones of a load balancer's nodes.
func addresses(w *world.World, balancer *drydock.Record) (networks, zones []string) {
	ids := balancer.Inputs.Strs("subnets")
	for _, m := range balancer.Inputs.Objs("subnetMappings") {
		ids = append(ids, m.Str("subnetId"))
	}
	for _, id := range ids {
		if s := w.Find(subnetType, "id", id); s != nil {
			networks, zones = append(networks, s.Attr("cidrBlock")), append(zones, s.Attr("availabilityZone"))
		}
	}
	return networks, zones
}

func first(all []string) string {
	if len(all) == 0 {
		return ""
	}
	return all[0]
}
