package bluegreen

import (
	"net/netip"
	"slices"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/internal/mocks"
)

// groupsOfAll are what every mode makes.
var groupsOfAll = []string{
	"ManagedPrefixList dog-cloudflare-ipv4", "ManagedPrefixList dog-cloudflare-ipv6",
	"SecurityGroup dog-load-balancer", "SecurityGroup dog-tasks",
	"SecurityGroupEgressRule dog-load-balancer",
	"SecurityGroupIngressRule dog-cloudflare-ipv4", "SecurityGroupIngressRule dog-cloudflare-ipv6",
	"SecurityGroupIngressRule dog-tasks",
}

// vpcOfAll are what every mode makes that makes a VPC of two zones.
var vpcOfAll = []string{
	"InternetGateway dog", "Route dog-public", "RouteTable dog-public", "RouteTable dog-tasks",
	"RouteTableAssociation dog-public-1", "RouteTableAssociation dog-public-2",
	"RouteTableAssociation dog-tasks-1", "RouteTableAssociation dog-tasks-2",
	"Subnet dog-public-1", "Subnet dog-public-2", "Subnet dog-tasks-1", "Subnet dog-tasks-2", "Vpc dog",
}

func TestNetworkModes(t *testing.T) {
	subnets := func(ids ...string) (inputs []pulumi.StringInput) {
		for _, id := range ids {
			inputs = append(inputs, pulumi.String(id))
		}
		return inputs
	}
	for _, c := range []struct {
		name          string
		options       NetworkOptions
		children      [][]string
		vpc           string
		public, tasks []string
		assign        bool
	}{
		{
			"default", NetworkOptions{}, [][]string{groupsOfAll, {"SecurityGroupEgressRule dog-tasks"}},
			"vpc-default", []string{"subnet-a", "subnet-b", "subnet-c"}, []string{"subnet-a", "subnet-b", "subnet-c"}, true,
		},
		{
			"existing", NetworkOptions{VpcID: pulumi.String("vpc-1"), PublicSubnetIDs: subnets("p1", "p2"), TaskSubnetIDs: subnets("t1")},
			[][]string{groupsOfAll, {"SecurityGroupEgressRule dog-tasks"}}, "vpc-1", []string{"p1", "p2"}, []string{"t1"}, false,
		},
		{
			"existing, public alone", NetworkOptions{VpcID: pulumi.String("vpc-1"), PublicSubnetIDs: subnets("p1", "p2")},
			[][]string{groupsOfAll, {"SecurityGroupEgressRule dog-tasks"}}, "vpc-1", []string{"p1", "p2"}, []string{"p1", "p2"}, true,
		},
		{
			"nat", NetworkOptions{Mode: NetworkNAT},
			[][]string{groupsOfAll, vpcOfAll, {"Eip dog", "NatGateway dog", "Route dog-tasks", "SecurityGroupEgressRule dog-tasks"}},
			"dog-id", []string{"dog-public-1-id", "dog-public-2-id"}, []string{"dog-tasks-1-id", "dog-tasks-2-id"}, false,
		},
		{
			"endpoints", NetworkOptions{Mode: NetworkEndpoints},
			[][]string{groupsOfAll, vpcOfAll, {
				"SecurityGroup dog-endpoints", "SecurityGroupEgressRule dog-endpoints", "SecurityGroupEgressRule dog-s3",
				"SecurityGroupIngressRule dog-endpoints", "VpcEndpoint dog-ecr.api", "VpcEndpoint dog-ecr.dkr",
				"VpcEndpoint dog-logs", "VpcEndpoint dog-s3", "VpcEndpoint dog-secretsmanager",
			}},
			"dog-id", []string{"dog-public-1-id", "dog-public-2-id"}, []string{"dog-tasks-1-id", "dog-tasks-2-id"}, false,
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := mocks.Deploy(t, func(ctx *pulumi.Context) error {
				n, err := NewNetwork(ctx, "dog", &NetworkArgs{NetworkOptions: c.options})
				if err != nil {
					return err
				}
				assert.Equal(t, c.vpc, mocks.Await(n.VpcID))
				assert.Equal(t, c.public, mocks.Await(n.PublicSubnetIDs))
				assert.Equal(t, c.tasks, mocks.Await(n.TaskSubnetIDs))
				assert.Equal(t, "dog-tasks-id", mocks.Await(n.TaskSecurityGroupID))
				assert.Equal(t, "dog-load-balancer-id", mocks.Await(n.LoadBalancerSecurityGroupID))
				assert.Equal(t, c.assign, n.AssignPublicIP)
				assert.NotEmpty(t, n.Ready())
				return nil
			})
			assert.Equal(t, slices.Sorted(slices.Values(slices.Concat(c.children...))), m.Children("Network"))
		})
	}
}

