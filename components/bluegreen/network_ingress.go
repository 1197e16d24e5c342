package bluegreen

import (
	"fmt"
	"net/netip"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	awsvpc "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpc"
	"github.com/pulumi/pulumi-cloudflare/sdk/v5/go/cloudflare"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
)

// securityGroups of the two sides of the way from Cloudflare to a container.
type securityGroups struct{ loadBalancer, tasks *ec2.SecurityGroup }

// addGroups makes the security groups, and the rules of the way of a request: from Cloudflare to the load balancer, from
// there to the tasks, at any port: another port of the container is released with tasks that listen on it, while the old
// ones answer at theirs, and again after a rollback.
func (n *Network) addGroups(ctx *pulumi.Context, name string, a *NetworkArgs) (securityGroups, error) {
	var groups securityGroups
	var err error
	if groups.loadBalancer, err = n.addGroup(ctx, name+"-load-balancer", "Load balancer", a.Tags); err != nil {
		return groups, err
	}
	if groups.tasks, err = n.addGroup(ctx, name+"-tasks", "Tasks", a.Tags); err != nil {
		return groups, err
	}
	n.LoadBalancerSecurityGroupID = groups.loadBalancer.ID().ToStringOutput()
	n.TaskSecurityGroupID = groups.tasks.ID().ToStringOutput()
	if err := n.admitCloudflare(ctx, name, a.Tags); err != nil {
		return groups, err
	}
	if err := n.admitTesters(ctx, name, a); err != nil {
		return groups, err
	}
	out, err := awsvpc.NewSecurityGroupEgressRule(ctx, name+"-load-balancer", &awsvpc.SecurityGroupEgressRuleArgs{
		SecurityGroupId: n.LoadBalancerSecurityGroupID, ReferencedSecurityGroupId: n.TaskSecurityGroupID,
		Description: pulumi.String("To the tasks"), IpProtocol: pulumi.String("tcp"),
		FromPort: pulumi.Int(0), ToPort: pulumi.Int(65535), Tags: ground.Tags(a.Tags),
	}, pulumi.Parent(n))
	if err != nil {
		return groups, err
	}
	in, err := awsvpc.NewSecurityGroupIngressRule(ctx, name+"-tasks", &awsvpc.SecurityGroupIngressRuleArgs{
		SecurityGroupId: n.TaskSecurityGroupID, ReferencedSecurityGroupId: n.LoadBalancerSecurityGroupID,
		Description: pulumi.String("From the load balancer"), IpProtocol: pulumi.String("tcp"),
		FromPort: pulumi.Int(0), ToPort: pulumi.Int(65535), Tags: ground.Tags(a.Tags),
	}, pulumi.Parent(n))
	n.ready = append(n.ready, out, in)
	return groups, err
}

func (n *Network) addGroup(ctx *pulumi.Context, name, description string, tags map[string]string) (*ec2.SecurityGroup, error) {
	return ec2.NewSecurityGroup(ctx, name, &ec2.SecurityGroupArgs{
		VpcId: n.VpcID, Description: pulumi.String(description), Tags: ground.Tags(tags),
	}, pulumi.Parent(n))
}

