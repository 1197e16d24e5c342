package tests

import (
	"fmt"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/container-pipeline/container-pipeline/components/bluegreen"
	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/internal/choices"
)

// maker registers resources as a program without types does; what is wrong is for the engine to say.
type maker struct {
	*pulumi.Context
	made int
}

func (m *maker) make(typ string, in pulumi.Map) pulumi.IDOutput {
	m.made++
	var r pulumi.CustomResourceState
	if err := m.RegisterResource(typ, fmt.Sprintf("thing-%d", m.made), in, &r); err != nil {
		panic(err) // the SDK's own misuse, which a test of ours would have to answer for
	}
	return r.ID()
}

type refused struct {
	name  string
	write func(m *maker)
	want  string
}

func text(s string) pulumi.String { return pulumi.String(s) }

// only is a program of one resource.
func only(typ string, in pulumi.Map) func(*maker) { return func(m *maker) { m.make(typ, in) } }

// twice is a program that wants the same thing two times.
func twice(typ string, in pulumi.Map) func(*maker) {
	return func(m *maker) { m.make(typ, in); m.make(typ, in) }
}

const trusted = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-tasks.amazonaws.com"},"Action":"sts:AssumeRole"}]}`

func network(m *maker) pulumi.IDOutput {
	return m.make("aws:ec2/vpc:Vpc", pulumi.Map{"cidrBlock": text("10.0.0.0/16")})
}

func subnet(m *maker, vpc pulumi.Input, block, zone string) pulumi.IDOutput {
	return m.make("aws:ec2/subnet:Subnet", pulumi.Map{"vpcId": vpc, "cidrBlock": text(block), "availabilityZone": text(zone)})
}

// What providers refuse before anything is made: a preview shows it.
var refusedInPreview = []refused{
	{"repository in capitals", only("aws:ecr/repository:Repository", pulumi.Map{"name": text("Bash-Dog")}), `Bash-Dog`},
	{"unknown input", only("aws:ecr/repository:Repository", pulumi.Map{"scan": pulumi.Bool(true)}), `scan`},
	{"missing input", only("aws:iam/role:Role", pulumi.Map{}), `assumeRolePolicy`},
	{"policy that is no JSON", only("aws:iam/role:Role", pulumi.Map{"assumeRolePolicy": text("{")}), `invalid JSON`},
	{"retention of eight days", only("aws:cloudwatch/logGroup:LogGroup", pulumi.Map{"retentionInDays": pulumi.Int(8)}), `0 (for ever), 1, 3, 5, 7, 14`},
	{"long target group", only("aws:lb/targetGroup:TargetGroup", pulumi.Map{"name": text("a-name-that-is-longer-than-32-characters")}), `32`},
	{"target group with a hyphen in front", only("aws:lb/targetGroup:TargetGroup", pulumi.Map{"name": text("-blue")}), `hyphen`},
	{"build on a machine of no known size", only("aws:codebuild/project:Project", pulumi.Map{"environment": pulumi.Map{"computeType": text("SMALL")}}), `BUILD_GENERAL1_SMALL`},
	{"deployment to an unknown platform", only("aws:codedeploy/application:Application", pulumi.Map{"computePlatform": text("Fargate")}), `expected one of`},
	{"secret kept for three days", only("aws:secretsmanager/secret:Secret", pulumi.Map{"recoveryWindowInDays": pulumi.Int(3)}), `7`},
	{"parameter of an unknown type", only("aws:ssm/parameter:Parameter", pulumi.Map{"type": text("Text"), "value": text("x")}), `SecureString`},
	{"key deleted within three days", only("aws:kms/key:Key", pulumi.Map{"deletionWindowInDays": pulumi.Int(3)}), `7`},
	{"bucket with an underscore", only("aws:s3/bucketV2:BucketV2", pulumi.Map{"bucket": text("my_bucket")}), `my_bucket`},
	{"subscription by letter", only("aws:sns/topicSubscription:TopicSubscription", pulumi.Map{
		"topic": text("arn:aws:sns:us-east-2:123456789012:t"), "protocol": text("mail"), "endpoint": text("a@example.com"),
	}), `email`},
	{"network that is too big", only("aws:ec2/vpc:Vpc", pulumi.Map{"cidrBlock": text("10.0.0.0/8")}), `/16`},
	{"record of an unknown type", only("cloudflare:index/record:Record", pulumi.Map{"zoneId": choices.ZoneID, "name": text("a"), "type": text("ALIAS"), "content": text("b.example.com")}), `CNAME`},
	{"key of an unknown kind", only("tls:index/privateKey:PrivateKey", pulumi.Map{"algorithm": text("MORSE")}), `RSA`},
	{"type that is not simulated", only("aws:dynamodb/table:Table", pulumi.Map{"hashKey": text("id")}), `the drydock does not simulate aws:dynamodb/table:Table`},
}

