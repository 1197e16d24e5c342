package artifacts

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// TaskDefinition is a Fargate task definition, as ecs:RegisterTaskDefinition takes it. Its fields stand in the
// order of ECS's own template.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/task-definition-template.html
type TaskDefinition struct {
	Family                  string                `json:"family"`
	TaskRoleArn             string                `json:"taskRoleArn,omitempty"`
	ExecutionRoleArn        string                `json:"executionRoleArn,omitempty"`
	NetworkMode             string                `json:"networkMode"` // awsvpc, the only one on Fargate
	ContainerDefinitions    []ContainerDefinition `json:"containerDefinitions"`
	Volumes                 []Volume              `json:"volumes,omitempty"`
	RequiresCompatibilities []string              `json:"requiresCompatibilities"` // FARGATE
	CPU                     string                `json:"cpu"`                     // CPU units, as "512"
	Memory                  string                `json:"memory"`                  // MiB, as "1024"
	Tags                    []Tag                 `json:"tags,omitempty"`
	EphemeralStorage        *EphemeralStorage     `json:"ephemeralStorage,omitempty"`
	RuntimePlatform         *RuntimePlatform      `json:"runtimePlatform,omitempty"`
}

// ContainerDefinition is one container of a task.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_ContainerDefinition.html
type ContainerDefinition struct {
	Name                   string            `json:"name"`
	Image                  string            `json:"image"`
	CPU                    int               `json:"cpu,omitempty"`               // CPU units
	Memory                 int               `json:"memory,omitempty"`            // MiB, hard limit
	MemoryReservation      int               `json:"memoryReservation,omitempty"` // MiB, soft limit
	PortMappings           []PortMapping     `json:"portMappings,omitempty"`
	Essential              bool              `json:"essential"`
	EntryPoint             []string          `json:"entryPoint,omitempty"`
	Command                []string          `json:"command,omitempty"`
	Environment            Environment       `json:"environment,omitempty"`
	MountPoints            []MountPoint      `json:"mountPoints,omitempty"`
	LinuxParameters        *LinuxParameters  `json:"linuxParameters,omitempty"`
	Secrets                Secrets           `json:"secrets,omitempty"`
	DependsOn              []Dependency      `json:"dependsOn,omitempty"`
	StartTimeout           int               `json:"startTimeout,omitempty"` // seconds
	StopTimeout            int               `json:"stopTimeout,omitempty"`  // seconds, at most 120 on Fargate
	User                   string            `json:"user,omitempty"`
	WorkingDirectory       string            `json:"workingDirectory,omitempty"`
	ReadonlyRootFilesystem bool              `json:"readonlyRootFilesystem,omitempty"`
	DockerLabels           map[string]string `json:"dockerLabels,omitempty"`
	Ulimits                []Ulimit          `json:"ulimits,omitempty"`
	LogConfiguration       *LogConfiguration `json:"logConfiguration,omitempty"`
	HealthCheck            *HealthCheck      `json:"healthCheck,omitempty"`
}

// PortMapping opens one port of a container. With awsvpc the host port, when given, equals the container's.
type PortMapping struct {
	ContainerPort int    `json:"containerPort"`
	HostPort      int    `json:"hostPort,omitempty"`
	Protocol      string `json:"protocol,omitempty"` // tcp or udp
}

// MountPoint puts one of the task's volumes into a container.
type MountPoint struct {
	SourceVolume  string `json:"sourceVolume"`
	ContainerPath string `json:"containerPath"`
	ReadOnly      bool   `json:"readOnly,omitempty"`
}

// Volume is an empty volume that lives as long as its task, shared by the containers that mount it.
type Volume struct {
	Name string `json:"name"`
}

// LinuxParameters are the kernel's settings for a container.
type LinuxParameters struct {
	Capabilities       *Capabilities `json:"capabilities,omitempty"`
	InitProcessEnabled bool          `json:"initProcessEnabled,omitempty"`
}

// Capabilities are added to or dropped from Docker's default set. Fargate adds SYS_PTRACE only.
type Capabilities struct {
	Add  []string `json:"add,omitempty"`
	Drop []string `json:"drop,omitempty"`
}

// Dependency delays a container's start until another has reached START, COMPLETE, SUCCESS or HEALTHY.
type Dependency struct {
	ContainerName string `json:"containerName"`
	Condition     string `json:"condition"`
}

// Ulimit overrides one of the container's resource limits. Fargate lets nofile be set, no other.
type Ulimit struct {
	Name      string `json:"name"`
	SoftLimit int    `json:"softLimit"`
	HardLimit int    `json:"hardLimit"`
}

// LogConfiguration sends a container's output to a log driver.
type LogConfiguration struct {
	LogDriver string            `json:"logDriver"`
	Options   map[string]string `json:"options,omitempty"`
}

// AwsLogs sends a container's output to a CloudWatch log group, into streams <prefix>/<container>/<task>.
// A container never waits for CloudWatch: lines that find the driver's buffer full are dropped instead.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
func AwsLogs(group, region, prefix string) *LogConfiguration {
	return &LogConfiguration{LogDriver: "awslogs", Options: map[string]string{
		"awslogs-group":         group,
		"awslogs-region":        region,
		"awslogs-stream-prefix": prefix,
		"mode":                  "non-blocking",
		"max-buffer-size":       "25m",
	}}
}

// HealthCheck is a command that ECS runs inside a container. Times are in seconds.
type HealthCheck struct {
	Command     []string `json:"command"` // starts with CMD or CMD-SHELL
	Interval    int      `json:"interval,omitempty"`
	Timeout     int      `json:"timeout,omitempty"`
	Retries     int      `json:"retries,omitempty"`
	StartPeriod int      `json:"startPeriod,omitempty"`
}

// EphemeralStorage is a task's disk, 21 to 200 GiB; without it, 20 GiB.
type EphemeralStorage struct {
	SizeInGiB int `json:"sizeInGiB"`
}

// RuntimePlatform is what a task's images are built for.
type RuntimePlatform struct {
	CPUArchitecture       string `json:"cpuArchitecture"`       // X86_64 or ARM64
	OperatingSystemFamily string `json:"operatingSystemFamily"` // LINUX
}

// Tag is a tag of a task definition. ecs:TagResource is asked for when there is one.
type Tag struct {
	Key   string `json:"key"`
	Value string `json:"value"`
}

// Render gives the whole task definition, as taskdef.json holds it. Equal values give equal text.
func (t TaskDefinition) Render() (string, error) {
	return renderJSON("task definition "+t.Family, t)
}

// RenderContainers gives the container definitions alone, as a JSON array.
func (t TaskDefinition) RenderContainers() (string, error) {
	return renderJSON("container definitions of "+t.Family, t.ContainerDefinitions)
}

// renderJSON keeps <, > and & as they are: the build looks for placeholders in this very text.
func renderJSON(what string, value any) (string, error) {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if err := encoder.Encode(value); err != nil {
		return "", fmt.Errorf("rendering the %s: %w", what, err)
	}
	return text.String(), nil
}
