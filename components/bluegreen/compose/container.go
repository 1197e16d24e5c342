package compose

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/compose-spec/compose-go/v2/types"

	"github.com/container-pipeline/container-pipeline/components/bluegreen"
)

// container is the service as a container of the task.
func (l *loader) container(s types.ServiceConfig) bluegreen.Container {
	place := "services." + s.Name
	c := bluegreen.Container{
		Name:                   s.Name,
		Port:                   l.port(s),
		Target:                 or(s.Build.Target, s.Name),
		Command:                l.words(place+".command", s.Command),
		EntryPoint:             l.words(place+".entrypoint", s.Entrypoint),
		Check:                  l.check(place+".healthcheck", s.HealthCheck),
		DependsOn:              l.dependsOn(place+".depends_on", s.DependsOn),
		NonEssential:           s.Restart == types.RestartPolicyNo,
		ReadonlyRootFilesystem: s.ReadOnly,
		StopTimeout:            l.seconds(place+".stop_grace_period", s.StopGracePeriod),
		User:                   s.User,
	}
	if s.Deploy != nil && s.Deploy.Resources.Limits != nil {
		limits := s.Deploy.Resources.Limits
		c.CPU = int(math.Round(float64(limits.NanoCPUs) * 1024)) // cpus are whole ones, whatever the type's name says
		c.Memory = int((limits.MemoryBytes + 1<<20 - 1) >> 20)
	}
	l.environment(place+".environment", s, &c)
	return c
}

func (l *loader) environment(place string, s types.ServiceConfig, c *bluegreen.Container) {
	values := maps.Clone(s.Environment)
	for name, value := range l.options.Environment[s.Name] {
		if values == nil {
			values = types.MappingWithEquals{}
		}
		values[name] = &value
	}
	for _, name := range slices.Sorted(maps.Keys(values)) {
		value := values[name]
		if value == nil || slices.Contains(l.options.Secrets, name) {
			c.Secrets = append(c.Secrets, name)
			continue
		}
		if c.Environment == nil {
			c.Environment = map[string]string{}
		}
		c.Environment[name] = l.localhost(place+"."+name, name, *value)
	}
}

// words is a command with the names of siblings in it rewritten.
func (l *loader) words(place string, command types.ShellCommand) []string {
	if len(command) == 0 {
		return nil
	}
	words := make([]string, 0, len(command))
	for _, word := range command {
		words = append(words, l.localhost(place, "", word))
	}
	return words
}

// check is the health check that ECS runs in the container; it does not use one of the image.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_HealthCheck.html
func (l *loader) check(place string, h *types.HealthCheckConfig) *bluegreen.ContainerCheck {
	if h == nil || h.Disable || len(h.Test) > 0 && h.Test[0] == "NONE" {
		return nil
	}
	c := &bluegreen.ContainerCheck{
		Interval:    l.seconds(place+".interval", h.Interval),
		Timeout:     l.seconds(place+".timeout", h.Timeout),
		StartPeriod: l.seconds(place+".start_period", h.StartPeriod),
	}
	if h.Retries != nil {
		c.Retries = int(min(*h.Retries, math.MaxInt32))
	}
	switch {
	case len(h.Test) == 2 && h.Test[0] == "CMD-SHELL":
		c.Command = h.Test[1]
	case len(h.Test) > 1 && h.Test[0] == "CMD":
		c.Command = quote(h.Test[1:])
	default:
		l.problem(place+".test", `%q is no command: give ["CMD", "program", …] or ["CMD-SHELL", "command line"]; ECS does not `+
			"use a health check of the image", h.Test)
	}
	c.Command = l.localhost(place+".test", "", c.Command)
	return c
}

// quote writes words so that a shell reads them as they are.
func quote(words []string) string {
	quoted := make([]string, 0, len(words))
	for _, word := range words {
		if word == "" || strings.ContainsFunc(word, isSpecial) {
			word = "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
		}
		quoted = append(quoted, word)
	}
	return strings.Join(quoted, " ")
}

