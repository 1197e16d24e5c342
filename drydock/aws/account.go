package aws

import (
	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// identityFunctions answer who calls, from where.
func identityFunctions() []*sim.Function {
	return []*sim.Function{
		{Token: "aws:index/getCallerIdentity:getCallerIdentity", Args: sim.Fields{"id": sim.String()}, Call: getCallerIdentity},
		{Token: "aws:index/getPartition:getPartition", Args: sim.Fields{"id": sim.String()}, Call: getPartition},
		{
			Token: "aws:index/getRegion:getRegion",
			Args:  sim.Fields{"id": sim.String(), "name": sim.String(), "endpoint": sim.String()},
			Call:  getRegion,
		},
		{
			Token: "aws:index/getAvailabilityZones:getAvailabilityZones",
			Args: sim.Fields{
				"allAvailabilityZones": sim.Bool(),
				"excludeNames":         sim.Set(sim.String()),
				"excludeZoneIds":       sim.Set(sim.String()),
				"filters":              filtersArg(),
				"state":                sim.String().OneOf("available", "information", "impaired", "unavailable"),
			},
			Call: getAvailabilityZones,
		},
	}
}

// The user that AWS's documentation takes for examples.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
func getCallerIdentity(op *sim.Op) error {
	op.Out["id"] = op.Account()
	op.Out["accountId"] = op.Account()
	op.Out["userId"] = "AIDACKCEVSQ6C2EXAMPLE"
	op.Out["arn"] = "arn:" + op.Partition() + ":iam::" + op.Account() + ":user/drydock"
	return nil
}

func getPartition(op *sim.Op) error {
	op.Out["id"] = op.Partition()
	op.Out["partition"] = op.Partition()
	op.Out["dnsSuffix"] = dnsSuffix(op)
	op.Out["reverseDnsPrefix"] = "com.amazonaws"
	if op.Partition() == "aws-cn" {
		op.Out["reverseDnsPrefix"] = "cn.com.amazonaws"
	}
	return nil
}

func getRegion(op *sim.Op) error {
	name := op.Region()
	if given := op.In.Str("name"); given != "" {
		name = given
	}
	r, ok := regions[name]
	if !ok {
		return sim.Refuse("InvalidRegion", "the drydock does not know the Region %q", name)
	}
	op.Out["id"] = name
	op.Out["name"] = name
	op.Out["description"] = r.description
	op.Out["endpoint"] = "ec2." + name + "." + dnsSuffix(op)
	return nil
}

// getAvailabilityZones: https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeAvailabilityZones.html
func getAvailabilityZones(op *sim.Op) error {
	zones, err := zonesOf(op.Region())
	if err != nil {
		return err
	}
	var records []*sim.Record
	for _, z := range zones {
		records = append(records, &sim.Record{ID: z.name, Outputs: sim.Values{"zone-id": z.id}})
	}
	records, err = filtered(op, records, func(r *sim.Record, name string) (string, bool) {
		v, ok := map[string]string{
			"zone-name": r.ID, "zone-id": r.Attr("zone-id"), "zone-type": "availability-zone", "state": "available",
			"region-name": op.Region(), "group-name": op.Region(), "opt-in-status": "opt-in-not-required",
		}[name]
		return v, ok
	})
	if err != nil {
		return err
	}
	names, ids := []any{}, []any{}
	for _, r := range records {
		hidden := anyMatch(op.In.Strs("excludeNames"), r.ID) || anyMatch(op.In.Strs("excludeZoneIds"), r.Attr("zone-id"))
		if state := op.In.Str("state"); hidden || (state != "" && state != "available") {
			continue
		}
		names, ids = append(names, r.ID), append(ids, r.Attr("zone-id"))
	}
	op.Out["id"] = op.Region()
	op.Out["names"] = names
	op.Out["zoneIds"] = ids
	op.Out["groupNames"] = []any{op.Region()}
	return nil
}