// admitCloudflare lets the addresses through that Cloudflare publishes, as they are at this `up`.
// https://www.cloudflare.com/ips/
func (n *Network) admitCloudflare(ctx *pulumi.Context, name string, tags map[string]string) error {
	ranges, err := cloudflare.GetIpRanges(ctx, pulumi.Parent(n))
	if err != nil {
		return fmt.Errorf("Cloudflare's addresses: %w", err)
	}
	for _, family := range []struct {
		name, version string
		blocks        []string
	}{
		{"cloudflare-ipv4", "IPv4", ranges.Ipv4CidrBlocks},
		{"cloudflare-ipv6", "IPv6", ranges.Ipv6CidrBlocks},
	} {
		// An empty list would shut visitors out without a word.
		if len(family.blocks) == 0 {
			return fmt.Errorf("Cloudflare's addresses: no %s ranges", family.version)
		}
		list, err := ec2.NewManagedPrefixList(ctx, name+"-"+family.name, &ec2.ManagedPrefixListArgs{
			AddressFamily: pulumi.String(family.version), MaxEntries: pulumi.Int(maxEntries(len(family.blocks))),
			Entries: prefixListEntries(family.blocks), Tags: ground.Tags(tags),
		}, pulumi.Parent(n))
		if err != nil {
			return err
		}
		rule, err := awsvpc.NewSecurityGroupIngressRule(ctx, name+"-"+family.name, &awsvpc.SecurityGroupIngressRuleArgs{
			SecurityGroupId: n.LoadBalancerSecurityGroupID, PrefixListId: list.ID(),
			Description: pulumi.String("From Cloudflare"), IpProtocol: pulumi.String("tcp"),
			FromPort: pulumi.Int(443), ToPort: pulumi.Int(443), Tags: ground.Tags(tags),
		}, pulumi.Parent(n))
		if err != nil {
			return err
		}
		n.ready = append(n.ready, rule)
	}
	return nil
}

// maxEntries of a prefix list leaves room for at least five more ranges. It cannot leave much: a rule with the list counts
// as so many of the 60 that a security group has for each address family.
// https://docs.aws.amazon.com/vpc/latest/userguide/work-with-cust-managed-prefix-lists.html#create-managed-prefix-list
// https://docs.aws.amazon.com/vpc/latest/userguide/amazon-vpc-limits.html#vpc-limits-security-groups
func maxEntries(entries int) int { return (entries + 14) / 10 * 10 }

func prefixListEntries(blocks []string) ec2.ManagedPrefixListEntryTypeArray {
	entries := make(ec2.ManagedPrefixListEntryTypeArray, 0, len(blocks))
	for _, block := range blocks {
		entries = append(entries, ec2.ManagedPrefixListEntryTypeArgs{Cidr: pulumi.String(block)})
	}
	return entries
}

// admitTesters lets those through who look at a release before it gets traffic.
func (n *Network) admitTesters(ctx *pulumi.Context, name string, a *NetworkArgs) error {
	if a.TestPort == 0 {
		return nil
	}
	for _, block := range a.TestCidrBlocks {
		rule := &awsvpc.SecurityGroupIngressRuleArgs{
			SecurityGroupId: n.LoadBalancerSecurityGroupID, Description: pulumi.String("To a release under test"),
			IpProtocol: pulumi.String("tcp"), FromPort: pulumi.Int(a.TestPort), ToPort: pulumi.Int(a.TestPort),
			Tags: ground.Tags(a.Tags),
		}
		if netip.MustParsePrefix(block).Addr().Is4() { // validate has parsed it
			rule.CidrIpv4 = pulumi.String(block)
		} else {
			rule.CidrIpv6 = pulumi.String(block)
		}
		if _, err := awsvpc.NewSecurityGroupIngressRule(ctx, name+"-test-"+block, rule, pulumi.Parent(n)); err != nil {
			return err
		}
	}
	return nil
}

// addInternetEgress lets the tasks reach everything: what an application calls, only its authors know.
func (n *Network) addInternetEgress(ctx *pulumi.Context, name string, a *NetworkArgs, groups securityGroups) error {
	rule, err := awsvpc.NewSecurityGroupEgressRule(ctx, name+"-tasks", &awsvpc.SecurityGroupEgressRuleArgs{
		SecurityGroupId: groups.tasks.ID(), Description: pulumi.String("To the internet"),
		IpProtocol: pulumi.String("-1"), CidrIpv4: pulumi.String("0.0.0.0/0"), Tags: ground.Tags(a.Tags),
	}, pulumi.Parent(n))
	n.ready = append(n.ready, rule)
	return err
}
