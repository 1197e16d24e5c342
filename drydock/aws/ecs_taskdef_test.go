package aws

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

func containersOf(text string) sim.Values { return sim.Values{"containerDefinitions": text} }

func TestTaskDefinitionRefuses(t *testing.T) {
	w := newWorld(t)
	w.refuses(ecsTaskDefinitionType, webTask(), []refusal{
		{"family", sim.Values{"family": "my shop"}, "letters, digits, hyphens and underscores"},
		{"size", sim.Values{"memory": "256"}, "No Fargate configuration exists for given values: 256 CPU, 256 memory"},
		{"size between the steps", sim.Values{"cpu": "8192", "memory": "17408"}, "No Fargate configuration exists"},
		{"no cpu", sim.Values{"cpu": nil}, "Fargate requires that 'cpu' be defined at the task level."},
		{"network mode", sim.Values{"networkMode": "bridge"}, "Fargate only supports network mode 'awsvpc'"},
		{"platform", sim.Values{"runtimePlatform": map[string]any{"cpuArchitecture": "arm64"}}, "expected one of X86_64, ARM64"},
		{"storage", sim.Values{"ephemeralStorage": map[string]any{"sizeInGib": 20.0}}, "between 21 and 200"},
		{"role", sim.Values{"executionRoleArn": "arn:aws:iam::123456789012:role/gone"}, "Role is not valid"},
		{"not a role", sim.Values{"taskRoleArn": "app"}, "the ARN of an IAM role"},
		{"several problems at once", sim.Values{"cpu": nil, "memory": nil}, "'memory' be defined"},

		{"no JSON", containersOf(`[`), "container_definitions is invalid"},
		{"no container", containersOf(`[]`), "at least 1 elements"},
		{"unknown key", containersOf(`[{"name":"a","image":"a","ports":[80]}]`), "containerDefinitions[0].ports: unknown property"},
		{"a text as number", containersOf(`[{"name":"a","image":"a","cpu":"10"}]`), "containerDefinitions[0].cpu: must be a number"},
		{"name", containersOf(`[{"name":"a b","image":"a"}]`), "containerDefinitions[0].name"},
		{"no image", containersOf(`[{"name":"a"}]`), "containerDefinitions[0].image: missing"},
		{"name twice", containersOf(`[{"name":"a","image":"a"},{"name":"a","image":"a"}]`), "duplicate values: a"},
		{"port twice", containersOf(`[{"name":"a","image":"a","portMappings":[{"containerPort":80}]},{"name":"b","image":"b","portMappings":[{"containerPort":80}]}]`),
			"The host port 80/tcp of container 'b' is taken by 'a'"},
		{"host port", containersOf(`[{"name":"a","image":"a","portMappings":[{"containerPort":80,"hostPort":8080}]}]`), "the host ports and container ports in port mappings must match"},
		{"nothing essential", containersOf(`[{"name":"a","image":"a","essential":false}]`), "at least one container must be essential"},
		{"secret without the empty parts", containersOf(`[{"name":"a","image":"a","secrets":[{"name":"K","valueFrom":"arn:aws:secretsmanager:us-east-2:123456789012:secret:s-AbCdEf:K"}]}]`),
			"leave a part empty but keep its colon"},
		{"secret and plain", containersOf(`[{"name":"a","image":"a","environment":[{"name":"K","value":"v"}],"secrets":[{"name":"K","valueFrom":"k"}]}]`), "must be unique and not shared"},
		{"log option", containersOf(`[{"name":"a","image":"a","logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"g","awslogs-region":"r","group":"g"}}}]`),
			"Log driver awslogs disallows options: group"},
		{"no log group", containersOf(`[{"name":"a","image":"a","logConfiguration":{"logDriver":"awslogs"}}]`), "requires options: awslogs-group"},
		{"log driver", containersOf(`[{"name":"a","image":"a","logConfiguration":{"logDriver":"syslog"}}]`), "Fargate supports log drivers"},
		{"health interval", containersOf(`[{"name":"a","image":"a","healthCheck":{"command":["CMD","x"],"interval":4}}]`), "between 5 and 300"},
		{"health command", containersOf(`[{"name":"a","image":"a","healthCheck":{"command":["curl localhost"]}}]`), "must begin with CMD or CMD-SHELL"},
		{"depends on nobody", containersOf(`[{"name":"a","image":"a","dependsOn":[{"containerName":"b","condition":"START"}]}]`), "depends on unknown container 'b'"},
		{"healthy without check", containersOf(`[{"name":"a","image":"a","dependsOn":[{"containerName":"b","condition":"HEALTHY"}]},{"name":"b","image":"b"}]`), "'b' has no healthCheck"},
		{"circle", containersOf(`[{"name":"a","image":"a","dependsOn":[{"containerName":"b","condition":"START"}]},{"name":"b","image":"b","dependsOn":[{"containerName":"a","condition":"START"}]}]`),
			"a -> b -> a"},
		{"memory together", containersOf(`[{"name":"a","image":"a","memory":300},{"name":"b","image":"b","memory":300}]`), "The memory that all containers reserve together, 600 MiB"},
		{"cpu together", containersOf(`[{"name":"a","image":"a","cpu":200},{"name":"b","image":"b","cpu":200}]`), "The cpu units of all containers together, 400"},
		{"privileged", containersOf(`[{"name":"a","image":"a","privileged":true}]`), "privileged is not supported on Fargate"},
		{"unknown volume", containersOf(`[{"name":"a","image":"a","mountPoints":[{"sourceVolume":"v","containerPath":"/v"}]}]`), "Unknown volume 'v'"},
	})
	w.refuses(ecsTaskDefinitionType, with(webTask(), sim.Values{"executionRoleArn": nil}), []refusal{
		{"ECR image", containersOf(`[{"name":"a","image":"123456789012.dkr.ecr.us-east-2.amazonaws.com/a:1"}]`), "execution role ARN to support ECR images."},
		{"awslogs", containersOf(`[{"name":"a","image":"a","logConfiguration":{"logDriver":"awslogs","options":{"awslogs-group":"g","awslogs-region":"r"}}}]`), "execution role ARN to support log driver awslogs."},
		{"secrets", containersOf(`[{"name":"a","image":"a","secrets":[{"name":"K","valueFrom":"k"}]}]`), "execution role ARN to support secrets."},
	})
}

