package compose

import (
	"maps"
	"slices"
	"strings"
)

// understood are the settings of a service that have a part in the container.
var understood = []string{
	"build.args", "build.context", "build.dockerfile", "build.target", "command", "depends_on",
	"deploy.resources.limits.cpus", "deploy.resources.limits.memory", "entrypoint", "environment", "expose",
	"healthcheck.disable", "healthcheck.interval", "healthcheck.retries", "healthcheck.start_period", "healthcheck.test",
	"healthcheck.timeout", "ports", "read_only", "restart", "stop_grace_period", "user",
}

// reasons why a setting has no part; every other has none because a task's container knows no such thing.
var reasons = map[string]string{
	"configs":         "put the file into the image, or its content into a variable",
	"container_name":  "the service's name is the container's",
	"cpus":            "give deploy.resources.limits.cpus",
	"deploy.replicas": "give ContainerPipelineArgs.DesiredCount or Scaling",
	"env_file":        "its values are the developer's; give the deployed ones in environment",
	"hostname":        "the containers of a task reach each other at localhost",
	"image":           "the pipeline names the image",
	"links":           "the containers of a task reach each other at localhost",
	"logging":         "the logs go to CloudWatch Logs",
	"mem_limit":       "give deploy.resources.limits.memory",
	"network_mode":    "the containers of a task share one network",
	"networks":        "the containers of a task share one network",
	"platform":        "give ContainerPipelineArgs.Architecture",
	"secrets":         "give a variable without a value in environment",
	"volumes":         "a task keeps no files; use S3, EFS or a database",
}

// dropped lists every setting of the file that has no part in the result.
func (l *loader) dropped() {
	for key := range l.model.raw {
		if key != "services" && key != "name" && key != "version" && !strings.HasPrefix(key, "x-") {
			l.drop(key, key)
		}
	}
	services, _ := l.model.raw["services"].(map[string]any)
	for _, s := range l.built {
		settings, _ := services[s.Name].(map[string]any)
		if sibling, shares := strings.CutPrefix(s.NetworkMode, "service:"); shares && slices.Contains(l.names(), sibling) {
			settings = maps.Clone(settings)
			delete(settings, "network_mode") // exactly what a task does
		}
		l.walk("services."+s.Name, "", settings)
	}
}

func (l *loader) walk(service, parent string, settings map[string]any) {
	for key, value := range settings {
		path := strings.TrimPrefix(parent+"."+key, ".")
		nested, isMap := value.(map[string]any)
		switch {
		case path == "name": // compose-go's own: a service has no such setting
		case value == nil || strings.HasPrefix(key, "x-") || slices.Contains(understood, path):
		case isMap && partlyUnderstood(path):
			l.walk(service, path, nested)
		default:
			l.drop(service+"."+path, path)
		}
	}
}

func partlyUnderstood(path string) bool {
	return slices.ContainsFunc(understood, func(u string) bool { return strings.HasPrefix(u, path+".") })
}

func (l *loader) drop(place, path string) {
	l.ignore(place, or(reasons[path], "the containers of a task have no such setting"))
}
