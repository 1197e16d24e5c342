package bluegreen

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/problems"
)

var (
	containerName = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	targetName    = regexp.MustCompile(`^[a-z][a-z0-9_.-]*$`)
)

func (args *ContainerPipelineArgs) validateContainers(p *problems.List) {
	// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/service-quotas.html: containers in a task definition.
	if n := len(args.Containers); n == 0 || n > 10 {
		p.Add("containers", "%d containers: give 1 to 10", n)
	}
	var public []string
	names, ports := map[string]bool{}, map[int]string{}
	for i, c := range args.Containers {
		field := fmt.Sprintf("containers[%d]", i)
		c.validate(p, field, args)
		if names[c.Name] {
			p.Add(field+".name", "%q is there twice: give each container its own name", c.Name)
		}
		names[c.Name] = true
		if other, taken := ports[c.Port]; taken && c.Port != 0 {
			p.Add(field+".port", "%d is also the port of %s: the containers of a task share one network, give each its own", c.Port, other)
		}
		ports[c.Port] = c.Name
		if c.Public {
			public = append(public, c.Name)
		}
	}
	switch {
	case len(public) == 0 && len(args.Containers) > 0:
		p.Add("containers", "none is public: set public on the one that the load balancer reaches")
	case len(public) > 1:
		p.Add("containers", "%s are public: only one can be; let it route to the others at localhost", strings.Join(public, ", "))
	}
	args.validateStartOrder(p)
}

func (c Container) validate(p *problems.List, field string, args *ContainerPipelineArgs) {
	if len(c.Name) > 30 || !containerName.MatchString(c.Name) {
		p.Add(field+".name", "%q is not valid: give 1 to 30 lower-case letters, digits and single hyphens", c.Name)
	}
	if c.Port != 0 || c.Public {
		p.Within(field+".port", c.Port, 1, 65535, "")
	}
	if c.Public && c.NonEssential {
		p.Add(field+".nonEssential", "true, but %s is public: without it the task answers nothing; remove one of the two", c.Name)
	}
	if c.Target != c.Name || c.Name == "" {
		p.Matches(field+".target", c.Target, targetName, "the name of a stage in the Dockerfile (FROM … AS name)")
	}
	c.validateEnvironment(p, field, args)
	if c.Check != nil {
		c.Check.validate(p, field+".check")
	}
	// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html#ecs-exec-considerations
	if c.ReadonlyRootFilesystem && args.EnableExec {
		p.Add(field+".readonlyRootFilesystem", "true, but enableExec needs to write there: remove one of the two")
	}
	p.Within(field+".stopTimeout", c.StopTimeout, 0, 120, " seconds")
	p.Within(field+".cpu", c.CPU, 0, args.CPU, " units, what the task has")
	if c.Memory != 0 {
		// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html: at least 6 MiB.
		p.Within(field+".memory", c.Memory, 6, args.Memory, " MiB, what the task has")
	}
}

func (c Container) validateEnvironment(p *problems.List, field string, args *ContainerPipelineArgs) {
	from := map[string]string{}
	take := func(kind, name string) {
		at := fmt.Sprintf("%s.%s[%q]", field, kind, name)
		p.Matches(at, name, variableName, "a variable's name: letters, digits and _, not beginning with a digit")
		if before, taken := from[name]; taken {
			p.Add(at, "the variable is already in %s: remove one of the two", before)
		}
		from[name] = kind
	}
	for _, name := range sortedKeys(c.Environment) {
		take("environment", name)
		if sibling := args.siblingHost(c.Name, name, c.Environment[name]); sibling != "" {
			p.Add(fmt.Sprintf("%s.environment[%q]", field, name),
				"%q names the container %s as a host: the containers of a task reach each other at localhost, write %q",
				c.Environment[name], sibling, replaceHost(c.Environment[name], sibling))
		}
	}
	for _, name := range c.Secrets {
		take("secrets", name)
		if _, known := args.Secrets[name]; !known {
			p.Add(fmt.Sprintf("%s.secrets[%q]", field, name), "no such secret: add it to secrets, or to this container's ownSecrets")
		}
	}
	for _, name := range sortedKeys(c.OwnSecrets) {
		take("ownSecrets", name)
	}
}

// siblingHost is the other container that a variable names as a network host, as in http://api:8000 or API_HOST=api.
func (args *ContainerPipelineArgs) siblingHost(self, variable, value string) string {
	for _, other := range args.Containers {
		if other.Name == self || !containerName.MatchString(other.Name) {
			continue
		}
		if hostPattern(other.Name).MatchString(value) {
			return other.Name
		}
		upper := strings.ToUpper(variable)
		if value == other.Name && (strings.HasSuffix(upper, "HOST") || strings.HasSuffix(upper, "HOSTNAME")) {
			return other.Name
		}
	}
	return ""
}

