package taskdef

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// sound is a definition without a defect, into which each row of a table puts one.
func sound(t *testing.T) string {
	t.Helper()
	content, err := os.ReadFile("testdata/taskdef.json")
	require.NoError(t, err)
	return string(content)
}

func TestReadsADefinition(t *testing.T) {
	d, problems := Parse("taskdef.json", []byte(sound(t)))
	require.Empty(t, problems)
	assert.Equal(t, "shop", d.Family)
	assert.Equal(t, []int{512, 1024, 30}, []int{d.CPU, d.Memory, d.Storage})
	assert.Equal(t, Platform{"X86_64", "LINUX"}, d.Platform)
	assert.True(t, d.Fargate())
	require.Len(t, d.Containers, 2)
	want := Container{
		Path: "containerDefinitions[1]", Name: "api", Image: "123456789012.dkr.ecr.us-east-2.amazonaws.com/shop/api:1", Essential: true,
		Ports: []Port{{8000, 0, "tcp"}}, StopTimeout: 30, Logs: Logs{Options: map[string]string{}},
		HealthCheck: &HealthCheck{[]string{"CMD-SHELL", "curl -f http://localhost:8000/ || exit 1"}, 10, 5, 3, 0},
	}
	assert.Empty(t, cmp.Diff(want, d.Containers[1]))
	assert.Equal(t, map[string]string{"web": d.Containers[0].Image, "api": want.Image}, d.Images())
	assert.Equal(t, 16, d.Line("containerDefinitions[0].cpu"))
	assert.Equal(t, 13, d.Line("containerDefinitions[0].user"), "what is not there is where it would be")
	assert.Equal(t, 1, d.Line("tags"))
	assert.Nil(t, d.Container("db"))
}

// wrong is a defect: the text that makes way, what comes instead, and the complaint. The complaint's line is that of at,
// which is the new text unless a row tells otherwise.
type wrong struct{ old, now, at, what, fix string }

