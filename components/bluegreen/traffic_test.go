package bluegreen

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/container-pipeline/container-pipeline/internal/mocks"
)

func TestTraffic(t *testing.T) {
	r, m := mockRunning(t, asInTheGuide)
	assert.Equal(t, []string{
		"Listener bash-dog", "LoadBalancer bash-dog", "TargetGroup bash-dog-blue", "TargetGroup bash-dog-green",
	}, m.Children("Traffic"))

	balancer := m.Resource(t, "LoadBalancer", "bash-dog").Plain()
	assert.Equal(t, true, balancer["enableDeletionProtection"])
	assert.Equal(t, true, balancer["dropInvalidHeaderFields"])
	assert.Equal(t, []any{"subnet-a", "subnet-b", "subnet-c"}, balancer["subnets"])
	assert.NotContains(t, balancer, "namePrefix")

	for _, name := range []string{"bash-dog-blue", "bash-dog-green"} {
		group := m.Resource(t, "TargetGroup", name).Plain()
		assert.Equal(t, "ip", group["targetType"])
		assert.Equal(t, "HTTP", group["protocol"])
		assert.EqualValues(t, 30, group["deregistrationDelay"])
		assert.Equal(t, map[string]any{
			"path": "/", "matcher": "200-399", "interval": 15.0, "timeout": 5.0,
			"healthyThreshold": 2.0, "unhealthyThreshold": 3.0,
		}, group["healthCheck"])
	}

	listener := m.Resource(t, "Listener", "bash-dog")
	assert.Equal(t, []string{"defaultActions"}, listener.Request.GetIgnoreChanges())
	assert.EqualValues(t, 443, listener.Plain()["port"])
	assert.Equal(t, tlsPolicy, listener.Text(t, "sslPolicy"))
	assert.NotContains(t, listener.Plain(), "mutualAuthentication")
	listener.Needs(t, "TargetGroup::bash-dog-blue", "TargetGroup::bash-dog-green")
	assert.Equal(t, "", mocks.Await(r.traffic.TestListenerArn))
}

func TestTrafficWithTestListener(t *testing.T) {
	r, m := mockRunning(t, func(a *ContainerPipelineArgs) {
		a.Deployment.TestPort, a.Deployment.TestCidrBlocks = 8443, []string{"203.0.113.0/24"}
		a.Disposable = true
	})
	listener := m.Resource(t, "Listener", "bash-dog-test")
	assert.EqualValues(t, 8443, listener.Plain()["port"])
	assert.Equal(t, []string{"defaultActions"}, listener.Request.GetIgnoreChanges())
	assert.Equal(t, []any{map[string]any{
		"type": "forward", "targetGroupArn": mocks.Await(r.traffic.GreenTargetGroupArn),
	}}, listener.Plain()["defaultActions"])
	listener.Needs(t, "TargetGroup::bash-dog-blue", "TargetGroup::bash-dog-green")
	assert.Len(t, r.traffic.Ready(), 2)
	assert.Equal(t, false, m.Resource(t, "LoadBalancer", "bash-dog").Plain()["enableDeletionProtection"])
}

func TestTrafficWithTrustStore(t *testing.T) {
	m := mocks.Deploy(t, func(ctx *pulumi.Context) error {
		network, err := NewNetwork(ctx, "dog", &NetworkArgs{
			TestPort: 8443, TestCidrBlocks: []string{"203.0.113.0/24"},
		})
		if err != nil {
			return err
		}
		_, err = NewTraffic(ctx, "dog", &TrafficArgs{
			Network: network, CertificateArn: pulumi.String("arn"), TrustStoreArn: pulumi.String("store"), TestPort: 8443,
		})
		return err
	})
	assert.Equal(t, map[string]any{"mode": "verify", "trustStoreArn": "store"},
		m.Resource(t, "Listener", "dog").Plain()["mutualAuthentication"])
	assert.NotContains(t, m.Resource(t, "Listener", "dog-test").Plain(), "mutualAuthentication")
}

func TestBalancingNamePrefix(t *testing.T) {
	for name, want := range map[string]pulumi.StringPtrInput{
		"bash-dog-green":                  nil,
		"abcdefghijklmnopqrstuvwx":        nil, // 24 characters, 32 with Pulumi's eight
		"abcdefghijklmnopqrstuvwxy":       pulumi.String("abcdef"),
		"my_app-blue":                     pulumi.String("myappb"),
		"internal-site":                   pulumi.String("intern"),
		"犬":                               pulumi.String("app"),
		"a.b":                             pulumi.String("abapp"),
		"bash-dog-of-the-marketing-green": pulumi.String("bashdo"),
	} {
		assert.Equal(t, want, balancingNamePrefix(name), name)
	}
}

func TestWrongTraffic(t *testing.T) {
	err := (&mocks.Cloud{}).Run(func(ctx *pulumi.Context) error {
		_, err := NewTraffic(ctx, "dog", &TrafficArgs{TestPort: 443, HealthCheck: HealthCheck{Path: "health"}})
		return err
	})
	for _, problem := range []string{
		"network: missing", "certificateArn: missing", "testPort: 443", `healthCheck.path: "health"`,
	} {
		assert.ErrorContains(t, err, problem)
	}
	err = (&mocks.Cloud{}).Run(func(ctx *pulumi.Context) error {
		_, err := NewTraffic(ctx, "dog", nil)
		return err
	})
	assert.ErrorContains(t, err, "network: missing")
}
