package task

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
)

// validate finds all that no task can be run with.
func (t Task) validate() error {
	var problems []error
	report := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	if len(t.Containers) == 0 {
		report("Containers is empty: a task needs one at least")
	}
	if t.Scratch == "" {
		report("Scratch is empty: name a directory for the containers' files")
	}
	for i, c := range t.Containers {
		switch {
		case !fileName(c.Name):
			report("Containers[%d].Name %q: use letters, digits, hyphens and underscores", i, c.Name)
		case t.index(c.Name) != i:
			report("Containers[%d].Name %q is another container's too: give each its own", i, c.Name)
		}
		if c.Image == nil {
			report("container %q has no Image", c.Name)
		}
		for _, d := range c.DependsOn {
			if err := t.checkDependency(c, d); err != nil {
				problems = append(problems, err)
			}
		}
		for _, p := range c.MountPoints {
			if !fileName(p.SourceVolume) || p.ContainerPath == "" {
				report("container %q: mount point %q at %q: name a volume and a path", c.Name, p.SourceVolume, p.ContainerPath)
			}
		}
		if err := c.HealthCheck.validate(); err != nil {
			report("container %q: %w", c.Name, err)
		}
	}
	if cycle := t.cycle(); cycle != nil {
		report("containers depend on each other in a circle: %s", strings.Join(cycle, " -> "))
	}
	return errors.Join(problems...)
}

// fileName is whether a directory can have the name.
func fileName(name string) bool {
	return name != "" && !strings.HasPrefix(name, ".") && !strings.ContainsAny(name, "/\\\x00")
}

func (t Task) index(name string) int {
	return slices.IndexFunc(t.Containers, func(c Container) bool { return c.Name == name })
}

func (t Task) checkDependency(c Container, d Dependency) error {
	conditions := []Condition{ConditionStart, ConditionComplete, ConditionSuccess, ConditionHealthy}
	on := t.index(d.Container)
	switch {
	case on < 0:
		return fmt.Errorf("container %q depends on %q, which the task does not have", c.Name, d.Container)
	case !slices.Contains(conditions, d.Condition):
		return fmt.Errorf("container %q depends on %q with condition %q: use one of %q", c.Name, d.Container, d.Condition, conditions)
	case d.Condition == ConditionHealthy && !t.Containers[on].HealthCheck.enabled():
		return fmt.Errorf("container %q waits for %q to be HEALTHY, which has no health check: give it one", c.Name, d.Container)
	case t.Containers[on].Essential && (d.Condition == ConditionComplete || d.Condition == ConditionSuccess):
		return fmt.Errorf("container %q waits for %q to end with %s, which is essential and would end the task: make it non-essential",
			c.Name, d.Container, d.Condition)
	}
	return nil
}

// cycle is a circle of dependencies, its first name repeated at its end; nil if there is none.
func (t Task) cycle() []string {
	done := map[string]bool{}
	var visit func(path []string) []string
	visit = func(path []string) []string {
		name := path[len(path)-1]
		if at := slices.Index(path, name); at < len(path)-1 {
			return path[at:]
		}
		at := t.index(name)
		if at < 0 || done[name] {
			return nil
		}
		for _, d := range t.Containers[at].DependsOn {
			if found := visit(append(slices.Clone(path), d.Container)); found != nil {
				return found
			}
		}
		done[name] = true
		return nil
	}
	for _, c := range t.Containers {
		if found := visit([]string{c.Name}); found != nil {
			return found
		}
	}
	return nil
}

func (h *HealthCheck) validate() error {
	switch {
	case h == nil || len(h.Command) == 1 && h.Command[0] == "NONE":
		return nil
	case len(h.Command) < 2 || h.Command[0] != "CMD" && h.Command[0] != "CMD-SHELL":
		return fmt.Errorf(`health check command %q: begin it with "CMD" or "CMD-SHELL", then the command`, h.Command)
	}
	return nil
}

// enabled is whether there is a command to run.
func (h *HealthCheck) enabled() bool { return h != nil && len(h.Command) > 1 }

// checkArchitectures is ErrArchitecture for images that are made for another machine.
func (t Task) checkArchitectures() error {
	for _, c := range t.Containers {
		config, err := c.Image.ConfigFile()
		if err != nil {
			return fmt.Errorf("container %q: read the image's configuration: %w", c.Name, err)
		}
		if config.Architecture != "" && config.Architecture != runtime.GOARCH {
			return fmt.Errorf("container %q: %w: %s, not %s", c.Name, ErrArchitecture, config.Architecture, runtime.GOARCH)
		}
	}
	return nil
}
