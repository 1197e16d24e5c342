package bluegreen

import (
	"encoding/json"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/internal/golden"
	"github.com/container-pipeline/container-pipeline/internal/mocks"
)

func TestService(t *testing.T) {
	r, m := mockRunning(t, asInTheGuide)
	assert.Equal(t, []string{
		"Cluster bash-dog", "LogGroup bash-dog", "Role bash-dog-execution", "Role bash-dog-task",
		"Service bash-dog", "TaskDefinition bash-dog",
	}, m.Children("Service"))

	service := m.Resource(t, "ecs/service:Service", "bash-dog")
	assert.Equal(t, releasedByCodeDeploy, service.Request.GetIgnoreChanges())
	inputs := service.Plain()
	assert.Equal(t, "bash-dog", inputs["name"])
	assert.Equal(t, map[string]any{"type": "CODE_DEPLOY"}, inputs["deploymentController"])
	assert.EqualValues(t, 1, inputs["desiredCount"])
	assert.NotContains(t, inputs, "healthCheckGracePeriodSeconds")
	assert.Equal(t, false, inputs["enableExecuteCommand"])
	assert.Equal(t, []any{map[string]any{
		"containerName": "nginx", "containerPort": 80.0, "targetGroupArn": mocks.Await(r.traffic.BlueTargetGroupArn),
	}}, inputs["loadBalancers"])
	for _, refused := range []string{"deploymentCircuitBreaker", "alarms", "waitForSteadyState"} {
		assert.NotContains(t, inputs, refused)
	}
	service.Needs(t, "Listener::bash-dog", "RolePolicy::bash-dog-execution", "Role::bash-dog-task", "SecurityGroup::bash-dog-tasks")

	assert.Equal(t, "/ecs/bash-dog", m.Resource(t, "LogGroup", "bash-dog").Text(t, "name"))
	golden.JSON(t, "policies/execution.json", m.Resource(t, "RolePolicy", "bash-dog-execution").Text(t, "policy"))
	golden.JSON(t, "policies/execution-trust.json", m.Resource(t, "Role", "bash-dog-execution").Text(t, "assumeRolePolicy"))
	golden.JSON(t, "policies/task-trust.json", m.Resource(t, "Role", "bash-dog-task").Text(t, "assumeRolePolicy"))
}

func TestServiceTexts(t *testing.T) {
	r, _ := mockRunning(t, func(a *ContainerPipelineArgs) {
		a.Deployment.Hooks.BeforeAllowTraffic = pulumi.String("arn:aws:lambda:us-east-2:123456789012:function:check")
	})
	assert.Contains(t, mocks.Await(r.service.TaskDefinitionText), `"valueFrom": "arn:aws:secretsmanager:us-east-2:123456789012:secret:bash-dog/environment-AbCdEf:DATABASE_URL::"`)
	assert.Contains(t, mocks.Await(r.service.TaskDefinitionText), `"executionRoleArn": "arn:aws:iam::123456789012:role/bash-dog-execution"`)
	assert.Contains(t, mocks.Await(r.service.AppSpecText), "AssignPublicIp: ENABLED")
	assert.Contains(t, mocks.Await(r.service.AppSpecText), "BeforeAllowTraffic: arn:aws:lambda:us-east-2:123456789012:function:check")
}

func TestServiceWithScalingExecAndClusterOfOthers(t *testing.T) {
	_, m := mockRunning(t, func(a *ContainerPipelineArgs) {
		a.EnableExec = true
		a.ClusterName = pulumi.String("shared")
		a.Architecture = "ARM64"
		a.BootstrapImage = "123456789012.dkr.ecr.us-east-2.amazonaws.com/base/nginx:1"
		a.Scaling = &Scaling{Max: 4, CPUPercent: 50, RequestsPerTask: 1000}
	})
	assert.Equal(t, []string{
		"LogGroup bash-dog", "Policy bash-dog-cpu", "Policy bash-dog-requests", "Role bash-dog-execution",
		"Role bash-dog-task", "Service bash-dog", "Target bash-dog", "TaskDefinition bash-dog",
	}, m.Children("Service"))
	service := m.Resource(t, "ecs/service:Service", "bash-dog")
	assert.Equal(t, append([]string{"desiredCount"}, releasedByCodeDeploy...), service.Request.GetIgnoreChanges())
	assert.Equal(t, "shared", service.Text(t, "cluster"))
	assert.Equal(t, "service/shared/bash-dog", m.Resource(t, "Target", "bash-dog").Text(t, "resourceId"))
	assert.Equal(t, map[string]any{"cpuArchitecture": "ARM64", "operatingSystemFamily": "LINUX"},
		m.Resource(t, "TaskDefinition", "bash-dog").Plain()["runtimePlatform"])
	golden.JSON(t, "policies/task-exec.json", m.Resource(t, "RolePolicy", "bash-dog-task").Text(t, "policy"))
	assert.Contains(t, m.Resource(t, "RolePolicy", "bash-dog-execution").Text(t, "policy"),
		`"arn:aws:ecr:us-east-2:123456789012:repository/base/nginx"`)
	requests, err := json.Marshal(m.Resource(t, "Policy", "bash-dog-requests").Plain())
	require.NoError(t, err)
	golden.JSON(t, "scaling/requests.json", string(requests))
	cpu, err := json.Marshal(m.Resource(t, "Policy", "bash-dog-cpu").Plain())
	require.NoError(t, err)
	golden.JSON(t, "scaling/cpu.json", string(cpu))
}

func TestBootstrap(t *testing.T) {
	_, m := mockRunning(t, asInTheGuide)
	definition := m.Resource(t, "TaskDefinition", "bash-dog")
	assert.Equal(t, "bash-dog", definition.Text(t, "family"))
	golden.JSON(t, "bootstrap/containers.json", definition.Text(t, "containerDefinitions"))
	assert.Contains(t, bootstrapConfiguration(8080, "204,200"), "listen 8080;\n    location / { return 204; }")
}

func TestBootstrapRepositoryArn(t *testing.T) {
	registry := "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
	for image, want := range map[string]string{
		registry + "/nginx":                    "arn:aws:ecr:eu-west-1:123456789012:repository/nginx",
		registry + "/base/nginx:1.27":          "arn:aws:ecr:eu-west-1:123456789012:repository/base/nginx",
		registry + "/base/nginx:1@sha256:01ab": "arn:aws:ecr:eu-west-1:123456789012:repository/base/nginx",
		"public.ecr.aws/nginx/nginx:stable":    "",
		"localhost:5000/nginx":                 "",
	} {
		arn, inECR := bootstrapRepositoryArn(image, "aws")
		assert.Equal(t, want, arn, image)
		assert.Equal(t, want != "", inECR, image)
	}
}

func TestWrongService(t *testing.T) {
	err := (&mocks.Cloud{}).Run(func(ctx *pulumi.Context) error {
		_, err := NewService(ctx, "dog", &ServiceArgs{Pipeline: &ContainerPipelineArgs{CPU: 300}})
		return err
	})
	for _, problem := range []string{"repositories: missing", "traffic: missing", "cpu: 300", "containers: 0 containers"} {
		assert.ErrorContains(t, err, problem)
	}
}