func TestTaskDefinitionAccepts(t *testing.T) {
	w := newWorld(t)
	for name, set := range map[string]sim.Values{
		"sizes in words": {"cpu": ".5 vCPU", "memory": "1 GB"},
		"a secret's key": containersOf(`[{"name":"a","image":"a","secrets":[{"name":"K","valueFrom":"arn:aws:secretsmanager:us-east-2:123456789012:secret:shop/env-AbCdEf:K::"}]}]`),
		"a digest":       containersOf(`[{"name":"a","image":"123456789012.dkr.ecr.us-east-2.amazonaws.com/shop/web@` + digestA + `"}]`),
		"a null":         containersOf(`[{"name":"a","image":"a","command":null}]`),
		"tcp and udp":    containersOf(`[{"name":"a","image":"a","portMappings":[{"containerPort":53,"protocol":"tcp"},{"containerPort":53,"protocol":"udp"}]}]`),
		"waits": containersOf(`[{"name":"a","image":"a","dependsOn":[{"containerName":"init","condition":"SUCCESS"},{"containerName":"b","condition":"HEALTHY"}]},` +
			`{"name":"init","image":"i","essential":false},{"name":"b","image":"b","healthCheck":{"command":["CMD-SHELL","true"]}}]`),
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := w.Create(ecsTaskDefinitionType, "right", with(webTask(), set))
			require.NoError(t, err)
		})
	}
}

