package aws

import (
	"encoding/json"
	"reflect"
	"sort"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// sameContainerDefinitions compares as the real provider does: the order of containers, environment and secrets does
// not matter, an empty list or zero is none, and a default that is spelled out is no change.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#container_definitions
//
// A host port equal to the container port is taken for the default, which is exact under network mode awsvpc.
func sameContainerDefinitions(old, new any) bool {
	o, ok1 := canonicalContainers(old)
	n, ok2 := canonicalContainers(new)
	return ok1 && ok2 && reflect.DeepEqual(o, n)
}

func canonicalContainers(v any) ([]any, bool) {
	text, ok := v.(string)
	var list []any
	if !ok || json.Unmarshal([]byte(text), &list) != nil {
		return nil, false
	}
	for _, e := range list {
		k, ok := e.(map[string]any)
		if !ok {
			return nil, false
		}
		canonicalContainer(k)
	}
	sortByName(list)
	return list, true
}

func canonicalContainer(k sim.Values) {
	dropEmpty(k)
	if k["essential"] == nil {
		k["essential"] = true
	}
	if k["cpu"] == 0.0 {
		delete(k, "cpu")
	}
	if h, ok := k["healthCheck"].(map[string]any); ok {
		for key, def := range map[string]float64{"interval": 30, "retries": 3, "timeout": 5} {
			if h[key] == nil {
				h[key] = def
			}
		}
	}
	for _, m := range k.Objs("portMappings") {
		if m["protocol"] == "tcp" {
			delete(m, "protocol")
		}
		if m["hostPort"] == 0.0 || m["hostPort"] == m["containerPort"] {
			delete(m, "hostPort")
		}
	}
	sortByName(k.List("environment"))
	sortByName(k.List("secrets"))
}

// dropEmpty removes nulls, empty lists and empty objects at the container's own level.
func dropEmpty(k map[string]any) {
	for key, v := range k {
		switch v := v.(type) {
		case nil:
			delete(k, key)
		case []any:
			if len(v) == 0 {
				delete(k, key)
			}
		}
	}
}

func sortByName(list []any) {
	name := func(i int) string {
		m, _ := list[i].(map[string]any)
		return sim.Values(m).Str("name")
	}
	sort.SliceStable(list, func(i, j int) bool { return name(i) < name(j) })
}
