package taskdef

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

var (
	// placeholder is what a build should have replaced by an image: <IMAGE1_NAME>.
	// https://docs.aws.amazon.com/codepipeline/latest/userguide/tutorials-ecs-ecr-codedeploy.html
	placeholder = regexp.MustCompile(`<[A-Za-z0-9_.:-]+>`)
	imageForm   = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9_./:-]*(@sha256:[0-9a-f]{64})?$`)
)

// container checks one container by itself.
func (c *checker) container(n *node, d *Definition) {
	if image := n.get("image"); image.is(text) {
		c.image(image)
	}
	memory, reservation := n.int("memory", 0), n.int("memoryReservation", 0)
	if memory > 0 && reservation > memory {
		c.report(n.get("memoryReservation"), fmt.Sprintf("Reserve at most %d.", memory), "The memoryReservation %d exceeds the memory %d", reservation, memory)
	}
	if memory == 0 && reservation == 0 && d.Memory == 0 && !d.Fargate() {
		c.report(n, "Set memory on the task or on each container.",
			"Invalid setting for container '%s'. At least one of 'memory' or 'memoryReservation' must be specified.", n.str("name"))
	}
	for _, m := range n.list("portMappings") {
		if p := m.get("containerPort"); p.missing() && m.get("containerPortRange").missing() || p.is(integer) && p.number() == 0 {
			c.report(m, "Set containerPort to the port that the container listens on.", "Container port must be from 1 to 65535")
		}
	}
	for _, u := range n.list("ulimits") {
		if soft, hard := u.int("softLimit", 0), u.int("hardLimit", 0); soft > hard && hard >= 0 {
			c.report(u, "Set softLimit to at most hardLimit.", "The softLimit %d of ulimit %s exceeds its hardLimit %d", soft, u.str("name"), hard)
		}
	}
	for _, m := range n.list("mountPoints") {
		if v := m.str("sourceVolume"); v != "" && !slices.Contains(d.Volumes, v) {
			c.report(m, "Add it to volumes, or name one that is there.", "Unknown volume '%s'.", v)
		}
	}
	c.healthCheck(n.get("healthCheck"))
	c.logs(n, d)
}

func (c *checker) image(n *node) {
	if found := placeholder.FindString(n.text); found != "" {
		c.report(n, fmt.Sprintf("Replace %s in the build by the image that was pushed, or name it as the deploy action's Image1ContainerName.", found),
			"The placeholder %s was not replaced: ECS would pull an image of that name", found)
		return
	}
	switch {
	case strings.TrimSpace(n.text) == "":
		c.report(n, "Give the image's URI.", "Container.image should not be null or empty.")
	case len(n.text) > 255:
		c.report(n, "Use a shorter name or tag.", "The image is %d characters long: at most 255 are allowed", len(n.text))
	case !imageForm.MatchString(n.text):
		c.report(n, "Write it as registry/repository:tag or registry/repository@sha256:digest.", "Container.image contains invalid characters: %q", n.text)
	}
}

// healthCheck checks the command; the shape has the ranges of the numbers.
func (c *checker) healthCheck(h *node) {
	command := h.get("command")
	if !command.is(array) {
		return
	}
	words := h.strs("command")
	switch {
	case len(words) == 0 || words[0] != "CMD" && words[0] != "CMD-SHELL":
		c.report(command, `Begin it with "CMD" and the program's words, or "CMD-SHELL" and one line of shell.`,
			"The command of a health check must start with CMD or CMD-SHELL")
	case len(words) == 1:
		c.report(command, "Say what to run.", "The command of the health check has nothing behind %s", words[0])
	case words[0] == "CMD-SHELL" && len(words) > 2:
		c.report(command, "Join it to one string, or begin with CMD.", "CMD-SHELL takes one string: the shell would take the others for parameters")
	}
}

