package artifacts_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
	"mvdan.cc/sh/v3/shell"
	"pgregory.net/rapid"

	"github.com/container-pipeline/container-pipeline/internal/artifacts"
)

func TestSecretReference(t *testing.T) {
	assert.Equal(t, secretARN+":API_TOKEN::", reference(t, "API_TOKEN"))
	_, err := artifacts.SecretReference(strings.Replace(secretARN, "arn:aws:", "arn:aws-us-gov:", 1), "with space")
	assert.NoError(t, err)

	for name, c := range map[string]struct{ arn, key, want string }{
		"no suffix":     {strings.Replace(secretARN, "ecs-envars-AbCdEf", "api", 1), "K", "must end with the six random characters"},
		"short suffix":  {strings.Replace(secretARN, "ecs-envars-AbCdEf", "api-AbCdE", 1), "K", "is not a full one"},
		"already a key": {secretARN + ":K::", "K", "is not a full one"},
		"name":          {"bash-dog/ecs-envars", "K", "is not a full one"},
		"parameter":     {"arn:aws:ssm:us-east-2:123456789012:parameter/bash-AbCdEf", "K", "is not a full one"},
		"no key":        {secretARN, "", "secret key is empty"},
		"colon":         {secretARN, "A:B", `"A:B" contains a colon`},
	} {
		t.Run(name, func(t *testing.T) {
			reference, err := artifacts.SecretReference(c.arn, c.key)
			assert.ErrorContains(t, err, c.want)
			assert.Empty(t, reference)
		})
	}
	_, err = artifacts.SecretReference("x", "")
	assert.ErrorContains(t, err, "is not a full one")
	assert.ErrorContains(t, err, "secret key is empty", "both problems in one report")
}

func TestParseRepository(t *testing.T) {
	for uri, want := range map[string]artifacts.Repository{
		registry + "/bash-dog-api": {Registry: registry, Account: "123456789012", Region: "us-east-2", Name: "bash-dog-api"},
		"123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn/team/a_b.c": {
			Registry: "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn", Account: "123456789012", Region: "cn-north-1", Name: "team/a_b.c",
		},
		"123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com/a": {
			Registry: "123456789012.dkr.ecr-fips.us-gov-west-1.amazonaws.com", Account: "123456789012", Region: "us-gov-west-1", Name: "a",
		},
	} {
		have, err := artifacts.ParseRepository(uri)
		require.NoError(t, err)
		assert.Equal(t, want, have)
		assert.Equal(t, uri, have.URI())
	}
	for _, uri := range []string{
		"", "nginx", registry, registry + "/", registry + "/Api", registry + "/api:latest", registry + "/api@sha256:0",
		"https://" + registry + "/api", "public.ecr.aws/nginx/nginx", registry + "/api\n", registry + "/a b",
	} {
		_, err := artifacts.ParseRepository(uri)
		assert.ErrorContains(t, err, "without tag or digest", uri)
	}
}

// TestTaskDefinitionRoundTrip: any environment survives, and equal values give equal text.
func TestTaskDefinitionRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		task := artifacts.TaskDefinition{Family: "a", ContainerDefinitions: []artifacts.ContainerDefinition{{
			Name:        "api",
			Image:       artifacts.ImagePlaceholder("api"),
			Environment: rapid.MapOfN(rapid.String(), rapid.String(), 1, 5).Draw(t, "environment"),
			Secrets:     rapid.MapOfN(rapid.String(), rapid.String(), 1, 5).Draw(t, "secrets"),
			Command:     rapid.SliceOfN(rapid.String(), 1, 3).Draw(t, "command"),
		}}}
		text, err := task.Render()
		require.NoError(t, err)
		var again artifacts.TaskDefinition
		require.NoError(t, json.Unmarshal([]byte(text), &again))
		assert.Equal(t, task, again)
		sameText, err := again.Render()
		require.NoError(t, err)
		assert.Equal(t, text, sameText)
		assert.Equal(t, 1, strings.Count(text, `"image": "<IMAGE:api>"`), "only the image's own place is one")

		containers, err := task.RenderContainers()
		require.NoError(t, err)
		var list []artifacts.ContainerDefinition
		require.NoError(t, json.Unmarshal([]byte(containers), &list))
		assert.Equal(t, task.ContainerDefinitions, list)
	})
}

func TestEnvironmentRefuses(t *testing.T) {
	task := artifacts.TaskDefinition{Family: "bash-dog", ContainerDefinitions: []artifacts.ContainerDefinition{
		{Name: "api", Environment: artifacts.Environment{"KEY": "\xff"}},
	}}
	_, err := task.Render()
	assert.ErrorContains(t, err, `environment variable "KEY" is not valid UTF-8`)
	assert.ErrorContains(t, err, "task definition bash-dog")

	var environment artifacts.Environment
	assert.ErrorContains(t, json.Unmarshal([]byte(`[{"name":"A","value":"1"},{"name":"A","value":"2"}]`), &environment), `"A" is given twice`)
	assert.Error(t, json.Unmarshal([]byte(`{"A":"1"}`), &environment))
	var secrets artifacts.Secrets
	assert.ErrorContains(t, json.Unmarshal([]byte(`[{"name":"A","valueFrom":"1"},{"name":"A","valueFrom":"2"}]`), &secrets), `"A" is given twice`)
	assert.Error(t, json.Unmarshal([]byte(`"A"`), &secrets))
}

