package taskdef

import (
	"regexp"
	"slices"
)

// privateImage is an image in Amazon ECR, which is pulled with the execution role's credentials.
var privateImage = regexp.MustCompile(`^\d{12}\.dkr\.ecr(-fips)?\.[a-z0-9-]+\.(amazonaws\.com|on\.aws)`)

// fargate checks what Fargate takes of a task definition.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
func (c *checker) fargate(d *Definition) {
	if d.NetworkMode != "awsvpc" {
		c.report(d.root.nearest("networkMode"), `Set "networkMode": "awsvpc".`, "Fargate only supports network mode 'awsvpc'.")
	}
	c.fargateSize(d)
	c.fargateRole(d)
	c.fargateTask(d.root)
	for _, n := range d.root.list("containerDefinitions") {
		c.fargateContainer(n)
	}
}

func (c *checker) fargateSize(d *Definition) {
	for _, key := range []string{"cpu", "memory"} {
		if d.root.get(key).missing() || d.root.get(key).is(text) && d.root.str(key) == "" {
			c.report(d.root.nearest(key), `Set "`+key+`" on the task.`, "Fargate requires that '%s' be defined at the task level.", key)
		}
	}
	if d.CPU > 0 && d.Memory > 0 && !fits(d.CPU, d.Memory) {
		c.report(d.root.get("cpu"), "Use a pair that Fargate has, as 256 CPU units with 512, 1024 or 2048 MiB, 512 with 1024 to 4096, 1024 with 2048 to 8192.",
			"No Fargate configuration exists for given values: %d CPU, %d memory", d.CPU, d.Memory)
	}
}

// fargateRole checks that there is an execution role where Fargate needs one.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_execution_IAM_role.html
func (c *checker) fargateRole(d *Definition) {
	if d.ExecutionRole != "" {
		return
	}
	var needs []string
	for _, container := range d.Containers {
		if privateImage.MatchString(container.Image) {
			needs = append(needs, "Fargate requires task definition to have execution role ARN to support ECR images.")
		}
		if container.Logs.Driver == "awslogs" {
			needs = append(needs, "Fargate requires task definition to have execution role ARN to support log driver awslogs.")
		}
		if len(container.Secrets) > 0 {
			needs = append(needs, "When you are specifying container secrets, you must also specify a value for 'executionRoleArn'.")
		}
	}
	slices.Sort(needs)
	for _, what := range slices.Compact(needs) {
		c.report(d.root, "Set executionRoleArn to the ARN of the task execution role.", "%s", what)
	}
}

// fargateTask checks the parameters of the task that Fargate does not have.
func (c *checker) fargateTask(root *node) {
	for _, key := range []string{"placementConstraints", "inferenceAccelerators", "ipcMode"} {
		c.unsupported(root, key)
	}
	if root.str("pidMode") == "host" {
		c.report(root.get("pidMode"), `Use "task", or remove it.`, "Fargate does not support pidMode host: only task")
	}
	for _, v := range root.list("volumes") {
		c.unsupported(v, "dockerVolumeConfiguration")
		c.unsupported(v, "fsxWindowsFileServerVolumeConfiguration")
		if host := v.get("host"); host.str("sourcePath") != "" {
			c.report(host, "Remove sourcePath: Fargate has no host to mount from.", "Fargate does not support host.sourcePath of volume %s", v.str("name"))
		}
	}
}

// fargateContainer checks those of a container.
func (c *checker) fargateContainer(n *node) {
	for _, key := range []string{
		"links", "privileged", "disableNetworking", "dnsServers", "dnsSearchDomains", "dockerSecurityOptions", "extraHosts", "hostname",
		"resourceRequirements",
	} {
		c.unsupported(n, key)
	}
	linux := n.get("linuxParameters")
	for _, key := range []string{"devices", "sharedMemorySize", "tmpfs", "maxSwap", "swappiness"} {
		c.unsupported(linux, key)
	}
	for _, item := range linux.get("capabilities").list("add") {
		// The one that platform version 1.4.0 lets tasks add:
		// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_KernelCapabilities.html
		if item.is(text) && item.text != "SYS_PTRACE" {
			c.report(item, "Remove it.", "Fargate only supports adding the SYS_PTRACE kernel capability, not %s", item.text)
		}
	}
	if driver := n.get("logConfiguration").get("logDriver"); driver.is(text) && !slices.Contains([]string{"awslogs", "splunk", "awsfirelens"}, driver.text) {
		c.report(driver, `Use "awslogs".`, "Fargate supports the log drivers awslogs, splunk and awsfirelens, not %s", driver.text)
	}
	for _, key := range []string{"startTimeout", "stopTimeout"} {
		if t := n.get(key); t.is(integer) && (t.number() < 2 || t.number() > 120) {
			c.report(t, "Give 2 to 120 seconds.", "The %s %s is not one of Fargate's: 2 to 120 seconds", key, t.text)
		}
	}
}

// unsupported reports the parameter when it asks for something: empty lists and false do not.
func (c *checker) unsupported(n *node, key string) {
	m := n.get(key)
	idle := m.missing() || m.is(array) && len(m.items) == 0 || m.is(boolean) && !m.truth || m.is(text) && m.text == ""
	if idle {
		return
	}
	fix := `Remove "` + key + `".`
	if key == "links" {
		fix = `Remove "links", and reach the other container as localhost.`
	}
	c.report(m, fix, "Fargate does not support the parameter %s", m.path)
}