var defects = []wrong{
	{`"family": "shop",`, `"familiy": "shop",`, `"familiy"`, `Unknown parameter in input: "familiy"`, `Write "family" instead`},
	{`"family": "shop",`, ``, `{`, `Missing required parameter in input: "family"`, `Add "family"`},
	{`"family": "shop"`, `"family": "my shop"`, "", "Family contains invalid characters", "letters, digits"},
	{`"family": "shop"`, `"family": 7`, "", "Invalid type for parameter family, value: 7, type: integer, valid types: string", `"7"`},
	{`"family": "shop",`, `"family": "shop", "revision": 4,`, "", `Unknown parameter in input: "revision"`, "describe-task-definition prints"},
	{`"family": "shop",`, `"family": "shop", "taskDefinitionArn": "a",`, "", `"taskDefinitionArn"`, "describe-task-definition prints"},
	{`"family": "shop",`, `"family": "shop", "status": "ACTIVE",`, "", `"status"`, "describe-task-definition prints"},
	{`"family": "shop",`, `"family": "shop", "requiresAttributes": [],`, "", `"requiresAttributes"`, "describe-task-definition prints"},
	{`"family": "shop",`, `"family": "shop", "compatibilities": [],`, "", `"compatibilities"`, "describe-task-definition prints"},
	{`"family": "shop",`, `"family": "shop", "registeredAt": 1,`, "", `"registeredAt"`, "describe-task-definition prints"},
	{`"family": "shop",`, `"family": "shop", "registeredBy": "a",`, "", `"registeredBy"`, "describe-task-definition prints"},
	{`"family": "shop",`, `"family": "shop", "image": "a",`, "", `"image"`, "into a container"},
	{`"family": "shop",`, `"family": "shop", "family": "shop",`, "", `"family" is given twice`, "Keep one"},
	{`role/shop-task"`, `user/shop-task"`, "", "Role is not valid: taskRoleArn", "ARN"},
	{`iam::123456789012:role/shop-execution`, `iam::<ACCOUNT>:role/shop-execution`, "", "Role is not valid: executionRoleArn", "ARN"},
	{`"networkMode": "awsvpc"`, `"networkMode": "awsVpc"`, "", `Invalid value "awsVpc" for networkMode`, `Write "awsvpc"`},
	{`"networkMode": "awsvpc"`, `"networkMode": "bridge"`, "", "Fargate only supports network mode 'awsvpc'.", "awsvpc"},
	{`["FARGATE"]`, `["Fargate"]`, "", "requiresCompatibilities[0]", `Write "FARGATE"`},
	{`["FARGATE"]`, `"FARGATE"`, "", "valid types: list", "list"},
	{`"cpu": "512"`, `"cpu": 512`, "", "Invalid type for parameter cpu, value: 512, type: integer, valid types: string", `in quotes: "512"`},
	{`"cpu": "512"`, `"cpu": "half"`, "", "Invalid 'cpu' setting for task", "1 vCPU"},
	{`"cpu": "512"`, `"cpu": "300"`, "", "No Fargate configuration exists for given values: 300 CPU, 1024 memory", "pair"},
	{`"memory": "1 GB"`, `"memory": "5000"`, `"cpu": "512"`, "No Fargate configuration exists for given values: 512 CPU, 5000 memory", "pair"},
	{`"memory": "1 GB",`, ``, `{`, "Fargate requires that 'memory' be defined at the task level.", "memory"},
	{`"memory": "1 GB"`, `"memory": "lots"`, "", "Invalid 'memory' setting for task", "2 GB"},
	{`"sizeInGiB": 30`, `"sizeInGiB": 20`, "", "it must be from 21 to 200", "21 to 200"},
	{`"cpuArchitecture": "X86_64"`, `"cpuArchitecture": "amd64"`, "", "enum value set: [X86_64, ARM64]", "one of"},
	{`"operatingSystemFamily": "LINUX"`, `"operatingSystemFamily": "linux"`, "", "operatingSystemFamily", `Write "LINUX"`},
	{`"name": "web"`, `"name": "web app"`, "", "Container.name contains invalid characters", "letters, digits"},
	{`"name": "web"`, `"name": ""`, "", "Container.name should not be null or empty.", "name"},
	{`"name": "web",`, ``, "    {", `Missing required parameter in containerDefinitions[0]: "name"`, `Add "name"`},
	{`"name": "web"`, `"name": "api"`, `"name": "api",` + "\n" + `      "image": "123456789012.dkr.ecr.us-east-2.amazonaws.com/shop/api:1"`, `The container name "api" is used twice`, "of its own"},
	{`shop/web@sha256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa`, `shop/web@sha256:abc`, "", "Container.image contains invalid characters", "digest"},
	{`"image": "123456789012.dkr.ecr.us-east-2.amazonaws.com/shop/api:1"`, `"image": "<IMAGE1_NAME>"`, "", "The placeholder <IMAGE1_NAME> was not replaced", "Replace <IMAGE1_NAME>"},
	{`"image": "123456789012.dkr.ecr.us-east-2.amazonaws.com/shop/api:1"`, `"image": ""`, "", "Container.image should not be null or empty.", "URI"},
	{`"image": "123456789012.dkr.ecr.us-east-2.amazonaws.com/shop/api:1",`, ``, "    {\n      \"name\": \"api\"", `Missing required parameter in containerDefinitions[1]: "image"`, `Add "image"`},
	{`"cpu": 256`, `"cpu": "256"`, "", "Invalid type for parameter containerDefinitions[0].cpu, value: \"256\", type: string, valid types: integer", "without quotes: 256"},
	{`"cpu": 256`, `"cpu": 2.5`, "", "type: number, valid types: integer", "integer"},
	{`"cpu": 256`, `"cpu": 1024`, `"cpu": "512"`, "exceeds that of the task, 512", "1024"},
	{`"memory": 512`, `"memory": 4096`, "", "exceeds that of the task, 1024 MiB", "1024"},
	{`"linuxParameters"`, `"memory": 900, "linuxParameters"`, `"memory": "1 GB"`, "reserve, 1156 MiB, exceeds that of the task, 1024 MiB", "1156"},
	{`"memoryReservation": 256`, `"memoryReservation": 600`, "", "exceeds the memory 512", "512"},
	{`"essential": true`, `"essential": "true"`, "", "valid types: boolean", "without quotes: true"},
	{`"essential": true`, `"essental": true`, "", `Unknown parameter in containerDefinitions[0]: "essental"`, `Write "essential"`},
	{`"essential": true`, `"family": "x"`, "", `Unknown parameter in containerDefinitions[0]: "family"`, "out of the container"},
	{`"protocol": "tcp"`, `"protocol": "TCP"`, "", "containerDefinitions[0].portMappings[0].protocol", `Write "tcp"`},
	{`"containerPort": 8080`, `"containerPort": "8080"`, "", "valid types: integer", "8080"},
	{`"containerPort": 8080`, `"containerPort": 80800`, "", "from 0 to 65535", "65535"},
	{`"containerPort": 8080`, `"containerPort": 0`, "", "Container port must be from 1 to 65535", "containerPort"},
	{`"containerPort": 8080`, `"containerPort": 8080, "hostPort": 80`, "", "the host ports and container ports in port mappings must match: 80 and 8080", "8080"},
	{`"containerPort": 8080`, `"containerPort": 8000`, `"portMappings": [{"containerPort": 8000}]`, "Port 8000/tcp of container api is already that of container web", "another port"},
	{`"containerPort": 8080, "protocol": "tcp"`, `"protocol": "tcp"`, "", "Container port must be", "containerPort"},
	{`"value": "production"`, `"value": 5`, "", "containerDefinitions[0].environment[1].value, value: 5", `"5"`},
	{`"value": "production"`, `"value": true`, "", "type: boolean, valid types: string", `"true"`},
	{`{"name": "MODE", "value": "production"}`, `{"key": "MODE", "value": "production"}`, "", `"key"`, `Remove "key"`},
	{`{"name": "MODE", "value"`, `{"name": "API", "value"`, `"API", "value": "production"`, "API of container web is given twice", "Keep one"},
	{`{"name": "MODE", "value"`, `{"name": "TOKEN", "value"`, `"valueFrom": "/shop/token"`, "such as 'TOKEN'", "Keep one"},
	{`http://localhost:8000"`, `http://api:8000"`, "", `"http://api:8000" reaches for container api by its name`, `Write "http://localhost:8000"`},
	{`http://localhost:8000"`, `postgres://user:pass@api/db"`, "", `reaches for container api`, `localhost`},
	{`http://localhost:8000"`, `api:8000"`, "", `"api:8000" reaches for container api`, `"localhost:8000"`},
	{`-AbCdEf:DATABASE_URL::`, `-AbCdEf:DATABASE_URL`, "", "unexpected ARN format with parameters", "AbCdEf:KEY::"},
	{`shop/environment-AbCdEf:`, `shop/environment:`, "", "lacks the random suffix", "AbCdEf:KEY::"},
	{`secret:shop/environment-AbCdEf:DATABASE_URL::`, `shop/environment-AbCdEf`, "", "the resource must be secret:", "ARN"},
	{`DATABASE_URL::`, `DATABASE_URL:AWSCURRENT:11111111-1111-1111-1111-111111111111`, "", "cannot be given together", "ARN"},
	{`arn:aws:secretsmanager:us-east-2:123456789012`, `arn:aws:secretsmanager:us-east-2:`, "", "the ARN is not complete", "ARN"},
	{`arn:aws:secretsmanager:`, `arn:aws:s3:`, "", "not from s3", "ARN"},
	{`"/shop/token"`, `"arn:aws:ssm:us-east-2:123456789012:param/x"`, "", "the resource must be parameter/", "ARN"},
	{`"/shop/token"`, `"shop token"`, "", "neither the ARN", "ARN"},
	{`"valueFrom": "/shop/token"`, `"value": "/shop/token"`, "", `Unknown parameter in containerDefinitions[0].secrets[1]: "value"`, "value"},
	{`"condition": "HEALTHY"`, `"condition": "healthy"`, "", "dependsOn[0].condition", `Write "HEALTHY"`},
	{`"condition": "HEALTHY"`, `"condition": "SUCCESS"`, "", "its end stops the task", `"essential": false on container api`},
	{`"containerName": "api"`, `"containerName": "db"`, "", `depends on "db", which is not in the task definition`, "Name a container"},
	{`"healthCheck":`, `"dependsOn": [{"containerName": "web", "condition": "START"}], "healthCheck":`, `"dependsOn": [{"containerName": "api"`, "in a circle: web -> api -> web", "Remove one"},
	{`"sourceVolume": "scratch"`, `"sourceVolume": "data"`, "", "Unknown volume 'data'.", "volumes"},
	{`"softLimit": 1024`, `"softLimit": 8192`, "", "exceeds its hardLimit 4096", "softLimit"},
	{`"name": "nofile"`, `"name": "files"`, "", "ulimits[0].name", "one of"},
	{`"stopTimeout": 30`, `"stopTimeout": 300`, "", "2 to 120 seconds", "120"},
	{`"readonlyRootFilesystem": true`, `"privileged": true`, "", "Fargate does not support the parameter containerDefinitions[0].privileged", "Remove"},
	{`"readonlyRootFilesystem": true`, `"links": ["api"]`, "", "containerDefinitions[0].links", "localhost"},
	{`"readonlyRootFilesystem": true`, `"hostname": "web"`, "", "containerDefinitions[0].hostname", "Remove"},
	{`"logDriver": "awslogs"`, `"logDriver": "json-file"`, "", "Fargate supports the log drivers awslogs, splunk and awsfirelens, not json-file", "awslogs"},
	{`"logDriver": "awslogs"`, `"logDriver": "awsfirelens"`, `"logConfiguration"`, "needs a container with a firelensConfiguration", "firelensConfiguration"},
	{`, "awslogs-stream-prefix": "web"`, ``, `"logConfiguration"`, "Log driver awslogs requires options", "awslogs-stream-prefix"},
	{`["CMD-SHELL", "curl`, `["curl", "curl`, "", "must start with CMD or CMD-SHELL", "Begin it"},
	{`["CMD-SHELL", "curl -f http://localhost:8000/ || exit 1"]`, `["CMD-SHELL"]`, "", "nothing behind CMD-SHELL", "what to run"},
	{`["CMD-SHELL", "curl -f http://localhost:8000/ || exit 1"]`, `["CMD-SHELL", "curl", "-f"]`, "", "CMD-SHELL takes one string", "Join"},
	{`["CMD-SHELL", "curl -f http://localhost:8000/ || exit 1"]`, `"curl"`, "", "valid types: list", "list"},
	{`"interval": 10`, `"interval": 1`, "", "from 5 to 300", "5 to 300"},
	{`"retries": 3`, `"retries": 11`, "", "from 1 to 10", "1 to 10"},
	{`"initProcessEnabled": true`, `"tmpfs": [{"containerPath": "/t", "size": 1}]`, "", "linuxParameters.tmpfs", "Remove"},
	{`"initProcessEnabled": true`, `"capabilities": {"add": ["NET_ADMIN"]}`, "", "SYS_PTRACE kernel capability, not NET_ADMIN", "Remove"},
	{`{"name": "scratch"}`, `{"name": "scratch", "host": {"sourcePath": "/data"}}`, "", "host.sourcePath", "Remove sourcePath"},
	{`"volumes":`, `"pidMode": "host", "volumes":`, "", "pidMode host", "task"},
}

