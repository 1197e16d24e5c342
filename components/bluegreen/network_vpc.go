package bluegreen

import (
	"fmt"
	"net/netip"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
)

// vpc is what others need of a VPC that is made.
type vpc struct {
	id        pulumi.IDOutput
	gateway   *ec2.InternetGateway
	routes    *ec2.RouteTable // of the tasks' subnets
	publicWay *ec2.Route      // to the internet, from the public subnets
	subnets   pulumi.StringArray
	shown     *ec2.Subnet // the first public subnet, for a NAT gateway
}

// addVpc makes a VPC with public subnets for the load balancer and private ones for the tasks.
func (n *Network) addVpc(ctx *pulumi.Context, name string, a *NetworkArgs) (*vpc, error) {
	zones, err := n.zones(ctx, a.AvailabilityZones)
	if err != nil {
		return nil, err
	}
	made, err := ec2.NewVpc(ctx, name, &ec2.VpcArgs{
		CidrBlock: pulumi.String(a.CidrBlock),
		// Private DNS of endpoints needs both of the VPC's DNS attributes; support is there unless taken away.
		// https://docs.aws.amazon.com/vpc/latest/privatelink/interface-endpoints.html
		EnableDnsHostnames: pulumi.Bool(true), Tags: named(a.Tags, name),
	}, pulumi.Parent(n))
	if err != nil {
		return nil, err
	}
	v := &vpc{id: made.ID()}
	n.VpcID = made.ID().ToStringOutput()
	if err := n.addPublicSubnets(ctx, name, a, v, zones); err != nil {
		return nil, err
	}
	if err := n.addTaskSubnets(ctx, name, a, v, zones); err != nil {
		return nil, err
	}
	if a.Mode == NetworkNAT {
		return v, n.addNAT(ctx, name, a, v)
	}
	return v, nil
}

// zones are the first availability zones of the region by name. Local and wavelength zones are left out: they must be
// opted into.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAvailabilityZones.html
func (n *Network) zones(ctx *pulumi.Context, count int) ([]string, error) {
	available := "available"
	found, err := aws.GetAvailabilityZones(ctx, &aws.GetAvailabilityZonesArgs{
		State:   &available,
		Filters: []aws.GetAvailabilityZonesFilter{{Name: "opt-in-status", Values: []string{"opt-in-not-required"}}},
	}, pulumi.Parent(n))
	if err != nil {
		return nil, fmt.Errorf("availability zones: %w", err)
	}
	names := slices.Sorted(slices.Values(found.Names))
	if len(names) < count {
		return nil, fmt.Errorf("network.availabilityZones: %d, but the region has %d: give fewer", count, len(names))
	}
	return names[:count], nil
}

func (n *Network) addPublicSubnets(ctx *pulumi.Context, name string, a *NetworkArgs, v *vpc, zones []string) error {
	gateway, err := ec2.NewInternetGateway(ctx, name, &ec2.InternetGatewayArgs{
		VpcId: v.id, Tags: named(a.Tags, name),
	}, pulumi.Parent(n))
	if err != nil {
		return err
	}
	table, err := ec2.NewRouteTable(ctx, name+"-public", &ec2.RouteTableArgs{
		VpcId: v.id, Tags: named(a.Tags, name+"-public"),
	}, pulumi.Parent(n))
	if err != nil {
		return err
	}
	v.gateway = gateway
	v.publicWay, err = ec2.NewRoute(ctx, name+"-public", &ec2.RouteArgs{
		RouteTableId: table.ID(), DestinationCidrBlock: pulumi.String("0.0.0.0/0"), GatewayId: gateway.ID(),
	}, pulumi.Parent(n))
	if err != nil {
		return err
	}
	public, _ := subnetBlocks(netip.MustParsePrefix(a.CidrBlock)) // validate has parsed it
	subnets, err := n.addSubnetsIn(ctx, name+"-public", a.Tags, v, table, zones, public[:])
	if err != nil {
		return err
	}
	v.shown = subnets[0]
	// AWS refuses an internet-facing load balancer in subnets that cannot reach the internet.
	// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
	n.PublicSubnetIDs = pulumi.OutputWithDependencies(ctx.Context(), subnetIDs(subnets).ToStringArrayOutput(),
		append(slices.Clone(n.ready), v.publicWay)...).(pulumi.StringArrayOutput)
	return nil
}

