package aws

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
)

// samePolicy tells whether two policy documents say the same: single values and lists of one are alike, and the order
// of lists and statements has no meaning.
func samePolicy(old, new any) bool {
	o, okOld := normalPolicy(old)
	n, okNew := normalPolicy(new)
	return okOld && okNew && reflect.DeepEqual(o, n)
}

func normalPolicy(v any) (any, bool) {
	text, ok := v.(string)
	var doc map[string]any
	if !ok || json.Unmarshal([]byte(text), &doc) != nil {
		return nil, false
	}
	statements, isList := doc["Statement"].([]any)
	if !isList {
		statements = []any{doc["Statement"]}
	}
	var lines []string
	for _, s := range statements {
		if s, ok := s.(map[string]any); ok {
			if s["Principal"] == "*" {
				s["Principal"] = map[string]any{"AWS": "*"}
			}
			if s["Sid"] == "" {
				delete(s, "Sid")
			}
		}
		line, _ := json.Marshal(sortLists(s)) // came from JSON
		lines = append(lines, string(line))
	}
	slices.Sort(lines)
	return []any{doc["Version"], doc["Id"], lines}, true
}

// sortLists makes every scalar below an object a list of texts, and sorts the lists.
func sortLists(v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			v[k] = sortLists(e)
		}
		return v
	case []any:
		var list []string
		for _, e := range v {
			list = append(list, fmt.Sprint(e))
		}
		slices.Sort(list)
		return list
	case nil:
		return nil
	}
	return []string{fmt.Sprint(v)}
}
