package aws

import (
	"fmt"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

func eip() *sim.Resource {
	return &sim.Resource{
		Type: eipType,
		Inputs: sim.Fields{
			"domain":             sim.String().Computed().Replaces().OneOf("vpc"),
			"vpc":                sim.Bool().Computed().Replaces(), // the older way to say domain "vpc"
			"networkBorderGroup": sim.String().Computed().Replaces(),
			"publicIpv4Pool":     sim.String().Computed().Replaces().OneOf("amazon"),
			"tags":               sim.Tags(),
		},
		Outputs: []string{
			"allocationId", "arn", "associationId", "carrierIp", "customerOwnedIp", "domain", "instance", "networkInterface", "privateDns",
			"privateIp", "ptrRecord", "publicDns", "publicIp", "tagsAll",
		},
		Validate: func(c *sim.Check) { c.Exclusive("domain", "vpc") },
		Create: func(op *sim.Op) error {
			if len(inRegion(op, eipType)) >= maxEIPs {
				return sim.Refuse("AddressLimitExceeded", "The maximum number of addresses has been reached.")
			}
			ec2Resource(op, "eipalloc", "elastic-ip")
			delete(op.Out, "ownerId")
			for _, k := range []string{
				"associationId", "carrierIp", "customerOwnedIp", "instance", "networkInterface", "privateDns", "privateIp", "ptrRecord",
			} {
				op.Out[k] = ""
			}
			// 203.0.113.0/24 is kept for documentation: https://www.rfc-editor.org/rfc/rfc5737
			ip := freeAddress(op)
			op.Out["allocationId"], op.Out["publicIp"] = op.ID, ip
			op.Out["publicDns"] = fmt.Sprintf("ec2-%s.%s.compute.%s", strings.ReplaceAll(ip, ".", "-"), op.Region(), dnsSuffix(op))
			op.Out["domain"] = "vpc"
			choose(op, "networkBorderGroup", op.Region())
			choose(op, "publicIpv4Pool", "amazon")
			return nil
		},
		Update: retag,
		Delete: func(op *sim.Op) error {
			if inUse(op, op.ID, natType, balancerType) {
				return sim.Refuse("InvalidIPAddress.InUse", "Address %s is in use.", op.Out.Str("publicIp"))
			}
			return nil
		},
	}
}

func freeAddress(op *sim.Op) string {
	for n := 10; ; n++ {
		if ip := hostIn("203.0.113.0/24", n); op.Cloud.Find(eipType, "publicIp", ip) == nil {
			return ip
		}
	}
}

// https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-gateway.html
func natGateway() *sim.Resource {
	return &sim.Resource{
		Type: natType,
		Inputs: sim.Fields{
			"allocationId": sim.String().Replaces().
				Refs(eipType, "allocationId", "InvalidAllocationID.NotFound: The allocation ID '%s' does not exist"),
			"connectivityType": sim.String().Default("public").Replaces().OneOf("public", "private"),
			"privateIp":        sim.String().Computed().Replaces(),
			"subnetId":         sim.String().Required().Replaces().Refs(subnetType, "id", noSubnet),
			"tags":             sim.Tags(),
		},
		Outputs: []string{"associationId", "networkInterfaceId", "privateIp", "publicIp", "tagsAll"},
		Validate: func(c *sim.Check) {
			switch private := c.In.Str("connectivityType") == "private"; {
			case private && c.In.Has("allocationId"):
				c.Fail("allocationId", `is not supported with connectivityType "private"`)
			case !private && !c.In.Has("allocationId"):
				c.Fail("allocationId", "missing: a public NAT gateway needs the allocation id of an Elastic IP address")
			}
		},
		Create: createNAT, Update: retag,
	}
}

func createNAT(op *sim.Op) error {
	network := vpcOf(op, subnetType, op.In.Str("subnetId"))
	address := op.In.Str("allocationId")
	if address != "" && op.Cloud.Find(gatewayType, "vpcId", network) == nil {
		return sim.Refuse("Gateway.NotAttached", "Network %s has no Internet gateway attached", network)
	}
	if address != "" && inUse(op, address, natType) {
		return sim.Refuse("Resource.AlreadyAssociated", "Elastic IP address [%s] is already associated", address)
	}
	op.ID = "nat-" + sim.Hex(17)
	op.Out["networkInterfaceId"] = "eni-" + sim.Hex(17)
	op.Out["associationId"], op.Out["publicIp"] = "", ""
	if e := op.Cloud.Find(eipType, "allocationId", address); address != "" && e != nil {
		op.Out["associationId"], op.Out["publicIp"] = "eipassoc-"+sim.Hex(17), e.Attr("publicIp")
	}
	// The first four addresses and the last of a subnet are AWS's: https://docs.aws.amazon.com/vpc/latest/userguide/subnet-sizing.html
	if s := op.Cloud.Find(subnetType, "id", op.In.Str("subnetId")); s != nil {
		choose(op, "privateIp", hostIn(s.Attr("cidrBlock"), 10))
	}
	settleTags(op)
	return nil
}
