package taskdef

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var (
	// Up to 255 letters, digits, underscores and hyphens, of families and containers alike.
	nameForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,255}$`)
	roleARN  = regexp.MustCompile(`^arn:[a-z0-9-]+:iam::\d{12}:role/[\w+=,.@/-]+$`)
	roleName = regexp.MustCompile(`^[\w+=,.@-]{1,64}$`)
)

func (c *checker) taskRules(d *Definition) {
	if n := d.root.get("family"); n.is(text) && !nameForm.MatchString(n.text) {
		c.report(n, "Use up to 255 letters, digits, hyphens and underscores.", "Family contains invalid characters: %q", n.text)
	}
	for _, key := range []string{"taskRoleArn", "executionRoleArn"} {
		if n := d.root.get(key); n.is(text) && !roleARN.MatchString(n.text) && !roleName.MatchString(n.text) {
			c.report(n, "Give the role's ARN, as arn:aws:iam::123456789012:role/name.", "Role is not valid: %s is %q", key, n.text)
		}
	}
	if n := d.root.get("containerDefinitions"); n.is(array) && len(n.items) == 0 {
		c.report(n, "Add a container.", "Container list cannot be empty")
	}
	if n := d.root.get("cpu"); n.is(text) && n.text != "" {
		if _, ok := units(n.text); !ok {
			c.report(n, `Write CPU units or vCPUs: "1024" or "1 vCPU".`, "Invalid 'cpu' setting for task: %q", n.text)
		}
	}
	if n := d.root.get("memory"); n.is(text) && n.text != "" {
		if _, ok := mebibytes(n.text); !ok {
			c.report(n, `Write MiB or GB: "2048" or "2 GB".`, "Invalid 'memory' setting for task: %q", n.text)
		}
	}
	c.room(d)
}

// room compares what the containers reserve with what the task has: memoryReservation, and memory where there is none.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#container_definition_memory
func (c *checker) room(d *Definition) {
	cpu, reserved := 0, 0
	for _, n := range d.root.list("containerDefinitions") {
		memory := n.int("memory", 0)
		cpu, reserved = cpu+n.int("cpu", 0), reserved+n.int("memoryReservation", memory)
		if d.Memory > 0 && memory > d.Memory {
			c.report(n.get("memory"), fmt.Sprintf("Give the container at most %d MiB.", d.Memory), "The memory of container %s, %d MiB, exceeds that of the task, %d MiB",
				n.str("name"), memory, d.Memory)
		}
	}
	if d.CPU > 0 && cpu > d.CPU {
		c.report(d.root.get("cpu"), fmt.Sprintf("Give the task %d CPU units, or the containers fewer.", cpu),
			"The cpu of the containers, %d, exceeds that of the task, %d", cpu, d.CPU)
	}
	if d.Memory > 0 && reserved > d.Memory {
		c.report(d.root.get("memory"), fmt.Sprintf("Give the task %d MiB, or let the containers reserve less.", reserved),
			"The memory that the containers reserve, %d MiB, exceeds that of the task, %d MiB", reserved, d.Memory)
	}
}

// names checks that containers are told apart, and that one of them keeps the task alive.
func (c *checker) names(d *Definition) {
	seen := map[string]bool{}
	essential := len(d.Containers) == 0
	for i, n := range d.root.list("containerDefinitions") {
		container := d.Containers[i]
		name := n.get("name")
		essential = essential || container.Essential
		switch {
		case !name.is(text):
		case name.text == "":
			c.report(name, "Give the container a name.", "Container.name should not be null or empty.")
		case !nameForm.MatchString(name.text):
			c.report(name, "Use up to 255 letters, digits, hyphens and underscores.", "Container.name contains invalid characters: %q", name.text)
		case seen[name.text]:
			c.report(name, "Give each container a name of its own.", "The container name %q is used twice", name.text)
		}
		seen[container.Name] = true
	}
	if !essential {
		c.report(d.root.get("containerDefinitions"), `Set "essential": true on the container that serves.`, "At least one container must be essential")
	}
}

// ports finds two containers that listen on one port: with awsvpc and host they share one network namespace.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking-awsvpc.html
func (c *checker) ports(d *Definition) {
	if !slices.Contains([]string{"awsvpc", "host"}, d.NetworkMode) {
		return
	}
	owners := map[string]string{}
	for i, n := range d.root.list("containerDefinitions") {
		container := d.Containers[i]
		for j, m := range n.list("portMappings") {
			p := container.Ports[j]
			if p.ContainerPort == 0 {
				continue
			}
			if p.HostPort != 0 && p.HostPort != p.ContainerPort {
				c.report(m.get("hostPort"), fmt.Sprintf("Remove hostPort, or set it to %d.", p.ContainerPort),
					"When networkMode=%s, the host ports and container ports in port mappings must match: %d and %d", d.NetworkMode, p.HostPort, p.ContainerPort)
			}
			key := fmt.Sprintf("%d/%s", p.ContainerPort, p.Protocol)
			if owner, taken := owners[key]; taken {
				c.report(m, fmt.Sprintf("Let %s listen on another port than %s.", container.Name, owner),
					"Port %s of container %s is already that of container %s: the containers of a task share one network namespace", key, container.Name, owner)
				continue
			}
			owners[key] = container.Name
		}
	}
}

// dependencies checks dependsOn: that the containers are there, can reach the condition, and do not wait for each other.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDependency.html
func (c *checker) dependencies(d *Definition) {
	for i, n := range d.root.list("containerDefinitions") {
		for j, m := range n.list("dependsOn") {
			on := d.Containers[i].DependsOn[j]
			target := d.Container(on.Container)
			switch {
			case on.Container == "":
			case target == nil:
				c.report(m, "Name a container of this task definition.", "Container %s depends on %q, which is not in the task definition", d.Containers[i].Name, on.Container)
			case on.Condition == "HEALTHY" && target.HealthCheck == nil:
				c.report(m, fmt.Sprintf("Give container %s a healthCheck.", target.Name), "Container %s waits for %s to be HEALTHY, which has no health check", d.Containers[i].Name, target.Name)
			case (on.Condition == "COMPLETE" || on.Condition == "SUCCESS") && target.Essential:
				c.report(m, fmt.Sprintf(`Set "essential": false on container %s.`, target.Name),
					"Container %s waits for %s to end, which is essential: its end stops the task", d.Containers[i].Name, target.Name)
			}
		}
	}
	if circle := circle(d); circle != nil {
		at := d.root.list("containerDefinitions")[slices.IndexFunc(d.Containers, func(c Container) bool { return c.Name == circle[0] })]
		c.report(at.get("dependsOn"), "Remove one of the dependencies.", "The dependencies go in a circle: %s", strings.Join(circle, " -> "))
	}
}

// circle is a way from a container back to itself, or nil.
func circle(d *Definition) []string {
	done := map[string]bool{}
	var visit func(name string, way []string) []string
	visit = func(name string, way []string) []string {
		if at := slices.Index(way, name); at >= 0 {
			return append(slices.Clone(way[at:]), name)
		}
		container := d.Container(name)
		if done[name] || container == nil {
			return nil
		}
		for _, on := range container.DependsOn {
			if found := visit(on.Container, append(way, name)); found != nil {
				return found
			}
		}
		done[name] = true
		return nil
	}
	for _, container := range d.Containers {
		if found := visit(container.Name, nil); found != nil {
			return found
		}
	}
	return nil
}
