package aws

import (
	"fmt"
	"hash/crc32"
	"sort"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// The targets that a route may have and the drydock can check, with the refusal of one that does not exist.
var routeTargets = map[string]struct{ typ, refusal string }{
	"gatewayId":    {gatewayType, "InvalidInternetGatewayID.NotFound: The internetGateway ID '%s' does not exist"},
	"natGatewayId": {natType, "InvalidNatGatewayID.NotFound: The natGateway ID '%s' does not exist"},
}

func routeTable() *sim.Resource {
	entry := sim.Fields{
		"cidrBlock":               ipv4Block(0, 32),
		"ipv6CidrBlock":           ipv6Block(0, 128),
		"destinationPrefixListId": sim.String().Refs(prefixListType, "id", noList),
		"gatewayId":               sim.String(),
		"natGatewayId":            sim.String(),
	}
	return &sim.Resource{
		Type: routeTableType,
		Inputs: sim.Fields{
			"propagatingVgws": sim.Set(sim.String()).Computed().AtMost(0),
			"routes":          sim.Set(sim.Object(entry)).Computed(),
			"tags":            sim.Tags(),
			"vpcId":           sim.String().Required().Replaces().Refs(vpcType, "id", noVPC),
		},
		Outputs:  []string{"arn", "ownerId", "routes", "tagsAll"},
		Validate: validateRoutes,
		Create: func(op *sim.Op) error {
			ec2Resource(op, "rtb", "route-table")
			choose(op, "routes", []any{})
			return checkRoutes(op)
		},
		Update: func(op *sim.Op) error {
			if err := checkRoutes(op); err != nil {
				return err
			}
			return retag(op)
		},
		Delete: func(op *sim.Op) error {
			if inUse(op, op.ID, associationType) {
				return sim.Refuse("DependencyViolation", "The routeTable '%s' has dependencies and cannot be deleted.", op.ID)
			}
			return removeAll(op, op.Users(routeType, op.ID))
		},
	}
}

func validateRoutes(c *sim.Check) {
	seen := map[string]bool{}
	for i, r := range c.In.Objs("routes") {
		path := fmt.Sprintf("routes[%d]", i)
		exactlyOne(c, path, r, "cidrBlock", "ipv6CidrBlock", "destinationPrefixListId")
		exactlyOne(c, path, r, "gatewayId", "natGatewayId")
		if d := destination(r); d != "" && seen[d] {
			c.Fail(path, "a second route to %s: a table has one route to each destination", d)
		} else {
			seen[d] = true
		}
	}
}

func exactlyOne(c *sim.Check, path string, v sim.Values, keys ...string) {
	n := 0
	for _, k := range keys {
		if v.Has(k) && v[k] != "" {
			n++
		}
	}
	if n != 1 {
		c.Fail(path, "needs exactly one of %v, has %d", keys, n)
	}
}

// destination is where a route leads: of a table's inline route or of a route of its own.
func destination(r sim.Values) string {
	for _, k := range []string{
		"cidrBlock", "ipv6CidrBlock", "destinationPrefixListId", "destinationCidrBlock", "destinationIpv6CidrBlock",
	} {
		if d := r.Str(k); d != "" {
			return d
		}
	}
	return ""
}

func checkRoutes(op *sim.Op) error {
	for _, r := range op.In.Objs("routes") {
		if err := checkTarget(op, op.ID, op.In.Str("vpcId"), r); err != nil {
			return err
		}
	}
	return nil
}

// checkTarget: the target must exist, and belong to the table's VPC.
func checkTarget(op *sim.Op, tableID, vpcID string, r sim.Values) error {
	for k, t := range routeTargets {
		id := r.Str(k)
		if id == "" || id == "local" {
			continue
		}
		target := op.Cloud.Find(t.typ, "id", id)
		if target == nil {
			return fmt.Errorf(t.refusal, id)
		}
		if networkOf(op, target) != vpcID {
			return sim.Refuse("InvalidParameterValue", "route table %s and network gateway %s belong to different networks", tableID, id)
		}
	}
	return nil
}

func route() *sim.Resource {
	return &sim.Resource{
		Type: routeType,
		Inputs: sim.Fields{
			"destinationCidrBlock":     ipv4Block(0, 32).Replaces(),
			"destinationIpv6CidrBlock": ipv6Block(0, 128).Replaces(),
			"destinationPrefixListId":  sim.String().Replaces().Refs(prefixListType, "id", noList),
			"gatewayId":                sim.String(),
			"natGatewayId":             sim.String(),
			"routeTableId":             sim.String().Required().Replaces().Refs(routeTableType, "id", noTable),
		},
		Outputs: []string{"instanceId", "instanceOwnerId", "networkInterfaceId", "origin", "state"},
		Validate: func(c *sim.Check) {
			c.OneOf("destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId")
			c.OneOf("gatewayId", "natGatewayId")
		},
		Create: func(op *sim.Op) error {
			table := op.In.Str("routeTableId")
			d := destination(op.In)
			for _, r := range routesOf(op, table) {
				if destination(r) == d {
					return sim.Refuse("RouteAlreadyExists", "Route in Route Table (%s) with destination (%s) already exists", table, d)
				}
			}
			// The provider's own id of a route: the table's and a hash of the destination.
			op.ID = fmt.Sprintf("r-%s%d", table, crc32.ChecksumIEEE([]byte(d)))
			op.Out["instanceId"], op.Out["instanceOwnerId"], op.Out["networkInterfaceId"] = "", "", ""
			op.Out["origin"], op.Out["state"] = "CreateRoute", "active"
			return checkTarget(op, table, vpcOf(op, routeTableType, table), op.In)
		},
		Update: func(op *sim.Op) error {
			return checkTarget(op, op.In.Str("routeTableId"), vpcOf(op, routeTableType, op.In.Str("routeTableId")), op.In)
		},
	}
}

// routesOf are all routes of a table beside the local one: its own and those made apart.
func routesOf(op *sim.Op, tableID string) []sim.Values {
	var out []sim.Values
	if t := op.Cloud.Find(routeTableType, "id", tableID); t != nil {
		out = t.Outputs.Objs("routes")
	}
	for _, r := range op.Cloud.All(routeType) {
		if r.Attr("routeTableId") == tableID {
			out = append(out, r.Outputs)
		}
	}
	return out
}

func routeTableAssociation() *sim.Resource {
	return &sim.Resource{
		Type: associationType,
		Inputs: sim.Fields{
			"routeTableId": sim.String().Required().Refs(routeTableType, "id", noTable),
			"subnetId":     sim.String().Required().Replaces().Refs(subnetType, "id", noSubnet),
		},
		Create: func(op *sim.Op) error {
			if r := op.Cloud.Find(associationType, "subnetId", op.In.Str("subnetId")); r != nil {
				return sim.Refuse("Resource.AlreadyAssociated",
					"the specified association for route table %s conflicts with an existing association (%s)", op.In.Str("routeTableId"), r.ID)
			}
			op.ID = "rtbassoc-" + sim.Hex(17)
			return sameNetwork(op)
		},
		Update: sameNetwork,
	}
}

func sameNetwork(op *sim.Op) error {
	table, subnet := op.In.Str("routeTableId"), op.In.Str("subnetId")
	if vpcOf(op, routeTableType, table) != vpcOf(op, subnetType, subnet) {
		return sim.Refuse("InvalidParameterValue", "route table %s and subnet %s belong to different networks", table, subnet)
	}
	return nil
}

// tableOf is the route table that governs a subnet: the one associated with it, else the VPC's main one.
// https://docs.aws.amazon.com/vpc/latest/userguide/subnet-route-tables.html
func tableOf(op *sim.Op, subnetID string) *sim.Record {
	if r := op.Cloud.Find(associationType, "subnetId", subnetID); r != nil {
		return op.Cloud.Find(routeTableType, "id", r.Attr("routeTableId"))
	}
	for _, r := range op.Cloud.All(routeTableType) {
		if r.State.Bool("main") && r.Attr("vpcId") == vpcOf(op, subnetType, subnetID) {
			return r
		}
	}
	return nil
}

// routeTo is the target of the subnet's default route: "igw-…" makes it a public subnet, "nat-…" a private one that
// reaches the internet, "" an isolated one.
func routeTo(op *sim.Op, subnetID string) string {
	table := tableOf(op, subnetID)
	if table == nil {
		return ""
	}
	for _, r := range routesOf(op, table.ID) {
		if destination(r) == "0.0.0.0/0" {
			return r.Str("gatewayId") + r.Str("natGatewayId")
		}
	}
	return ""
}

func removeAll(op *sim.Op, records []*sim.Record) error {
	sort.Slice(records, func(i, j int) bool { return records[i].ID < records[j].ID })
	for _, r := range records {
		if err := op.Cloud.Remove(r); err != nil {
			return err
		}
	}
	return nil
}
