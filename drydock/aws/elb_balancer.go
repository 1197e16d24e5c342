package aws

import (
	"fmt"
	"strconv"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

func loadBalancer() *sim.Resource {
	logs := func() *sim.Field {
		return sim.Object(sim.Fields{
			"bucket": sim.String().Required(), "enabled": sim.Bool().Default(false), "prefix": sim.String(),
		})
	}
	off := func() *sim.Field { return sim.Bool().Default(false) }
	return &sim.Resource{
		Type:     balancerType,
		AutoName: &sim.AutoName{Field: "name", Max: 32},
		Inputs: sim.Fields{
			"accessLogs": logs(),
			// The bounds of attributes: https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html
			"clientKeepAlive":      sim.Int().Default(3600.0).Between(60, 604800),
			"connectionLogs":       logs(),
			"desyncMitigationMode": sim.String().Default("defensive").OneOf("monitor", "defensive", "strictest"),
			"dnsRecordClientRoutingPolicy": sim.String().Default("any_availability_zone").
				OneOf("availability_zone_affinity", "partial_availability_zone_affinity", "any_availability_zone"),
			"dropInvalidHeaderFields":                              off(),
			"enableCrossZoneLoadBalancing":                         off(),
			"enableDeletionProtection":                             off(),
			"enableHttp2":                                          sim.Bool().Default(true),
			"enableTlsVersionAndCipherSuiteHeaders":                off(),
			"enableWafFailOpen":                                    off(),
			"enableXffClientPort":                                  off(),
			"enableZonalShift":                                     off(),
			"enforceSecurityGroupInboundRulesOnPrivateLinkTraffic": sim.String().Computed().OneOf("on", "off"),
			"idleTimeout":                                          sim.Int().Default(60.0).Between(1, 4000),
			"internal":                                             sim.Bool().Computed().Replaces(),
			"ipAddressType":                                        sim.String().Computed().OneOf("ipv4", "dualstack", "dualstack-without-public-ipv4"),
			"loadBalancerType":                                     sim.String().Default("application").Replaces().OneOf("application", "network"),
			"name":                                                 elbName().Check(func(v any) string { return refusePrefix(v, "internal-") }),
			"namePrefix":                                           elbNamePrefix(6).Check(func(v any) string { return refusePrefix(v, "internal-") }),
			"preserveHostHeader":                                   off(),
			"securityGroups":                                       sim.Set(sim.String().Refs(groupType, "id", noELBGroup)).Computed(),
			"subnetMappings": sim.Set(sim.Object(sim.Fields{
				"allocationId":       sim.String().Refs(eipType, "allocationId", noELBAddress),
				"privateIpv4Address": sim.String(),
				"subnetId":           sim.String().Required().Refs(subnetType, "id", noELBSubnet),
			})).Computed(),
			"subnets":                 sim.Set(sim.String().Refs(subnetType, "id", noELBSubnet)).Computed(),
			"tags":                    sim.Tags(),
			"xffHeaderProcessingMode": sim.String().Default("append").OneOf("append", "preserve", "remove"),
		},
		Outputs: []string{
			"arn", "arnSuffix", "dnsName", "internal", "ipAddressType", "name", "securityGroups", "subnetMappings", "subnets", "tagsAll", "vpcId",
			"zoneId",
		},
		Validate: func(c *sim.Check) {
			c.Exclusive("name", "namePrefix")
			c.OneOf("subnets", "subnetMappings")
			n := len(c.In.List("subnets")) + len(c.In.List("subnetMappings"))
			if unknown := c.In["subnets"] == sim.Unknown || c.In["subnetMappings"] == sim.Unknown; !unknown &&
				c.In.Str("loadBalancerType") == "application" && n == 1 {
				c.Fail("subnets", "an application load balancer needs subnets in at least two Availability Zones "+
					"(https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html)")
			}
		},
		ForceReplace: replaceBalancer,
		Unsettled: func(changed map[string]bool) []string {
			if changed["subnets"] || changed["subnetMappings"] {
				return []string{"subnetMappings", "subnets"}
			}
			return nil
		},
		Create: createBalancer, Update: updateBalancer, Delete: deleteBalancer,
	}
}

// replaceBalancer: a network load balancer can be given more subnets, not others, and cannot gain its first or lose its
// last security group. https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-security-groups.html
func replaceBalancer(old, now sim.Values) []string {
	if old.Str("loadBalancerType") != "network" {
		return nil
	}
	var keys []string
	for _, k := range []string{"subnets", "subnetMappings"} {
		if len(now.List(k)) <= len(old.List(k)) {
			keys = append(keys, k)
		}
	}
	if (len(old.List("securityGroups")) == 0) != (len(now.List("securityGroups")) == 0) {
		keys = append(keys, "securityGroups")
	}
	return keys
}

func createBalancer(op *sim.Op) error {
	name := elbSuffixed(op)
	if named(op, balancerType, "name", name) != nil {
		return sim.Refuse("DuplicateLoadBalancerName", "A load balancer with the same name '%s' exists, but with different settings", name)
	}
	kind, zone := "app", regions[op.Region()].albZone
	if op.In.Str("loadBalancerType") == "network" {
		kind, zone = "net", regions[op.Region()].nlbZone
	}
	suffix := fmt.Sprintf("%s/%s/%s", kind, name, sim.Hex(16))
	op.ID = op.ARN("elasticloadbalancing", "loadbalancer/"+suffix)
	op.Out["arn"], op.Out["arnSuffix"] = op.ID, suffix
	choose(op, "internal", false)
	choose(op, "ipAddressType", "ipv4")
	op.Out["dnsName"], op.Out["zoneId"] = balancerHost(op, name), zone
	return updateBalancer(op)
}

// balancerHost: https://docs.aws.amazon.com/elasticloadbalancing/latest/userguide/how-elastic-load-balancing-works.html
func balancerHost(op *sim.Op, name string) string {
	n, _ := strconv.ParseUint(sim.Hex(7), 16, 32) // seven hexadecimal digits are always a number
	digits := strconv.FormatUint(1000000000+n, 10)
	switch {
	case op.In.Str("loadBalancerType") == "network":
		return fmt.Sprintf("%s-%s.elb.%s.%s", name, sim.Hex(16), op.Region(), dnsSuffix(op))
	case op.Out.Bool("internal"):
		return fmt.Sprintf("internal-%s-%s.%s.elb.%s", name, digits, op.Region(), dnsSuffix(op))
	}
	return fmt.Sprintf("%s-%s.%s.elb.%s", name, digits, op.Region(), dnsSuffix(op))
}

func updateBalancer(op *sim.Op) error {
	settleTags(op)
	if err := placeBalancer(op); err != nil {
		return err
	}
	if err := guardBalancer(op); err != nil {
		return err
	}
	for _, k := range []string{"accessLogs", "connectionLogs"} {
		logs := op.In.Obj(k)
		if !logs.Bool("enabled") {
			continue
		}
		// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html
		b := bucketNamed(op.Cloud, logs.Str("bucket"))
		if b == nil || !inUse(op, b.ID, bucketPolicyType) {
			return sim.Refuse("InvalidConfigurationRequest",
				"Access Denied for bucket: %s. Please check S3bucket permission (it must exist and its policy must let Elastic Load Balancing write)",
				logs.Str("bucket"))
		}
	}
	return nil
}

// placeBalancer checks and shows the subnets.
func placeBalancer(op *sim.Op) error {
	ids := op.In.Strs("subnets")
	mappings := []any{}
	for _, m := range op.In.Objs("subnetMappings") {
		ids = append(ids, m.Str("subnetId"))
		mappings = append(mappings, map[string]any(m.Copy()))
	}
	zones, network := map[string]bool{}, ""
	for _, id := range ids {
		z, v := zoneOf(op, id), vpcOf(op, subnetType, id)
		if zones[z] {
			return sim.Refuse("InvalidConfigurationRequest", "A load balancer cannot be attached to multiple subnets in the same Availability Zone")
		}
		if network != "" && network != v {
			return sim.Refuse("InvalidConfigurationRequest", "All subnets must belong to the same VPC: '%s'", network)
		}
		zones[z], network = true, v
		if op.In.Has("subnets") {
			mappings = append(mappings, map[string]any{"subnetId": id})
		}
	}
	// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_SetSubnets.html: it stays in its VPC.
	if was := op.Record.Outputs.Str("vpcId"); was != "" && was != network {
		return sim.Refuse("InvalidConfigurationRequest", "One or more subnets are not of the load balancer's VPC %s", was)
	}
	if op.In.Str("loadBalancerType") == "application" && len(zones) < 2 {
		return sim.Refuse("ValidationError", "At least two subnets in two different Availability Zones must be specified")
	}
	if !op.Out.Bool("internal") && op.Cloud.Find(gatewayType, "vpcId", network) == nil {
		return sim.Refuse("InvalidSubnet", "VPC %s has no internet gateway", network)
	}
	shown := []any{}
	for _, id := range ids {
		shown = append(shown, id)
	}
	op.Out["subnets"], op.Out["subnetMappings"], op.Out["vpcId"] = shown, mappings, network
	return nil
}

// guardBalancer checks the security groups; an application load balancer without any gets the VPC's default one.
func guardBalancer(op *sim.Op) error {
	network := op.Out.Str("vpcId")
	groups := op.In.Strs("securityGroups")
	if len(groups) > 5 { // https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-limits.html
		return sim.Refuse("InvalidConfigurationRequest", "A load balancer can have at most 5 security groups, not %d", len(groups))
	}
	for _, g := range groups {
		if vpcOf(op, groupType, g) != network {
			return sim.Refuse("InvalidConfigurationRequest", "One or more security groups are invalid: %s is not of VPC %s", g, network)
		}
	}
	if op.In.Has("securityGroups") {
		return nil
	}
	op.Out["securityGroups"] = []any{}
	if vpc := op.Cloud.Find(vpcType, "id", network); vpc != nil && op.In.Str("loadBalancerType") == "application" {
		op.Out["securityGroups"] = []any{vpc.Attr("defaultSecurityGroupId")}
	}
	return nil
}

// deleteBalancer: its listeners, with their rules and certificates, go with it.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteLoadBalancer.html
func deleteBalancer(op *sim.Op) error {
	if op.In.Bool("enableDeletionProtection") {
		return sim.Refuse("OperationNotPermitted", "Load balancer '%s' cannot be deleted because deletion protection is enabled", op.ID)
	}
	for _, l := range op.Users(listenerType, op.ID) {
		if err := removeAll(op, append(append(op.Users(listenerRuleType, l.ID), op.Users(listenerCertType, l.ID)...), l)); err != nil {
			return err
		}
	}
	return nil
}