func TestDefectsAreNamed(t *testing.T) {
	base := sound(t)
	for i, row := range defects {
		t.Run(fmt.Sprintf("%02d %s", i, row.now), func(t *testing.T) {
			require.Contains(t, base, row.old)
			content := strings.Replace(base, row.old, row.now, 1)
			_, problems := Parse("taskdef.json", []byte(content))
			found := complaint(problems, row.what)
			require.NotNil(t, found, "%v", problems)
			assert.Contains(t, found.Fix, row.fix)
			assert.Equal(t, "taskdef.json", found.File)
			at := row.at
			if at == "" {
				at = row.now
			}
			assert.Equal(t, 1+strings.Count(content[:strings.Index(content, at)], "\n"), found.Line)
		})
	}
}

func complaint(problems []verdict.Problem, what string) *verdict.Problem {
	for _, p := range problems {
		if strings.Contains(p.What, what) {
			return &p
		}
	}
	return nil
}

func TestSyntaxErrorsHaveALine(t *testing.T) {
	for content, line := range map[string]int{
		"{\n  \"family\": \"a\",\n}":              3,
		"{\n  \"family\": \"a\"\n  \"cpu\": 1\n}": 3,
		"{\n  // comment\n}":                      2,
		"{\n":                                     1,
		"":                                        1,
		"{}\n{}":                                  2,
	} {
		d, problems := Parse("taskdef.json", []byte(content))
		assert.Nil(t, d, content)
		require.Len(t, problems, 1, content)
		assert.Contains(t, problems[0].What, "not valid JSON")
		assert.Equal(t, line, problems[0].Line, content)
	}
}

