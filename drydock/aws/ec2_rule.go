package aws

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// rule is one rule of a security group in one direction: a protocol with its ports, and one peer.
type rule struct {
	protocol string // "tcp", "udp", "icmp", "icmpv6", a number, or "-1" for all
	from, to string // "" for all
	peer     string // a CIDR block, or the id of a security group or prefix list
}

func (r rule) String() string {
	ports := ""
	if r.from != "" {
		ports = fmt.Sprintf(", from port: %s, to port: %s", r.from, r.to)
	}
	protocol := strings.ToUpper(r.protocol)
	if r.protocol == "-1" {
		protocol = "ALL"
	}
	return fmt.Sprintf("peer: %s, %s%s, ALLOW", r.peer, protocol, ports)
}

// protocol: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
func protocol() *sim.Field {
	return sim.String().Match(`(?i)tcp|udp|icmp|icmpv6|all|-1|\d{1,3}`, "tcp, udp, icmp, icmpv6, -1 for all, or a protocol's number").
		Same(func(old, now any) bool { return plainProtocol(old) == plainProtocol(now) })
}

func plainProtocol(v any) string {
	s := strings.ToLower(fmt.Sprint(v))
	if named, ok := map[string]string{"6": "tcp", "17": "udp", "1": "icmp", "58": "icmpv6", "all": "-1"}[s]; ok {
		return named
	}
	return s
}

// validateRule checks ports against the protocol. always says that the ports are required even where they say nothing:
// rules written in the group and those of SecurityGroupRule.
func validateRule(c *sim.Check, path string, r sim.Values, always bool) {
	protocol := plainProtocol(r.Str("protocol") + r.Str("ipProtocol"))
	if protocol == "" || sim.IsUnknown(r["fromPort"]) || sim.IsUnknown(r["toPort"]) {
		return
	}
	from, to := r.Num("fromPort"), r.Num("toPort")
	field := strings.TrimPrefix(path+".fromPort", ".")
	switch {
	case protocol == "-1" && always && (from > 0 || to > 0):
		c.Fail(field, "ports %v to %v: both must be 0 for protocol -1, which covers all ports", from, to)
	case protocol == "-1" && !always && (r.Has("fromPort") || r.Has("toPort")):
		c.Fail(field, "must not be given for ipProtocol -1, which covers all ports "+
			"(https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html)")
	case protocol != "tcp" && protocol != "udp":
	case !r.Has("fromPort") || !r.Has("toPort"):
		c.Fail(field, "protocol %s needs fromPort and toPort", protocol)
	case from < 0 || to > 65535 || from > to:
		c.Fail(field, "ports %v to %v: must be a range within 0 to 65535 for %s", from, to, protocol)
	}
}

// flatten turns an input of several peers into rules of one peer each.
func flatten(groupID string, in sim.Values) []rule {
	r := rule{protocol: plainProtocol(in.Str("protocol") + in.Str("ipProtocol"))}
	if r.protocol != "-1" {
		r.from, r.to = port(in, "fromPort"), port(in, "toPort")
	}
	var peers []string
	for _, k := range []string{"cidrBlocks", "ipv6CidrBlocks", "prefixListIds", "securityGroups"} {
		peers = append(peers, in.Strs(k)...)
	}
	for _, k := range []string{"cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId", "sourceSecurityGroupId"} {
		if p := in.Str(k); p != "" {
			peers = append(peers, p)
		}
	}
	if in.Bool("self") {
		peers = append(peers, groupID)
	}
	var out []rule
	for _, p := range peers {
		r.peer = p
		out = append(out, r)
	}
	return out
}

func port(in sim.Values, key string) string {
	if !in.Has(key) {
		return ""
	}
	return strconv.FormatFloat(in.Num(key), 'f', -1, 64)
}

// rulesApart are a group's rules that resources of their own make, but for the resource with the id except.
func rulesApart(op *sim.Op, groupID, direction, except string) []rule {
	var out []rule
	for _, t := range []string{groupRuleType, ingressRuleType, egressRuleType} {
		for _, r := range op.Cloud.All(t) {
			if r.Attr("securityGroupId") == groupID && r.ID != except && directionOf(r.Type, r.Inputs) == direction {
				out = append(out, flatten(groupID, r.Inputs)...)
			}
		}
	}
	return out
}

func directionOf(typ string, in sim.Values) string {
	switch typ {
	case ingressRuleType:
		return "ingress"
	case egressRuleType:
		return "egress"
	}
	return in.Str("type")
}

// rulesWritten are the rules that a group lists itself.
func rulesWritten(op *sim.Op, groupID, direction string) []rule {
	var out []rule
	if g := op.Cloud.Find(groupType, "id", groupID); g != nil {
		for _, r := range g.Inputs.Objs(direction) {
			out = append(out, flatten(groupID, r)...)
		}
	}
	return out
}

// admit refuses duplicates and more rules than the quota allows.
func admit(op *sim.Op, groupID, direction string, added, present []rule) error {
	seen := map[rule]bool{}
	for _, r := range present {
		seen[r] = true
	}
	for _, r := range added {
		if seen[r] {
			return sim.Refuse("InvalidPermission.Duplicate", "the specified rule %q already exists in the %s rules of %s", r, direction, groupID)
		}
		seen[r] = true
	}
	return quota(op, append(append([]rule{}, present...), added...), "", 0)
}

// quota counts rules as AWS does: IPv4 and IPv6 apart, a security group as one of each, a prefix list as its maximum of
// entries. listID and size stand for a list whose size is about to change.
// https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-security-groups
func quota(op *sim.Op, rules []rule, listID string, size float64) error {
	var v4, v6 float64
	for _, r := range rules {
		switch {
		case strings.HasPrefix(r.peer, "pl-"):
			n, family := 1.0, "IPv4"
			if l := op.Cloud.Find(prefixListType, "id", r.peer); l != nil {
				n, family = l.Outputs.Num("maxEntries"), l.Attr("addressFamily")
			}
			if r.peer == listID {
				n = size
			}
			if family == "IPv4" {
				v4 += n
			} else {
				v6 += n
			}
		case strings.HasPrefix(r.peer, "sg-"):
			v4, v6 = v4+1, v6+1
		case strings.Contains(r.peer, ":"):
			v6++
		default:
			v4++
		}
	}
	if v4 > maxRulesPerGroup || v6 > maxRulesPerGroup {
		return sim.Refuse("RulesPerSecurityGroupLimitExceeded",
			"The maximum number of rules per security group has been reached. (%v for IPv4, %v for IPv6, of %d)", v4, v6, maxRulesPerGroup)
	}
	return nil
}

// roomInGroups checks every group that refers to a prefix list against the list's new size.
func roomInGroups(op *sim.Op, listID string, size float64) error {
	for _, g := range op.Cloud.All(groupType) {
		for _, direction := range []string{"ingress", "egress"} {
			rules := append(rulesWritten(op, g.ID, direction), rulesApart(op, g.ID, direction, "")...)
			if err := quota(op, rules, listID, size); err != nil {
				return err
			}
		}
	}
	return nil
}