func TestOnlyCloudflareReachesTheLoadBalancerAndOnlyItTheTasks(t *testing.T) {
	m := mocks.Deploy(t, func(ctx *pulumi.Context) error {
		_, err := NewNetwork(ctx, "dog", &NetworkArgs{})
		return err
	})
	assert.Equal(t, map[string]any{
		"securityGroupId": "dog-load-balancer-id", "prefixListId": "dog-cloudflare-ipv6-id",
		"description": "From Cloudflare", "ipProtocol": "tcp", "fromPort": 443.0, "toPort": 443.0,
	}, m.Resource(t, "SecurityGroupIngressRule", "dog-cloudflare-ipv6").Plain())
	assert.Equal(t, map[string]any{
		"securityGroupId": "dog-tasks-id", "referencedSecurityGroupId": "dog-load-balancer-id",
		"description": "From the load balancer", "ipProtocol": "tcp", "fromPort": 0.0, "toPort": 65535.0,
	}, m.Resource(t, "SecurityGroupIngressRule", "dog-tasks").Plain())
	assert.Equal(t, map[string]any{
		"securityGroupId": "dog-load-balancer-id", "referencedSecurityGroupId": "dog-tasks-id",
		"description": "To the tasks", "ipProtocol": "tcp", "fromPort": 0.0, "toPort": 65535.0,
	}, m.Resource(t, "SecurityGroupEgressRule", "dog-load-balancer").Plain())
	assert.Equal(t, map[string]any{
		"addressFamily": "IPv4", "maxEntries": 10.0,
		"entries": []any{map[string]any{"cidr": "173.245.48.0/20"}, map[string]any{"cidr": "103.21.244.0/22"}},
	}, m.Resource(t, "ManagedPrefixList", "dog-cloudflare-ipv4").Plain())
}

func TestTestPortIsForTheGivenBlocks(t *testing.T) {
	m := mocks.Deploy(t, func(ctx *pulumi.Context) error {
		_, err := NewNetwork(ctx, "dog", &NetworkArgs{
			TestPort: 8443, TestCidrBlocks: []string{"203.0.113.0/24", "2001:db8::/48"},
		})
		return err
	})
	four := m.Resource(t, "SecurityGroupIngressRule", "dog-test-203.0.113.0/24").Plain()
	assert.Equal(t, "203.0.113.0/24", four["cidrIpv4"])
	assert.Equal(t, 8443.0, four["fromPort"])
	assert.Equal(t, "2001:db8::/48", m.Resource(t, "SecurityGroupIngressRule", "dog-test-2001:db8::/48").Plain()["cidrIpv6"])
}

func TestTasksBehindEndpointsReachNothingElse(t *testing.T) {
	m := mocks.Deploy(t, func(ctx *pulumi.Context) error {
		_, err := NewNetwork(ctx, "dog", &NetworkArgs{
			NetworkOptions: NetworkOptions{Mode: NetworkEndpoints}, EnableExec: true,
		})
		return err
	})
	for _, r := range m.Resources {
		assert.NotEqual(t, "0.0.0.0/0", r.Plain()["cidrIpv4"], r.Name)
	}
	assert.Equal(t, "pl-63a5400a", m.Resource(t, "SecurityGroupEgressRule", "dog-s3").Text(t, "prefixListId"))
	exec := m.Resource(t, "VpcEndpoint", "dog-ssmmessages").Plain()
	assert.Equal(t, "com.amazonaws.us-east-2.ssmmessages", exec["serviceName"])
	assert.Equal(t, true, exec["privateDnsEnabled"])
	assert.Equal(t, []any{"dog-tasks-1-id", "dog-tasks-2-id"}, exec["subnetIds"])
	assert.Equal(t, []any{"dog-endpoints-id"}, exec["securityGroupIds"])
	assert.Equal(t, true, m.Resource(t, "Vpc", "dog").Plain()["enableDnsHostnames"])
}

