package aws

import (
	"fmt"
	"hash/crc32"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// securityGroupPeerRule is a rule with one peer: SecurityGroupIngressRule or SecurityGroupEgressRule.
// https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html
func securityGroupPeerRule(typ string) *sim.Resource {
	return &sim.Resource{
		Type: typ,
		Inputs: sim.Fields{
			"cidrIpv4":                  ipv4Block(0, 32),
			"cidrIpv6":                  ipv6Block(0, 128),
			"description":               groupDescription(),
			"fromPort":                  sim.Int().Between(-1, 65535),
			"ipProtocol":                protocol().Required(),
			"prefixListId":              sim.String().Refs(prefixListType, "id", noList),
			"referencedSecurityGroupId": sim.String().Refs(groupType, "id", noGroup),
			"securityGroupId":           sim.String().Required().Replaces().Refs(groupType, "id", noGroup),
			"tags":                      sim.Tags(),
			"toPort":                    sim.Int().Between(-1, 65535),
		},
		Outputs:      []string{"arn", "securityGroupRuleId", "tagsAll"},
		ForceReplace: replacesPeerRule,
		Validate: func(c *sim.Check) {
			c.OneOf("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId")
			validateRule(c, "", c.In, false)
		},
		Create: func(op *sim.Op) error {
			ec2Resource(op, "sgr", "security-group-rule")
			delete(op.Out, "ownerId")
			op.Out["securityGroupRuleId"] = op.ID
			return admitOne(op)
		},
		Update: func(op *sim.Op) error {
			settleTags(op)
			return admitOne(op)
		},
	}
}

// replacesPeerRule: a rule can be modified, but not to another kind of source or destination.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifySecurityGroupRules.html
func replacesPeerRule(old, now sim.Values) (kinds []string) {
	for _, k := range []string{"cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"} {
		if old.Has(k) != now.Has(k) {
			kinds = append(kinds, k)
		}
	}
	return kinds
}

// admitOne checks a rule of its own against the rest of its group.
func admitOne(op *sim.Op) error {
	group := op.In.Str("securityGroupId")
	if err := peersExist(op, vpcOf(op, groupType, group), op.In); err != nil {
		return err
	}
	direction := directionOf(op.Type, op.In)
	present := append(rulesWritten(op, group, direction), rulesApart(op, group, direction, op.ID)...)
	return admit(op, group, direction, flatten(group, op.In), present)
}

// securityGroupRule is the older form: several peers in one resource, and no change but of the description.
func securityGroupRule() *sim.Resource {
	return &sim.Resource{
		Type: groupRuleType,
		Inputs: sim.Fields{
			"cidrBlocks":            sim.List(ipv4Block(0, 32)).Replaces(),
			"description":           groupDescription(),
			"fromPort":              sim.Int().Required().Replaces(),
			"ipv6CidrBlocks":        sim.List(ipv6Block(0, 128)).Replaces(),
			"prefixListIds":         sim.List(sim.String().Refs(prefixListType, "id", noList)).Replaces(),
			"protocol":              protocol().Required().Replaces(),
			"securityGroupId":       sim.String().Required().Replaces().Refs(groupType, "id", noGroup),
			"self":                  sim.Bool().Default(false).Replaces(),
			"sourceSecurityGroupId": sim.String().Computed().Replaces().Refs(groupType, "id", noGroup),
			"toPort":                sim.Int().Required().Replaces(),
			"type":                  sim.String().Required().Replaces().OneOf("ingress", "egress"),
		},
		Outputs: []string{"securityGroupRuleId", "sourceSecurityGroupId"},
		Validate: func(c *sim.Check) {
			validateRule(c, "", c.In, true)
			given := c.In.Has("cidrBlocks") || c.In.Has("ipv6CidrBlocks") || c.In.Has("prefixListIds")
			source := c.In.Has("sourceSecurityGroupId")
			switch {
			case !given && !source && !c.In.Bool("self") && !sim.IsUnknown(c.In["self"]):
				c.Fail("cidrBlocks", "one of cidrBlocks, ipv6CidrBlocks, prefixListIds, self, sourceSecurityGroupId must be given")
			case c.In.Bool("self") && (source || c.In.Has("cidrBlocks") || c.In.Has("ipv6CidrBlocks")):
				c.Fail("self", "conflicts with cidrBlocks, ipv6CidrBlocks and sourceSecurityGroupId")
			case source && (c.In.Has("cidrBlocks") || c.In.Has("ipv6CidrBlocks")):
				c.Fail("sourceSecurityGroupId", "conflicts with cidrBlocks and ipv6CidrBlocks")
			}
		},
		Create: func(op *sim.Op) error {
			rules := flatten(op.In.Str("securityGroupId"), op.In)
			// The provider's own id: it stands for all the rules that the resource makes.
			op.ID = fmt.Sprintf("sgrule-%d", crc32.ChecksumIEEE([]byte(fmt.Sprint(op.In.Str("securityGroupId"), op.In.Str("type"), rules))))
			choose(op, "sourceSecurityGroupId", "")
			op.Out["securityGroupRuleId"] = ""
			if len(rules) == 1 {
				op.Out["securityGroupRuleId"] = "sgr-" + sim.Hex(17)
			}
			return admitOne(op)
		},
		Update: admitOne,
	}
}
