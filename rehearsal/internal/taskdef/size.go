package taskdef

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

var (
	cpuForm    = regexp.MustCompile(`^(\d*\.?\d+)\s*(?i:(vcpu))?$`)
	memoryForm = regexp.MustCompile(`^(\d*\.?\d+)\s*(?i:(gb))?$`)
)

// units reads a task's cpu: "1024", or "1 vCPU".
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task_definition_parameters.html#task_size
func units(written string) (int, bool) { return scaled(cpuForm, written) }

// mebibytes reads a task's memory: "1024", or "1 GB".
func mebibytes(written string) (int, bool) { return scaled(memoryForm, written) }

func scaled(form *regexp.Regexp, written string) (int, bool) {
	m := form.FindStringSubmatch(strings.TrimSpace(written))
	if m == nil {
		return 0, false
	}
	n, err := strconv.ParseFloat(m[1], 64)
	if m[2] != "" {
		n *= 1024
	}
	return int(n), err == nil && n == math.Trunc(n) && n < math.MaxInt32
}

// memoryFor are the MiB that a Fargate task of the CPU units may have: from, to, and the step between.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html#fargate-tasks-size
var memoryFor = map[int]struct{ from, to, step int }{
	256: {512, 2048, 512}, 512: {1024, 4096, 1024}, 1024: {2048, 8192, 1024}, 2048: {4096, 16384, 1024},
	4096: {8192, 30720, 1024}, 8192: {16384, 61440, 4096}, 16384: {32768, 122880, 8192},
}

// fits tells whether Fargate has tasks of that size.
func fits(cpu, memory int) bool {
	m, ok := memoryFor[cpu]
	if !ok || memory < m.from || memory > m.to || (memory-m.from)%m.step != 0 {
		return false
	}
	return cpu != 256 || memory != 1536 // of a quarter vCPU: 0.5, 1 and 2 GB
}
