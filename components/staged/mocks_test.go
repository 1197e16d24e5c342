package staged

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the golden files anew")

// mocked is what a program registered.
type mocked struct {
	mu        sync.Mutex
	resources []registered
}

// registered is a resource as the engine would see it.
type registered struct {
	Type, Name string
	Inputs     resource.PropertyMap
	Request    *pulumirpc.RegisterResourceRequest
}

// deploy makes the pipeline "site" and gives it with what it consists of.
func deploy(t *testing.T, args *PipelineArgs) (*Pipeline, *mocked) {
	t.Helper()
	m := &mocked{}
	var made *Pipeline
	require.NoError(t, m.run(func(ctx *pulumi.Context) error {
		var err error
		made, err = NewPipeline(ctx, "site", args)
		return err
	}))
	return made, m
}

func (m *mocked) run(program func(ctx *pulumi.Context) error) error {
	return pulumi.RunErr(program, pulumi.WithMocks("container-pipeline", "test", m))
}

func (m *mocked) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.resources = append(m.resources, registered{args.TypeToken, args.Name, args.Inputs, args.RegisterRPC})
	outputs := args.Inputs.Copy()
	for key, value := range mockOutputs(args.TypeToken, args.Name, args.Inputs) {
		if _, given := outputs[resource.PropertyKey(key)]; !given {
			outputs[resource.PropertyKey(key)] = resource.NewStringProperty(value)
		}
	}
	return args.Name + "-id", outputs, nil
}

// mockOutputs are what a cloud adds to a resource, in the cloud's formats where the components read them.
func mockOutputs(token, name string, inputs resource.PropertyMap) map[string]string {
	for _, key := range []resource.PropertyKey{"name", "repositoryName"} {
		if given, ok := inputs[key]; ok && given.IsString() {
			name = given.StringValue()
		}
	}
	arn := func(service, rest string) map[string]string {
		return map[string]string{"arn": "arn:aws:" + service + ":us-east-2:123456789012:" + rest, "name": name}
	}
	switch token {
	case "aws:s3/bucketV2:BucketV2":
		return map[string]string{"bucket": name + "-1a2b3c4", "arn": "arn:aws:s3:::" + name + "-1a2b3c4"}
	case "aws:cloudwatch/logGroup:LogGroup":
		return arn("logs", "log-group:"+name)
	case "aws:codepipeline/pipeline:Pipeline":
		return arn("codepipeline", name)
	case "aws:codebuild/project:Project":
		return arn("codebuild", "project/"+name)
	case "aws:codecommit/repository:Repository":
		outputs := arn("codecommit", name)
		outputs["cloneUrlHttp"] = "https://git-codecommit.us-east-2.amazonaws.com/v1/repos/" + name
		return outputs
	case "aws:codestarconnections/connection:Connection":
		return arn("codestar-connections", "connection/7d2469ff-514a-4e4f-9003-5ca4a43cdc41")
	case "aws:sns/topic:Topic":
		return arn("sns", name)
	case "aws:iam/role:Role":
		return map[string]string{"arn": "arn:aws:iam::123456789012:role/" + name, "name": name}
	}
	return map[string]string{"name": name}
}

func (m *mocked) Call(args pulumi.MockCallArgs) (resource.PropertyMap, error) {
	answers := map[string]map[string]any{
		"aws:index/getPartition:getPartition":           {"partition": "aws", "dnsSuffix": "amazonaws.com"},
		"aws:index/getRegion:getRegion":                 {"name": "us-east-2"},
		"aws:index/getCallerIdentity:getCallerIdentity": {"accountId": "123456789012"},
	}
	if answer, ok := answers[args.Token]; ok {
		return resource.NewPropertyMapFromMap(answer), nil
	}
	return nil, fmt.Errorf("no answer for %s", args.Token)
}

// names are all resources of a type, by their logical names, sorted.
func (m *mocked) names(kind string) []string {
	var found []string
	for _, r := range m.resources {
		if strings.HasSuffix(r.Type, ":"+kind) {
			found = append(found, r.Name)
		}
	}
	slices.Sort(found)
	return found
}

// resource is the one of a type with the logical name.
func (m *mocked) resource(t *testing.T, kind, name string) registered {
	t.Helper()
	for _, r := range m.resources {
		if strings.HasSuffix(r.Type, ":"+kind) && r.Name == name {
			return r
		}
	}
	require.Failf(t, "not registered", "%s %s, but %s", kind, name, m.names(kind))
	return registered{}
}

// plain gives all inputs as plain Go values.
func (r registered) plain() map[string]any { return r.Inputs.Mappable() }

// pipeline is the stages of the CodePipeline by name, and their names in order.
func (m *mocked) pipeline(t *testing.T) (order []string, actions map[string][]map[string]any) {
	t.Helper()
	actions = map[string][]map[string]any{}
	for _, s := range m.resource(t, "Pipeline", "site-pipeline").plain()["stages"].([]any) {
		stage := s.(map[string]any)
		name := stage["name"].(string)
		order = append(order, name)
		for _, a := range stage["actions"].([]any) {
			actions[name] = append(actions[name], a.(map[string]any))
		}
	}
	return order, actions
}

// variables of a project, by name.
func (m *mocked) variables(t *testing.T, project string) map[string]any {
	t.Helper()
	values := map[string]any{}
	list, _ := m.resource(t, "Project", project).plain()["environment"].(map[string]any)["environmentVariables"].([]any)
	for _, v := range list {
		values[v.(map[string]any)["name"].(string)] = v.(map[string]any)["value"]
	}
	return values
}

// goldenPolicies compares the policies of all roles with a file of testdata each: what they may do, and who may take
// them on.
func goldenPolicies(t *testing.T, dir string, m *mocked) {
	t.Helper()
	for _, name := range m.names("RolePolicy") {
		goldenJSON(t, filepath.Join(dir, name+".json"), m.resource(t, "RolePolicy", name).Inputs["policy"].StringValue())
		goldenJSON(t, filepath.Join(dir, name+".trust.json"), m.resource(t, "Role", name).Inputs["assumeRolePolicy"].StringValue())
	}
}

// goldenJSON compares a document with a file of testdata, both indented.
func goldenJSON(t *testing.T, file, document string) {
	t.Helper()
	var text bytes.Buffer
	require.NoError(t, json.Indent(&text, []byte(document), "", "  "), document)
	text.WriteByte('\n')
	path := filepath.Join("testdata", file)
	if *update {
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o755))
		require.NoError(t, os.WriteFile(path, text.Bytes(), 0o644))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	assert.Equal(t, string(want), text.String(), "run go test ./components/staged -update if this is meant")
}

// await gives the value of an output.
func await(output pulumi.Output) any {
	values := make(chan any, 1)
	pulumi.All(output).ApplyT(func(all []any) any {
		values <- all[0]
		return nil
	})
	return <-values
}
