package bluegreen

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	pulumirpc "github.com/pulumi/pulumi/sdk/v3/proto/go"
	"github.com/stretchr/testify/require"
)

// mocked is what a program registered, and how the mocked clouds answer its questions.
type mocked struct {
	mu        sync.Mutex
	resources []registered
	// answers by function replace the usual ones.
	answers map[string]map[string]any
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
	outputs, id := args.Inputs.Copy(), args.Name+"-id"
	if args.TypeToken == "aws:ecs/service:Service" { // its ID is its ARN
		id = "arn:aws:ecs:us-east-2:123456789012:service/bash-dog/" + args.Name
	}
	for key, value := range mockOutputs(args.TypeToken, args.Name, args.Inputs) {
		if _, given := outputs[resource.PropertyKey(key)]; !given {
			outputs[resource.PropertyKey(key)] = resource.NewStringProperty(value)
		}
	}
	return id, outputs, nil
}

// mockOutputs are what a cloud adds to a resource, in the cloud's formats where the components read them.
func mockOutputs(token, name string, inputs resource.PropertyMap) map[string]string {
	const account = "123456789012"
	physical := name
	if given, ok := inputs["name"]; ok && given.IsString() {
		physical = given.StringValue()
	}
	kind := token[strings.LastIndex(token, ":")+1:]
	arn := func(service, rest string) string { return "arn:aws:" + service + ":us-east-2:" + account + ":" + rest }
	outputs := map[string]string{"arn": arn("mock", kind+"/"+physical), "name": physical}
	switch token {
	case "aws:ecr/repository:Repository":
		outputs["repositoryUrl"] = account + ".dkr.ecr.us-east-2.amazonaws.com/" + physical
		outputs["arn"] = arn("ecr", "repository/"+physical)
	case "aws:secretsmanager/secret:Secret":
		outputs["arn"] = arn("secretsmanager", "secret:"+physical+"-AbCdEf")
	case "aws:s3/bucketV2:BucketV2":
		outputs["bucket"], outputs["arn"] = physical+"-1a2b3c4", "arn:aws:s3:::"+physical+"-1a2b3c4"
	case "aws:s3/bucketObjectv2:BucketObjectv2":
		outputs["versionId"] = "1"
	case "aws:cloudwatch/logGroup:LogGroup":
		outputs["arn"] = arn("logs", "log-group:"+physical)
	case "aws:codepipeline/pipeline:Pipeline":
		outputs["arn"] = arn("codepipeline", physical)
	case "aws:codestarconnections/connection:Connection":
		outputs["arn"] = arn("codestar-connections", "connection/7d2469ff-514a-4e4f-9003-5ca4a43cdc41")
	case "aws:sns/topic:Topic":
		outputs["arn"] = arn("sns", physical)
	case "aws:iam/role:Role":
		outputs["arn"] = "arn:aws:iam::" + account + ":role/" + physical
	case "aws:lb/loadBalancer:LoadBalancer":
		outputs["dnsName"], outputs["arnSuffix"] = physical+".us-east-2.elb.amazonaws.com", "app/"+physical+"/50dc6c495c0c9188"
	case "aws:lb/targetGroup:TargetGroup":
		outputs["arnSuffix"] = "targetgroup/" + physical + "/73e2d6bc24d8a067"
	case "aws:ec2/vpcEndpoint:VpcEndpoint":
		outputs["prefixListId"] = "pl-63a5400a"
	case "tls:index/privateKey:PrivateKey":
		outputs["privateKeyPem"] = "key of " + name
	case "tls:index/certRequest:CertRequest":
		outputs["certRequestPem"] = "request of " + name
	case "tls:index/selfSignedCert:SelfSignedCert", "tls:index/locallySignedCert:LocallySignedCert":
		outputs["certPem"] = "certificate of " + name
	case "cloudflare:index/originCaCertificate:OriginCaCertificate":
		outputs["certificate"], outputs["expiresOn"] = "certificate of "+name, "2041-01-01T00:00:00Z"
	}
	return outputs
}

func (m *mocked) Call(args pulumi.MockCallArgs) (resource.PropertyMap, error) {
	answers := map[string]map[string]any{
		"aws:index/getPartition:getPartition":           {"partition": "aws", "dnsSuffix": "amazonaws.com"},
		"aws:index/getRegion:getRegion":                 {"name": "us-east-2"},
		"aws:index/getCallerIdentity:getCallerIdentity": {"accountId": "123456789012"},
		"aws:ec2/getVpc:getVpc":                         {"id": "vpc-default"},
		"aws:ec2/getSubnets:getSubnets":                 {"ids": []any{"subnet-b", "subnet-a", "subnet-c"}},
		"aws:index/getAvailabilityZones:getAvailabilityZones": {
			"names": []any{"us-east-2c", "us-east-2a", "us-east-2b"},
		},
		"cloudflare:index/getIpRanges:getIpRanges": {
			"ipv4CidrBlocks": []any{"173.245.48.0/20", "103.21.244.0/22"}, "ipv6CidrBlocks": []any{"2400:cb00::/32"},
		},
	}
	if answer, ok := m.answers[args.Token]; ok {
		return resource.NewPropertyMapFromMap(answer), nil
	}
	if answer, ok := answers[args.Token]; ok {
		return resource.NewPropertyMapFromMap(answer), nil
	}
	return nil, fmt.Errorf("no answer for %s", args.Token)
}

// children are the resources below a component, each as "<Type> <name>", sorted.
func (m *mocked) children(component string) []string {
	var found []string
	for _, r := range m.resources {
		if parent := r.Request.GetParent(); strings.Contains(parent, ":"+component+"::") {
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
	require.Failf(t, "not registered", "%s %s", kind, name)
	return registered{}
}

// text of an input, without the mark of a secret.
func (r registered) text(t *testing.T, input string) string {
	t.Helper()
	value := r.Inputs[resource.PropertyKey(input)]
	if value.IsSecret() {
		value = value.SecretValue().Element
	}
	require.Truef(t, value.IsString(), "%s of %s is no text: %v", input, r.Name, value)
	return value.StringValue()
}

// plain gives all inputs as plain Go values.
func (r registered) plain() map[string]any { return r.Inputs.Mappable() }

// await gives the value of an output.
func await(output pulumi.Output) any {
	values := make(chan any, 1)
	pulumi.All(output).ApplyT(func(all []any) any {
		values <- all[0]
		return nil
	})
	return <-values
}
