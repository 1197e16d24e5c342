package aws

import (
	"fmt"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// The prefix lists that AWS manages, with their weights: how many rules or routes a reference counts as.
// https://docs.aws.amazon.com/vpc/latest/userguide/working-with-aws-managed-prefix-lists.html
func awsPrefixLists(op *sim.Op) map[string]float64 {
	regional := "com.amazonaws." + op.Region() + "."
	return map[string]float64{
		regional + "s3": 1, regional + "dynamodb": 1, "com.amazonaws.global.cloudfront.origin-facing": 55,
	}
}

// awsPrefixList returns a prefix list that AWS manages, by name; nil where there is none. It comes into being when it
// is first asked for, as the default VPC does.
func awsPrefixList(op *sim.Op, name string) (*sim.Record, error) {
	weight, ok := awsPrefixLists(op)[name]
	if !ok {
		return nil, nil
	}
	id := "pl-" + fixedHex(op, name, 8)
	if r := op.Cloud.Get(prefixListType, here(op), id); r != nil {
		return r, nil
	}
	in := sim.Values{
		"name": name, "addressFamily": "IPv4", "maxEntries": weight,
		// Which networks the service has changes by the week; a documentation network stands for them.
		"entries": []any{map[string]any{"cidr": "198.51.100.0/24", "description": ""}},
	}
	out := in.Copy()
	out["arn"] = fmt.Sprintf("arn:%s:ec2:%s:aws:prefix-list/%s", op.Partition(), op.Region(), id)
	out["ownerId"], out["version"] = "AWS", 1.0
	r := &sim.Record{Type: prefixListType, ID: id, Scope: here(op), Seeded: true, Inputs: in, Outputs: out}
	return r, op.Cloud.Put(r)
}

func cidrsOf(list *sim.Record) []any {
	out := []any{}
	for _, e := range list.Outputs.Objs("entries") {
		out = append(out, e.Str("cidr"))
	}
	return out
}

// https://docs.aws.amazon.com/vpc/latest/userguide/working-with-managed-prefix-lists.html
func managedPrefixList() *sim.Resource {
	return &sim.Resource{
		Type:     prefixListType,
		AutoName: &sim.AutoName{Field: "name", Max: 255},
		Inputs: sim.Fields{
			"addressFamily": sim.String().Required().Replaces().OneOf("IPv4", "IPv6"),
			"entries": sim.Set(sim.Object(sim.Fields{
				"cidr":        sim.String().Required(),
				"description": sim.String().AtMost(255),
			})).Computed(),
			"maxEntries": sim.Int().Required().Between(1, 1000),
			"name": sim.String().Between(1, 255).Check(func(v any) string {
				if s, _ := v.(string); strings.HasPrefix(s, "com.amazonaws") {
					return "cannot start with com.amazonaws"
				}
				return ""
			}),
			"tags": sim.Tags(),
		},
		Outputs:  []string{"arn", "entries", "ownerId", "tagsAll", "version"},
		Validate: validatePrefixList,
		Create: func(op *sim.Op) error {
			ec2Resource(op, "pl", "prefix-list")
			choose(op, "entries", []any{})
			op.Out["version"] = 1.0
			return nil
		},
		Update: updatePrefixList,
		Unsettled: func(changed map[string]bool) []string {
			if changed["entries"] {
				return []string{"version"}
			}
			return nil
		},
		Delete: func(op *sim.Op) error {
			if inUse(op, op.ID, groupType, groupRuleType, ingressRuleType, egressRuleType, routeTableType, routeType) {
				return sim.Refuse("DependencyViolation", "The prefix list '%s' is referenced and cannot be deleted.", op.ID)
			}
			return removeAll(op, op.Users(prefixListEntryType, op.ID))
		},
	}
}

func validatePrefixList(c *sim.Check) {
	v4 := c.In.Str("addressFamily") == "IPv4"
	longest := map[bool]int{true: 32, false: 128}[v4]
	seen := map[string]bool{}
	entries := c.In.Objs("entries")
	for i, e := range entries {
		cidr := e.Str("cidr")
		if cidr == "" {
			continue
		}
		path := fmt.Sprintf("entries[%d].cidr", i)
		if problem := blockProblem(cidr, v4, 0, longest); problem != "" {
			c.Fail(path, "%s", problem)
		}
		if seen[cidr] {
			c.Fail(path, "%s is given twice", cidr)
		}
		seen[cidr] = true
	}
	if n := c.In.Num("maxEntries"); c.In.Has("maxEntries") && n > 0 && float64(len(entries)) > n {
		c.Fail("maxEntries", "%v is less than the %d entries", n, len(entries))
	}
}

func updatePrefixList(op *sim.Op) error {
	op.Out["version"] = op.Record.Outputs["version"]
	if !op.In.Has("entries") { // they are kept by resources of their own
		op.Out["entries"] = op.Record.Outputs["entries"]
	}
	if op.In.Num("maxEntries") < float64(len(op.Out.Objs("entries"))) {
		return sim.Refuse("PrefixListMaxEntriesExceeded", "The prefix list %s has more entries than the maximum of %v.", op.ID, op.In.Num("maxEntries"))
	}
	// The list's new size must fit wherever it is referenced.
	// https://docs.aws.amazon.com/vpc/latest/userguide/working-with-managed-prefix-lists.html
	if op.In.Num("maxEntries") > op.Old.Num("maxEntries") {
		if err := roomInGroups(op, op.ID, op.In.Num("maxEntries")); err != nil {
			return err
		}
	}
	if !sameEntries(op.Record.Outputs.Objs("entries"), op.Out.Objs("entries")) {
		op.Out["version"] = op.Out.Num("version") + 1
	}
	settleTags(op)
	return nil
}

func sameEntries(a, b []sim.Values) bool {
	if len(a) != len(b) {
		return false
	}
	in := map[string]bool{}
	for _, e := range a {
		in[e.Str("cidr")+"|"+e.Str("description")] = true
	}
	for _, e := range b {
		if !in[e.Str("cidr")+"|"+e.Str("description")] {
			return false
		}
	}
	return true
}

func managedPrefixListEntry() *sim.Resource {
	return &sim.Resource{
		Type: prefixListEntryType,
		Inputs: sim.Fields{
			"cidr":         sim.String().Required().Replaces(),
			"description":  sim.String().Replaces().AtMost(255),
			"prefixListId": sim.String().Required().Replaces().Refs(prefixListType, "id", noList),
		},
		Create: func(op *sim.Op) error {
			list := op.Cloud.Find(prefixListType, "id", op.In.Str("prefixListId"))
			cidr := op.In.Str("cidr")
			v4 := list.Attr("addressFamily") == "IPv4"
			if problem := blockProblem(cidr, v4, 0, map[bool]int{true: 32, false: 128}[v4]); problem != "" {
				return sim.Refuse("InvalidParameterValue", "%s", problem)
			}
			entries := list.Outputs.Objs("entries")
			for _, e := range entries {
				if e.Str("cidr") == cidr {
					return sim.Refuse("InvalidPrefixListModification", "The prefix list %s already holds %s.", list.ID, cidr)
				}
			}
			if float64(len(entries)) >= list.Outputs.Num("maxEntries") {
				return sim.Refuse("PrefixListMaxEntriesExceeded", "The prefix list %s has its maximum of %d entries.", list.ID, len(entries))
			}
			op.ID = list.ID + "," + cidr
			more := []any{map[string]any{"cidr": cidr, "description": op.In.Str("description")}}
			return editList(op, list, append(more, list.Outputs.List("entries")...))
		},
		Delete: func(op *sim.Op) error {
			list := op.Cloud.Find(prefixListType, "id", op.In.Str("prefixListId"))
			if list == nil {
				return nil
			}
			rest := []any{}
			for _, e := range list.Outputs.Objs("entries") {
				if e.Str("cidr") != op.In.Str("cidr") {
					rest = append(rest, map[string]any(e))
				}
			}
			return editList(op, list, rest)
		},
	}
}

// editList stores the list with other entries, as a new version.
func editList(op *sim.Op, list *sim.Record, entries []any) error {
	next := *list
	next.Outputs = list.Outputs.Copy()
	next.Outputs["entries"] = entries
	next.Outputs["version"] = list.Outputs.Num("version") + 1
	return op.Cloud.Put(&next)
}