func TestNoObject(t *testing.T) {
	for _, content := range []string{"[]", `"x"`, "1", "null"} {
		d, problems := Parse("taskdef.json", []byte(content))
		assert.Nil(t, d)
		require.Len(t, problems, 1)
		assert.Contains(t, problems[0].What, "not an object")
	}
}

// Values of wrong types everywhere are problems, never a panic.
func TestAnyJSONIsRead(t *testing.T) {
	for _, v := range []string{"null", "1", `"x"`, "true", "[]", "{}", "[null]", "[1]", `[{}]`, `[["x"]]`} {
		for key, s := range task.members {
			_, problems := Parse("f", fmt.Appendf(nil, `{"%s": %s}`, key, v))
			assert.NotEmpty(t, problems, "%s %v", key, s.kind)
		}
		for key := range container.members {
			_, problems := Parse("f", fmt.Appendf(nil, `{"containerDefinitions": [{"%s": %s}]}`, key, v))
			assert.NotEmpty(t, problems, key)
		}
	}
}

func TestAllProblemsAtOnce(t *testing.T) {
	content := strings.NewReplacer(`"cpu": "512"`, `"cpu": 512`, `"essential": true`, `"essential": 1`, `"interval": 10`, `"interval": 1`).Replace(sound(t))
	_, problems := Parse("taskdef.json", []byte(content))
	var lines []int
	for _, p := range problems {
		lines = append(lines, p.Line)
	}
	assert.Equal(t, []int{7, 19, 43}, lines)
}

