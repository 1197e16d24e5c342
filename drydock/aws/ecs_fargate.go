package aws

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

const ecsFargateDoc = "https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html"

// fargateMemory are the memory sizes in MiB for each CPU size in units: the smallest, the largest and the step.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html
var fargateMemory = map[int]struct{ min, max, step int }{
	256:   {512, 2048, 0}, // 512, 1024, 2048: no even step
	512:   {1024, 4096, 1024},
	1024:  {2048, 8192, 1024},
	2048:  {4096, 16384, 1024},
	4096:  {8192, 30720, 1024},
	8192:  {16384, 61440, 4096},
	16384: {32768, 122880, 8192},
}

func fargateSize(cpu, memory int) bool {
	m, ok := fargateMemory[cpu]
	if !ok || memory < m.min || memory > m.max {
		return false
	}
	if cpu == 256 {
		return memory == 512 || memory == 1024 || memory == 2048
	}
	return (memory-m.min)%m.step == 0
}

// taskSize reads a task's cpu ("256", ".25 vCPU") and memory ("512", "0.5 GB") into CPU units and MiB.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#task_size
func taskSize(text, unit string, perUnit float64) (int, bool) {
	number, isUnit := strings.CutSuffix(strings.ToLower(strings.TrimSpace(text)), strings.ToLower(unit))
	n, err := strconv.ParseFloat(strings.TrimSpace(number), 64)
	if err != nil {
		return 0, false
	}
	if isUnit {
		n *= perUnit
	}
	return int(n), n == float64(int(n))
}

func checkFargate(c *sim.Check, task *taskShape) {
	in := task.in
	if !task.awsvpc && !sim.IsUnknown(in["networkMode"]) {
		c.Fail("networkMode", "ClientException: Fargate only supports network mode 'awsvpc'. (%s)", ecsFargateDoc)
	}
	for _, k := range []string{"cpu", "memory"} {
		if !in.Has(k) {
			c.Fail(k, "ClientException: Fargate requires that '%s' be defined at the task level.", k)
		}
	}
	for _, k := range []string{"placementConstraints", "ipcMode"} {
		if len(in.List(k)) > 0 || in.Str(k) != "" {
			c.Fail(k, "ClientException: %s is not supported on Fargate (%s)", k, ecsFargateDoc)
		}
	}
	if in.Str("pidMode") == "host" {
		c.Fail("pidMode", "ClientException: pid mode host is not supported on Fargate; use task (%s)", ecsFargateDoc)
	}
	checkFargateSize(c, in, task.containers)
	for i, k := range task.containers {
		checkFargateContainer(c, fmt.Sprintf("containerDefinitions[%d]", i), k, in)
	}
}

func checkFargateSize(c *sim.Check, in sim.Values, containers []sim.Values) {
	cpuText, ok1 := in["cpu"].(string)
	memoryText, ok2 := in["memory"].(string)
	if !ok1 || !ok2 {
		return
	}
	cpu, ok1 := taskSize(cpuText, "vcpu", 1024)
	memory, ok2 := taskSize(memoryText, "gb", 1024)
	if !ok1 || !ok2 || !fargateSize(cpu, memory) {
		c.Fail("memory", "ClientException: No Fargate configuration exists for given values: %s CPU, %s memory. "+
			"(https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html)", cpuText, memoryText)
		return
	}
	usedCPU, usedMemory := 0.0, 0.0
	for _, k := range containers {
		usedCPU += k.Num("cpu")
		reserved := k.Num("memoryReservation")
		if reserved == 0 {
			reserved = k.Num("memory")
		}
		usedMemory += reserved
		if k.Num("memory") > float64(memory) {
			c.Fail("containerDefinitions", "ClientException: Invalid setting for container '%s'. 'memory' %v exceeds the task's %d.", k.Str("name"), k.Num("memory"), memory)
		}
	}
	if usedCPU > float64(cpu) {
		c.Fail("containerDefinitions", "ClientException: The cpu units of all containers together, %v, must be lower than the task's %d.", usedCPU, cpu)
	}
	if usedMemory > float64(memory) {
		c.Fail("containerDefinitions", "ClientException: The memory that all containers reserve together, %v MiB, must be lower than the task's %d.", usedMemory, memory)
	}
}

// checkFargateContainer: what Fargate has not, and what it needs an execution role for.
func checkFargateContainer(c *sim.Check, at string, k, in sim.Values) {
	for _, key := range []string{"privileged", "disableNetworking"} {
		if k.Bool(key) {
			c.Fail(at+"."+key, "ClientException: %s is not supported on Fargate (%s)", key, ecsFargateDoc)
		}
	}
	for _, key := range []string{"dockerSecurityOptions", "links", "resourceRequirements"} {
		if len(k.List(key)) > 0 {
			c.Fail(at+"."+key, "ClientException: %s is not supported on Fargate (%s)", key, ecsFargateDoc)
		}
	}
	for _, key := range []string{"devices", "sharedMemorySize", "maxSwap", "swappiness"} {
		if k.Obj("linuxParameters").Has(key) {
			c.Fail(at+".linuxParameters."+key, "ClientException: %s is not supported on Fargate (%s)", key, ecsFargateDoc)
		}
	}
	// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
	if k.Num("stopTimeout") > 120 || k.Num("startTimeout") > 120 {
		c.Fail(at+".stopTimeout", "on Fargate startTimeout and stopTimeout are at most 120 seconds (%s)", ecsContainerDoc)
	}
	driver := k.Obj("logConfiguration").Str("logDriver")
	if driver != "" && driver != "awslogs" && driver != "splunk" && driver != "awsfirelens" {
		c.Fail(at+".logConfiguration.logDriver", "ClientException: Fargate supports log drivers awslogs, splunk and awsfirelens, not %q", driver)
	}
	if in.Has("executionRoleArn") {
		return
	}
	for _, need := range []struct {
		is   bool
		what string
	}{
		{strings.Contains(k.Str("image"), ".dkr.ecr."), "ECR images"},
		{driver == "awslogs", "log driver awslogs"},
		{len(k.List("secrets")) > 0, "secrets"},
		{k.Has("repositoryCredentials"), "repository credentials"},
	} {
		if need.is {
			c.Fail("executionRoleArn", "ClientException: Fargate requires task definition to have execution role ARN to support %s.", need.what)
		}
	}
}

// checkVolumes: mount points name the task's volumes, and Fargate has no host volumes.
func checkVolumes(c *sim.Check, task *taskShape) {
	volumes := map[string]bool{}
	for i, v := range task.in.Objs("volumes") {
		path := fmt.Sprintf("volumes[%d]", i)
		if volumes[v.Str("name")] {
			c.Fail(path+".name", "%q is used twice", v.Str("name"))
		}
		volumes[v.Str("name")] = true
		if task.fargate && (v.Str("hostPath") != "" || v.Has("dockerVolumeConfiguration")) {
			c.Fail(path, "ClientException: Fargate has neither host volumes with a path nor Docker volumes (%s)", ecsFargateDoc)
		}
	}
	if sim.IsUnknown(task.in["volumes"]) {
		return
	}
	for i, k := range task.containers {
		for j, m := range k.Objs("mountPoints") {
			if !volumes[m.Str("sourceVolume")] {
				c.Fail(fmt.Sprintf("containerDefinitions[%d].mountPoints[%d].sourceVolume", i, j),
					"ClientException: Unknown volume '%s'.", m.Str("sourceVolume"))
			}
		}
	}
}
