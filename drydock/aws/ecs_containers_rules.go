package aws

import (
	"fmt"
	"regexp"
	"slices"
	"sort"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// taskShape is what rules over a task definition need to know of it.
type taskShape struct {
	in         sim.Values
	awsvpc     bool
	fargate    bool
	containers []sim.Values // nil while they are unknown
}

func newTaskShape(in sim.Values) *taskShape {
	return &taskShape{
		in: in, awsvpc: in.Str("networkMode") == "awsvpc",
		fargate: slices.Contains(in.Strs("requiresCompatibilities"), "FARGATE"),
	}
}

// checkContainerDefinitions checks the text as RegisterTaskDefinition does and returns the containers.
func checkContainerDefinitions(c *sim.Check, text string, task *taskShape) []sim.Values {
	const path = "containerDefinitions"
	var doc any
	if err := decodeJSON(text, &doc); err != nil {
		c.Fail(path, "ECS Task Definition container_definitions is invalid: %v (%s)", err, ecsContainerDoc)
		return nil
	}
	before := len(c.Problems)
	doc = c.Document(path, ecsContainers, doc)
	if len(c.Problems) > before {
		return nil
	}
	var out []sim.Values
	for _, e := range doc.([]any) {
		out = append(out, e.(map[string]any))
	}
	names := containerNames(out)
	for i, container := range out {
		at := fmt.Sprintf("%s[%d]", path, i)
		checkContainer(c, at, container, task)
		checkContainerLinks(c, at, container, names)
	}
	checkContainersTogether(c, path, out, task)
	return out
}

func containerNames(containers []sim.Values) map[string]sim.Values {
	names := map[string]sim.Values{}
	for _, e := range containers {
		names[e.Str("name")] = e
	}
	return names
}

func essential(container sim.Values) bool {
	return !container.Has("essential") || container.Bool("essential")
}

func checkContainer(c *sim.Check, at string, k sim.Values, task *taskShape) {
	name := k.Str("name")
	if k.Has("memory") && k.Num("memoryReservation") > k.Num("memory") {
		c.Fail(at+".memoryReservation", "ClientException: Invalid setting for container '%s'. 'memory' must be greater than or equal to 'memoryReservation'.", name)
	}
	if !k.Has("memory") && !k.Has("memoryReservation") && !task.in.Has("memory") {
		c.Fail(at+".memory", "ClientException: Invalid setting for container '%s'. At least one of 'memory' or 'memoryReservation' must be specified.", name)
	}
	checkImage(c, at+".image", k.Str("image"))
	checkEnvironment(c, at, k)
	checkPorts(c, at, k, task)
	if h := k.Obj("healthCheck"); len(h) > 0 {
		checkHealthCommand(c, at+".healthCheck.command", h)
	}
	checkLogging(c, at+".logConfiguration", k.Obj("logConfiguration"))
	for j, u := range k.Objs("ulimits") {
		if u.Num("softLimit") > u.Num("hardLimit") {
			c.Fail(fmt.Sprintf("%s.ulimits[%d]", at, j), "softLimit %v exceeds hardLimit %v", u.Num("softLimit"), u.Num("hardLimit"))
		}
	}
	if task.awsvpc {
		// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#container_definition_network
		for _, key := range []string{"links", "hostname", "dnsServers", "dnsSearchDomains", "extraHosts"} {
			if len(k.List(key)) > 0 || k.Str(key) != "" {
				if key != "dnsServers" && key != "dnsSearchDomains" && key != "extraHosts" || task.fargate {
					c.Fail(at+"."+key, "ClientException: %s is not supported on container '%s' when networkMode=awsvpc", key, name)
				}
			}
		}
	}
}

var imageName = regexp.MustCompile(`^[\w][\w.:/@-]{0,254}$`)

// checkImage: up to 255 letters, digits, hyphens, underscores, colons, periods, slashes and number signs.
func checkImage(c *sim.Check, path, image string) {
	if !imageName.MatchString(image) {
		c.Fail(path, "%q is not an image reference such as repository-url/image:tag or repository-url/image@digest (%s)", image, ecsContainerDoc)
	}
}

// checkEnvironment: RegisterTaskDefinition refuses a name that is both in plain text and a secret.
func checkEnvironment(c *sim.Check, at string, k sim.Values) {
	seen := map[string]string{}
	for _, list := range []string{"environment", "secrets"} {
		for i, e := range k.Objs(list) {
			name := e.Str("name")
			if list == "secrets" && seen[name] != "" {
				c.Fail(fmt.Sprintf("%s.secrets[%d].name", at, i),
					"ClientException: The secret name must be unique and not shared with any new or existing environment variables set on the container, such as '%s'.", name)
			}
			seen[name] = list
		}
	}
}

func checkPorts(c *sim.Check, at string, k sim.Values, task *taskShape) {
	for j, m := range k.Objs("portMappings") {
		path := fmt.Sprintf("%s.portMappings[%d]", at, j)
		if m.Has("containerPort") == m.Has("containerPortRange") {
			c.Fail(path, "give one of containerPort and containerPortRange (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_PortMapping.html)")
		}
		if task.awsvpc && m.Num("hostPort") != 0 && m.Num("hostPort") != m.Num("containerPort") {
			c.Fail(path+".hostPort", "ClientException: When networkMode=awsvpc, the host ports and container ports in port mappings must match.")
		}
		if m.Has("appProtocol") && m.Str("protocol") == "udp" {
			c.Fail(path+".appProtocol", "goes with protocol tcp only")
		}
	}
}

// checkHealthCommand: https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
func checkHealthCommand(c *sim.Check, path string, h sim.Values) {
	command := h.Strs("command")
	if first := command[0]; first != "CMD" && first != "CMD-SHELL" && first != "NONE" {
		c.Fail(path, "%q: must begin with CMD or CMD-SHELL", first)
	} else if first != "NONE" && len(command) < 2 {
		c.Fail(path, "nothing follows %s: add the command", first)
	}
}

// awslogsOptions: https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html
var awslogsOptions = []string{
	"awslogs-create-group", "awslogs-datetime-format", "awslogs-group", "awslogs-multiline-pattern", "awslogs-region",
	"awslogs-stream-prefix", "max-buffer-size", "mode",
}

func checkLogging(c *sim.Check, path string, logs sim.Values) {
	if logs.Str("logDriver") != "awslogs" {
		return
	}
	options := logs.Obj("options")
	for _, required := range []string{"awslogs-group", "awslogs-region"} {
		if options.Str(required) == "" {
			c.Fail(path+".options", "ClientException: Log driver awslogs requires options: %s (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html)", required)
		}
	}
	for _, k := range sortedNames(options) {
		if !slices.Contains(awslogsOptions, k) {
			c.Fail(path+".options", "ClientException: Log driver awslogs disallows options: %s; it knows %s", k, strings.Join(awslogsOptions, ", "))
		}
	}
	if mode := options.Str("mode"); mode != "" && mode != "blocking" && mode != "non-blocking" {
		c.Fail(path+".options", "mode: expected blocking or non-blocking, got %q", mode)
	}
}

func sortedNames[V any](m map[string]V) []string {
	names := make([]string, 0, len(m))
	for k := range m {
		names = append(names, k)
	}
	sort.Strings(names)
	return names
}