func TestFargateSizes(t *testing.T) {
	for size, want := range map[string]bool{
		"256 512": true, "256 1024": true, "256 1536": false, "256 2048": true, "256 3072": false, "512 1024": true, "512 512": false,
		"1024 8192": true, "1024 9216": false, "2048 4096": true, "4096 30720": true, "8192 16384": true, "8192 17408": false,
		"16384 122880": true, "16384 40960": true, "128 512": false,
	} {
		var cpu, memory int
		_, err := fmt.Sscan(size, &cpu, &memory)
		require.NoError(t, err)
		assert.Equal(t, want, fits(cpu, memory), size)
	}
}

func TestSiblingsAreOnlyHosts(t *testing.T) {
	sibling := Container{Name: "api", Ports: []Port{{8000, 0, "tcp"}}}
	for value, want := range map[string]string{
		"http://api:8000": "http://api:8000", "http://api/": "http://api", "redis://:secret@api:6379/0": "redis://:secret@api:6379",
		"proxy_pass http://api:8000;": "http://api:8000", "server api:8000;": "api:8000", "api:8000,api:8000": "api:8000",
		"http://api.example.com": "", "https://example.com/api:8000": "", "api": "", "api:80,worker:10": "", "http://localhost/api/": "",
		"http://my-api:8000": "", "registry/api:8000": "",
	} {
		assert.Equal(t, want, reaches(value, sibling), value)
	}
}

