// Package taskdef reads taskdef.json as strictly as Amazon ECS registers it and CodePipeline's CodeDeployToECS action
// takes it. Its rules come from AWS's documentation alone, so that it can contradict what renders the file.
//
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_RegisterTaskDefinition.html
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html
// https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECSbluegreen.html
package taskdef

import (
	"cmp"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// Definition is a task definition. Where the file has a defect, the field is the zero value.
type Definition struct {
	File          string
	Family        string
	TaskRole      string // ARN or name
	ExecutionRole string
	NetworkMode   string // default: bridge
	CPU           int    // CPU units, 1024 a vCPU; 0 when not given
	Memory        int    // MiB; 0 when not given
	Storage       int    // GiB of ephemeral storage; 0 when not given
	// Compatibilities are the launch types that the definition is validated against.
	Compatibilities []string
	Platform        Platform
	Volumes         []string
	Containers      []Container

	root *node
}

// Platform is what the images must have been built for.
type Platform struct {
	Architecture string // X86_64 or ARM64; default: X86_64
	OS           string // default: LINUX
}

// Container is one container of the task. Its Path is the one that Line takes.
type Container struct {
	Path        string
	Name, Image string
	CPU, Memory int // units and MiB; 0 when not given
	Essential   bool
	Ports       []Port
	Environment []Variable
	Secrets     []Secret
	Logs        Logs
	HealthCheck *HealthCheck
	DependsOn   []Dependency

	EntryPoint, Command    []string
	User, WorkingDirectory string
	ReadonlyRootFilesystem bool
	StartTimeout           int // seconds; 0 when not given
	StopTimeout            int // seconds; default: 30
}

// Port is a port mapping. HostPort is 0 when not given.
type Port struct {
	ContainerPort, HostPort int
	Protocol                string // default: tcp
}

// Variable is an environment variable.
type Variable struct{ Name, Value string }

// Secret is an environment variable that ECS reads from elsewhere; ParseReference tells from where.
type Secret struct{ Path, Name, ValueFrom string }

// Logs is where a container's output goes. Driver is empty when there is no log configuration.
type Logs struct {
	Driver  string
	Options map[string]string
}

// HealthCheck is the container's own. Times are seconds.
type HealthCheck struct {
	Command                                 []string
	Interval, Timeout, Retries, StartPeriod int
}

// Dependency is a condition on another container: START, COMPLETE, SUCCESS or HEALTHY.
type Dependency struct{ Container, Condition string }

// Parse reads the text of the file. The definition is nil when the text is no JSON object; the problems are all that
// ECS would refuse, or that keeps the tasks from working, in the order of their lines.
func Parse(file string, content []byte) (*Definition, []verdict.Problem) {
	c := &checker{file: file}
	root, line, err := document(content)
	if err != nil {
		return nil, []verdict.Problem{{
			What: "The task definition is not valid JSON: " + err.Error(), File: file, Line: line,
			Fix: "Mend the JSON: a comma too many or too few, a missing quote or bracket, a comment.",
		}}
	}
	if !root.is(object) {
		c.report(root, "Make it an object: {\"family\": …, \"containerDefinitions\": […]}.", "The task definition is a %s, not an object", root.kind)
		return nil, c.problems
	}
	d := read(file, root)
	c.shaped(root, task)
	c.rules(d)
	slices.SortStableFunc(c.problems, func(a, b verdict.Problem) int { return cmp.Compare(a.Line, b.Line) })
	return d, c.problems
}

// rules are those that no shape can tell.
func (c *checker) rules(d *Definition) {
	c.taskRules(d)
	c.names(d)
	for i, n := range d.root.list("containerDefinitions") {
		c.container(n, d)
		c.secrets(n, d.Containers[i])
		c.siblings(n, d)
	}
	c.ports(d)
	c.dependencies(d)
	if d.Fargate() {
		c.fargate(d)
	}
}

func read(file string, root *node) *Definition {
	d := &Definition{
		File: file, root: root, Family: root.str("family"), TaskRole: root.str("taskRoleArn"), ExecutionRole: root.str("executionRoleArn"),
		NetworkMode: cmp.Or(root.str("networkMode"), "bridge"), Compatibilities: root.strs("requiresCompatibilities"),
		Storage: root.get("ephemeralStorage").int("sizeInGiB", 0),
		Platform: Platform{
			Architecture: cmp.Or(root.get("runtimePlatform").str("cpuArchitecture"), "X86_64"),
			OS:           cmp.Or(root.get("runtimePlatform").str("operatingSystemFamily"), "LINUX"),
		},
	}
	d.CPU, _ = units(root.str("cpu"))
	d.Memory, _ = mebibytes(root.str("memory"))
	for _, v := range root.list("volumes") {
		d.Volumes = append(d.Volumes, v.str("name"))
	}
	for _, n := range root.list("containerDefinitions") {
		d.Containers = append(d.Containers, readContainer(n))
	}
	return d
}

func readContainer(n *node) Container {
	c := Container{
		Path: n.path, Name: n.str("name"), Image: n.str("image"), CPU: n.int("cpu", 0), Memory: n.int("memory", 0),
		Essential: n.bool("essential", true), EntryPoint: n.strs("entryPoint"), Command: n.strs("command"), User: n.str("user"),
		WorkingDirectory: n.str("workingDirectory"), ReadonlyRootFilesystem: n.bool("readonlyRootFilesystem", false),
		StartTimeout: n.int("startTimeout", 0), StopTimeout: n.int("stopTimeout", 30),
		Logs: Logs{Driver: n.get("logConfiguration").str("logDriver"), Options: map[string]string{}},
	}
	for _, p := range n.list("portMappings") {
		c.Ports = append(c.Ports, Port{p.int("containerPort", 0), p.int("hostPort", 0), cmp.Or(p.str("protocol"), "tcp")})
	}
	for _, e := range n.list("environment") {
		c.Environment = append(c.Environment, Variable{e.str("name"), e.str("value")})
	}
	for _, s := range n.list("secrets") {
		c.Secrets = append(c.Secrets, Secret{s.path, s.str("name"), s.str("valueFrom")})
	}
	for _, d := range n.list("dependsOn") {
		c.DependsOn = append(c.DependsOn, Dependency{d.str("containerName"), d.str("condition")})
	}
	if options := n.get("logConfiguration").get("options"); options.is(object) {
		for _, key := range options.keys {
			c.Logs.Options[key] = options.str(key)
		}
	}
	if h := n.get("healthCheck"); h.is(object) {
		// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html has the defaults.
		c.HealthCheck = &HealthCheck{h.strs("command"), h.int("interval", 30), h.int("timeout", 5), h.int("retries", 3), h.int("startPeriod", 0)}
	}
	return c
}

// Images are the images by container.
func (d *Definition) Images() map[string]string {
	images := map[string]string{}
	for _, c := range d.Containers {
		images[c.Name] = c.Image
	}
	return images
}

// Container is the one with the name, or nil.
func (d *Definition) Container(name string) *Container {
	at := slices.IndexFunc(d.Containers, func(c Container) bool { return c.Name == name })
	if at < 0 {
		return nil
	}
	return &d.Containers[at]
}

// Fargate tells whether the definition is validated for Fargate.
func (d *Definition) Fargate() bool { return slices.Contains(d.Compatibilities, "FARGATE") }

// Line is the line, from 1, of the value at the path, written as containerDefinitions[0].image; of what surrounds it
// when there is no such value.
func (d *Definition) Line(path string) int {
	best := d.root
	d.root.walk(func(n *node) {
		inside := n.path == path || strings.HasPrefix(path, n.path+".") || strings.HasPrefix(path, n.path+"[")
		if inside && len(n.path) > len(best.path) {
			best = n
		}
	})
	return best.line
}
