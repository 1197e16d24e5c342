package aws

import (
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// The services with an interface endpoint, as com.amazonaws.<region>.<name>, that the drydock knows.
// https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
var interfaceServices = strings.Fields(`
	acm-pca application-autoscaling autoscaling cloudformation cloudtrail codeartifact.api codeartifact.repositories codebuild
	codebuild-fips codecommit codedeploy codedeploy-commands-secure codepipeline codestar-connections.api ec2 ec2messages ecr.api
	ecr.dkr ecs ecs-agent ecs-telemetry eks eks-auth elasticloadbalancing events execute-api git-codecommit kms lambda logs
	monitoring s3 secretsmanager sns sqs ssm ssmmessages states sts synthetics xray`)

// The private DNS names that are not <name>.<region>.amazonaws.com. A * covers the names below it.
var endpointDomains = map[string]string{
	"ecr.api":                   "api.ecr",
	"ecr.dkr":                   "*.dkr.ecr",
	"codestar-connections.api":  "codestar-connections",
	"codeartifact.api":          "codeartifact",
	"execute-api":               "*.execute-api",
	"codeartifact.repositories": "*.d.codeartifact",
	"s3":                        "*.s3",
}

// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateVpcEndpoint.html
func vpcEndpoint() *sim.Resource {
	return &sim.Resource{
		Type: endpointType,
		Inputs: sim.Fields{
			"autoAccept": sim.Bool(),
			"dnsOptions": sim.Object(sim.Fields{
				"dnsRecordIpType":                          sim.String().Computed().OneOf("ipv4", "dualstack", "ipv6", "service-defined"),
				"privateDnsOnlyForInboundResolverEndpoint": sim.Bool(),
			}).Computed(),
			"ipAddressType":     sim.String().Computed().OneOf("ipv4", "dualstack", "ipv6"),
			"policy":            sim.JSON().Computed(),
			"privateDnsEnabled": sim.Bool().Computed(),
			"routeTableIds":     sim.Set(sim.String().Refs(routeTableType, "id", noTable)).Computed(),
			"securityGroupIds":  sim.Set(sim.String().Refs(groupType, "id", noGroup)).Computed(),
			"serviceName":       sim.String().Required().Replaces(),
			"subnetIds":         sim.Set(sim.String().Refs(subnetType, "id", noSubnet)).Computed(),
			"tags":              sim.Tags(),
			"vpcEndpointType":   sim.String().Default("Gateway").Replaces().OneOf("Gateway", "Interface"),
			"vpcId":             sim.String().Required().Replaces().Refs(vpcType, "id", noVPC),
		},
		Outputs: []string{
			"arn", "cidrBlocks", "dnsEntries", "networkInterfaceIds", "ownerId", "prefixListId", "requesterManaged", "state", "tagsAll",
		},
		Validate: validateEndpoint,
		Create: func(op *sim.Op) error {
			ec2Resource(op, "vpce", "vpc-endpoint")
			op.Out["requesterManaged"], op.Out["state"] = false, "available"
			choose(op, "ipAddressType", "ipv4")
			choose(op, "policy", `{"Statement":[{"Action":"*","Effect":"Allow","Principal":"*","Resource":"*"}],"Version":"2008-10-17"}`)
			return settleEndpoint(op)
		},
		Update: func(op *sim.Op) error {
			settleTags(op)
			return settleEndpoint(op)
		},
		Unsettled: func(changed map[string]bool) []string {
			if changed["subnetIds"] || changed["privateDnsEnabled"] {
				return []string{"dnsEntries", "networkInterfaceIds"}
			}
			return nil
		},
	}
}

func validateEndpoint(c *sim.Check) {
	wrong := map[string][]string{
		"Gateway":   {"dnsOptions", "ipAddressType", "securityGroupIds", "subnetIds"},
		"Interface": {"routeTableIds"},
	}
	kind := c.In.Str("vpcEndpointType")
	for _, k := range wrong[kind] {
		if c.In.Has(k) {
			c.Fail(k, "an endpoint of type %s has none (https://docs.aws.amazon.com/vpc/latest/privatelink/concepts.html)", kind)
		}
	}
	if kind == "Gateway" && c.In.Bool("privateDnsEnabled") {
		c.Fail("privateDnsEnabled", "private DNS is for endpoints of type Interface; this one is a Gateway")
	}
}

// settleEndpoint checks the endpoint against its VPC and sets what follows from its type.
func settleEndpoint(op *sim.Op) error {
	service, known := strings.CutPrefix(op.In.Str("serviceName"), "com.amazonaws."+op.Region()+".")
	gateway := op.In.Str("vpcEndpointType") == "Gateway"
	if !known || !offers(gateway, service) {
		return sim.Refuse("InvalidServiceName", "The Vpc Endpoint Service '%s' does not exist (as %s, as far as the drydock knows)",
			op.In.Str("serviceName"), op.In.Str("vpcEndpointType"))
	}
	if gateway {
		return settleGatewayEndpoint(op, service)
	}
	return settleInterfaceEndpoint(op, service)
}

func offers(gateway bool, service string) bool {
	if gateway {
		return service == "s3" || service == "dynamodb"
	}
	for _, s := range interfaceServices {
		if s == service {
			return true
		}
	}
	return false
}

func settleGatewayEndpoint(op *sim.Op, service string) error {
	list, err := awsPrefixList(op, "com.amazonaws."+op.Region()+"."+service)
	if err != nil {
		return err
	}
	for _, table := range op.In.Strs("routeTableIds") {
		if vpcOf(op, routeTableType, table) != op.In.Str("vpcId") {
			return sim.Refuse("InvalidParameter", "Route table %s does not belong to VPC %s", table, op.In.Str("vpcId"))
		}
		for _, other := range op.Users(endpointType, table) {
			if other.ID != op.ID && other.Attr("prefixListId") == list.ID {
				return sim.Refuse("RouteAlreadyExists", "route table %s already has a route with destination-prefix-list-id %s", table, list.ID)
			}
		}
	}
	op.Out["prefixListId"], op.Out["cidrBlocks"] = list.ID, cidrsOf(list)
	op.Out["dnsEntries"], op.Out["networkInterfaceIds"] = []any{}, []any{}
	op.Out["privateDnsEnabled"] = false
	choose(op, "routeTableIds", []any{})
	return nil
}

func settleInterfaceEndpoint(op *sim.Op, service string) error {
	vpc := op.Cloud.Find(vpcType, "id", op.In.Str("vpcId"))
	domain := service
	if d, ok := endpointDomains[service]; ok {
		domain = d
	}
	domain += "." + op.Region() + "." + dnsSuffix(op)
	if err := privateDNS(op, vpc, domain); err != nil {
		return err
	}
	if err := endpointPlaces(op, vpc.ID); err != nil {
		return err
	}
	if !op.In.Has("securityGroupIds") {
		op.Out["securityGroupIds"] = []any{vpc.Attr("defaultSecurityGroupId")}
	}
	choose(op, "privateDnsEnabled", false)
	choose(op, "subnetIds", []any{})
	interfaces := op.Out.List("networkInterfaceIds")
	for n := len(op.In.Strs("subnetIds")); len(interfaces) < n; {
		interfaces = append(interfaces, "eni-"+sim.Hex(17))
	}
	op.Out["networkInterfaceIds"] = append([]any{}, interfaces[:len(op.In.Strs("subnetIds"))]...)
	entries := []any{map[string]any{
		"dnsName":      op.ID + "-" + op.ID[len(op.ID)-8:] + "." + service + "." + op.Region() + ".vpce." + dnsSuffix(op),
		"hostedZoneId": "Z" + strings.ToUpper(fixedHex(op, "vpce-zone", 13)),
	}}
	if op.In.Bool("privateDnsEnabled") {
		entries = append(entries, map[string]any{"dnsName": domain, "hostedZoneId": "ZONEIDPENDING"})
	}
	op.Out["dnsEntries"], op.Out["prefixListId"], op.Out["cidrBlocks"] = entries, "", []any{}
	return nil
}

// privateDNS: the VPC must resolve and hand out names, and each name leads to one endpoint.
// https://docs.aws.amazon.com/vpc/latest/privatelink/manage-dns-names.html
func privateDNS(op *sim.Op, vpc *sim.Record, domain string) error {
	if !op.In.Bool("privateDnsEnabled") {
		return nil
	}
	if !vpc.Outputs.Bool("enableDnsSupport") || !vpc.Outputs.Bool("enableDnsHostnames") {
		return sim.Refuse("InvalidParameter",
			"Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for %s", vpc.ID)
	}
	gateway := false
	for _, r := range op.Users(endpointType, vpc.ID) {
		same := r.Attr("serviceName") == op.In.Str("serviceName")
		gateway = gateway || (same && r.Attr("vpcEndpointType") == "Gateway")
		if same && r.ID != op.ID && r.Outputs.Bool("privateDnsEnabled") {
			return sim.Refuse("InvalidParameter",
				"private-dns-enabled cannot be set because there is already a conflicting DNS domain for %s in the VPC %s", domain, vpc.ID)
		}
	}
	if op.In.Obj("dnsOptions").Bool("privateDnsOnlyForInboundResolverEndpoint") && !gateway {
		return sim.Refuse("InvalidParameter",
			"To set PrivateDnsOnlyForInboundResolverEndpoint to true, the VPC %s must have a Gateway endpoint for the service.", vpc.ID)
	}
	return nil
}

// endpointPlaces: one subnet in each Availability Zone at most, and nothing of another VPC.
func endpointPlaces(op *sim.Op, vpcID string) error {
	zones := map[string]bool{}
	for _, s := range op.In.Strs("subnetIds") {
		if vpcOf(op, subnetType, s) != vpcID {
			return sim.Refuse("InvalidParameter", "The subnet %s does not belong to VPC %s", s, vpcID)
		}
		z := zoneOf(op, s)
		if zones[z] {
			return sim.Refuse("DuplicateSubnetsInSameZone", "Found another VPC endpoint subnet in the availability zone of %s. "+
				"VPC endpoint subnets should be in different availability zones supported by the VPC endpoint service.", s)
		}
		zones[z] = true
	}
	for _, g := range op.In.Strs("securityGroupIds") {
		if vpcOf(op, groupType, g) != vpcID {
			return sim.Refuse("InvalidParameter", "The security group %s does not belong to VPC %s", g, vpcID)
		}
	}
	return nil
}
