package aws

import (
	"fmt"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// What names and descriptions may hold: https://docs.aws.amazon.com/vpc/latest/userguide/creating-security-groups.html
const (
	groupText      = `[0-9A-Za-z ._\-:/()#,@\[\]+=&;{}!$*]*`
	groupTextWords = "letters, digits, spaces and ._-:/()#,@[]+=&;{}!$*"
)

func groupDescription() *sim.Field { return sim.String().Match(groupText, groupTextWords).AtMost(255) }

func securityGroup() *sim.Resource {
	rules := func() *sim.Field {
		return sim.Set(sim.Object(sim.Fields{
			"cidrBlocks":     sim.List(ipv4Block(0, 32)),
			"description":    groupDescription(),
			"fromPort":       sim.Int().Required(),
			"ipv6CidrBlocks": sim.List(ipv6Block(0, 128)),
			"prefixListIds":  sim.List(sim.String().Refs(prefixListType, "id", noList)),
			"protocol":       protocol().Required(),
			"securityGroups": sim.Set(sim.String().Refs(groupType, "id", noGroup)),
			"self":           sim.Bool().Default(false),
			"toPort":         sim.Int().Required(),
		})).Computed()
	}
	return &sim.Resource{
		Type:     groupType,
		AutoName: &sim.AutoName{Field: "name", Max: 255},
		Inputs: sim.Fields{
			"description": groupDescription().Default("Managed by Pulumi").Replaces(),
			"egress":      rules(),
			"ingress":     rules(),
			"name": sim.String().Computed().Replaces().Match(groupText, groupTextWords).AtMost(255).
				Check(func(v any) string { return refusePrefix(v, "sg-") }),
			"namePrefix":          sim.String().Replaces().AtMost(229).Check(func(v any) string { return refusePrefix(v, "sg-") }),
			"revokeRulesOnDelete": sim.Bool().Default(false),
			"tags":                sim.Tags(),
			"vpcId":               sim.String().Computed().Replaces().Refs(vpcType, "id", noVPC),
		},
		Outputs: []string{"arn", "egress", "ingress", "name", "ownerId", "tagsAll", "vpcId"},
		Validate: func(c *sim.Check) {
			c.Exclusive("name", "namePrefix")
			for _, direction := range []string{"ingress", "egress"} {
				for i, r := range c.In.Objs(direction) {
					validateRule(c, fmt.Sprintf("%s[%d]", direction, i), r, true)
				}
			}
		},
		Create: createGroup, Update: updateGroup, Delete: deleteGroup,
	}
}

func refusePrefix(v any, prefix string) string {
	if s, _ := v.(string); strings.HasPrefix(s, prefix) {
		return fmt.Sprintf("%q cannot begin with %q", s, prefix)
	}
	return ""
}

func createGroup(op *sim.Op) error {
	if !op.In.Has("vpcId") {
		vpc, err := defaultVPC(op)
		if err != nil {
			return err
		}
		op.Out["vpcId"] = vpc.ID
	}
	named := suffixed(op, "name")
	if strings.EqualFold(named, "default") {
		return sim.Refuse("InvalidParameterValue", "Cannot use reserved security group name: default")
	}
	for _, r := range op.Cloud.All(groupType) {
		if r.Attr("vpcId") == op.Out.Str("vpcId") && r.Attr("name") == named {
			return sim.Refuse("InvalidGroup.Duplicate", "The security group '%s' already exists for VPC '%s'", named, op.Out.Str("vpcId"))
		}
	}
	ec2Resource(op, "sg", "security-group")
	// AWS gives a new group a rule that lets everything out; the provider takes it away again.
	choose(op, "egress", []any{})
	choose(op, "ingress", []any{})
	return checkWritten(op)
}

// suffixed settles a name of which only the prefix is given, as the provider does: the prefix and 26 digits.
func suffixed(op *sim.Op, field string) string {
	if p := op.In.Str(field + "Prefix"); p != "" && !op.Out.Has(field) {
		op.Out[field] = p + sim.Hex(26)
	}
	return op.Out.Str(field)
}

func updateGroup(op *sim.Op) error {
	settleTags(op)
	return checkWritten(op)
}

// checkWritten checks the rules that the group itself lists beside those of resources of their own.
func checkWritten(op *sim.Op) error {
	for _, direction := range []string{"ingress", "egress"} {
		var inline []rule
		for _, r := range op.In.Objs(direction) {
			if err := peersExist(op, op.Out.Str("vpcId"), r); err != nil {
				return err
			}
			inline = append(inline, flatten(op.ID, r)...)
		}
		if err := admit(op, op.ID, direction, inline, rulesApart(op, op.ID, direction, "")); err != nil {
			return err
		}
	}
	return nil
}

// peersExist: a security group named as a peer must belong to the same VPC.
func peersExist(op *sim.Op, vpcID string, r sim.Values) error {
	for _, peer := range append(r.Strs("securityGroups"), r.Str("referencedSecurityGroupId"), r.Str("sourceSecurityGroupId")) {
		if peer != "" && vpcOf(op, groupType, peer) != vpcID {
			return sim.Refuse("InvalidGroup.NotFound", "You have specified two resources that belong to different networks.")
		}
	}
	return nil
}

func deleteGroup(op *sim.Op) error {
	var own []*sim.Record
	for _, t := range []string{groupRuleType, ingressRuleType, egressRuleType, groupType} {
		for _, r := range op.Users(t, op.ID) {
			switch {
			case t == groupType && r.ID == op.ID:
			case t != groupType && r.Attr("securityGroupId") == op.ID:
				own = append(own, r)
			default:
				return groupInUse(op.ID)
			}
		}
	}
	if inUse(op, op.ID, interfaceHolders...) {
		return groupInUse(op.ID)
	}
	return removeAll(op, own)
}

func groupInUse(id string) error {
	return sim.Refuse("DependencyViolation", "resource %s has a dependent object", id)
}
