package bluegreen

import (
	"regexp"
	"strings"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/problems"
)

// fargateMemory is what Fargate offers with each CPU size, in MiB: from, to, step.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-cpu-memory-error.html
var fargateMemory = map[int][3]int{
	256: {512, 2048, 0}, 512: {1024, 4096, 1024}, 1024: {2048, 8192, 1024}, 2048: {4096, 16384, 1024},
	4096: {8192, 30720, 1024}, 8192: {16384, 61440, 4096}, 16384: {32768, 122880, 8192},
}

func (args *ContainerPipelineArgs) validateTask(p *problems.List) {
	if offered, known := fargateMemory[args.CPU]; !known {
		p.Add("cpu", "%d is no size of Fargate: give 256, 512, 1024, 2048, 4096, 8192 or 16384", args.CPU)
	} else {
		validateMemory(p, args.CPU, args.Memory, offered)
	}
	sum := 0
	for _, c := range args.Containers {
		sum += c.CPU
	}
	if sum > args.CPU {
		p.Add("cpu", "%d is less than the %d that the containers ask for together: give more, or let them ask for less", args.CPU, sum)
	}
	p.OneOf("architecture", args.Architecture, "X86_64", "ARM64")
	if args.EphemeralStorage != 0 {
		p.Within("ephemeralStorage", args.EphemeralStorage, 21, 200, " GiB")
	}
	p.Within("desiredCount", args.DesiredCount, 1, 5000, " tasks")
	ground.ValidRetention(p, "logRetentionDays", args.LogRetentionDays)
}

func validateMemory(p *problems.List, cpu, memory int, offered [3]int) {
	from, to, step := offered[0], offered[1], offered[2]
	if step == 0 {
		if memory != 512 && memory != 1024 && memory != 2048 {
			p.Add("memory", "%d does not go with %d CPU units: give 512, 1024 or 2048 MiB", memory, cpu)
		}
		return
	}
	if memory < from || memory > to || (memory-from)%step != 0 {
		p.Add("memory", "%d does not go with %d CPU units: give %d to %d MiB in steps of %d", memory, cpu, from, to, step)
	}
}

func (args *ContainerPipelineArgs) validateScaling(p *problems.List) {
	s := args.Scaling
	if s == nil {
		return
	}
	p.Within("scaling.min", s.Min, 1, 5000, " tasks")
	if s.Max < s.Min || s.Max > 5000 {
		p.Add("scaling.max", "%d is out of range: give %d (scaling.min) to 5000 tasks", s.Max, s.Min)
	}
	if s.CPUPercent != 0 {
		p.Within("scaling.cpuPercent", s.CPUPercent, 1, 100, " percent")
	}
	p.Within("scaling.requestsPerTask", s.RequestsPerTask, 0, 1_000_000, " a minute")
	p.Within("scaling.scaleInCooldown", s.ScaleInCooldown, 0, 3600, " seconds")
	p.Within("scaling.scaleOutCooldown", s.ScaleOutCooldown, 0, 3600, " seconds")
	if args.DesiredCount > s.Max {
		p.Add("desiredCount", "%d is more than scaling.max %d: give less", args.DesiredCount, s.Max)
	}
}

var healthMatcher = regexp.MustCompile(`^[2-4]\d\d(-[2-4]\d\d|(,[2-4]\d\d)*)$`)

// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
func (h HealthCheck) validate(p *problems.List) {
	if !strings.HasPrefix(h.Path, "/") || len(h.Path) > 1024 || strings.ContainsAny(h.Path, " \t\n") {
		p.Add("healthCheck.path", "%q is not valid: give a path that begins with /, of at most 1024 characters", h.Path)
	}
	p.Matches("healthCheck.matcher", h.Matcher, healthMatcher, `status codes of 200 to 499, such as "200", "200,204" or "200-399"`)
	p.Within("healthCheck.interval", h.Interval, 5, 300, " seconds")
	p.Within("healthCheck.timeout", h.Timeout, 2, 120, " seconds")
	if h.Timeout >= h.Interval {
		p.Add("healthCheck.timeout", "%d is not below healthCheck.interval %d: give less", h.Timeout, h.Interval)
	}
	p.Within("healthCheck.healthyThreshold", h.HealthyThreshold, 2, 10, "")
	p.Within("healthCheck.unhealthyThreshold", h.UnhealthyThreshold, 2, 10, "")
	p.Within("healthCheck.gracePeriod", h.GracePeriod, 0, 2147483647, " seconds")
	p.Within("healthCheck.deregistrationDelay", h.DeregistrationDelay, 0, 3600, " seconds")
}

func (args *ContainerPipelineArgs) validateBootstrap(p *problems.List, given string) {
	if args.Network.Mode == NetworkEndpoints && given == "" {
		p.Add("bootstrapImage", "missing: tasks in the network mode %q reach no public registry; give an nginx image in an "+
			"ECR repository of this region", NetworkEndpoints)
	}
	if strings.ContainsAny(given, " \t\n\"'$`\\") || strings.HasPrefix(given, "http") {
		p.Add("bootstrapImage", "%q is not valid: give an image such as %s", given, defaultBootstrapImage)
	}
}

func (args *ContainerPipelineArgs) validatePeople(p *problems.List) {
	if a := args.Approval; a != nil {
		// https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals-action-add.html
		if len(a.Comment) > 1000 {
			p.Add("approval.comment", "%d characters are too many: give at most 1000", len(a.Comment))
		}
		ground.ValidLink(p, "approval.url", a.URL)
	}
	if n := args.Notifications; n != nil {
		ground.ValidPeople(p, "notifications.", n.TopicArn, n.Emails)
	}
}
