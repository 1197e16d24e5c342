package aws

import (
	"fmt"
	"path"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// filtersArg is the argument "filters" of the EC2 lookups.
func filtersArg() *sim.Field {
	return sim.Set(sim.Object(sim.Fields{
		"name":   sim.String().Required(),
		"values": sim.Set(sim.String()).Required(),
	}))
}

// filtered keeps the records that every filter of op.In and every tag of it accept. value gives a record's value for a
// filter's name, and whether the name is known. Values may hold the wildcards * and ?.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/Using_Filtering.html
func filtered(op *sim.Op, records []*sim.Record, value func(r *sim.Record, name string) (string, bool)) ([]*sim.Record, error) {
	var out []*sim.Record
next:
	for _, r := range records {
		for _, f := range op.In.Objs("filters") {
			v, known := filterValue(r, f.Str("name"), value)
			if !known {
				return nil, sim.Refuse("InvalidParameterValue", "The filter '%s' is invalid (or none that the drydock knows)", f.Str("name"))
			}
			if !anyMatch(f.Strs("values"), v) {
				continue next
			}
		}
		for k, want := range op.In.Obj("tags") {
			if r.Inputs.Obj("tags")[k] != want {
				continue next
			}
		}
		out = append(out, r)
	}
	return out, nil
}

func filterValue(r *sim.Record, name string, value func(r *sim.Record, name string) (string, bool)) (string, bool) {
	if key, ok := strings.CutPrefix(name, "tag:"); ok {
		return r.Inputs.Obj("tags").Str(key), true
	}
	return value(r, name)
}

func anyMatch(patterns []string, value string) bool {
	for _, p := range patterns {
		if ok, err := path.Match(strings.ReplaceAll(p, "/", "\x00"), strings.ReplaceAll(value, "/", "\x00")); err == nil && ok {
			return true
		}
	}
	return false
}

// only is the one record of a lookup that must find exactly one; thing is its name in the provider's error.
func only(records []*sim.Record, thing string) (*sim.Record, error) {
	switch len(records) {
	case 0:
		return nil, fmt.Errorf("no matching %s found", thing)
	case 1:
		return records[0], nil
	}
	return nil, fmt.Errorf("multiple %ss matched; use additional constraints to reduce matches to a single %s", thing, thing)
}

func truth(b bool) string {
	if b {
		return "true"
	}
	return "false"
}
