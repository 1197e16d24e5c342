package sim

import (
	"encoding/json"
	"fmt"
	"reflect"
	"sort"
	"strings"
)

// Change is one changed property.
type Change struct {
	Path    string // "defaultActions[0].targetGroupArn"
	Kind    ChangeKind
	Replace bool
}

// ChangeKind says how a property changed.
type ChangeKind int

// The kinds of change.
const (
	Added ChangeKind = iota
	Removed
	Changed
)

// Diff compares a resource's old and new inputs.
func (r *Resource) Diff(old, new Values) []Change {
	d := &differ{}
	d.fields("", r.Inputs, old, new, false)
	if r.ForceReplace != nil && len(d.changes) > 0 {
		for _, path := range r.ForceReplace(old, new) {
			d.replace(path)
		}
	}
	return d.changes
}

type differ struct{ changes []Change }

func (d *differ) add(path string, k ChangeKind, replace bool) {
	d.changes = append(d.changes, Change{path, k, replace})
}

func (d *differ) replace(path string) {
	for i, c := range d.changes {
		if c.Path == path || strings.HasPrefix(c.Path, path+".") || strings.HasPrefix(c.Path, path+"[") {
			d.changes[i].Replace = true
		}
	}
}

func (d *differ) fields(path string, fields Fields, old, new Values, replace bool) {
	for _, k := range sortedKeys(fields) {
		f := fields[k]
		o, had := old[k]
		n, has := new[k]
		switch {
		case !had && !has, had && !has && f.computed:
		case !had && empty(n), !has && empty(o):
			// An empty list or map is the same as none.
		case !had:
			d.add(join(path, k), Added, replace || f.replaces)
		case !has:
			d.add(join(path, k), Removed, replace || f.replaces)
		default:
			d.value(join(path, k), f, o, n, replace || f.replaces)
		}
	}
}

func (d *differ) value(path string, f *Field, o, n any, replace bool) {
	if f.equal(o, n) {
		return
	}
	if o == Unknown || n == Unknown {
		d.add(path, Changed, replace)
		return
	}
	switch f.kind {
	case kindObject:
		d.fields(path, f.fields, o.(map[string]any), n.(map[string]any), replace)
	case kindMap:
		d.maps(path, f, o.(map[string]any), n.(map[string]any), replace)
	case kindList:
		d.lists(path, f, o.([]any), n.([]any), replace)
	default:
		d.add(path, Changed, replace)
	}
}

func (d *differ) maps(path string, f *Field, o, n map[string]any, replace bool) {
	keys := map[string]bool{}
	for k := range o {
		keys[k] = true
	}
	for k := range n {
		keys[k] = true
	}
	for _, k := range sortedKeys(keys) {
		ov, had := o[k]
		nv, has := n[k]
		p := join(path, k)
		if strings.ContainsAny(k, ".[\"") {
			p = fmt.Sprintf("%s[%q]", path, k)
		}
		switch {
		case !had:
			d.add(p, Added, replace)
		case !has:
			d.add(p, Removed, replace)
		default:
			d.value(p, f.elem, ov, nv, replace)
		}
	}
}

func (d *differ) lists(path string, f *Field, o, n []any, replace bool) {
	if f.unordered {
		o, n = apart(f.elem, o, n)
	}
	for i := 0; i < len(o) || i < len(n); i++ {
		p := fmt.Sprintf("%s[%d]", path, i)
		switch {
		case i >= len(o):
			d.add(p, Added, replace)
		case i >= len(n):
			d.add(p, Removed, replace)
		default:
			d.value(p, f.elem, o[i], n[i], replace)
		}
	}
}

// apart drops from both sets the elements that both have.
func apart(elem *Field, o, n []any) (onlyOld, onlyNew []any) {
	rest := append([]any(nil), n...)
next:
	for _, ov := range o {
		for i, nv := range rest {
			if elem.equal(ov, nv) {
				rest = append(rest[:i], rest[i+1:]...)
				continue next
			}
		}
		onlyOld = append(onlyOld, ov)
	}
	return onlyOld, rest
}

// equal compares two values of the field by meaning. An unknown value equals nothing.
func (f *Field) equal(o, n any) bool {
	if IsUnknown(o) || IsUnknown(n) {
		return false
	}
	if f.suppress != nil && f.suppress(o, n) {
		return true
	}
	switch f.kind {
	case kindBlob:
		ob, ok1 := o.(*Blob)
		nb, ok2 := n.(*Blob)
		return ok1 && ok2 && ob.Hash == nb.Hash
	case kindString:
		if f.json {
			return sameJSON(o, n)
		}
	case kindObject, kindMap:
		d := &differ{}
		om, ok1 := o.(map[string]any)
		nm, ok2 := n.(map[string]any)
		if !ok1 || !ok2 {
			return false
		}
		if f.kind == kindMap {
			d.maps("", f, om, nm, false)
		} else {
			d.fields("", f.fields, om, nm, false)
		}
		return len(d.changes) == 0
	case kindList:
		d := &differ{}
		ol, ok1 := o.([]any)
		nl, ok2 := n.([]any)
		if !ok1 || !ok2 {
			return false
		}
		d.lists("", f, ol, nl, false)
		return len(d.changes) == 0
	}
	return reflect.DeepEqual(o, n)
}

func sameJSON(o, n any) bool {
	os, _ := o.(string)
	ns, _ := n.(string)
	var ov, nv any
	if json.Unmarshal([]byte(os), &ov) != nil || json.Unmarshal([]byte(ns), &nv) != nil {
		return os == ns
	}
	return reflect.DeepEqual(ov, nv)
}

func empty(v any) bool {
	switch v := v.(type) {
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	return false
}

func replaced(changes []Change) []string {
	var keys []string
	for _, c := range changes {
		if c.Replace {
			keys = append(keys, c.Path)
		}
	}
	sort.Strings(keys)
	return keys
}
