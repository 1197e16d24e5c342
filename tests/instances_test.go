package tests

import (
	"fmt"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/acm"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codestarconnections"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ecs"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi-tls/sdk/v5/go/tls"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/container-pipeline/container-pipeline/components/bluegreen"
	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/drydock/cloudflare"
)

type (
	args   = bluegreen.ContainerPipelineArgs
	adjust = func(a *args, e *existing)
)

// zoneID is that of example.com in the drydock's account.
var zoneID = pulumi.String(cloudflare.ZoneID("example.com"))

// one is the smallest pipeline: a container, disposable, at a host of its own in example.com.
func one(name string) *args {
	return &args{
		Project: name, Disposable: true,
		Containers: []bluegreen.Container{{Name: "web", Port: 8080, Public: true}},
		Source:     bluegreen.Source{Repository: "acme/" + name},
		Edge:       bluegreen.Edge{Host: name + ".example.com", Zone: "example.com", ZoneID: zoneID},
	}
}

// Every choice that the component offers comes up, wants no change afterwards, and goes down without a trace. Instances
// share a stack: that they never collide is part of the claim.
func TestEveryChoiceComesUpAndGoesDown(t *testing.T) {
	for name, instances := range map[string]map[string]adjust{
		"containers and deployments": {
			"single": func(*args, *existing) {},
			"eight":  func(a *args, _ *existing) { a.Containers = eight(); a.CPU = 1024 },
			"arm":    func(a *args, _ *existing) { a.Architecture = "ARM64" },
			"canary": func(a *args, _ *existing) { a.Deployment.Config = "CodeDeployDefault.ECSCanary10Percent15Minutes" },
			"linear": func(a *args, _ *existing) { a.Deployment.Config = "CodeDeployDefault.ECSLinear10PercentEvery1Minutes" },
			"shift": func(a *args, _ *existing) {
				a.Deployment.Shift = &bluegreen.TrafficShift{Kind: "linear", Percent: 20, IntervalMinutes: 2}
			},
			"tested": tested,
			"own-files": func(a *args, _ *existing) {
				a.OwnFiles = true
			},
		},
		"networks and what is there already": {
			"default":   func(a *args, _ *existing) { a.Network.Mode = bluegreen.NetworkDefault },
			"nat":       func(a *args, _ *existing) { a.Network.Mode = bluegreen.NetworkNAT },
			"endpoints": endpoints,
			"existing":  fromExisting,
			"approved":  func(a *args, _ *existing) { a.Approval = &bluegreen.Approval{Comment: "Look first."} },
			"scaled":    scaled,
			"pulled":    func(a *args, _ *existing) { a.Edge.AuthenticatedOriginPulls = true },
			"exec":      func(a *args, _ *existing) { a.EnableExec = true },
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dock := drydock.Start(t, drydock.SkipCheckpoints()) // hundreds of resources
			stack := program(dock, "all", func(ctx *pulumi.Context) error {
				e, err := newExisting(ctx)
				if err != nil {
					return err
				}
				for _, instance := range sortedKeys(instances) {
					a := one(instance)
					instances[instance](a, e)
					if _, err := bluegreen.NewContainerPipeline(ctx, instance, a); err != nil {
						return fmt.Errorf("%s: %w", instance, err)
					}
				}
				return nil
			})
			stack.Up(t)
			unchanged(t, stack, "after the up")
			for _, instance := range sortedKeys(instances) {
				service := dock.Cloud().Find("aws:ecs/service:Service", "name", instance)
				_, err := dock.Release(service.Attr("cluster"), instance, drydock.Rollout{})
				assert.NoError(t, err)
			}
			stack.Refresh(t)
			unchanged(t, stack, "after releases")
			stack.Destroy(t)
			empty(t, dock)
		})
	}
}

func eight() []bluegreen.Container {
	all := []bluegreen.Container{{Name: "web", Port: 8080, Public: true, DependsOn: map[string]string{"worker-1": "START"}}}
	for i := 1; i < 8; i++ {
		all = append(all, bluegreen.Container{Name: fmt.Sprintf("worker-%d", i), Port: 9000 + i})
	}
	return all
}

func tested(a *args, _ *existing) {
	const hook = pulumi.String("arn:aws:lambda:us-east-2:123456789012:function:check")
	a.Deployment.TestPort, a.Deployment.TestCidrBlocks = 8443, []string{"203.0.113.0/24"}
	a.Deployment.Hooks = bluegreen.Hooks{
		BeforeInstall: hook, AfterInstall: hook, AfterAllowTestTraffic: hook, BeforeAllowTraffic: hook, AfterAllowTraffic: hook,
	}
}

func endpoints(a *args, _ *existing) {
	a.Network = bluegreen.NetworkOptions{Mode: bluegreen.NetworkEndpoints, CidrBlock: "10.20.0.0/16", AvailabilityZones: 3}
	a.BootstrapImage = "123456789012.dkr.ecr.us-east-2.amazonaws.com/bootstrap:1"
	a.EnableExec = true
}

func scaled(a *args, _ *existing) {
	a.Scaling = &bluegreen.Scaling{Min: 2, Max: 6, CPUPercent: 50, RequestsPerTask: 500}
	a.Alarms.LatencySeconds = 1.5
	a.Notifications = &bluegreen.NotificationOptions{Emails: []string{"team@example.com"}}
}

// existing is what a company has before its first pipeline.
type existing struct {
	vpc, cluster, certificate, connection, key pulumi.StringInput
	public                                     []pulumi.StringInput
}

