package aws

import (
	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// networkFunctions are the look-ups of what exists in the Region, be it of a program or from the start.
func networkFunctions() []*sim.Function {
	return []*sim.Function{
		{Token: "aws:ec2/getVpc:getVpc", Call: getVPC, Args: sim.Fields{
			"cidrBlock": sim.String(), "default": sim.Bool(), "dhcpOptionsId": sim.String(), "filters": filtersArg(), "id": sim.String(),
			"state": sim.String(), "tags": sim.Tags(),
		}},
		{Token: "aws:ec2/getSubnets:getSubnets", Call: getSubnets, Args: sim.Fields{"filters": filtersArg(), "tags": sim.Tags()}},
		{Token: "aws:ec2/getSubnet:getSubnet", Call: getSubnet, Args: sim.Fields{
			"availabilityZone": sim.String(), "availabilityZoneId": sim.String(), "cidrBlock": sim.String(), "defaultForAz": sim.Bool(),
			"filters": filtersArg(), "id": sim.String(), "ipv6CidrBlock": sim.String(), "state": sim.String(), "tags": sim.Tags(),
			"vpcId": sim.String(),
		}},
		{Token: "aws:ec2/getRouteTable:getRouteTable", Call: getRouteTable, Args: sim.Fields{
			"filters": filtersArg(), "gatewayId": sim.String(), "routeTableId": sim.String(), "subnetId": sim.String(), "tags": sim.Tags(),
			"vpcId": sim.String(),
		}},
		{Token: "aws:ec2/getManagedPrefixList:getManagedPrefixList", Call: getManagedPrefixList, Args: sim.Fields{
			"filters": filtersArg(), "id": sim.String(), "name": sim.String(), "tags": sim.Tags(),
		}},
	}
}

// lookup finds the records of a type that agree with the filters, the tags, and the arguments of which keys names the
// attribute they are compared with.
func lookup(op *sim.Op, typ string, keys map[string]string, value func(*sim.Record, string) (string, bool)) ([]*sim.Record, error) {
	if _, err := defaultVPC(op); err != nil {
		return nil, err
	}
	records, err := filtered(op, inRegion(op, typ), value)
	if err != nil {
		return nil, err
	}
	var out []*sim.Record
next:
	for _, r := range records {
		for arg, attr := range keys {
			if want := op.In.Str(arg); want != "" && r.Attr(attr) != want {
				continue next
			}
		}
		if want, given := op.In["default"]; given && want != r.State.Bool("default") {
			continue
		}
		if want, given := op.In["defaultForAz"]; given && want != r.State.Bool("default") {
			continue
		}
		out = append(out, r)
	}
	return out, nil
}

// show copies attributes of the record to the outputs; what the record does not hold shows as the given zero value.
func show(op *sim.Op, r *sim.Record, zero sim.Values) {
	for k, v := range zero {
		op.Out[k] = v
		if held, ok := r.Outputs[k]; ok {
			op.Out[k] = held
		} else if held, ok := r.Inputs[k]; ok {
			op.Out[k] = held
		}
	}
	op.Out["id"] = r.ID
	op.Out["tags"] = map[string]any(r.Inputs.Obj("tags"))
}

// getVPC: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeVpcs.html
func getVPC(op *sim.Op) error {
	found, err := lookup(op, vpcType, map[string]string{"id": "id", "cidrBlock": "cidrBlock", "dhcpOptionsId": "dhcpOptionsId"},
		func(r *sim.Record, name string) (string, bool) {
			v, ok := map[string]string{
				"vpc-id": r.ID, "cidr": r.Attr("cidrBlock"), "cidr-block-association.cidr-block": r.Attr("cidrBlock"), "owner-id": op.Account(),
				"state": "available", "is-default": truth(r.State.Bool("default")), "isDefault": truth(r.State.Bool("default")),
				"dhcp-options-id": r.Attr("dhcpOptionsId"),
			}[name]
			return v, ok
		})
	if err != nil {
		return err
	}
	vpc, err := only(found, "EC2 VPC")
	if err != nil {
		return err
	}
	show(op, vpc, sim.Values{
		"arn": "", "cidrBlock": "", "dhcpOptionsId": "", "enableDnsHostnames": false, "enableDnsSupport": true,
		"enableNetworkAddressUsageMetrics": false, "instanceTenancy": "default", "ipv6AssociationId": "", "ipv6CidrBlock": "",
		"mainRouteTableId": "", "ownerId": "",
	})
	op.Out["default"] = vpc.State.Bool("default")
	op.Out["state"] = "available"
	op.Out["cidrBlockAssociations"] = []any{map[string]any{
		"associationId": "vpc-cidr-assoc-" + fixedHex(op, vpc.ID, 17), "cidrBlock": vpc.Attr("cidrBlock"), "state": "associated",
	}}
	return nil
}

// subnetFilter: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSubnets.html
func subnetFilter(op *sim.Op) func(r *sim.Record, name string) (string, bool) {
	return func(r *sim.Record, name string) (string, bool) {
		isDefault := truth(r.State.Bool("default"))
		zone, zoneID := r.Attr("availabilityZone"), r.Attr("availabilityZoneId")
		v, ok := map[string]string{
			"vpc-id": r.Attr("vpcId"), "subnet-id": r.ID, "cidr": r.Attr("cidrBlock"), "cidr-block": r.Attr("cidrBlock"),
			"availability-zone": zone, "availabilityZone": zone, "availability-zone-id": zoneID, "availabilityZoneId": zoneID,
			"default-for-az": isDefault, "defaultForAz": isDefault, "state": "available", "owner-id": op.Account(),
			"map-public-ip-on-launch": truth(r.Outputs.Bool("mapPublicIpOnLaunch")), "subnet-arn": r.Attr("arn"),
			"ipv6-native": truth(r.Outputs.Bool("ipv6Native")),
		}[name]
		return v, ok
	}
}

func getSubnets(op *sim.Op) error {
	found, err := lookup(op, subnetType, nil, subnetFilter(op))
	if err != nil {
		return err
	}
	ids := []any{}
	for _, r := range found {
		ids = append(ids, r.ID)
	}
	op.Out["id"] = op.Region()
	op.Out["ids"] = ids
	choose(op, "tags", map[string]any{})
	return nil
}

func getSubnet(op *sim.Op) error {
	keys := map[string]string{
		"id": "id", "vpcId": "vpcId", "cidrBlock": "cidrBlock", "availabilityZone": "availabilityZone",
		"availabilityZoneId": "availabilityZoneId", "ipv6CidrBlock": "ipv6CidrBlock",
	}
	found, err := lookup(op, subnetType, keys, subnetFilter(op))
	if err != nil {
		return err
	}
	subnet, err := only(found, "EC2 Subnet")
	if err != nil {
		return err
	}
	show(op, subnet, sim.Values{
		"arn": "", "assignIpv6AddressOnCreation": false, "availabilityZone": "", "availabilityZoneId": "", "cidrBlock": "",
		"enableDns64": false, "enableResourceNameDnsARecordOnLaunch": false, "enableResourceNameDnsAaaaRecordOnLaunch": false,
		"ipv6CidrBlock": "", "ipv6CidrBlockAssociationId": "", "ipv6Native": false, "mapPublicIpOnLaunch": false, "ownerId": "",
		"privateDnsHostnameTypeOnLaunch": "ip-name", "vpcId": "", "customerOwnedIpv4Pool": "", "outpostArn": "",
		"enableLniAtDeviceIndex": 0.0, "mapCustomerOwnedIpOnLaunch": false,
	})
	op.Out["defaultForAz"] = subnet.State.Bool("default")
	op.Out["state"] = "available"
	op.Out["availableIpAddressCount"] = float64(usable(subnet.Attr("cidrBlock")))
	return nil
}

// getRouteTable: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRouteTables.html
func getRouteTable(op *sim.Op) error {
	found, err := lookup(op, routeTableType, map[string]string{"routeTableId": "id", "vpcId": "vpcId"},
		func(r *sim.Record, name string) (string, bool) {
			v, ok := map[string]string{
				"vpc-id": r.Attr("vpcId"), "route-table-id": r.ID, "owner-id": op.Account(), "association.main": truth(r.State.Bool("main")),
			}[name]
			return v, ok
		})
	if err != nil {
		return err
	}
	if s := op.In.Str("subnetId"); s != "" {
		var of []*sim.Record
		for _, r := range found {
			if a := op.Cloud.Find(associationType, "subnetId", s); a != nil && a.Attr("routeTableId") == r.ID {
				of = append(of, r)
			}
		}
		found = of
	}
	table, err := only(found, "EC2 Route Table")
	if err != nil {
		return err
	}
	show(op, table, sim.Values{"arn": "", "ownerId": "", "vpcId": ""})
	op.Out["routeTableId"] = table.ID
	op.Out["routes"] = shownRoutes(op, table.ID)
	op.Out["associations"] = shownAssociations(op, table)
	choose(op, "subnetId", "")
	choose(op, "gatewayId", "")
	return nil
}

func shownRoutes(op *sim.Op, tableID string) []any {
	out := []any{}
	for _, r := range routesOf(op, tableID) {
		one := map[string]any{"instanceId": ""}
		for _, k := range []string{
			"carrierGatewayId", "coreNetworkArn", "egressOnlyGatewayId", "gatewayId", "localGatewayId", "natGatewayId", "networkInterfaceId",
			"transitGatewayId", "vpcEndpointId", "vpcPeeringConnectionId", "destinationPrefixListId",
		} {
			one[k] = r.Str(k)
		}
		one["cidrBlock"] = r.Str("cidrBlock") + r.Str("destinationCidrBlock")
		one["ipv6CidrBlock"] = r.Str("ipv6CidrBlock") + r.Str("destinationIpv6CidrBlock")
		out = append(out, one)
	}
	return out
}

func shownAssociations(op *sim.Op, table *sim.Record) []any {
	out := []any{}
	if table.State.Bool("main") {
		out = append(out, map[string]any{
			"main": true, "routeTableAssociationId": "rtbassoc-" + fixedHex(op, table.ID, 17), "routeTableId": table.ID,
			"subnetId": "", "gatewayId": "",
		})
	}
	for _, a := range op.Users(associationType, table.ID) {
		out = append(out, map[string]any{
			"main": false, "routeTableAssociationId": a.ID, "routeTableId": table.ID, "subnetId": a.Attr("subnetId"), "gatewayId": "",
		})
	}
	return out
}

// getManagedPrefixList: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeManagedPrefixLists.html
func getManagedPrefixList(op *sim.Op) error {
	for name := range awsPrefixLists(op) {
		if _, err := awsPrefixList(op, name); err != nil {
			return err
		}
	}
	found, err := lookup(op, prefixListType, map[string]string{"id": "id", "name": "name"},
		func(r *sim.Record, name string) (string, bool) {
			v, ok := map[string]string{
				"prefix-list-id": r.ID, "prefix-list-name": r.Attr("name"), "owner-id": r.Attr("ownerId"),
			}[name]
			return v, ok
		})
	if err != nil {
		return err
	}
	list, err := only(found, "EC2 Managed Prefix List")
	if err != nil {
		return err
	}
	show(op, list, sim.Values{
		"addressFamily": "", "arn": "", "entries": []any{}, "maxEntries": 0.0, "name": "", "ownerId": "", "version": 1.0,
	})
	return nil
}
