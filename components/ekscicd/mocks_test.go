package ekscicd

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

// The two accounts of the tests. Who gives the provider "workload" is in the second.
const (
	operationsAccount = "111111111111"
	workloadAccount   = "222222222222"
)

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

// mock runs a program and requires it to succeed.
func mock(t *testing.T, program func(ctx *pulumi.Context) error) *mocked {
	t.Helper()
	m := &mocked{}
	require.NoError(t, m.run(program))
	return m
}

func (m *mocked) run(program func(ctx *pulumi.Context) error) error {
	return pulumi.RunErr(program, pulumi.WithMocks("container-pipeline", "test", m))
}

func (m *mocked) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.resources = append(m.resources, registered{args.TypeToken, args.Name, args.Inputs, args.RegisterRPC})
	outputs := args.Inputs.Copy()
	for key, value := range mockOutputs(accountOf(args.Provider), args.TypeToken, args.Name, args.Inputs) {
		if _, given := outputs[resource.PropertyKey(key)]; !given {
			outputs[resource.PropertyKey(key)] = resource.NewStringProperty(value)
		}
	}
	return args.Name + "-id", outputs, nil
}

// mockOutputs are what AWS adds to a resource, in its formats where the components read them.
func mockOutputs(account, token, name string, inputs resource.PropertyMap) map[string]string {
	physical := name
	if given, ok := inputs["name"]; ok && given.IsString() {
		physical = given.StringValue()
	}
	arn := func(service, rest string) string { return "arn:aws:" + service + ":us-east-2:" + account + ":" + rest }
	outputs := map[string]string{"name": physical}
	switch token[strings.LastIndex(token, ":")+1:] {
	case "Repository":
		outputs["arn"] = arn("ecr", "repository/"+physical)
		outputs["repositoryUrl"] = account + ".dkr.ecr.us-east-2.amazonaws.com/" + physical
	case "BucketV2":
		outputs["bucket"], outputs["arn"] = physical+"-1a2b3c4", "arn:aws:s3:::"+physical+"-1a2b3c4"
	case "LogGroup":
		outputs["arn"] = arn("logs", "log-group:"+physical)
	case "Role":
		outputs["arn"] = "arn:aws:iam::" + account + ":role/" + physical
	case "Project":
		outputs["arn"] = arn("codebuild", "project/"+physical)
	case "Pipeline":
		outputs["arn"] = arn("codepipeline", physical)
	case "Connection":
		outputs["arn"] = arn("codestar-connections", "connection/7d2469ff-514a-4e4f-9003-5ca4a43cdc41")
	case "SourceCredential":
		outputs["arn"] = arn("codebuild", "token/github")
	}
	return outputs
}

// accountOf is the account that a provider, by its reference, is in.
func accountOf(provider string) string {
	if strings.Contains(provider, "::workload::") {
		return workloadAccount
	}
	return operationsAccount
}

func (m *mocked) Call(args pulumi.MockCallArgs) (resource.PropertyMap, error) {
	answers := map[string]map[string]any{
		"aws:index/getPartition:getPartition":           {"partition": "aws", "dnsSuffix": "amazonaws.com"},
		"aws:index/getRegion:getRegion":                 {"name": "us-east-2"},
		"aws:index/getCallerIdentity:getCallerIdentity": {"accountId": accountOf(args.Provider)},
		"aws:ssm/getParameter:getParameter":             {"value": "ghp_secret", "name": "/ci/token"},
	}
	if answer, ok := answers[args.Token]; ok {
		return resource.NewPropertyMapFromMap(answer), nil
	}
	return nil, fmt.Errorf("no answer for %s", args.Token)
}

// children are all resources but components, each as "<Type> <name>", sorted.
func (m *mocked) children() []string {
	var found []string
	for _, r := range m.resources {
		if strings.HasPrefix(r.Type, "aws:") {
			found = append(found, r.Type[strings.LastIndex(r.Type, ":")+1:]+" "+r.Name)
		}
	}
	slices.Sort(found)
	return found
}

// resource is the one of a type, written as in children, and a name.
func (m *mocked) resource(t *testing.T, kind, name string) registered {
	t.Helper()
	for _, r := range m.resources {
		if strings.HasSuffix(r.Type, ":"+kind) && r.Name == name {
			return r
		}
	}
	require.Failf(t, "not registered", "%s %s is not among %v", kind, name, m.children())
	return registered{}
}

// plain gives all inputs as plain Go values.
func (r registered) plain() map[string]any { return r.Inputs.Mappable() }

// goldenRole compares a role's policy and trust with the files <file>.json and <file>.trust.json of testdata/policies.
func (m *mocked) goldenRole(t *testing.T, role, file string) {
	t.Helper()
	golden(t, "policies/"+file+".json", m.resource(t, "RolePolicy", role).plain()["policy"].(string))
	golden(t, "policies/"+file+".trust.json", m.resource(t, "Role", role).plain()["assumeRolePolicy"].(string))
}

// golden compares a document with a file of testdata, both indented.
func golden(t *testing.T, file, document string) {
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
	assert.Equal(t, string(want), text.String(), "run go test ./components/ekscicd -update if this is meant")
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

// variables of a CodeBuild project, by name.
func variables(project registered) map[string]string {
	found := map[string]string{}
	for _, v := range project.plain()["environment"].(map[string]any)["environmentVariables"].([]any) {
		found[v.(map[string]any)["name"].(string)] = v.(map[string]any)["value"].(string)
	}
	return found
}

// refused requires all the problems to be reported at once, and nothing to be made.
func refused(t *testing.T, program func(ctx *pulumi.Context) error, want ...string) {
	t.Helper()
	m := &mocked{}
	err := m.run(program)
	for _, problem := range want {
		assert.ErrorContains(t, err, problem)
	}
	assert.Empty(t, m.children())
}

// store stands in for an artifact bucket.
func store() ArtifactStore {
	return ArtifactStore{BucketName: pulumi.String("acme-artifacts"), BucketArn: pulumi.String("arn:aws:s3:::acme-artifacts")}
}

const (
	tokenSecret = "arn:aws:secretsmanager:us-east-2:111111111111:secret:codebuild/github-a1b2c3"
	connection  = "arn:aws:codestar-connections:us-east-2:111111111111:connection/7d2469ff-514a-4e4f-9003-5ca4a43cdc41"
)