// logs checks the log configuration.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/specify-log-config.html
func (c *checker) logs(n *node, d *Definition) {
	l := n.get("logConfiguration")
	switch l.str("logDriver") {
	case "awslogs":
		needs := []string{"awslogs-group", "awslogs-region"}
		if d.Fargate() {
			needs = append(needs, "awslogs-stream-prefix")
		}
		for _, option := range needs {
			if l.get("options").str(option) == "" {
				c.report(l, fmt.Sprintf("Add %q to the options.", option), "Log driver awslogs requires options: %s", strings.Join(needs, ", "))
				break
			}
		}
	case "awsfirelens":
		if !slices.ContainsFunc(d.root.list("containerDefinitions"), func(n *node) bool { return n.get("firelensConfiguration").is(object) }) {
			c.report(l, "Add a container with a firelensConfiguration.", "The log driver awsfirelens needs a container with a firelensConfiguration")
		}
	}
}

// secrets checks the variables of a container and where they come from.
func (c *checker) secrets(n *node, container Container) {
	plain := map[string]bool{}
	for _, e := range n.list("environment") {
		name := e.str("name")
		switch {
		case name == "":
			c.report(e, "Give the variable a name.", "An environment variable of container %s has no name", container.Name)
		case plain[name]:
			c.report(e, "Keep one of them.", "The environment variable %s of container %s is given twice: only one counts", name, container.Name)
		}
		plain[name] = true
	}
	secrets := map[string]bool{}
	for _, s := range n.list("secrets") {
		name, from := s.str("name"), s.get("valueFrom")
		if name != "" && (plain[name] || secrets[name]) {
			c.report(s, "Keep one of them.",
				"The secret name must be unique and not shared with any new or existing environment variables set on the container, such as '%s'.", name)
		}
		secrets[name] = true
		if !from.is(text) {
			continue
		}
		if _, err := ParseReference(from.text); err != nil {
			c.report(from, "Give the full ARN of the secret and the key, as arn:aws:secretsmanager:region:account:secret:name-AbCdEf:KEY::, or the ARN or name of an SSM parameter.",
				"The secret %s of container %s cannot be read from %q: %s", name, container.Name, from.text, err)
		}
	}
}

// siblings finds values that reach for another container by its name. In a Docker Compose network that works; in a task
// of the awsvpc mode all containers are localhost.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-networking-awsvpc.html
func (c *checker) siblings(n *node, d *Definition) {
	if d.NetworkMode != "awsvpc" {
		return
	}
	var values []*node
	for _, e := range n.list("environment") {
		values = append(values, e.get("value"))
	}
	values = append(append(values, n.list("command")...), n.list("entryPoint")...)
	values = append(values, n.get("healthCheck").list("command")...)
	for _, v := range values {
		if !v.is(text) {
			continue
		}
		for _, sibling := range d.Containers {
			if found := reaches(v.text, sibling); found != "" {
				c.report(v, fmt.Sprintf("Write %q.", strings.Replace(found, sibling.Name, "localhost", 1)),
					"%q reaches for container %s by its name, which nothing resolves: the containers of a task share localhost", found, sibling.Name)
				break
			}
		}
	}
}

// reaches is the part of the value that has the container as host: of a URL, or with a port that the container listens on.
func reaches(value string, sibling Container) string {
	if sibling.Name == "" {
		return ""
	}
	name := regexp.QuoteMeta(sibling.Name)
	url := regexp.MustCompile(`[A-Za-z][A-Za-z0-9+.-]*://(?:[^/@\s"']*@)?` + name + `(?::\d+)?(?:$|[/?#\s"';,])`)
	if found := url.FindString(value); found != "" {
		return strings.TrimRight(found, "/?#\"';, \t\n")
	}
	for _, p := range sibling.Ports {
		address := regexp.MustCompile(fmt.Sprintf(`(?:^|[\s=,;"'])(%s:%d)(?:$|[/\s,;"'])`, name, p.ContainerPort))
		if m := address.FindStringSubmatch(value); m != nil {
			return m[1]
		}
	}
	return ""
}
