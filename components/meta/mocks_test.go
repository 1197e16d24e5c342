package meta

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
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

func (m *mocked) run(program func(ctx *pulumi.Context) error) error {
	return pulumi.RunErr(program, pulumi.WithMocks("container-pipeline", "meta", m))
}

// deploy makes the pipeline "deployer" and gives what it consists of.
func deploy(t *testing.T, args *PipelineArgs) *mocked {
	t.Helper()
	m := &mocked{}
	require.NoError(t, m.run(func(ctx *pulumi.Context) error {
		_, err := NewPipeline(ctx, "deployer", args)
		return err
	}))
	return m
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

// mockOutputs are what AWS adds to a resource, in its formats where the components read them.
func mockOutputs(token, name string, inputs resource.PropertyMap) map[string]string {
	const account = "123456789012"
	physical := name
	if given, ok := inputs["name"]; ok && given.IsString() {
		physical = given.StringValue()
	}
	arn := func(service, rest string) string { return "arn:aws:" + service + ":us-east-2:" + account + ":" + rest }
	kind := token[strings.LastIndex(token, ":")+1:]
	outputs := map[string]string{"arn": arn("mock", kind+"/"+physical), "name": physical}
	switch kind {
	case "BucketV2":
		outputs["bucket"], outputs["arn"] = physical+"-1a2b3c4", "arn:aws:s3:::"+physical+"-1a2b3c4"
	case "Policy":
		outputs["arn"] = "arn:aws:iam::" + account + ":policy/" + physical
	case "Role":
		outputs["arn"] = "arn:aws:iam::" + account + ":role/" + physical
	case "Key":
		outputs["keyId"] = "1234abcd-12ab-34cd-56ef-1234567890ab"
		outputs["arn"] = arn("kms", "key/"+outputs["keyId"])
	case "LogGroup":
		outputs["arn"] = arn("logs", "log-group:"+physical)
	case "Project":
		outputs["arn"] = arn("codebuild", "project/"+physical)
	case "Pipeline":
		outputs["arn"] = arn("codepipeline", physical)
	case "Connection":
		outputs["arn"] = arn("codestar-connections", "connection/7d2469ff-514a-4e4f-9003-5ca4a43cdc41")
	case "Topic":
		outputs["arn"] = arn("sns", physical)
	}
	return outputs
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

// all are the resources of a type, as "Role".
func (m *mocked) all(kind string) []registered {
	var found []registered
	for _, r := range m.resources {
		if strings.HasSuffix(r.Type, ":"+kind) {
			found = append(found, r)
		}
	}
	return found
}

// resource is the one of a type, as "Role", and a name.
func (m *mocked) resource(t *testing.T, kind, name string) registered {
	t.Helper()
	for _, r := range m.all(kind) {
		if r.Name == name {
			return r
		}
	}
	require.Failf(t, "not registered", "%s %s", kind, name)
	return registered{}
}

// text of an input.
func (r registered) text(t *testing.T, input string) string {
	t.Helper()
	value := r.Inputs[resource.PropertyKey(input)]
	require.Truef(t, value.IsString(), "%s of %s is no text: %v", input, r.Name, value)
	return value.StringValue()
}

// plain gives all inputs as plain Go values.
func (r registered) plain() map[string]any { return r.Inputs.Mappable() }

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
	assert.Equal(t, string(want), text.String(), "run go test ./components/meta -update if this is meant")
}