func TestRevisionsCountOn(t *testing.T) {
	w := newWorld(t)
	id, first := w.made(ecsTaskDefinitionType, webTask())
	require.Equal(t, "shop", id, "the id is the family")
	require.Equal(t, "arn:aws:ecs:us-east-2:123456789012:task-definition/shop:1", first.Str("arn"))
	require.Equal(t, "arn:aws:ecs:us-east-2:123456789012:task-definition/shop", first.Str("arnWithoutRevision"))
	_, second := w.made(ecsTaskDefinitionType, webTask())
	require.Equal(t, 2.0, second.Num("revision"))

	require.NoError(t, w.Delete(ecsTaskDefinitionType, second.Str("arn")))
	_, third := w.made(ecsTaskDefinitionType, webTask())
	require.Equal(t, 3.0, third.Num("revision"), "a deregistered revision's number is never given again")

	_, err := activeTaskDefinition(w.cloud, testScope, "shop:2")
	require.ErrorContains(t, err, "TaskDefinition is inactive")
	require.NotNil(t, runningTaskDefinition(w.cloud, testScope, "shop:2"), "a service may still run it")
	_, err = activeTaskDefinition(w.cloud, testScope, "shop:9")
	require.ErrorContains(t, err, "TaskDefinition not found")
	latest, err := activeTaskDefinition(w.cloud, testScope, "shop")
	require.NoError(t, err)
	require.Equal(t, 3.0, latest.Outputs.Num("revision"))
}

func TestSkipDestroyLeavesTheRevisionActive(t *testing.T) {
	w := newWorld(t)
	_, out := w.made(ecsTaskDefinitionType, with(webTask(), sim.Values{"skipDestroy": true}))
	require.NoError(t, w.Delete(ecsTaskDefinitionType, out.Str("arn")))
	_, err := activeTaskDefinition(w.cloud, testScope, "shop:1")
	require.NoError(t, err)
}

func TestTaskDefinitionEdits(t *testing.T) {
	w := newWorld(t)
	base := with(webTask(), containersOf(`[{"name":"a","image":"a","environment":[{"name":"X","value":"1"},{"name":"Y","value":"2"}],`+
		`"portMappings":[{"containerPort":80}],"healthCheck":{"command":["CMD","x"]}},{"name":"b","image":"b"}]`))
	_, out := w.made(ecsTaskDefinitionType, base)
	w.edits(ecsTaskDefinitionType, out.Str("arn"), base, []edit{
		{"order, defaults and empty lists", containersOf(`[{"name":"b","image":"b","essential":true,"cpu":0,"command":[]},{"name":"a","image":"a","environment":[{"name":"Y","value":"2"},{"name":"X","value":"1"}],` +
			`"portMappings":[{"containerPort":80,"hostPort":80,"protocol":"tcp"}],"healthCheck":{"command":["CMD","x"],"interval":30,"retries":3,"timeout":5}}]`), nil, nil},
		{"a value", containersOf(`[{"name":"a","image":"a2"}]`), []string{"containerDefinitions"}, nil},
		{"tags", sim.Values{"tags": map[string]any{"a": "b"}}, nil, []string{"tags"}},
		{"size", sim.Values{"memory": "1024"}, []string{"memory"}, nil},
		{"track", sim.Values{"trackLatest": true}, nil, []string{"trackLatest"}},
	})
}

func TestTrackLatestFollowsTheFamily(t *testing.T) {
	w := newWorld(t)
	_, out := w.made(ecsTaskDefinitionType, with(webTask(), sim.Values{"trackLatest": true}))
	r := w.cloud.Get(ecsTaskDefinitionType, testScope, out.Str("arn"))
	require.NoError(t, w.cloud.Locked(func() error {
		_, err := addRevision(w.cloud, r, `[{"name":"web","image":"new"}]`)
		return err
	}))
	in, now, err := w.Read(ecsTaskDefinitionType, out.Str("arn"))
	require.NoError(t, err)
	require.Equal(t, 2.0, now.Num("revision"))
	require.Contains(t, in.Str("containerDefinitions"), "new")
}
