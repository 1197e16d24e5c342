package diff

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/sig"

	"github.com/container-pipeline/container-pipeline/drydock"
)

// knownLater stands for what follows from a resource that does not exist yet.
const knownLater = "[known after the up]"

// properties are those inputs that differ, of which the provider says so: what it takes for equal, and what the program
// ignores, is no change.
func properties(s drydock.Step) []Property {
	was, will := inputs(s.Old), inputs(s.New)
	var found []Property
	for _, name := range slices.Sorted(maps.Keys(union(was, will))) {
		if name == "__defaults" || len(s.Diff) > 0 && !slices.ContainsFunc(s.Diff, within(name)) {
			continue
		}
		found = append(found, compare(name, was[name], will[name])...)
	}
	for _, path := range slices.Concat(s.Diff, s.ReplaceKeys) {
		if slices.ContainsFunc(found, func(p Property) bool { return related(p.Path, path) }) {
			continue
		}
		// The values say nothing: a secret that changes, or a difference to what the cloud has.
		found = append(found, Property{Path: path, Old: shown(lookup(was, path)), New: shown(lookup(will, path))})
	}
	for i := range found {
		found[i].Forces = slices.ContainsFunc(s.ReplaceKeys, func(key string) bool { return related(found[i].Path, key) })
	}
	return found
}

func union(a, b map[string]any) map[string]any {
	all := maps.Clone(a)
	if all == nil {
		all = map[string]any{}
	}
	maps.Copy(all, b)
	return all
}

// within tells of a path whether it leads into the property.
func within(property string) func(path string) bool {
	return func(path string) bool { return top(path) == property }
}

// top is the property that a path begins with.
func top(path string) string {
	if end := strings.IndexAny(path, ".["); end > 0 {
		return path[:end]
	}
	return path
}

// related tells whether one path leads to or into the other. The provider counts the elements of a list that this
// package names, so after a bracket they cannot be told apart.
func related(a, b string) bool {
	if top(a) != top(b) {
		return false
	}
	if strings.ContainsAny(a+b, "[") {
		return true
	}
	return a == b || strings.HasPrefix(a, b+".") || strings.HasPrefix(b, a+".")
}

func lookup(in map[string]any, path string) any {
	parsed, err := resource.ParsePropertyPath(path)
	if err != nil {
		return nil
	}
	var v any = in
	for _, key := range parsed {
		switch at := v.(type) {
		case map[string]any:
			v = at[fmt.Sprint(key)]
		case []any:
			i, ok := key.(int)
			if !ok || i < 0 || i >= len(at) {
				return nil
			}
			v = at[i]
		default:
			return nil
		}
	}
	return v
}

// compare goes down to the values that differ, into text that is JSON too.
func compare(path string, was, will any) []Property {
	if reflect.DeepEqual(was, will) {
		return nil
	}
	if a, b, ok := parsed(was, will); ok {
		was, will = a, b
	}
	if a, ok := was.(map[string]any); ok {
		if b, ok := will.(map[string]any); ok {
			return compareObjects(path, a, b)
		}
	}
	if a, ok := was.([]any); ok {
		if b, ok := will.([]any); ok {
			return compareLists(path, a, b)
		}
	}
	return []Property{{Path: path, Old: shown(was), New: shown(will)}}
}

func parsed(was, will any) (a, b any, ok bool) {
	a, left := document(was)
	b, right := document(will)
	return a, b, left && right
}

// document reads an object or list that is given as text.
func document(v any) (doc any, ok bool) {
	text, _ := v.(string)
	text = strings.TrimSpace(text)
	if !strings.HasPrefix(text, "{") && !strings.HasPrefix(text, "[") {
		return nil, false
	}
	return doc, json.Unmarshal([]byte(text), &doc) == nil
}

// compareObjects takes of an archive only the files, of a file the text where it is known: hashes follow from them.
func compareObjects(path string, was, will map[string]any) []Property {
	if !isContent(was) || !isContent(will) {
		return compareMaps(path, was, will, ".%s")
	}
	a, packed := was["assets"].(map[string]any)
	b, packs := will["assets"].(map[string]any)
	if packed && packs {
		return compareMaps(path, a, b, "[%s]")
	}
	before, known := was["text"].(string)
	after, knows := will["text"].(string)
	if known && knows {
		return compare(path, before, after)
	}
	return []Property{{Path: path, Old: shown(was), New: shown(will)}}
}

// isContent tells whether the object is an asset or archive as Pulumi writes it.
// https://pkg.go.dev/github.com/pulumi/pulumi/sdk/v3/go/common/resource/sig
func isContent(v map[string]any) bool {
	kind, _ := v[sig.Key].(string)
	return kind == sig.AssetSig || kind == sig.ArchiveSig
}

func compareMaps(path string, was, will map[string]any, format string) []Property {
	var found []Property
	for _, key := range slices.Sorted(maps.Keys(union(was, will))) {
		found = append(found, compare(path+fmt.Sprintf(format, key), was[key], will[key])...)
	}
	return found
}

func compareLists(path string, was, will []any) []Property {
	if simple(was) && simple(will) {
		return []Property{{Path: path, Old: shown(was), New: shown(will)}}
	}
	if a, ok := named(was); ok {
		if b, ok := named(will); ok {
			return compareMaps(path, a, b, "[%s]")
		}
	}
	var found []Property
	for i := range max(len(was), len(will)) {
		found = append(found, compare(fmt.Sprintf("%s[%d]", path, i), element(was, i), element(will, i))...)
	}
	return found
}

func element(list []any, i int) any {
	if i < len(list) {
		return list[i]
	}
	return nil
}

func simple(list []any) bool {
	return !slices.ContainsFunc(list, func(e any) bool {
		switch e.(type) {
		case map[string]any, []any:
			return true
		}
		return false
	})
}

// named gives the elements by what tells them apart, so that one which is put in between changes no other.
func named(list []any) (by map[string]any, ok bool) {
	for _, key := range []string{"name", "Name", "Sid", "sid", "id", "key"} {
		by = map[string]any{}
		for _, e := range list {
			fields, _ := e.(map[string]any)
			if name, ok := fields[key].(string); ok && name != drydock.Unknown {
				by[name] = e
			}
		}
		if len(by) == len(list) {
			return by, true
		}
	}
	return nil, false
}

// shown is the value as the report has it.
func shown(v any) any {
	switch v := v.(type) {
	case string:
		if v == drydock.Unknown {
			return knownLater
		}
	case []any:
		out := make([]any, len(v))
		for i, e := range v {
			out[i] = shown(e)
		}
		return out
	case map[string]any:
		if hash, ok := v["hash"].(string); ok && isContent(v) {
			return "[content " + hash[:min(12, len(hash))] + "]"
		}
		out := make(map[string]any, len(v))
		for key, e := range v {
			out[key] = shown(e)
		}
		return out
	}
	return v
}
