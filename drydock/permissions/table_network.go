package permissions

const describeNetwork = "what describes networks has no resource-level permission"

// networkTable is EC2's. What creates names both what is created and what it is created in; the names are EC2's to make
// up, so all of a kind are meant, in this account and region, or those with the stack's tags.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonec2.html
func networkTable() map[string][]grant {
	ruleGrants := func(direction string, more ...string) []grant {
		return []grant{
			describe("DescribeSecurityGroupRules", "DescribeSecurityGroups"),
			creates("security-group-rule", "AuthorizeSecurityGroup"+direction, "security-group"),
			allow(kinds("ec2", "security-group/*", "security-group-rule/*"), "ec2",
				append(more, "RevokeSecurityGroup"+direction, "ModifySecurityGroupRules")...),
			tags("security-group-rule"),
		}
	}
	all := map[string][]grant{
		"aws:ec2/vpc:Vpc": {
			describe("DescribeVpcs", "DescribeNetworkAcls", "DescribeRouteTables", "DescribeSecurityGroups"),
			creates("vpc", "CreateVpc"), change("vpc", "DeleteVpc", "ModifyVpcAttribute"), tags("vpc"),
		},
		"aws:ec2/subnet:Subnet": {
			describe("DescribeSubnets", "DescribeNetworkInterfaces"),
			creates("subnet", "CreateSubnet", "vpc"), change("subnet", "DeleteSubnet", "ModifySubnetAttribute"), tags("subnet"),
		},
		"aws:ec2/internetGateway:InternetGateway": {
			describe("DescribeInternetGateways"),
			creates("internet-gateway", "CreateInternetGateway"), change("internet-gateway", "DeleteInternetGateway"), tags("internet-gateway"),
			allow(kinds("ec2", "internet-gateway/*", "vpc/*"), "ec2", "AttachInternetGateway", "DetachInternetGateway"),
		},
		"aws:ec2/eip:Eip": {
			describe("DescribeAddresses", "DescribeAddressesAttribute"),
			creates("elastic-ip", "AllocateAddress"), change("elastic-ip", "ReleaseAddress"), tags("elastic-ip"),
			allow(kinds("ec2", "elastic-ip/*", "network-interface/*"), "ec2", "DisassociateAddress"),
		},
		"aws:ec2/natGateway:NatGateway": {
			describe("DescribeNatGateways"),
			creates("natgateway", "CreateNatGateway", "elastic-ip", "subnet"), change("natgateway", "DeleteNatGateway"), tags("natgateway"),
		},
		"aws:ec2/routeTable:RouteTable": {
			describe("DescribeRouteTables"),
			creates("route-table", "CreateRouteTable", "vpc"), change("route-table", "DeleteRouteTable"), tags("route-table"),
			allow(kinds("ec2", "route-table/*"), "ec2", "CreateRoute", "DeleteRoute", "ReplaceRoute"),
			allow(kinds("ec2", "route-table/*", "subnet/*", "internet-gateway/*"), "ec2", "DisassociateRouteTable"), // before it is deleted
		},
		"aws:ec2/route:Route": {
			describe("DescribeRouteTables"),
			allow(kinds("ec2", "route-table/*"), "ec2", "CreateRoute", "DeleteRoute", "ReplaceRoute"),
		},
		"aws:ec2/routeTableAssociation:RouteTableAssociation": {
			describe("DescribeRouteTables"),
			allow(kinds("ec2", "route-table/*", "subnet/*", "internet-gateway/*"), "ec2",
				"AssociateRouteTable", "DisassociateRouteTable", "ReplaceRouteTableAssociation"),
		},
		"aws:ec2/securityGroup:SecurityGroup": {
			describe("DescribeSecurityGroups", "DescribeSecurityGroupRules", "DescribeNetworkInterfaces"),
			creates("security-group", "CreateSecurityGroup", "vpc"), change("security-group", "DeleteSecurityGroup"), tags("security-group"),
			allow(kinds("ec2", "security-group/*", "security-group-rule/*"), "ec2", "AuthorizeSecurityGroupEgress",
				"AuthorizeSecurityGroupIngress", "RevokeSecurityGroupEgress", "RevokeSecurityGroupIngress"),
		},
		"aws:ec2/securityGroupRule:SecurityGroupRule": append(ruleGrants("Ingress", "UpdateSecurityGroupRuleDescriptionsIngress"),
			ruleGrants("Egress", "UpdateSecurityGroupRuleDescriptionsEgress")...),
		"aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": ruleGrants("Ingress"),
		"aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule":   ruleGrants("Egress"),
		"aws:ec2/managedPrefixList:ManagedPrefixList": {
			describe("DescribeManagedPrefixLists"),
			creates("prefix-list", "CreateManagedPrefixList"), tags("prefix-list"),
			change("prefix-list", "DeleteManagedPrefixList", "GetManagedPrefixListEntries", "ModifyManagedPrefixList"),
		},
		"aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry": {
			describe("DescribeManagedPrefixLists"),
			allow(kinds("ec2", "prefix-list/*"), "ec2", "GetManagedPrefixListEntries", "ModifyManagedPrefixList"),
		},
		"aws:ec2/vpcEndpoint:VpcEndpoint": {
			describe("DescribeVpcEndpoints", "DescribeVpcEndpointServices", "DescribePrefixLists"),
			creates("vpc-endpoint", "CreateVpcEndpoint", "vpc", "subnet", "security-group", "route-table"),
			change("vpc-endpoint", "DeleteVpcEndpoints"), tags("vpc-endpoint"),
			allow(kinds("ec2", "vpc-endpoint/*", "subnet/*", "security-group/*", "route-table/*"), "ec2", "ModifyVpcEndpoint"),
		},
	}
	for token := range all {
		all[token] = append(all[token], allow(kinds("ec2", "vpc/*"), "ec2", "DescribeVpcAttribute"))
	}
	return all
}

// lookups are, with a VPC's attributes, what programs ask of the account's network, as its default VPC.
var lookups = []string{
	"DescribeAvailabilityZones", "DescribeManagedPrefixLists", "DescribeRouteTables", "DescribeSubnets", "DescribeVpcs",
}

func describe(actions ...string) grant {
	return allowAll(describeNetwork, "ec2", append(actions, lookups...)...)
}

// creates lets a kind be created in others.
func creates(kind, action string, in ...string) grant {
	all := []string{kind + "/*"}
	for _, other := range in {
		all = append(all, other+"/*")
	}
	return allow(kinds("ec2", all...), "ec2", action)
}

func change(kind string, actions ...string) grant {
	return allow(kinds("ec2", kind+"/*"), "ec2", actions...).byTag()
}

// tags are given to what is created, and to what is there.
func tags(kind string) grant {
	return allow(kinds("ec2", kind+"/*"), "ec2", "CreateTags", "DeleteTags")
}
