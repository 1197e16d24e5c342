package aws

import "github.com/container-pipeline/container-pipeline/drydock/internal/sim"

// The types of Amazon VPC. Rules not cited otherwise come from the API's reference and its error codes:
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html
const (
	vpcType             = "aws:ec2/vpc:Vpc"
	subnetType          = "aws:ec2/subnet:Subnet"
	gatewayType         = "aws:ec2/internetGateway:InternetGateway"
	routeTableType      = "aws:ec2/routeTable:RouteTable"
	routeType           = "aws:ec2/route:Route"
	associationType     = "aws:ec2/routeTableAssociation:RouteTableAssociation"
	natType             = "aws:ec2/natGateway:NatGateway"
	eipType             = "aws:ec2/eip:Eip"
	endpointType        = "aws:ec2/vpcEndpoint:VpcEndpoint"
	groupType           = "aws:ec2/securityGroup:SecurityGroup"
	groupRuleType       = "aws:ec2/securityGroupRule:SecurityGroupRule"
	ingressRuleType     = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
	egressRuleType      = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
	prefixListType      = "aws:ec2/managedPrefixList:ManagedPrefixList"
	prefixListEntryType = "aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry"
)

// What other services make that holds network interfaces in subnets, guarded by security groups. A CodeBuild project's
// come and go with its builds; it counts because without its subnet or group no later build could start.
var interfaceHolders = []string{
	balancerType, "aws:ecs/service:Service", "aws:codebuild/project:Project",
	"aws:eks/cluster:Cluster", "aws:eks/nodeGroup:NodeGroup", endpointType,
}

// Refusals of references, in EC2's words.
const (
	noVPC    = "InvalidVpcID.NotFound: The vpc ID '%s' does not exist"
	noSubnet = "InvalidSubnetID.NotFound: The subnet ID '%s' does not exist"
	noGroup  = "InvalidGroup.NotFound: The security group '%s' does not exist"
	noTable  = "InvalidRouteTableID.NotFound: The routeTable ID '%s' does not exist"
	noList   = "InvalidPrefixListID.NotFound: The prefix list ID '%s' does not exist"
)

func network() ([]*sim.Resource, []*sim.Function) {
	return []*sim.Resource{
		vpc(), subnet(), internetGateway(), routeTable(), route(), routeTableAssociation(), natGateway(), eip(), vpcEndpoint(),
		securityGroup(), securityGroupRule(), securityGroupPeerRule(ingressRuleType), securityGroupPeerRule(egressRuleType),
		managedPrefixList(), managedPrefixListEntry(),
	}, append(identityFunctions(), networkFunctions()...)
}

// inUse tells whether a record of the given types mentions the id in its inputs.
func inUse(op *sim.Op, id string, types ...string) bool {
	for _, t := range types {
		if len(op.Users(t, id)) > 0 {
			return true
		}
	}
	return false
}

// vpcOf is the VPC that a subnet, security group or route table belongs to; "" where there is no such thing.
func vpcOf(op *sim.Op, typ, id string) string {
	if r := op.Cloud.Find(typ, "id", id); r != nil {
		return r.Attr("vpcId")
	}
	return ""
}

// networkOf is the VPC that a record lies in; a NAT gateway and an ECS service name only their subnets.
func networkOf(op *sim.Op, r *sim.Record) string {
	subnets := append(r.Inputs.Obj("networkConfiguration").Strs("subnets"), r.Attr("subnetId"))
	if v := r.Attr("vpcId"); v != "" || subnets[0] == "" {
		return v
	}
	return vpcOf(op, subnetType, subnets[0])
}

// zoneOf is the Availability Zone of a subnet.
func zoneOf(op *sim.Op, subnetID string) string {
	if r := op.Cloud.Find(subnetType, "id", subnetID); r != nil {
		return r.Attr("availabilityZone")
	}
	return ""
}

// ec2Resource fills in the outputs that all types of EC2 have: the id with the prefix, the ARN of the kind, the owner, the tags.
func ec2Resource(op *sim.Op, prefix, kind string) {
	op.ID = prefix + "-" + sim.Hex(17)
	op.Out["arn"] = op.ARN("ec2", kind+"/"+op.ID)
	op.Out["ownerId"] = op.Account()
	settleTags(op)
}

// retag is the update of a type of which the cloud can change nothing else that shows in outputs.
func retag(op *sim.Op) error {
	settleTags(op)
	return nil
}

// choose sets an output that the cloud chooses where the program gives none.
func choose(op *sim.Op, name string, value any) {
	if !op.Out.Has(name) {
		op.Out[name] = value
	}
}
