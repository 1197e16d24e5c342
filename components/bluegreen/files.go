package bluegreen

import (
	"strconv"

	"github.com/container-pipeline/container-pipeline/internal/artifacts"
)

// platformVersion of Fargate. CodeDeploy would take LATEST without it; a change of platform is a release like others.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/platform-fargate.html
const platformVersion = "1.4.0"

// releaseValues are what a release's files name that only exists once resources do.
type releaseValues struct {
	Region           string
	LogGroup         string
	TaskRoleArn      string
	ExecutionRoleArn string
	// References by container and variable, as artifacts.SecretReference writes them.
	References map[string]map[string]string
	Network    artifacts.Network
	Hooks      artifacts.Hooks
}

// taskDefinition is what a release registers. Images are placeholders that the build fills.
func taskDefinition(a *ContainerPipelineArgs, v releaseValues) artifacts.TaskDefinition {
	t := artifacts.TaskDefinition{
		Family:                  a.Project,
		TaskRoleArn:             v.TaskRoleArn,
		ExecutionRoleArn:        v.ExecutionRoleArn,
		NetworkMode:             "awsvpc",
		RequiresCompatibilities: []string{"FARGATE"},
		CPU:                     strconv.Itoa(a.CPU),
		Memory:                  strconv.Itoa(a.Memory),
		RuntimePlatform: &artifacts.RuntimePlatform{
			CPUArchitecture: a.Architecture, OperatingSystemFamily: "LINUX",
		},
	}
	if a.EphemeralStorage != 0 {
		t.EphemeralStorage = &artifacts.EphemeralStorage{SizeInGiB: a.EphemeralStorage}
	}
	for _, key := range sortedKeys(a.Tags) {
		t.Tags = append(t.Tags, artifacts.Tag{Key: key, Value: a.Tags[key]})
	}
	for _, c := range a.Containers {
		t.ContainerDefinitions = append(t.ContainerDefinitions, c.definition(a.EnableExec, v))
	}
	return t
}

func (c Container) definition(exec bool, v releaseValues) artifacts.ContainerDefinition {
	d := artifacts.ContainerDefinition{
		Name:                   c.Name,
		Image:                  artifacts.ImagePlaceholder(c.Name),
		CPU:                    c.CPU,
		Memory:                 c.Memory,
		Essential:              !c.NonEssential,
		EntryPoint:             c.EntryPoint,
		Command:                c.Command,
		Environment:            c.Environment,
		Secrets:                v.References[c.Name],
		StopTimeout:            c.StopTimeout,
		User:                   c.User,
		ReadonlyRootFilesystem: c.ReadonlyRootFilesystem,
		LogConfiguration:       artifacts.AwsLogs(v.LogGroup, v.Region, c.Name),
	}
	if c.Port != 0 {
		d.PortMappings = []artifacts.PortMapping{{ContainerPort: c.Port, Protocol: "tcp"}}
	}
	for _, name := range sortedKeys(c.DependsOn) {
		d.DependsOn = append(d.DependsOn, artifacts.Dependency{ContainerName: name, Condition: c.DependsOn[name]})
	}
	if check := c.Check; check != nil {
		d.HealthCheck = &artifacts.HealthCheck{
			Command:  []string{"CMD-SHELL", check.Command},
			Interval: check.Interval, Timeout: check.Timeout, Retries: check.Retries, StartPeriod: check.StartPeriod,
		}
	}
	if exec {
		// The agent of ECS Exec leaves processes behind; an init process reaps them.
		// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/ecs-exec.html
		d.LinuxParameters = &artifacts.LinuxParameters{InitProcessEnabled: true}
	}
	return d
}

// appSpec is what a release deploys. It carries the network and the platform because ECS changes those of a service
// under CODE_DEPLOY by a deployment only.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
func appSpec(a *ContainerPipelineArgs, v releaseValues) artifacts.AppSpec {
	public := a.public()
	return artifacts.AppSpec{
		ContainerName:   public.Name,
		ContainerPort:   public.Port,
		PlatformVersion: platformVersion,
		Network:         &v.Network,
		Hooks:           v.Hooks,
	}
}
