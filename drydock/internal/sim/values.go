package sim

import "sort"

func copyValue(v any) any {
	switch v := v.(type) {
	case []any:
		list := make([]any, len(v))
		for i, e := range v {
			list[i] = copyValue(e)
		}
		return list
	case map[string]any:
		return map[string]any(Values(v).Copy())
	}
	return v
}

// Copy returns a deep copy.
func (v Values) Copy() Values {
	out := make(Values, len(v))
	for k, e := range v {
		out[k] = copyValue(e)
	}
	return out
}

// Str returns the string at key, or "" where it is absent or unknown.
func (v Values) Str(key string) string { s, _ := v[key].(string); return s }

// Bool returns the boolean at key, false where it is absent or unknown.
func (v Values) Bool(key string) bool { b, _ := v[key].(bool); return b }

// Num returns the number at key, 0 where it is absent or unknown.
func (v Values) Num(key string) float64 { n, _ := v[key].(float64); return n }

// Has tells whether key is given, be its value known or not.
func (v Values) Has(key string) bool { _, ok := v[key]; return ok }

// List returns the list at key, nil where it is absent or unknown.
func (v Values) List(key string) []any { l, _ := v[key].([]any); return l }

// Strs returns the known strings of the list at key.
func (v Values) Strs(key string) []string {
	var out []string
	for _, e := range v.List(key) {
		if s, ok := e.(string); ok {
			out = append(out, s)
		}
	}
	return out
}

// Obj returns the object at key; an empty one where it is absent or unknown.
func (v Values) Obj(key string) Values {
	switch o := v[key].(type) {
	case map[string]any:
		return o
	case Values:
		return o
	}
	return Values{}
}

// Objs returns the known objects of the list at key.
func (v Values) Objs(key string) []Values {
	var out []Values
	for _, e := range v.List(key) {
		if o, ok := e.(map[string]any); ok {
			out = append(out, o)
		}
	}
	return out
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	sort.Strings(keys)
	return keys
}
