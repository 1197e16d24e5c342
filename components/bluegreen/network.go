package bluegreen

import (
	"fmt"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/problems"
)

// NetworkArgs describe where load balancer and tasks are, and who may reach them.
type NetworkArgs struct {
	NetworkOptions
	// TestPort of a second listener. Default: none.
	TestPort int `pulumi:"testPort"`
	// TestCidrBlocks may reach TestPort; never everyone. Required with TestPort.
	TestCidrBlocks []string `pulumi:"testCidrBlocks"`
	// EnableExec: tasks in NetworkEndpoints reach Systems Manager too. Default: false.
	EnableExec bool `pulumi:"enableExec"`
	// Tags of every resource that can have them. Default: none.
	Tags map[string]string `pulumi:"tags"`
}

// Network is where load balancer and tasks are. Cloudflare alone reaches the load balancer, the load balancer alone
// reaches the tasks. The rules of the two security groups are resources of their own, so further ones can be added.
type Network struct {
	pulumi.ResourceState

	// VpcID of the VPC.
	VpcID pulumi.StringOutput `pulumi:"vpcId"`
	// PublicSubnetIDs are the load balancer's.
	PublicSubnetIDs pulumi.StringArrayOutput `pulumi:"publicSubnetIds"`
	// TaskSubnetIDs are the tasks'.
	TaskSubnetIDs pulumi.StringArrayOutput `pulumi:"taskSubnetIds"`
	// LoadBalancerSecurityGroupID and TaskSecurityGroupID.
	LoadBalancerSecurityGroupID pulumi.StringOutput `pulumi:"loadBalancerSecurityGroupId"`
	TaskSecurityGroupID         pulumi.StringOutput `pulumi:"taskSecurityGroupId"`
	// AssignPublicIP: tasks need a public address to reach the internet, since their subnets are public.
	AssignPublicIP bool `pulumi:"assignPublicIp"`

	ready []pulumi.Resource
}

// NewNetwork finds or makes the VPC and the subnets, and makes the security groups.
func NewNetwork(ctx *pulumi.Context, name string, args *NetworkArgs, opts ...pulumi.ResourceOption) (*Network, error) {
	a := args.withDefaults()
	if err := a.validate(); err != nil {
		return nil, err
	}
	n := &Network{}
	if err := ctx.RegisterComponentResource("container-pipeline:bluegreen:Network", name, n, opts...); err != nil {
		return nil, err
	}
	made, err := n.addSubnets(ctx, name, a)
	if err != nil {
		return nil, err
	}
	groups, err := n.addGroups(ctx, name, a)
	if err != nil {
		return nil, err
	}
	if a.Mode == NetworkEndpoints {
		err = n.addEndpoints(ctx, name, a, made, groups)
	} else {
		err = n.addInternetEgress(ctx, name, a, groups)
	}
	if err != nil {
		return nil, err
	}
	return n, ctx.RegisterResourceOutputs(n, pulumi.Map{
		"vpcId": n.VpcID, "publicSubnetIds": n.PublicSubnetIDs, "taskSubnetIds": n.TaskSubnetIDs,
		"loadBalancerSecurityGroupId": n.LoadBalancerSecurityGroupID, "taskSecurityGroupId": n.TaskSecurityGroupID,
		"assignPublicIp": pulumi.Bool(n.AssignPublicIP),
	})
}

// Ready lists what tasks depend on before they start: without routes, endpoints and rules, they can neither pull their
// images nor answer.
func (n *Network) Ready() []pulumi.Resource { return n.ready }

// addSubnets sets VPC and subnets by the mode; vpc is nil unless it was made.
func (n *Network) addSubnets(ctx *pulumi.Context, name string, a *NetworkArgs) (*vpc, error) {
	switch a.Mode {
	case NetworkDefault:
		return nil, n.findDefault(ctx)
	case NetworkExisting:
		n.VpcID = a.VpcID.ToStringOutput()
		n.PublicSubnetIDs = pulumi.StringArray(a.PublicSubnetIDs).ToStringArrayOutput()
		n.TaskSubnetIDs = pulumi.StringArray(a.TaskSubnetIDs).ToStringArrayOutput()
		if len(a.TaskSubnetIDs) == 0 {
			n.TaskSubnetIDs, n.AssignPublicIP = n.PublicSubnetIDs, true
		}
		return nil, nil
	default:
		return n.addVpc(ctx, name, a)
	}
}

// findDefault takes the default VPC's default subnets, of which each availability zone has one.
// https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc-components.html
func (n *Network) findDefault(ctx *pulumi.Context) error {
	yes := true
	found, err := ec2.LookupVpc(ctx, &ec2.LookupVpcArgs{Default: &yes}, pulumi.Parent(n))
	if err != nil {
		return fmt.Errorf("the default VPC: %w; where there is none, give network.vpcId or another network.mode", err)
	}
	subnets, err := ec2.GetSubnets(ctx, &ec2.GetSubnetsArgs{Filters: []ec2.GetSubnetsFilter{
		{Name: "vpc-id", Values: []string{found.Id}},
		{Name: "default-for-az", Values: []string{"true"}},
	}}, pulumi.Parent(n))
	if err != nil {
		return fmt.Errorf("subnets of the default VPC %s: %w", found.Id, err)
	}
	if len(subnets.Ids) < 2 {
		return fmt.Errorf("the default VPC %s has %d default subnets: a load balancer needs two in different availability zones; "+
			"give network.vpcId or another network.mode", found.Id, len(subnets.Ids))
	}
	ids := slices.Sorted(slices.Values(subnets.Ids)) // AWS gives them in any order
	n.VpcID = pulumi.String(found.Id).ToStringOutput()
	n.PublicSubnetIDs = pulumi.ToStringArray(ids).ToStringArrayOutput()
	n.TaskSubnetIDs, n.AssignPublicIP = n.PublicSubnetIDs, true
	return nil
}

func (args *NetworkArgs) withDefaults() *NetworkArgs {
	a := NetworkArgs{}
	if args != nil {
		a = *args
	}
	a.NetworkOptions = a.NetworkOptions.withDefaults()
	return &a
}

func (args *NetworkArgs) validate() error {
	p := &problems.List{}
	args.NetworkOptions.validate(p)
	DeploymentOptions{TestPort: args.TestPort, TestCidrBlocks: args.TestCidrBlocks}.validateTest(p)
	return p.Err()
}