func (n *Network) addTaskSubnets(ctx *pulumi.Context, name string, a *NetworkArgs, v *vpc, zones []string) error {
	table, err := ec2.NewRouteTable(ctx, name+"-tasks", &ec2.RouteTableArgs{
		VpcId: v.id, Tags: named(a.Tags, name+"-tasks"),
	}, pulumi.Parent(n))
	if err != nil {
		return err
	}
	v.routes = table
	_, tasks := subnetBlocks(netip.MustParsePrefix(a.CidrBlock))
	subnets, err := n.addSubnetsIn(ctx, name+"-tasks", a.Tags, v, table, zones, tasks[:])
	if err != nil {
		return err
	}
	v.subnets = subnetIDs(subnets)
	n.TaskSubnetIDs = v.subnets.ToStringArrayOutput()
	return nil
}

// addSubnetsIn makes a subnet in each zone, named by the zone's position, and gives it the routes of table.
func (n *Network) addSubnetsIn(
	ctx *pulumi.Context, name string, tags map[string]string, v *vpc, table *ec2.RouteTable, zones []string, blocks []netip.Prefix,
) ([]*ec2.Subnet, error) {
	var subnets []*ec2.Subnet
	for i, zone := range zones {
		position := fmt.Sprintf("%s-%d", name, i+1)
		subnet, err := ec2.NewSubnet(ctx, position, &ec2.SubnetArgs{
			VpcId: v.id, AvailabilityZone: pulumi.String(zone), CidrBlock: pulumi.String(blocks[i].String()),
			Tags: named(tags, position),
		}, pulumi.Parent(n))
		if err != nil {
			return nil, err
		}
		association, err := ec2.NewRouteTableAssociation(ctx, position, &ec2.RouteTableAssociationArgs{
			SubnetId: subnet.ID(), RouteTableId: table.ID(),
		}, pulumi.Parent(n))
		if err != nil {
			return nil, err
		}
		n.ready = append(n.ready, association)
		subnets = append(subnets, subnet)
	}
	return subnets, nil
}

// addNAT lets the tasks reach the internet through one gateway.
func (n *Network) addNAT(ctx *pulumi.Context, name string, a *NetworkArgs, v *vpc) error {
	address, err := ec2.NewEip(ctx, name, &ec2.EipArgs{
		Domain: pulumi.String("vpc"), Tags: named(a.Tags, name),
	}, pulumi.Parent(n), pulumi.DependsOn([]pulumi.Resource{v.gateway}))
	if err != nil {
		return err
	}
	gateway, err := ec2.NewNatGateway(ctx, name, &ec2.NatGatewayArgs{
		AllocationId: address.ID(), SubnetId: v.shown.ID(), Tags: named(a.Tags, name),
	}, pulumi.Parent(n), pulumi.DependsOn([]pulumi.Resource{v.publicWay}))
	if err != nil {
		return err
	}
	route, err := ec2.NewRoute(ctx, name+"-tasks", &ec2.RouteArgs{
		RouteTableId: v.routes.ID(), DestinationCidrBlock: pulumi.String("0.0.0.0/0"), NatGatewayId: gateway.ID(),
	}, pulumi.Parent(n))
	n.ready = append(n.ready, route)
	return err
}

// subnetBlocks divides a VPC's block into eight equal ones: four for public subnets, four for the tasks', of which each
// availability zone takes the next. So a further zone leaves the others as they are. The eighth of a /24 is a /27, the
// smallest that a load balancer takes.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#availability-zones-subnet-types
func subnetBlocks(block netip.Prefix) (public, tasks [4]netip.Prefix) {
	bits := block.Bits() + 3
	first := block.Masked().Addr().As4()
	base := uint32(first[0])<<24 | uint32(first[1])<<16 | uint32(first[2])<<8 | uint32(first[3])
	at := func(i int) netip.Prefix {
		a := base + uint32(i)<<(32-bits)
		return netip.PrefixFrom(netip.AddrFrom4([4]byte{byte(a >> 24), byte(a >> 16), byte(a >> 8), byte(a)}), bits)
	}
	for i := range public {
		public[i], tasks[i] = at(i), at(i+len(public))
	}
	return public, tasks
}

func subnetIDs(subnets []*ec2.Subnet) pulumi.StringArray {
	ids := make(pulumi.StringArray, 0, len(subnets))
	for _, subnet := range subnets {
		ids = append(ids, subnet.ID())
	}
	return ids
}

// named adds the tag that the console shows as the name of what has no other.
func named(tags map[string]string, name string) pulumi.StringMap {
	all := pulumi.StringMap{"Name": pulumi.String(name)}
	for key, value := range ground.Tags(tags) {
		all[key] = value
	}
	return all
}
