package diff

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock"
)

// opening is what one rule of a security group lets in.
type opening struct {
	group    string // its ID, drydock.Unknown where it does not exist yet
	source   string // an address range, or the ID of a group or prefix list
	protocol string // "-1" for all
	from, to float64
}

// exposures are what the stack's rules let in that none of its former ones did, and what else is opened.
func exposures(steps []drydock.Step) []Exposure {
	var before []opening
	for _, s := range steps {
		before = append(before, openings(s.Type, s.Old)...)
	}
	var found []Exposure
	for _, s := range steps {
		found = append(found, ingress(s, before)...)
		found = append(found, edges(s, steps)...)
	}
	return found
}

// ingress is what the step's rules let in, joined by what is opened.
func ingress(s drydock.Step, before []opening) []Exposure {
	var found []Exposure
	for _, o := range openings(s.Type, s.New) {
		if slices.ContainsFunc(before, o.within) {
			continue
		}
		what := o.what()
		i := slices.IndexFunc(found, func(e Exposure) bool { return e.What == what })
		if i < 0 {
			i = len(found)
			found = append(found, Exposure{Op: s.Op, Resource: resourceOf(s), What: what})
		}
		found[i].From = append(found[i].From, fmt.Sprint(shown(o.source)))
		found[i].World = found[i].World || world(o.source)
	}
	return found
}

// within tells whether the other opening has let this in.
func (o opening) within(other opening) bool {
	group := o.group == other.group || o.group == drydock.Unknown || other.group == drydock.Unknown
	protocol := o.protocol == other.protocol || other.protocol == "-1"
	ports := other.protocol == "-1" || other.from <= o.from && o.to <= other.to
	return group && protocol && ports && inside(o.source, other.source)
}

// inside tells whether the source is part of the other. One that does not exist yet is taken for the group or list that
// it replaces.
func inside(source, other string) bool {
	a, errA := netip.ParsePrefix(source)
	b, errB := netip.ParsePrefix(other)
	if errA != nil || errB != nil {
		return source == other || source == drydock.Unknown && errB != nil
	}
	return b.Bits() <= a.Bits() && b.Contains(a.Addr())
}

func (o opening) what() string {
	switch {
	case o.protocol == "-1":
		return "everything"
	case strings.HasPrefix(o.protocol, "icmp"):
		return o.protocol
	case o.from == o.to:
		return fmt.Sprintf("%s %v", o.protocol, o.from)
	}
	return fmt.Sprintf("%s %v-%v", o.protocol, o.from, o.to)
}

func world(source string) bool { return source == "0.0.0.0/0" || source == "::/0" }

// openings reads the ingress rules of a resource, in any of the forms that the provider has for them.
func openings(typ string, s *drydock.ResourceState) []opening {
	in := inputs(s)
	switch typ {
	case "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule":
		return read(in, text(in["securityGroupId"]), "ipProtocol", "cidrIpv4", "cidrIpv6", "referencedSecurityGroupId", "prefixListId")
	case "aws:ec2/securityGroupRule:SecurityGroupRule":
		if in["type"] != "ingress" {
			return nil
		}
		return read(in, text(in["securityGroupId"]), "protocol", sources...)
	case "aws:ec2/securityGroup:SecurityGroup", "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup":
		group := drydock.Unknown
		if s != nil && s.ID != "" {
			group = s.ID
		}
		var all []opening
		rules, _ := in["ingress"].([]any)
		for _, r := range rules {
			fields, _ := r.(map[string]any)
			all = append(all, read(fields, group, "protocol", sources...)...)
		}
		return all
	}
	return nil
}

var sources = []string{"cidrBlocks", "ipv6CidrBlocks", "securityGroups", "sourceSecurityGroupId", "prefixListIds"}

func read(in map[string]any, group, protocol string, from ...string) []opening {
	var all []opening
	for _, name := range from {
		list, ok := in[name].([]any)
		if one, single := in[name].(string); !ok && single {
			list = []any{one}
		}
		for _, source := range list {
			all = append(all, opening{
				group: group, source: text(source), protocol: protocolOf(text(in[protocol])),
				from: number(in["fromPort"]), to: number(in["toPort"]),
			})
		}
	}
	return all
}

// protocolOf gives one name to a protocol that has a number too.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
func protocolOf(given string) string {
	switch strings.ToLower(given) {
	case "all", "-1":
		return "-1"
	case "6":
		return "tcp"
	case "17":
		return "udp"
	}
	return strings.ToLower(given)
}

func text(v any) string {
	s, _ := v.(string)
	return s
}

// opened are the exposures that a person should agree to: those to everybody.
func opened(all []Exposure) []Danger {
	var found []Danger
	for _, e := range all {
		if !e.World {
			continue
		}
		reason, way := e.What, "leave it closed, or agree to this"
		if len(e.From) > 0 {
			way = "open it to the addresses or security groups that need it, or agree to this"
			reason = fmt.Sprintf("%s is opened to everybody (%s)", e.What, strings.Join(slices.DeleteFunc(slices.Clone(e.From), notWorld), ", "))
		}
		found = append(found, Danger{
			Kind: Opened, Op: e.Op, Resource: e.Resource, Reason: reason,
			WayOut: []string{way},
		})
	}
	return found
}

func notWorld(source string) bool { return !world(source) }