func TestReferences(t *testing.T) {
	const secret = "arn:aws:secretsmanager:us-east-2:123456789012:secret:shop/env-AbCdEf"
	const parameter = "arn:aws:ssm:us-east-2:123456789012:parameter/shop/token"
	for written, want := range map[string]Reference{
		secret:                {Service: "secretsmanager", ARN: secret},
		secret + ":KEY::":     {Service: "secretsmanager", ARN: secret, Key: "KEY"},
		secret + "::OLD:":     {Service: "secretsmanager", ARN: secret, Stage: "OLD"},
		secret + ":KEY::some": {Service: "secretsmanager", ARN: secret, Key: "KEY", Version: "some"},
		parameter:             {Service: "ssm", ARN: parameter, Name: "shop/token"},
		"/shop/token":         {Service: "ssm", Name: "/shop/token"},
	} {
		got, err := ParseReference(written)
		require.NoError(t, err, written)
		assert.Equal(t, want, got)
	}
}

func TestFargateNeedsAnExecutionRole(t *testing.T) {
	content := regexp.MustCompile(`"executionRoleArn": "[^"]*",`).ReplaceAllString(sound(t), "")
	_, problems := Parse("taskdef.json", []byte(content))
	require.Len(t, problems, 3)
	for i, part := range []string{"ECR images", "log driver awslogs", "container secrets"} {
		assert.Contains(t, problems[i].What, part)
	}
}

func TestOneEssentialContainer(t *testing.T) {
	content := strings.NewReplacer(`"essential": true`, `"essential": false`, `"linuxParameters"`, `"essential": false, "linuxParameters"`).Replace(sound(t))
	_, problems := Parse("taskdef.json", []byte(content))
	require.Len(t, problems, 1)
	assert.Contains(t, problems[0].What, "At least one container must be essential")
}

// What the component renders has no defect, once a build has put its images in.
func TestRenderedFilesAreSound(t *testing.T) {
	files, err := filepath.Glob("../../../components/bluegreen/testdata/files/*/taskdef.json")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	image := regexp.MustCompile(`<IMAGE:([a-z0-9-]+)>`)
	for _, file := range files {
		content, err := os.ReadFile(file)
		require.NoError(t, err)
		_, problems := Parse(file, image.ReplaceAll(content, []byte("123456789012.dkr.ecr.us-east-2.amazonaws.com/dog/$1:1")))
		assert.Empty(t, problems)
		_, problems = Parse(file, content)
		assert.NotEmpty(t, problems, "the placeholders are not replaced")
	}
}

// Whatever the text, each problem says something about a line that is there.
func FuzzParse(f *testing.F) {
	content, err := os.ReadFile("testdata/taskdef.json")
	require.NoError(f, err)
	f.Add(content)
	f.Add([]byte(`{"containerDefinitions": [{"dependsOn": [{"containerName": "", "condition": "START"}]}]}`))
	f.Fuzz(func(t *testing.T, content []byte) {
		d, problems := Parse("taskdef.json", content)
		for _, p := range problems {
			if p.What == "" || p.Line < 1 || p.Line > 1+strings.Count(string(content), "\n") {
				t.Errorf("%+v", p)
			}
		}
		if d != nil {
			_ = d.Line("containerDefinitions[0].image")
		} else if len(problems) == 0 {
			t.Error("neither a definition nor a problem")
		}
	})
}
