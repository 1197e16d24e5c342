// Package world reads what an `up` has made: a copy of the simulated clouds at one moment, and the parts of a delivery
// system in it as AWS's own APIs would describe them. It knows neither the program nor the simulators.
package world

import (
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock"
)

// World is what existed at one moment. Changing it changes nothing else.
type World struct {
	records []*drydock.Record
}

// Of copies the clouds.
func Of(cloud *drydock.Cloud) *World {
	w := &World{}
	_ = cloud.Locked(func() error { // the function gives no error
		for _, typ := range cloud.Types() {
			for _, r := range cloud.All(typ) {
				w.records = append(w.records, copied(r))
			}
		}
		return nil
	})
	return w
}

// Clone is a copy that changes independently.
func (w *World) Clone() *World {
	next := &World{records: make([]*drydock.Record, len(w.records))}
	for i, r := range w.records {
		next.records[i] = copied(r)
	}
	return next
}

func copied(r *drydock.Record) *drydock.Record {
	next := *r
	next.Inputs, next.Outputs, next.State = r.Inputs.Copy(), r.Outputs.Copy(), r.State.Copy()
	return &next
}

// All are the records of a type, in the order they were made.
func (w *World) All(typ string) []*drydock.Record {
	var found []*drydock.Record
	for _, r := range w.records {
		if r.Type == typ {
			found = append(found, r)
		}
	}
	return found
}

// Find is the first record of the type whose attribute ("id", an output or an input) has the value, or nil.
func (w *World) Find(typ, attribute, value string) *drydock.Record {
	for _, r := range w.All(typ) {
		if r.Attr(attribute) == value {
			return r
		}
	}
	return nil
}

// Where are the records of the type whose attribute has the value.
func (w *World) Where(typ, attribute, value string) []*drydock.Record {
	return slices.DeleteFunc(w.All(typ), func(r *drydock.Record) bool { return r.Attr(attribute) != value })
}

// Add puts a record in.
func (w *World) Add(r *drydock.Record) { w.records = append(w.records, r) }

// Remove takes a record out.
func (w *World) Remove(r *drydock.Record) {
	w.records = slices.DeleteFunc(w.records, func(e *drydock.Record) bool { return e == r })
}

// ARN is an Amazon Resource Name in its parts.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html
type ARN struct {
	Partition, Service, Region, Account, Resource string
}

// ParseARN splits an ARN; ok is false for what is none.
func ParseARN(text string) (arn ARN, ok bool) {
	parts := strings.SplitN(text, ":", 6)
	if len(parts) != 6 || parts[0] != "arn" {
		return ARN{}, false
	}
	return ARN{parts[1], parts[2], parts[3], parts[4], parts[5]}, true
}

// With is the ARN of another service's resource in the same partition, region and account.
func (a ARN) With(service, resource string) string {
	return strings.Join([]string{"arn", a.Partition, service, a.Region, a.Account, resource}, ":")
}