func TestAppSpecRefuses(t *testing.T) {
	_, err := artifacts.AppSpec{
		ContainerPort:     70000,
		Network:           &artifacts.Network{Subnets: []string{"subnet-1"}},
		CapacityProviders: []artifacts.CapacityProvider{{Weight: 1}},
	}.Render()
	for _, want := range []string{
		`ContainerName ""`, "ContainerPort 70000", "1 subnets and 0 security groups", "CapacityProviders[0].Name",
	} {
		assert.ErrorContains(t, err, want)
	}
}

// TestAppSpecText: what YAML would read as something else stays the text it is.
func TestAppSpecText(t *testing.T) {
	text, err := artifacts.AppSpec{
		TaskDefinition: "arn:aws:ecs:us-east-2:123456789012:task-definition/bash-dog:7",
		ContainerName:  "1234", ContainerPort: 80, PlatformVersion: "1.4",
		Hooks: artifacts.Hooks{
			BeforeInstall: "a", AfterInstall: "true", AfterAllowTestTraffic: "c", BeforeAllowTraffic: "d",
			AfterAllowTraffic: "arn:aws:lambda:us-east-2:123456789012:function:e",
		},
	}.Render()
	require.NoError(t, err)
	var document struct {
		Resources []struct {
			TargetService struct {
				Properties struct {
					TaskDefinition   any            `yaml:"TaskDefinition"`
					PlatformVersion  any            `yaml:"PlatformVersion"`
					LoadBalancerInfo map[string]any `yaml:"LoadBalancerInfo"`
				} `yaml:"Properties"`
			} `yaml:"TargetService"`
		} `yaml:"Resources"`
		Hooks []map[string]any `yaml:"Hooks"`
	}
	require.NoError(t, yaml.Unmarshal([]byte(text), &document))
	properties := document.Resources[0].TargetService.Properties
	assert.Equal(t, "arn:aws:ecs:us-east-2:123456789012:task-definition/bash-dog:7", properties.TaskDefinition)
	assert.Equal(t, "1.4", properties.PlatformVersion)
	assert.Equal(t, map[string]any{"ContainerName": "1234", "ContainerPort": 80}, properties.LoadBalancerInfo)
	assert.Equal(t, []map[string]any{
		{"BeforeInstall": "a"}, {"AfterInstall": "true"}, {"AfterAllowTestTraffic": "c"}, {"BeforeAllowTraffic": "d"},
		{"AfterAllowTraffic": "arn:aws:lambda:us-east-2:123456789012:function:e"},
	}, document.Hooks)
}

func TestBuildSpecRefuses(t *testing.T) {
	_, err := artifacts.BuildSpec{
		Platform: "windows/amd64", ConfigSource: "config-output",
		Images: []artifacts.Image{
			{Container: "a b", Repository: "nginx", Target: "-x", Dockerfile: "../Dockerfile", Context: "-"},
			{Container: "api", Repository: registry + "/api", Context: "/", Dockerfile: "a\nb", BuildArgs: map[string]string{
				"2ND": "x", "LINES": "a\nb", "BYTES": "\xff", "SEPARATOR": "\u2028",
			}},
			{Container: "api", Repository: registry + "/api"},
		},
	}.Render()
	for _, want := range []string{
		`Platform "windows/amd64"`, `ConfigSource "config-output"`, `Images[0]: Container "a b"`, `repository "nginx"`,
		`Target "-x"`, `Dockerfile "../Dockerfile" is not a path within`, `Context "-" is not a path within`,
		`Images[1]: `, `Context "/" is not a path within`, `Dockerfile "a\nb" has a line break`, `"2ND" is not the name`,
		`BuildArgs: LINES "a\nb"`, `BuildArgs: BYTES "\xff"`, "BuildArgs: SEPARATOR",
		"Images[2] has the same Container api as Images[1]", "Images[2] has the same Repository " + registry + "/api as Images[1]",
	} {
		assert.ErrorContains(t, err, want)
	}
	_, err = artifacts.BuildSpec{}.Render()
	assert.ErrorContains(t, err, "Images is empty")
}

// TestBuildArgsReachDocker: any value on one line passes YAML and the shell unchanged.
func TestBuildArgsReachDocker(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		value := rapid.StringOf(rapid.RuneFrom([]rune(" '\"\\$`#:{}[]&|;<>()*?!~-=ä犬"))).Draw(t, "value")
		text, err := artifacts.BuildSpec{Images: []artifacts.Image{{
			Container: "api", Repository: registry + "/api", BuildArgs: map[string]string{"ARG": value},
		}}}.Render()
		require.NoError(t, err)
		var file buildSpecFile
		require.NoError(t, yaml.Unmarshal([]byte(text), &file))
		_, rest, _ := strings.Cut(file.Phases["build"].Commands[0], "BUILDKIT_INLINE_CACHE=1")
		rest, _, _ = strings.Cut(rest, "--platform linux")
		words, err := shell.Fields(rest, nil)
		require.NoError(t, err)
		assert.Equal(t, []string{"--build-arg", "ARG=" + value}, words)
	})
}