func fromExisting(a *args, e *existing) {
	a.Network = bluegreen.NetworkOptions{VpcID: e.vpc, PublicSubnetIDs: e.public}
	a.ClusterName, a.Edge.CertificateArn, a.Source.ConnectionArn, a.ArtifactKeyArn = e.cluster, e.certificate, e.connection, e.key
}

func newExisting(ctx *pulumi.Context) (*existing, error) {
	e := &existing{}
	if err := e.addNetwork(ctx); err != nil {
		return nil, err
	}
	cluster, err := ecs.NewCluster(ctx, "company", &ecs.ClusterArgs{Name: pulumi.String("company")})
	if err != nil {
		return nil, err
	}
	connection, err := codestarconnections.NewConnection(ctx, "company", &codestarconnections.ConnectionArgs{
		ProviderType: pulumi.String("GitHub"),
	})
	if err != nil {
		return nil, err
	}
	key, err := kms.NewKey(ctx, "company", &kms.KeyArgs{DeletionWindowInDays: pulumi.Int(7)})
	if err != nil {
		return nil, err
	}
	e.cluster, e.connection, e.key = cluster.Name, connection.Arn, key.Arn
	return e, e.addCertificate(ctx)
}

func (e *existing) addNetwork(ctx *pulumi.Context) error {
	vpc, err := ec2.NewVpc(ctx, "company", &ec2.VpcArgs{
		CidrBlock: pulumi.String("10.0.0.0/16"), EnableDnsHostnames: pulumi.Bool(true),
	})
	if err != nil {
		return err
	}
	e.vpc = vpc.ID()
	gateway, err := ec2.NewInternetGateway(ctx, "company", &ec2.InternetGatewayArgs{VpcId: vpc.ID()})
	if err != nil {
		return err
	}
	table, err := ec2.NewRouteTable(ctx, "company", &ec2.RouteTableArgs{
		VpcId:  vpc.ID(),
		Routes: ec2.RouteTableRouteArray{&ec2.RouteTableRouteArgs{CidrBlock: pulumi.String("0.0.0.0/0"), GatewayId: gateway.ID()}},
	})
	if err != nil {
		return err
	}
	for i, az := range []string{"us-east-2a", "us-east-2b"} {
		name := fmt.Sprintf("company-%d", i)
		subnet, err := ec2.NewSubnet(ctx, name, &ec2.SubnetArgs{
			VpcId: vpc.ID(), AvailabilityZone: pulumi.String(az), CidrBlock: pulumi.String(fmt.Sprintf("10.0.%d.0/24", i)),
		})
		if err != nil {
			return err
		}
		routed, err := ec2.NewRouteTableAssociation(ctx, name, &ec2.RouteTableAssociationArgs{
			SubnetId: subnet.ID(), RouteTableId: table.ID(),
		})
		if err != nil {
			return err
		}
		// A load balancer in the subnet needs its way out.
		e.public = append(e.public, pulumi.All(subnet.ID(), routed.ID()).ApplyT(
			func(ids []any) string { return string(ids[0].(pulumi.ID)) }).(pulumi.StringOutput))
	}
	return nil
}

func (e *existing) addCertificate(ctx *pulumi.Context) error {
	key, err := tls.NewPrivateKey(ctx, "company", &tls.PrivateKeyArgs{Algorithm: pulumi.String("RSA")})
	if err != nil {
		return err
	}
	signed, err := tls.NewSelfSignedCert(ctx, "company", &tls.SelfSignedCertArgs{
		PrivateKeyPem: key.PrivateKeyPem, ValidityPeriodHours: pulumi.Int(24 * 365),
		AllowedUses: pulumi.ToStringArray([]string{"server_auth"}), DnsNames: pulumi.ToStringArray([]string{"*.example.com"}),
		Subject: &tls.SelfSignedCertSubjectArgs{CommonName: pulumi.String("*.example.com")},
	})
	if err != nil {
		return err
	}
	imported, err := acm.NewCertificate(ctx, "company", &acm.CertificateArgs{
		PrivateKey: key.PrivateKeyPem, CertificateBody: signed.CertPem,
	})
	if err != nil {
		return err
	}
	e.certificate = imported.Arn
	return nil
}

// Two pipelines of one zone in two stacks, and the zone's rules in a third.
func TestStacksShareAZone(t *testing.T) {
	t.Parallel()
	dock := drydock.Start(t)
	pipeline := func(name string) *drydock.Stack {
		return program(dock, name, func(ctx *pulumi.Context) error {
			_, err := bluegreen.NewContainerPipeline(ctx, name, one(name))
			return err
		})
	}
	edge := func(hosts ...string) *drydock.Stack {
		return program(dock, "edge", func(ctx *pulumi.Context) error {
			_, err := bluegreen.NewZoneRules(ctx, "example-com", &bluegreen.ZoneRulesArgs{ZoneID: zoneID, StrictHosts: hosts})
			return err
		})
	}
	edge("huey.example.com").Up(t)
	pipeline("huey").Up(t)
	pipeline("dewey").Up(t)
	added := edge("huey.example.com", "dewey.example.com").Up(t)
	assert.Equal(t, []string{"update Ruleset example-com"}, changed(added), "the zone's one list of rules is updated in place")
	unchanged(t, pipeline("huey"), "after the zone's rules changed")
	pipeline("huey").Destroy(t)
	unchanged(t, pipeline("dewey"), "after the other pipeline went")
	pipeline("dewey").Destroy(t)
	edge("huey.example.com").Destroy(t)
	empty(t, dock)
}
