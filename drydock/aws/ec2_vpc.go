package aws

import (
	"fmt"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// The quotas of a new account. https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html
const (
	maxVPCs          = 5 // per Region; internet gateways share it
	maxSubnets       = 200
	maxEIPs          = 5
	maxRulesPerGroup = 60
)

func vpc() *sim.Resource {
	return &sim.Resource{
		Type: vpcType,
		Inputs: sim.Fields{
			"assignGeneratedIpv6CidrBlock": sim.Bool(),
			"cidrBlock": ipv4Block(16, 28).Computed().Replaces().
				Doc("https://docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks.html"),
			"enableDnsHostnames":               sim.Bool().Computed(),
			"enableDnsSupport":                 sim.Bool().Default(true),
			"enableNetworkAddressUsageMetrics": sim.Bool().Computed(),
			"instanceTenancy":                  sim.String().Default("default").OneOf("default", "dedicated"),
			"tags":                             sim.Tags(),
		},
		Outputs: []string{
			"arn", "defaultNetworkAclId", "defaultRouteTableId", "defaultSecurityGroupId", "dhcpOptionsId", "ipv6AssociationId",
			"ipv6CidrBlock", "mainRouteTableId", "ownerId", "tagsAll",
		},
		Validate: func(c *sim.Check) {
			if !c.In.Has("cidrBlock") {
				c.Fail("cidrBlock", "missing: the drydock has no IPAM pools from which a block could come")
			}
		},
		// A dedicated VPC may become a default one, not the reverse.
		// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_ModifyVpcTenancy.html
		ForceReplace: func(old, now sim.Values) []string {
			if old.Str("instanceTenancy") == "default" && now.Str("instanceTenancy") == "dedicated" {
				return []string{"instanceTenancy"}
			}
			return nil
		},
		Unsettled: func(changed map[string]bool) []string {
			if changed["assignGeneratedIpv6CidrBlock"] {
				return []string{"ipv6AssociationId", "ipv6CidrBlock"}
			}
			return nil
		},
		Create: createVPC, Update: updateVPC, Delete: deleteVPC,
	}
}

func createVPC(op *sim.Op) error {
	if _, err := defaultVPC(op); err != nil { // it counts too
		return err
	}
	if len(inRegion(op, vpcType)) >= maxVPCs {
		return sim.Refuse("VpcLimitExceeded", "The maximum number of VPCs has been reached.")
	}
	op.ID = "vpc-" + sim.Hex(17)
	choose(op, "enableDnsHostnames", false)
	choose(op, "enableNetworkAddressUsageMetrics", false)
	settleIPv6(op)
	settleTags(op)
	op.Record.ID, op.Record.Outputs = op.ID, op.Out
	for _, r := range vpcParts(op, op.Record, func(string) string { return sim.Hex(17) }) {
		if err := op.Cloud.Put(r); err != nil {
			return err
		}
	}
	return nil
}

func updateVPC(op *sim.Op) error {
	settleIPv6(op)
	return retag(op)
}

// settleIPv6 gives or takes the /56 that Amazon provides.
func settleIPv6(op *sim.Op) {
	switch {
	case !op.In.Bool("assignGeneratedIpv6CidrBlock"):
		op.Out["ipv6AssociationId"], op.Out["ipv6CidrBlock"] = "", ""
	case op.Out.Str("ipv6CidrBlock") == "":
		op.Out["ipv6AssociationId"] = "vpc-cidr-assoc-" + sim.Hex(17)
		op.Out["ipv6CidrBlock"] = fmt.Sprintf("2600:1f16:%s:%s00::/56", sim.Hex(3), sim.Hex(2))
	}
}

func deleteVPC(op *sim.Op) error {
	var parts []*sim.Record
	for _, t := range []string{
		subnetType, gatewayType, endpointType, routeTableType, groupType,
	} {
		for _, r := range op.Cloud.All(t) {
			switch {
			case r.Attr("vpcId") != op.ID:
			case r.Seeded:
				parts = append(parts, r)
			default:
				return sim.Refuse("DependencyViolation", "The vpc '%s' has dependencies and cannot be deleted.", op.ID)
			}
		}
	}
	for _, r := range parts {
		if err := op.Cloud.Remove(r); err != nil {
			return err
		}
	}
	return nil
}
