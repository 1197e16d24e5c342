package bluegreen

import (
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/internal/artifacts"
	"github.com/container-pipeline/container-pipeline/internal/golden"
)

const testSecret = "arn:aws:secretsmanager:us-east-2:123456789012:secret:bash-dog/environment-AbCdEf"

func testValues(references map[string]map[string]string) releaseValues {
	return releaseValues{
		Region: "us-east-2", LogGroup: "/ecs/bash-dog",
		TaskRoleArn:      "arn:aws:iam::123456789012:role/bash-dog-task",
		ExecutionRoleArn: "arn:aws:iam::123456789012:role/bash-dog-execution",
		References:       references,
		Network: artifacts.Network{
			Subnets: []string{"subnet-1", "subnet-2"}, SecurityGroups: []string{"sg-1"}, AssignPublicIP: true,
		},
	}
}

func eightContainers() []Container {
	containers := []Container{{Name: "nginx", Port: 80, Public: true, DependsOn: map[string]string{
		"migrate": "SUCCESS", "worker-6": "HEALTHY",
	}}}
	containers = append(containers, Container{
		Name: "migrate", NonEssential: true, Command: []string{"migrate", "up"}, EntryPoint: []string{"/bin/tool"},
		User: "1000", ReadonlyRootFilesystem: true, StopTimeout: 60, CPU: 64, Memory: 128,
	})
	for i := 2; i < 8; i++ {
		containers = append(containers, Container{
			Name: fmt.Sprintf("worker-%d", i), Port: 8000 + i, Environment: map[string]string{"Z": "last", "A": "first <&>"},
			Check: &ContainerCheck{Command: "true", StartPeriod: 10},
		})
	}
	return containers
}

// Each case is a directory of testdata/files with the two texts of a release.
func TestReleaseFiles(t *testing.T) {
	references := map[string]map[string]string{
		"api":     {"DATABASE_URL": testSecret + ":DATABASE_URL::"},
		"sidecar": {"LOG_TOKEN": testSecret + ":LOG_TOKEN::"},
	}
	for name, change := range map[string]func(a *ContainerPipelineArgs, v *releaseValues){
		"one": func(a *ContainerPipelineArgs, v *releaseValues) {
			a.Containers, a.Secrets = []Container{{Name: "web", Port: 8080, Public: true}}, nil
		},
		"three": func(*ContainerPipelineArgs, *releaseValues) {},
		"eight": func(a *ContainerPipelineArgs, v *releaseValues) {
			a.Containers, a.Secrets, a.CPU, a.EphemeralStorage = eightContainers(), nil, 1024, 50
			a.Tags = map[string]string{"team": "dogs", "env": "test"}
			v.Network.AssignPublicIP = false
		},
		"arm64": func(a *ContainerPipelineArgs, v *releaseValues) { a.Architecture = "ARM64" },
		"exec":  func(a *ContainerPipelineArgs, v *releaseValues) { a.EnableExec = true },
		"hooks": func(a *ContainerPipelineArgs, v *releaseValues) {
			v.Hooks = artifacts.Hooks{BeforeInstall: "arn:aws:lambda:us-east-2:123456789012:function:before", AfterAllowTraffic: "after"}
		},
	} {
		t.Run(name, func(t *testing.T) {
			args, values := guide(), testValues(references)
			change(args, &values)
			resolved, err := resolve("bash-dog", args)
			require.NoError(t, err)
			definition, err := taskDefinition(resolved, values).Render()
			require.NoError(t, err)
			golden.Text(t, filepath.Join("files", name, artifacts.TaskDefinitionFile), definition)
			spec, err := appSpec(resolved, values).Render()
			require.NoError(t, err)
			golden.Text(t, filepath.Join("files", name, artifacts.AppSpecFile), spec)
		})
	}
}
