package aws

import (
	"fmt"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// checkContainerLinks: what one container says of the others.
func checkContainerLinks(c *sim.Check, at string, k sim.Values, names map[string]sim.Values) {
	for j, d := range k.Objs("dependsOn") {
		path := fmt.Sprintf("%s.dependsOn[%d]", at, j)
		other, ok := names[d.Str("containerName")]
		switch condition := d.Str("condition"); {
		case !ok:
			c.Fail(path, "ClientException: Container '%s' depends on unknown container '%s'", k.Str("name"), d.Str("containerName"))
		case d.Str("containerName") == k.Str("name"):
			c.Fail(path, "ClientException: Container '%s' cannot depend on itself", k.Str("name"))
		case condition == "HEALTHY" && !other.Has("healthCheck"):
			c.Fail(path, "ClientException: Invalid dependency: '%s' has no healthCheck, so condition HEALTHY is never met", d.Str("containerName"))
		case (condition == "COMPLETE" || condition == "SUCCESS") && essential(other):
			c.Fail(path, "ClientException: A container that others wait for with condition %s cannot be essential: '%s'", condition, d.Str("containerName"))
		}
	}
	for j, v := range k.Objs("volumesFrom") {
		if _, ok := names[v.Str("sourceContainer")]; !ok {
			c.Fail(fmt.Sprintf("%s.volumesFrom[%d]", at, j), "no container is named %q", v.Str("sourceContainer"))
		}
	}
}

// checkContainersTogether: names, ports, cycles, and at least one essential container.
func checkContainersTogether(c *sim.Check, path string, containers []sim.Values, task *taskShape) {
	names, ports, any := map[string]bool{}, map[string]string{}, false
	for i, k := range containers {
		at := fmt.Sprintf("%s[%d]", path, i)
		name := k.Str("name")
		if names[name] {
			c.Fail(at+".name", "ClientException: Container.name contains duplicate values: %s", name)
		}
		names[name] = true
		any = any || essential(k)
		for j, m := range k.Objs("portMappings") {
			port := portKey(m, task.awsvpc)
			if port == "" {
				continue
			}
			if first, taken := ports[port]; taken {
				c.Fail(fmt.Sprintf("%s.portMappings[%d]", at, j),
					"ClientException: The host port %s of container '%s' is taken by '%s': containers of a task share one network namespace", port, name, first)
				continue
			}
			ports[port] = name
		}
	}
	if !any {
		c.Fail(path, "ClientException: Invalid setting: at least one container must be essential (%s)", ecsContainerDoc)
	}
	if cycle := dependencyCycle(containers); cycle != "" {
		c.Fail(path, "ClientException: the containers wait for each other in a circle: %s", cycle)
	}
}

// portKey is the host port that a mapping takes, "" for a dynamic one.
func portKey(m sim.Values, awsvpc bool) string {
	port := m.Num("hostPort")
	if awsvpc {
		port = m.Num("containerPort")
	}
	if port == 0 {
		return ""
	}
	protocol := m.Str("protocol")
	if protocol == "" {
		protocol = "tcp"
	}
	return fmt.Sprintf("%v/%s", port, protocol)
}

// dependencyCycle names a container that waits for itself through others, "" if none.
func dependencyCycle(containers []sim.Values) string {
	waits := map[string][]string{}
	for _, k := range containers {
		for _, d := range k.Objs("dependsOn") {
			waits[k.Str("name")] = append(waits[k.Str("name")], d.Str("containerName"))
		}
	}
	var walk func(name string, path []string) string
	walk = func(name string, path []string) string {
		if slices.Contains(path, name) {
			return strings.Join(append(path, name), " -> ")
		}
		for _, next := range waits[name] {
			if found := walk(next, append(path[:len(path):len(path)], name)); found != "" {
				return found
			}
		}
		return ""
	}
	for _, name := range sortedNames(waits) {
		if found := walk(name, nil); found != "" {
			return found
		}
	}
	return ""
}