// What only the cloud can know: the up fails with its words.
var refusedInUp = []refused{
	{"repository twice", twice("aws:ecr/repository:Repository", pulumi.Map{"name": text("twice")}), "RepositoryAlreadyExistsException"},
	{"role twice", twice("aws:iam/role:Role", pulumi.Map{"name": text("twice"), "assumeRolePolicy": text(trusted)}), "EntityAlreadyExists"},
	{"bucket twice", twice("aws:s3/bucketV2:BucketV2", pulumi.Map{"bucket": text("twice-in-this-account")}), "BucketAlreadyOwnedByYou"},
	{"application twice", twice("aws:codedeploy/application:Application", pulumi.Map{"name": text("twice"), "computePlatform": text("ECS")}), "ApplicationAlreadyExistsException"},
	{"secret twice", twice("aws:secretsmanager/secret:Secret", pulumi.Map{"name": text("twice")}), "ResourceExistsException"},
	{"parameter twice", twice("aws:ssm/parameter:Parameter", pulumi.Map{"name": text("/twice"), "type": text("String"), "value": text("x")}), "ParameterAlreadyExists"},
	{"log group twice", twice("aws:cloudwatch/logGroup:LogGroup", pulumi.Map{"name": text("/twice")}), "ResourceAlreadyExistsException"},
	{"target group twice", func(m *maker) {
		in := pulumi.Map{"name": text("twice"), "port": pulumi.Int(80), "protocol": text("HTTP"), "targetType": text("ip"), "vpcId": network(m)}
		m.make("aws:lb/targetGroup:TargetGroup", in)
		other := pulumi.Map{"name": text("twice"), "port": pulumi.Int(81), "protocol": text("HTTP"), "targetType": text("ip"), "vpcId": in["vpcId"]}
		m.make("aws:lb/targetGroup:TargetGroup", other)
	}, "DuplicateTargetGroupName"},
	{"trust in nobody", only("aws:iam/role:Role", pulumi.Map{"assumeRolePolicy": text(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"ecs-task.example.com"},"Action":"sts:AssumeRole"}]}`)}), "MalformedPolicyDocument"},
	{"subnet outside of its network", func(m *maker) { subnet(m, network(m), "10.1.0.0/24", "us-east-2a") }, "InvalidSubnet.Range"},
	{"subnets that overlap", func(m *maker) {
		vpc := network(m)
		subnet(m, vpc, "10.0.0.0/24", "us-east-2a")
		subnet(m, vpc, "10.0.0.0/25", "us-east-2b")
	}, "InvalidSubnet.Conflict"},
	{"load balancer in one zone", func(m *maker) {
		vpc := network(m)
		a, b := subnet(m, vpc, "10.0.0.0/24", "us-east-2a"), subnet(m, vpc, "10.0.1.0/24", "us-east-2a")
		m.make("aws:lb/loadBalancer:LoadBalancer", pulumi.Map{"subnets": pulumi.Array{a, b}, "internal": pulumi.Bool(true)})
	}, "Availability Zone"},
	{"load balancer without a way in", func(m *maker) {
		vpc := network(m)
		a, b := subnet(m, vpc, "10.0.0.0/24", "us-east-2a"), subnet(m, vpc, "10.0.1.0/24", "us-east-2b")
		m.make("aws:lb/loadBalancer:LoadBalancer", pulumi.Map{"subnets": pulumi.Array{a, b}})
	}, "has no internet gateway"},
	{"object without a bucket", only("aws:s3/bucketObjectv2:BucketObjectv2", pulumi.Map{"bucket": text("there-is-none"), "key": text("k"), "content": text("x")}), "NoSuchBucket"},
	{"policy of nobody", only("aws:iam/rolePolicyAttachment:RolePolicyAttachment", pulumi.Map{"role": text("nobody"), "policyArn": text("arn:aws:iam::aws:policy/ReadOnlyAccess")}), "NoSuchEntity"},
	{"service without a cluster", func(m *maker) {
		m.make("aws:ecs/service:Service", pulumi.Map{"name": text("web"), "cluster": text("gone"), "taskDefinition": text("web:1"), "launchType": text("FARGATE")})
	}, "ClusterNotFoundException"},
	{"deployments by nobody", func(m *maker) {
		m.make("aws:codedeploy/deploymentGroup:DeploymentGroup", pulumi.Map{
			"appName": text("gone"), "deploymentGroupName": text("g"), "serviceRoleArn": text("arn:aws:iam::123456789012:role/gone"),
		})
	}, "InvalidRoleException"},
	{"gateway twice", func(m *maker) {
		vpc := network(m)
		m.make("aws:ec2/internetGateway:InternetGateway", pulumi.Map{"vpcId": vpc})
		m.make("aws:ec2/internetGateway:InternetGateway", pulumi.Map{"vpcId": vpc})
	}, "already has an internet gateway"},
	{"rule twice", func(m *maker) {
		group := m.make("aws:ec2/securityGroup:SecurityGroup", pulumi.Map{"vpcId": network(m)})
		rule := pulumi.Map{"securityGroupId": group, "ipProtocol": text("tcp"), "fromPort": pulumi.Int(443), "toPort": pulumi.Int(443), "cidrIpv4": text("203.0.113.0/24")}
		m.make("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", rule)
		m.make("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", rule)
	}, "InvalidPermission.Duplicate"},
	{"zone that is not ours", only("cloudflare:index/record:Record", pulumi.Map{"zoneId": text("00000000000000000000000000000000"), "name": text("a"), "type": text("CNAME"), "content": text("b.example.com")}), "Could not route to /zones/0000"},
	{"the project of another pipeline", func(m *maker) {
		for _, name := range []string{"huey", "dewey"} {
			if _, err := bluegreen.NewContainerPipeline(m.Context, name, choices.Smallest("nephew")); err != nil {
				panic(err)
			}
		}
	}, "RepositoryAlreadyExistsException"},
}

// A wrong program is refused as AWS or Cloudflare would refuse it, in a preview where their providers would see it.
func TestWrongProgramsAreRefused(t *testing.T) {
	t.Parallel()
	dock := drydock.Start(t)
	run := func(op drydock.Operation, c refused) {
		t.Run(string(op)+" "+c.name, func(t *testing.T) {
			stack := program(dock, "dev", func(ctx *pulumi.Context) error {
				c.write(&maker{Context: ctx})
				return nil
			})
			err := stack.Fails(t, op)
			assert.ErrorContains(t, err, c.want)
			assert.NotContains(t, err.Error(), "goroutine ")
			if op == drydock.Up {
				stack.Destroy(t)
			}
			empty(t, dock)
		})
	}
	for _, c := range refusedInPreview {
		run(drydock.Preview, c)
	}
	for _, c := range refusedInUp {
		run(drydock.Up, c)
	}
}