func isSpecial(r rune) bool {
	plain := r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:=@%+,", r)
	return !plain
}

// conditions of a start, compose's and ECS's.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html
var conditions = map[string]string{
	types.ServiceConditionStarted:               "START",
	types.ServiceConditionHealthy:               "HEALTHY",
	types.ServiceConditionCompletedSuccessfully: "SUCCESS",
}

func (l *loader) dependsOn(place string, dependencies types.DependsOnConfig) map[string]string {
	var needs map[string]string
	for _, name := range slices.Sorted(maps.Keys(dependencies)) {
		d := dependencies[name]
		if slices.Contains(l.result.Local, name) {
			l.ignore(place+"."+name, "it stays local")
			continue
		}
		if d.Restart {
			l.ignore(place+"."+name+".restart", "ECS replaces the whole task")
		}
		if !d.Required {
			l.ignore(place+"."+name+".required", "every container of a task is there")
		}
		if needs == nil {
			needs = map[string]string{}
		}
		needs[name] = conditions[d.Condition] // the schema allows no other
	}
	return needs
}

// seconds of a duration, which ECS counts in whole ones.
func (l *loader) seconds(place string, given *types.Duration) int {
	if given == nil {
		return 0
	}
	d := time.Duration(*given)
	if d%time.Second != 0 {
		l.problem(place, "%s: ECS counts whole seconds, give %ds", d, int64(math.Ceil(d.Seconds())))
	}
	return int(d / time.Second)
}

// port is the one that the container listens on, 0 for none.
func (l *loader) port(s types.ServiceConfig) int {
	if port, given := l.options.Ports[s.Name]; given {
		return port
	}
	ports := map[int]bool{}
	for _, p := range s.Ports {
		if p.Protocol == "udp" {
			l.ignore("services."+s.Name+".ports", strconv.Itoa(int(p.Target))+"/udp: the load balancer speaks HTTP")
			continue
		}
		ports[int(p.Target)] = true
	}
	for _, exposed := range s.Expose {
		number, protocol, _ := strings.Cut(exposed, "/")
		port, err := strconv.Atoi(number)
		switch {
		case err != nil:
			l.problem("services."+s.Name+".expose", "%q is no port: give the one that the container listens on", exposed)
		case protocol == "udp":
			l.ignore("services."+s.Name+".expose", exposed+": the load balancer speaks HTTP")
		default:
			ports[port] = true
		}
	}
	all := slices.Sorted(maps.Keys(ports))
	if len(all) > 1 {
		l.problem("services."+s.Name+".ports", "%v are several: name one in Options.Ports[%q]; containers of the task reach "+
			"each other at any port, the load balancer at this one", all, s.Name)
	}
	if len(all) == 0 {
		return 0
	}
	return all[0]
}

// choosePublic finds the container that the load balancer reaches.
func (l *loader) choosePublic() {
	public := l.options.Public
	if public == "" {
		publishers := l.publishers()
		switch len(publishers) {
		case 1:
			public = publishers[0]
		case 0:
			l.problem("services", "none publishes a port: name the one that the load balancer reaches in Options.Public, or give "+
				"it ports: [\"8080:80\"]")
		default:
			l.problem("services", "%s publish ports: name the one that the load balancer reaches in Options.Public",
				strings.Join(publishers, ", "))
		}
	}
	for i := range l.result.Containers {
		c := &l.result.Containers[i]
		if c.Name != public {
			continue
		}
		c.Public = true
		if c.Port == 0 {
			l.problem("services."+c.Name+".ports", "missing: the load balancer needs one, give ports: [\"8080:80\"] or Options.Ports[%q]", c.Name)
		}
	}
}

func (l *loader) publishers() []string {
	var names []string
	for _, s := range l.built {
		if slices.ContainsFunc(s.Ports, func(p types.ServicePortConfig) bool { return p.Published != "" }) {
			names = append(names, s.Name)
		}
	}
	return names
}
