package aws

import (
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

func subnet() *sim.Resource {
	return &sim.Resource{
		Type: subnetType,
		Inputs: sim.Fields{
			"assignIpv6AddressOnCreation":             sim.Bool().Default(false),
			"availabilityZone":                        sim.String().Computed().Replaces(),
			"availabilityZoneId":                      sim.String().Computed().Replaces(),
			"cidrBlock":                               ipv4Block(16, 28).Replaces().Doc("https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html"),
			"enableDns64":                             sim.Bool().Default(false),
			"enableResourceNameDnsARecordOnLaunch":    sim.Bool().Default(false),
			"enableResourceNameDnsAaaaRecordOnLaunch": sim.Bool().Default(false),
			"ipv6CidrBlock":                           ipv6Block(44, 64).Doc("https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html"),
			"ipv6Native":                              sim.Bool().Default(false).Replaces(),
			"mapPublicIpOnLaunch":                     sim.Bool().Default(false),
			"privateDnsHostnameTypeOnLaunch":          sim.String().Computed().OneOf("ip-name", "resource-name"),
			"tags":                                    sim.Tags(),
			"vpcId":                                   sim.String().Required().Replaces().Refs(vpcType, "id", noVPC),
		},
		Outputs: []string{"arn", "availabilityZone", "availabilityZoneId", "ipv6CidrBlockAssociationId", "ownerId", "tagsAll"},
		Validate: func(c *sim.Check) {
			c.Exclusive("availabilityZone", "availabilityZoneId")
			if !c.In.Has("cidrBlock") && !c.In.Bool("ipv6Native") {
				c.Fail("cidrBlock", "missing: only an ipv6Native subnet has no IPv4 block")
			}
		},
		Create: createSubnet,
		Update: func(op *sim.Op) error { settleSubnetIPv6(op); return retag(op) },
		Delete: func(op *sim.Op) error {
			if inUse(op, op.ID, append(interfaceHolders, natType)...) {
				return sim.Refuse("DependencyViolation", "The subnet '%s' has dependencies and cannot be deleted.", op.ID)
			}
			return nil
		},
	}
}

func createSubnet(op *sim.Op) error {
	vpc := op.Cloud.Find(vpcType, "id", op.In.Str("vpcId"))
	block := op.In.Str("cidrBlock")
	if block != "" && !within(block, vpc.Attr("cidrBlock")) {
		return sim.Refuse("InvalidSubnet.Range", "The CIDR '%s' is invalid. (It lies outside of the VPC's %s.)", block, vpc.Attr("cidrBlock"))
	}
	if v6 := op.In.Str("ipv6CidrBlock"); v6 != "" && !within(v6, vpc.Attr("ipv6CidrBlock")) {
		return sim.Refuse("InvalidSubnet.Range", "The CIDR '%s' is invalid. (It lies outside of the VPC's %q.)", v6, vpc.Attr("ipv6CidrBlock"))
	}
	siblings := 0
	for _, r := range op.Cloud.All(subnetType) {
		if r.Attr("vpcId") != vpc.ID {
			continue
		}
		siblings++
		if overlap(block, r.Attr("cidrBlock")) || overlap(op.In.Str("ipv6CidrBlock"), r.Attr("ipv6CidrBlock")) {
			return sim.Refuse("InvalidSubnet.Conflict", "The CIDR '%s' conflicts with another subnet (%s, %s)", block, r.ID, r.Attr("cidrBlock"))
		}
	}
	if siblings >= maxSubnets {
		return sim.Refuse("SubnetLimitExceeded", "The maximum number of subnets has been reached.")
	}
	if err := placeSubnet(op); err != nil {
		return err
	}
	choose(op, "privateDnsHostnameTypeOnLaunch", "ip-name")
	ec2Resource(op, "subnet", "subnet")
	settleSubnetIPv6(op)
	return nil
}

// placeSubnet settles the Availability Zone: the one asked for by name or id, or the Region's first.
func placeSubnet(op *sim.Op) error {
	zones, err := zonesOf(op.Region())
	if err != nil {
		return err
	}
	name, id := op.In.Str("availabilityZone"), op.In.Str("availabilityZoneId")
	var names []string
	for _, z := range zones {
		if (name == "" && id == "") || z.name == name || z.id == id {
			op.Out["availabilityZone"], op.Out["availabilityZoneId"] = z.name, z.id
			return nil
		}
		names = append(names, z.name)
	}
	return sim.Refuse("InvalidParameterValue",
		"Value (%s) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: %s.",
		name+id, strings.Join(names, ", "))
}

func settleSubnetIPv6(op *sim.Op) {
	switch {
	case op.In.Str("ipv6CidrBlock") == "":
		op.Out["ipv6CidrBlockAssociationId"] = ""
	case op.Out.Str("ipv6CidrBlockAssociationId") == "" || op.Old.Str("ipv6CidrBlock") != op.In.Str("ipv6CidrBlock"):
		op.Out["ipv6CidrBlockAssociationId"] = "subnet-cidr-assoc-" + sim.Hex(17)
	}
}

func internetGateway() *sim.Resource {
	return &sim.Resource{
		Type: gatewayType,
		Inputs: sim.Fields{
			"tags":  sim.Tags(),
			"vpcId": sim.String().Computed().Refs(vpcType, "id", noVPC),
		},
		Outputs: []string{"arn", "ownerId", "tagsAll"},
		Create: func(op *sim.Op) error {
			if _, err := defaultVPC(op); err != nil { // its gateway counts too
				return err
			}
			if len(inRegion(op, gatewayType)) >= maxVPCs {
				return sim.Refuse("InternetGatewayLimitExceeded", "The maximum number of internet gateways has been reached.")
			}
			ec2Resource(op, "igw", "internet-gateway")
			choose(op, "vpcId", "")
			return gatewayAttachable(op)
		},
		Update: func(op *sim.Op) error {
			if was := op.Old.Str("vpcId"); was != "" && op.In.Has("vpcId") && was != op.In.Str("vpcId") {
				if err := gatewayDetachable(op, was); err != nil {
					return err
				}
			}
			if err := gatewayAttachable(op); err != nil {
				return err
			}
			return retag(op)
		},
		Delete: func(op *sim.Op) error { return gatewayDetachable(op, op.Out.Str("vpcId")) },
	}
}

// gatewayAttachable: a VPC has at most one internet gateway.
// https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-gateways
func gatewayAttachable(op *sim.Op) error {
	vpcID := op.In.Str("vpcId")
	for _, r := range op.Cloud.All(gatewayType) {
		if vpcID != "" && r.ID != op.ID && r.Attr("vpcId") == vpcID {
			return sim.Refuse("InvalidParameterValue", "Network %s already has an internet gateway attached", vpcID)
		}
	}
	return nil
}

// gatewayDetachable: no address in the VPC may be mapped to a public one any more.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DetachInternetGateway.html
func gatewayDetachable(op *sim.Op, vpcID string) error {
	for _, t := range []string{natType, balancerType, "aws:ecs/service:Service"} {
		for _, r := range op.Cloud.All(t) {
			if vpcID != "" && networkOf(op, r) == vpcID && publicFacing(r) {
				return sim.Refuse("DependencyViolation",
					"Network %s has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.", vpcID)
			}
		}
	}
	return nil
}

// publicFacing tells whether a NAT gateway, load balancer or ECS service holds public addresses.
func publicFacing(r *sim.Record) bool {
	switch r.Type {
	case natType:
		return r.Attr("publicIp") != ""
	case balancerType:
		return !r.Outputs.Bool("internal")
	}
	return r.Inputs.Obj("networkConfiguration").Bool("assignPublicIp")
}
