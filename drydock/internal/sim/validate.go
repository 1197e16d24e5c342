package sim

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"
)

// Problem is one thing that is wrong with a resource's inputs.
type Problem struct{ Path, Reason string }

// Check collects the problems of one resource's inputs.
type Check struct {
	In       Values
	Problems []Problem

	literal bool // values must have their types already
}

// Fail adds a problem at a property path such as "defaultActions[0].type".
func (c *Check) Fail(path, format string, args ...any) {
	c.Problems = append(c.Problems, Problem{path, fmt.Sprintf(format, args...)})
}

// Exclusive refuses inputs of which at most one may be given.
func (c *Check) Exclusive(keys ...string) {
	var given []string
	for _, k := range keys {
		if c.In.Has(k) {
			given = append(given, k)
		}
	}
	if len(given) > 1 {
		c.Fail(given[1], "conflicts with %s: give only one of %s", given[0], strings.Join(keys, ", "))
	}
}

// OneOf refuses inputs of which exactly one must be given.
func (c *Check) OneOf(keys ...string) {
	c.Exclusive(keys...)
	for _, k := range keys {
		if c.In.Has(k) {
			return
		}
	}
	c.Fail(keys[0], "one of %s must be given", strings.Join(keys, ", "))
}

// Document checks v, parsed from a JSON text that an input holds, by the description f and returns it with defaults
// filled in. Unlike in inputs, "80" is no number here: the cloud's own API reads the text. A null is the same as none.
func (c *Check) Document(path string, f *Field, v any) any {
	inner := &Check{literal: true}
	v = inner.value(path, f, withoutNulls(v))
	c.Problems = append(c.Problems, inner.Problems...)
	return v
}

func withoutNulls(v any) any {
	switch v := v.(type) {
	case []any:
		for i, e := range v {
			v[i] = withoutNulls(e)
		}
	case map[string]any:
		for k, e := range v {
			if e == nil {
				delete(v, k)
			} else {
				v[k] = withoutNulls(e)
			}
		}
	}
	return v
}

func (c *Check) fields(path string, fields Fields, values Values) {
	for _, k := range sortedKeys(values) {
		if _, ok := fields[k]; !ok && !strings.HasPrefix(k, "__") {
			c.Fail(join(path, k), "unknown property: the drydock knows %s", strings.Join(sortedKeys(fields), ", "))
		}
	}
	for _, k := range sortedKeys(fields) {
		f := fields[k]
		v, given := values[k]
		if !given && f.def != nil {
			values[k] = f.def
			continue
		}
		if !given {
			if f.required {
				c.Fail(join(path, k), "missing required property%s", f.see())
			}
			continue
		}
		values[k] = c.value(join(path, k), f, v)
	}
}

// value checks v and returns it in its canonical form (a number given as a string becomes a number and so on, as the
// real provider's type conversion does).
func (c *Check) value(path string, f *Field, v any) any {
	if v == Unknown {
		return v
	}
	if !c.literal {
		v = coerce(f.kind, v)
	}
	if !f.kind.accepts(v) {
		c.Fail(path, "must be %s, not %s%s", f.kind, f.show(v), f.see())
		return v
	}
	switch f.kind {
	case kindList:
		list := v.([]any)
		for i, e := range list {
			list[i] = c.value(fmt.Sprintf("%s[%d]", path, i), f.elem, e)
		}
		c.bounds(path, f, float64(len(list)), "elements")
	case kindMap:
		for _, k := range sortedKeys(v.(map[string]any)) {
			m := v.(map[string]any)
			m[k] = c.value(join(path, k), f.elem, m[k])
		}
	case kindObject:
		c.fields(path, f.fields, v.(map[string]any))
	case kindString:
		c.text(path, f, v.(string))
	case kindNumber:
		n := v.(float64)
		if f.whole && n != math.Trunc(n) {
			c.Fail(path, "must be a whole number, not %v%s", n, f.see())
		}
		c.bounds(path, f, n, "")
	}
	if f.check != nil && !IsUnknown(v) {
		if reason := f.check(v); reason != "" {
			c.Fail(path, "%s%s", reason, f.see())
		}
	}
	return v
}

func (c *Check) text(path string, f *Field, s string) {
	if len(f.enum) > 0 {
		for _, e := range f.enum {
			if e == s {
				return
			}
		}
		c.Fail(path, "expected one of %s, got %s%s", strings.Join(f.enum, ", "), f.show(s), f.see())
		return
	}
	if f.pattern != nil && !f.pattern.MatchString(s) {
		c.Fail(path, "%s: must be %s%s", f.show(s), f.words, f.see())
		return
	}
	if f.json && !json.Valid([]byte(s)) {
		c.Fail(path, "contains invalid JSON%s", f.see())
	}
	c.bounds(path, f, float64(utf8.RuneCountInString(s)), "characters")
}

func (c *Check) bounds(path string, f *Field, n float64, unit string) {
	if (f.min == nil || n >= *f.min) && (f.max == nil || n <= *f.max) {
		return
	}
	want := ""
	switch {
	case f.min != nil && f.max != nil:
		want = fmt.Sprintf("between %v and %v", *f.min, *f.max)
	case f.min != nil:
		want = fmt.Sprintf("at least %v", *f.min)
	default:
		want = fmt.Sprintf("at most %v", *f.max)
	}
	if unit != "" {
		want += " " + unit
	}
	c.Fail(path, "must be %s, got %v%s", want, n, f.see())
}

func (f *Field) show(v any) string {
	if f.sensitive {
		return "the given value (hidden)"
	}
	return fmt.Sprintf("%q", fmt.Sprint(v))
}

func (f *Field) see() string {
	if f.doc == "" {
		return ""
	}
	return " (" + f.doc + ")"
}

func (k kind) String() string {
	return [...]string{"a string", "a number", "true or false", "a list", "a map", "an object", "an asset or archive"}[k]
}

func (k kind) accepts(v any) bool {
	switch v.(type) {
	case string:
		return k == kindString
	case float64:
		return k == kindNumber
	case bool:
		return k == kindBool
	case []any:
		return k == kindList
	case map[string]any:
		return k == kindMap || k == kindObject
	case *Blob:
		return k == kindBlob
	}
	return false
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}