// hostPattern finds name as the host of a URL, or as host:port at a word's beginning.
func hostPattern(name string) *regexp.Regexp {
	host := regexp.QuoteMeta(name)
	return regexp.MustCompile(`://([^/@\s]*@)?` + host + `([:/?#,\s]|$)|(^|[\s,=@])` + host + `:\d+`)
}

func replaceHost(value, sibling string) string {
	if value == sibling {
		return "localhost"
	}
	at := hostPattern(sibling).FindStringIndex(value)
	part := value[at[0]:at[1]]
	i := strings.LastIndex(part, sibling)
	return value[:at[0]] + part[:i] + "localhost" + part[i+len(sibling):] + value[at[1]:]
}

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
func (c *ContainerCheck) validate(p *problems.List, field string) {
	if strings.TrimSpace(c.Command) == "" {
		p.Add(field+".command", "missing: give a command whose exit code 0 means healthy")
	}
	p.Within(field+".interval", c.Interval, 5, 300, " seconds")
	p.Within(field+".timeout", c.Timeout, 2, 60, " seconds")
	p.Within(field+".retries", c.Retries, 1, 10, "")
	p.Within(field+".startPeriod", c.StartPeriod, 0, 300, " seconds")
}

// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html
func (args *ContainerPipelineArgs) validateStartOrder(p *problems.List) {
	byName := map[string]Container{}
	for _, c := range args.Containers {
		byName[c.Name] = c
	}
	for i, c := range args.Containers {
		for _, name := range sortedKeys(c.DependsOn) {
			field := fmt.Sprintf("containers[%d].dependsOn[%q]", i, name)
			condition := c.DependsOn[name]
			other, known := byName[name]
			switch {
			case name == c.Name:
				p.Add(field, "a container cannot wait for itself: remove it")
			case !known:
				p.Add(field, "no such container: give one of %s", strings.Join(args.containerNames(), ", "))
			case !slices.Contains([]string{"START", "COMPLETE", "SUCCESS", "HEALTHY"}, condition):
				p.OneOf(field, condition, "START", "COMPLETE", "SUCCESS", "HEALTHY")
			case condition == "HEALTHY" && other.Check == nil:
				p.Add(field, "HEALTHY, but %s has no check: add one, or wait for START", name)
			case (condition == "COMPLETE" || condition == "SUCCESS") && !other.NonEssential:
				p.Add(field, "%s, but the task ends when %s does: set nonEssential on %s", condition, name, name)
			}
		}
	}
	if cycle := startCycle(args.Containers, byName); cycle != "" {
		p.Add("containers", "they wait for each other in a circle: %s; remove one dependsOn", cycle)
	}
}

func startCycle(containers []Container, byName map[string]Container) string {
	done := map[string]bool{}
	var visit func(name string, path []string) string
	visit = func(name string, path []string) string {
		if i := slices.Index(path, name); i >= 0 && len(path)-i > 1 {
			return strings.Join(append(path[i:], name), " → ")
		}
		if done[name] || slices.Contains(path, name) {
			return ""
		}
		for _, next := range sortedKeys(byName[name].DependsOn) {
			if cycle := visit(next, append(path, name)); cycle != "" {
				return cycle
			}
		}
		done[name] = true
		return ""
	}
	for _, c := range containers {
		if cycle := visit(c.Name, nil); cycle != "" {
			return cycle
		}
	}
	return ""
}

func (args *ContainerPipelineArgs) validateSecrets(p *problems.List) {
	used := map[string]bool{}
	for _, c := range args.Containers {
		for _, name := range c.Secrets {
			used[name] = true
		}
	}
	for _, name := range sortedKeys(args.Secrets) {
		if !used[name] {
			p.Add(fmt.Sprintf("secrets[%q]", name), "no container lists it in its secrets: list it where it is needed, or remove it")
		}
	}
}

// ownSecrets are the containers' own secrets by container, of those that have any.
func (args *ContainerPipelineArgs) ownSecrets() map[string]map[string]pulumi.StringInput {
	own := map[string]map[string]pulumi.StringInput{}
	for _, c := range args.Containers {
		if len(c.OwnSecrets) > 0 {
			own[c.Name] = c.OwnSecrets
		}
	}
	return own
}