func TestZonesAreTheFirstByName(t *testing.T) {
	m := mocks.Deploy(t, func(ctx *pulumi.Context) error {
		_, err := NewNetwork(ctx, "dog", &NetworkArgs{NetworkOptions: NetworkOptions{Mode: NetworkNAT}})
		return err
	})
	second := m.Resource(t, "Subnet", "dog-tasks-2").Plain()
	assert.Equal(t, "us-east-2b", second["availabilityZone"])
	assert.Equal(t, "10.0.160.0/19", second["cidrBlock"])
	assert.Equal(t, "dog-public-1-id", m.Resource(t, "NatGateway", "dog").Text(t, "subnetId"))
}

func TestNetworkRefuses(t *testing.T) {
	for _, c := range []struct {
		name    string
		args    *NetworkArgs
		answers map[string]map[string]any
		problem string
	}{
		{"mode", &NetworkArgs{NetworkOptions: NetworkOptions{Mode: "private"}}, nil, `network.mode: "private"`},
		{"public test port", &NetworkArgs{TestPort: 8443, TestCidrBlocks: []string{"0.0.0.0/0"}}, nil, "open to the world"},
		{
			"too few subnets", &NetworkArgs{},
			map[string]map[string]any{"aws:ec2/getSubnets:getSubnets": {"ids": []any{"subnet-a"}}}, "has 1 default subnets",
		},
		{
			"too few zones",
			&NetworkArgs{NetworkOptions: NetworkOptions{Mode: NetworkNAT, AvailabilityZones: 4}}, nil,
			"network.availabilityZones: 4, but the region has 3",
		},
		{
			"no ranges of Cloudflare", &NetworkArgs{},
			map[string]map[string]any{"cloudflare:index/getIpRanges:getIpRanges": {"ipv4CidrBlocks": []any{"173.245.48.0/20"}}},
			"no IPv6 ranges",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := &mocks.Cloud{Answers: c.answers}
			err := m.Run(func(ctx *pulumi.Context) error {
				_, err := NewNetwork(ctx, "dog", c.args)
				return err
			})
			assert.ErrorContains(t, err, c.problem)
		})
	}
}

func TestSubnetBlocks(t *testing.T) {
	for _, c := range []struct{ block, firstPublic, lastPublic, firstTasks, lastTasks string }{
		{"10.0.0.0/16", "10.0.0.0/19", "10.0.96.0/19", "10.0.128.0/19", "10.0.224.0/19"},
		{"192.168.7.0/24", "192.168.7.0/27", "192.168.7.96/27", "192.168.7.128/27", "192.168.7.224/27"},
		{"172.31.240.0/20", "172.31.240.0/23", "172.31.246.0/23", "172.31.248.0/23", "172.31.254.0/23"},
	} {
		block := netip.MustParsePrefix(c.block)
		public, tasks := subnetBlocks(block)
		assert.Equal(t, []string{c.firstPublic, c.lastPublic, c.firstTasks, c.lastTasks},
			[]string{public[0].String(), public[3].String(), tasks[0].String(), tasks[3].String()})
		all := slices.Concat(public[:], tasks[:])
		for i, one := range all {
			require.True(t, block.Contains(one.Addr()), one)
			for _, other := range all[i+1:] {
				require.False(t, one.Overlaps(other), "%s %s", one, other)
			}
		}
	}
}

func TestMaxEntriesLeavesRoom(t *testing.T) {
	for entries, want := range map[int]int{1: 10, 5: 10, 6: 20, 7: 20, 15: 20, 16: 30, 25: 30} {
		assert.Equal(t, want, maxEntries(entries), entries)
	}
}
