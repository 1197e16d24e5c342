package aws

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// region is what the drydock knows of an AWS Region: its name in the console and the letters of its Availability Zones.
// https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-availability-zones.html
type region struct{ description, zones string }

var regions = map[string]region{
	"af-south-1":     {"Africa (Cape Town)", "abc"},
	"ap-east-1":      {"Asia Pacific (Hong Kong)", "abc"},
	"ap-northeast-1": {"Asia Pacific (Tokyo)", "acd"},
	"ap-northeast-2": {"Asia Pacific (Seoul)", "abcd"},
	"ap-northeast-3": {"Asia Pacific (Osaka)", "abc"},
	"ap-south-1":     {"Asia Pacific (Mumbai)", "abc"},
	"ap-south-2":     {"Asia Pacific (Hyderabad)", "abc"},
	"ap-southeast-1": {"Asia Pacific (Singapore)", "abc"},
	"ap-southeast-2": {"Asia Pacific (Sydney)", "abc"},
	"ap-southeast-3": {"Asia Pacific (Jakarta)", "abc"},
	"ap-southeast-4": {"Asia Pacific (Melbourne)", "abc"},
	"ca-central-1":   {"Canada (Central)", "abd"},
	"ca-west-1":      {"Canada West (Calgary)", "abc"},
	"cn-north-1":     {"China (Beijing)", "abd"},
	"cn-northwest-1": {"China (Ningxia)", "abc"},
	"eu-central-1":   {"Europe (Frankfurt)", "abc"},
	"eu-central-2":   {"Europe (Zurich)", "abc"},
	"eu-north-1":     {"Europe (Stockholm)", "abc"},
	"eu-south-1":     {"Europe (Milan)", "abc"},
	"eu-south-2":     {"Europe (Spain)", "abc"},
	"eu-west-1":      {"Europe (Ireland)", "abc"},
	"eu-west-2":      {"Europe (London)", "abc"},
	"eu-west-3":      {"Europe (Paris)", "abc"},
	"il-central-1":   {"Israel (Tel Aviv)", "abc"},
	"me-central-1":   {"Middle East (UAE)", "abc"},
	"me-south-1":     {"Middle East (Bahrain)", "abc"},
	"sa-east-1":      {"South America (Sao Paulo)", "abc"},
	"us-east-1":      {"US East (N. Virginia)", "abcdef"},
	"us-east-2":      {"US East (Ohio)", "abc"},
	"us-gov-east-1":  {"AWS GovCloud (US-East)", "abc"},
	"us-gov-west-1":  {"AWS GovCloud (US-West)", "abc"},
	"us-west-1":      {"US West (N. California)", "ab"},
	"us-west-2":      {"US West (Oregon)", "abcd"},
}

// zone is an Availability Zone: "us-east-2a" is the account's name for it, "use2-az1" the one all accounts share.
type zone struct{ name, id string }

// zonesOf lists a Region's Availability Zones in order of their names.
func zonesOf(name string) ([]zone, error) {
	r, ok := regions[name]
	if !ok {
		return nil, sim.Refuse("InvalidRegion", "the drydock does not know the Region %q", name)
	}
	var out []zone
	for i, letter := range r.zones {
		out = append(out, zone{name + string(letter), shortRegion(name) + "-az" + string(rune('1'+i))})
	}
	return out, nil
}

// shortRegion is the Region's part of zone ids: us-east-2 gives "use2", ap-southeast-1 "apse1".
// https://docs.aws.amazon.com/ram/latest/userguide/working-with-az-ids.html
func shortRegion(name string) string {
	parts := strings.Split(name, "-")
	short := parts[0]
	for _, word := range parts[1 : len(parts)-1] {
		short += word[:1]
		if second := strings.TrimPrefix(strings.TrimPrefix(word, "north"), "south"); second != word && second != "" {
			short += second[:1]
		}
	}
	return short + parts[len(parts)-1]
}

// dnsSuffix is the domain of the partition's endpoints.
func dnsSuffix(op *sim.Op) string {
	if op.Partition() == "aws-cn" {
		return "amazonaws.com.cn"
	}
	return "amazonaws.com"
}

// here is the scope of regional records: the account and Region of the call.
func here(op *sim.Op) string { return op.Account() + "/" + op.Region() }

// inRegion are the records of the type in the call's account and Region.
func inRegion(op *sim.Op, typ string) []*sim.Record {
	var out []*sim.Record
	for _, r := range op.Cloud.All(typ) {
		if r.Scope == here(op) {
			out = append(out, r)
		}
	}
	return out
}

// named is the record in the call's account and Region whose attribute has the value, or nil.
func named(op *sim.Op, typ, attr, value string) *sim.Record {
	for _, r := range inRegion(op, typ) {
		if r.Attr(attr) == value {
			return r
		}
	}
	return nil
}

// fixedHex returns n hexadecimal digits that are always the same for one thing of an account and Region: what every
// account has from the start keeps its ids from one drydock to the next, so that previews can be compared.
func fixedHex(op *sim.Op, what string, n int) string {
	sum := sha256.Sum256([]byte(here(op) + "/" + what))
	return hex.EncodeToString(sum[:])[:n]
}
