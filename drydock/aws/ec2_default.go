package aws

import (
	"fmt"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// Every Region of a new account has a default VPC 172.31.0.0/16 with an internet gateway, a main route table that leads
// to it, a default security group, and a default subnet /20 in each Availability Zone, in which what is launched gets a
// public address: https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc-components.html
//
// A drydock does not know at its start which Regions a program will use, so a Region's default network comes into being
// when it is first asked for; its ids depend on nothing but the account and Region.

const defaultVPCBlock = "172.31.0.0/16"

// defaultVPC returns the default VPC of the call's Region.
func defaultVPC(op *sim.Op) (*sim.Record, error) {
	vpc := &sim.Record{
		Type: vpcType, ID: "vpc-" + fixedHex(op, "vpc", 17), Scope: here(op), Seeded: true,
		Inputs: sim.Values{"cidrBlock": defaultVPCBlock, "enableDnsSupport": true, "enableDnsHostnames": true, "instanceTenancy": "default"},
		State:  sim.Values{"default": true},
	}
	if r := op.Cloud.Get(vpcType, vpc.Scope, vpc.ID); r != nil {
		return r, nil
	}
	zones, err := zonesOf(op.Region())
	if err != nil {
		return nil, err
	}
	vpc.Outputs = vpc.Inputs.Copy()
	igw := seedGateway(op, vpc.ID)
	records := append(vpcParts(op, vpc, func(what string) string { return fixedHex(op, what, 17) }), igw)
	for _, r := range records {
		if r.Type == routeTableType {
			r.Inputs["routes"] = []any{map[string]any{"cidrBlock": "0.0.0.0/0", "gatewayId": igw.ID}}
			r.Outputs["routes"] = r.Inputs["routes"]
		}
	}
	for i, z := range zones {
		records = append(records, seedSubnet(op, vpc.ID, i, z))
	}
	for _, r := range append(records, vpc) {
		if err := op.Cloud.Put(r); err != nil {
			return nil, err
		}
	}
	return vpc, nil
}

func seedGateway(op *sim.Op, vpcID string) *sim.Record {
	id := "igw-" + fixedHex(op, "igw", 17)
	in := sim.Values{"vpcId": vpcID}
	out := in.Copy()
	out["arn"], out["ownerId"] = op.ARN("ec2", "internet-gateway/"+id), op.Account()
	return &sim.Record{Type: gatewayType, ID: id, Scope: here(op), Seeded: true, Inputs: in, Outputs: out}
}

func seedSubnet(op *sim.Op, vpcID string, i int, z zone) *sim.Record {
	id := "subnet-" + fixedHex(op, "subnet-"+z.name, 17)
	in := sim.Values{
		"vpcId": vpcID, "cidrBlock": fmt.Sprintf("172.31.%d.0/20", 16*i),
		"availabilityZone": z.name, "availabilityZoneId": z.id, "mapPublicIpOnLaunch": true,
	}
	out := in.Copy()
	out["arn"], out["ownerId"] = op.ARN("ec2", "subnet/"+id), op.Account()
	return &sim.Record{
		Type: subnetType, ID: id, Scope: here(op), Seeded: true, Inputs: in, Outputs: out, State: sim.Values{"default": true},
	}
}

// vpcParts are the main route table and default security group that come and go with a VPC; it also sets the VPC's
// outputs. newID gives the digits of an id.
// https://docs.aws.amazon.com/vpc/latest/userguide/default-security-group.html
func vpcParts(op *sim.Op, vpc *sim.Record, newID func(what string) string) []*sim.Record {
	scope := here(op)
	table := &sim.Record{
		Type: routeTableType, ID: "rtb-" + newID("rtb"), Scope: scope, Seeded: true,
		Inputs: sim.Values{"vpcId": vpc.ID}, State: sim.Values{"main": true},
	}
	table.Outputs = table.Inputs.Copy()
	table.Outputs["arn"], table.Outputs["ownerId"] = op.ARN("ec2", "route-table/"+table.ID), op.Account()

	group := &sim.Record{
		Type: groupType, ID: "sg-" + newID("sg"), Scope: scope, Seeded: true,
		Inputs: sim.Values{"vpcId": vpc.ID, "name": "default", "description": "default VPC security group"},
		State:  sim.Values{"default": true},
	}
	group.Inputs["ingress"] = []any{map[string]any{"protocol": "-1", "fromPort": 0.0, "toPort": 0.0, "self": true}}
	group.Inputs["egress"] = []any{map[string]any{"protocol": "-1", "fromPort": 0.0, "toPort": 0.0, "cidrBlocks": []any{"0.0.0.0/0"}}}
	group.Outputs = group.Inputs.Copy()
	group.Outputs["arn"], group.Outputs["ownerId"] = op.ARN("ec2", "security-group/"+group.ID), op.Account()

	vpc.Outputs["arn"], vpc.Outputs["ownerId"] = op.ARN("ec2", "vpc/"+vpc.ID), op.Account()
	vpc.Outputs["mainRouteTableId"], vpc.Outputs["defaultRouteTableId"] = table.ID, table.ID
	vpc.Outputs["defaultSecurityGroupId"] = group.ID
	vpc.Outputs["defaultNetworkAclId"] = "acl-" + newID("acl")
	vpc.Outputs["dhcpOptionsId"] = "dopt-" + fixedHex(op, "dopt", 17)
	return []*sim.Record{table, group}
}
