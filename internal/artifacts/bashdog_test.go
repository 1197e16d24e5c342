package artifacts_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/internal/artifacts"
	"github.com/container-pipeline/container-pipeline/internal/golden"
)

// The guide's application, account and region.
const (
	registry   = "123456789012.dkr.ecr.us-east-2.amazonaws.com"
	secretARN  = "arn:aws:secretsmanager:us-east-2:123456789012:secret:bash-dog/ecs-envars-AbCdEf"
	roleARN    = "arn:aws:iam::123456789012:role/"
	configName = "ConfigOutput"
)

func reference(t *testing.T, key string) string {
	t.Helper()
	text, err := artifacts.SecretReference(secretARN, key)
	require.NoError(t, err)
	return text
}

func bashDogTask(t *testing.T) artifacts.TaskDefinition {
	t.Helper()
	container := func(name string, port int) artifacts.ContainerDefinition {
		return artifacts.ContainerDefinition{
			Name:             name,
			Image:            artifacts.ImagePlaceholder(name),
			Essential:        true,
			PortMappings:     []artifacts.PortMapping{{ContainerPort: port, HostPort: port, Protocol: "tcp"}},
			LinuxParameters:  &artifacts.LinuxParameters{InitProcessEnabled: true},
			LogConfiguration: artifacts.AwsLogs("/ecs/bash-dog", "us-east-2", name),
		}
	}
	api, sidecar, nginx := container("api", 8000), container("sidecar", 9000), container("nginx", 80)
	api.Environment = artifacts.Environment{"SIDECAR_URL": "http://localhost:9000", "MOTTO": `"sit" & <stay>`}
	api.Secrets = artifacts.Secrets{
		"BASH_DOG_ENVIRONMENT": reference(t, "BASH_DOG_ENVIRONMENT"),
		"API_TOKEN":            reference(t, "API_TOKEN"),
	}
	api.HealthCheck = &artifacts.HealthCheck{
		Command: []string{"CMD-SHELL", "wget -qO- http://localhost:8000/health || exit 1"}, Interval: 10, Timeout: 5, Retries: 3,
	}
	sidecar.Secrets = artifacts.Secrets{"BASH_DOG_ENVIRONMENT": reference(t, "BASH_DOG_ENVIRONMENT")}
	sidecar.StopTimeout = 30
	nginx.DependsOn = []artifacts.Dependency{{ContainerName: "api", Condition: "HEALTHY"}}
	nginx.Ulimits = []artifacts.Ulimit{{Name: "nofile", SoftLimit: 65536, HardLimit: 65536}}
	return artifacts.TaskDefinition{
		Family:                  "bash-dog",
		TaskRoleArn:             roleARN + "bash-dog-task",
		ExecutionRoleArn:        roleARN + "bash-dog-execution",
		NetworkMode:             "awsvpc",
		ContainerDefinitions:    []artifacts.ContainerDefinition{api, sidecar, nginx},
		RequiresCompatibilities: []string{"FARGATE"},
		CPU:                     "512",
		Memory:                  "1024",
		Tags:                    []artifacts.Tag{{Key: "project", Value: "bash-dog"}},
		EphemeralStorage:        &artifacts.EphemeralStorage{SizeInGiB: 30},
		RuntimePlatform:         &artifacts.RuntimePlatform{CPUArchitecture: "X86_64", OperatingSystemFamily: "LINUX"},
	}
}

func bashDogAppSpec() artifacts.AppSpec {
	return artifacts.AppSpec{
		ContainerName:   "nginx",
		ContainerPort:   80,
		PlatformVersion: "1.4.0",
		Network: &artifacts.Network{
			Subnets:        []string{"subnet-0a1b2c3d4e5f60001", "subnet-0a1b2c3d4e5f60002"},
			SecurityGroups: []string{"sg-0a1b2c3d4e5f60003"},
			AssignPublicIP: true,
		},
	}
}

func bashDogBuild() artifacts.BuildSpec {
	return artifacts.BuildSpec{
		ConfigSource: configName,
		Images: []artifacts.Image{
			{Container: "api", Repository: registry + "/bash-dog-api"},
			{Container: "sidecar", Repository: registry + "/bash-dog-sidecar"},
			{Container: "nginx", Repository: registry + "/bash-dog-nginx"},
		},
	}
}

func oneContainerBuild() artifacts.BuildSpec {
	return artifacts.BuildSpec{
		Platform: artifacts.LinuxARM64,
		Images: []artifacts.Image{{
			Container: "web", Repository: registry + "/kennel/web", Target: "release",
			Dockerfile: "docker/my app.Dockerfile", Context: "src",
			BuildArgs: map[string]string{"BASE": registry + "/docker-hub/python:3.13", "GREETING": "it's $HOME, `sit`"},
		}},
	}
}

func TestGoldenFiles(t *testing.T) {
	task, one := bashDogTask(t), bashDogTask(t)
	one.Family, one.Tags, one.EphemeralStorage = "kennel", nil, nil
	one.RuntimePlatform = &artifacts.RuntimePlatform{CPUArchitecture: "ARM64", OperatingSystemFamily: "LINUX"}
	one.ContainerDefinitions = []artifacts.ContainerDefinition{{
		Name: "web", Image: artifacts.ImagePlaceholder("web"), Essential: true, ReadonlyRootFilesystem: true, User: "1000",
		EntryPoint: []string{"/bin/web"}, Command: []string{"--port", "8080"},
		PortMappings: []artifacts.PortMapping{{ContainerPort: 8080}},
	}}
	spec := bashDogAppSpec()
	hooked := artifacts.AppSpec{
		ContainerName: "web", ContainerPort: 8080,
		CapacityProviders: []artifacts.CapacityProvider{{Name: "FARGATE", Base: 1, Weight: 1}, {Name: "FARGATE_SPOT", Weight: 4}},
		Hooks:             artifacts.Hooks{AfterAllowTestTraffic: "smoke-test", AfterAllowTraffic: "announce"},
	}
	for name, render := range map[string]func() (string, error){
		"bash-dog/" + artifacts.TaskDefinitionFile: task.Render,
		"bash-dog/containers.json":                 task.RenderContainers,
		"bash-dog/" + artifacts.AppSpecFile:        spec.Render,
		"bash-dog/" + artifacts.BuildSpecFile:      bashDogBuild().Render,
		"one/" + artifacts.TaskDefinitionFile:      one.Render,
		"one/" + artifacts.AppSpecFile:             hooked.Render,
		"one/" + artifacts.BuildSpecFile:           oneContainerBuild().Render,
	} {
		t.Run(name, func(t *testing.T) {
			text, err := render()
			require.NoError(t, err)
			golden.Text(t, name, text)
		})
	}
}
