package bluegreen

import (
	"regexp"
	"strings"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/lb"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/problems"
)

// TrafficArgs describe how requests reach the tasks.
type TrafficArgs struct {
	// Network is where the load balancer is. Required.
	Network *Network `pulumi:"network"`
	// CertificateArn is an ACM certificate's, of this region. Required.
	CertificateArn pulumi.StringInput `pulumi:"certificateArn"`
	// HealthCheck that the load balancer makes of the public container. Default: GET / answers 200 to 399.
	HealthCheck HealthCheck `pulumi:"healthCheck"`
	// TestPort of a second listener that shows a release before it gets traffic. Default: none.
	TestPort int `pulumi:"testPort"`
	// TrustStoreArn is an ELB trust store's: clients of the production listener must show a certificate that it trusts
	// (mutual TLS). The test listener's clients need none. Default: no client needs one.
	TrustStoreArn pulumi.StringInput `pulumi:"trustStoreArn"`
	// Disposable: the load balancer may be deleted. Default: false, it is protected against deletion.
	Disposable bool `pulumi:"disposable"`
	// Tags of the load balancer, its listeners and target groups. Default: none.
	Tags map[string]string `pulumi:"tags"`
}

// Traffic is the load balancer of an application with two target groups. CodeDeploy moves the listener from the one
// to the other with each release; at first it is at blue.
type Traffic struct {
	pulumi.ResourceState

	LoadBalancerArn pulumi.StringOutput `pulumi:"loadBalancerArn"`
	// LoadBalancerArnSuffix is the load balancer's name in CloudWatch's metrics, "app/<name>/<id>".
	LoadBalancerArnSuffix pulumi.StringOutput `pulumi:"loadBalancerArnSuffix"`
	LoadBalancerDNSName   pulumi.StringOutput `pulumi:"loadBalancerDnsName"`
	// LoadBalancerZoneID is the Route 53 zone of LoadBalancerDNSName, for alias records.
	LoadBalancerZoneID pulumi.StringOutput `pulumi:"loadBalancerZoneId"`
	// ListenerArn of the production traffic.
	ListenerArn pulumi.StringOutput `pulumi:"listenerArn"`
	// TestListenerArn of the test traffic. Empty without TestPort.
	TestListenerArn pulumi.StringOutput `pulumi:"testListenerArn"`

	BlueTargetGroupArn  pulumi.StringOutput `pulumi:"blueTargetGroupArn"`
	BlueTargetGroupName pulumi.StringOutput `pulumi:"blueTargetGroupName"`
	// BlueTargetGroupArnSuffix is the group's name in CloudWatch's metrics, "targetgroup/<name>/<id>".
	BlueTargetGroupArnSuffix  pulumi.StringOutput `pulumi:"blueTargetGroupArnSuffix"`
	GreenTargetGroupArn       pulumi.StringOutput `pulumi:"greenTargetGroupArn"`
	GreenTargetGroupName      pulumi.StringOutput `pulumi:"greenTargetGroupName"`
	GreenTargetGroupArnSuffix pulumi.StringOutput `pulumi:"greenTargetGroupArnSuffix"`

	production, test *lb.Listener // test is nil without TestPort
	gracePeriod      int          // seconds in which a new task may fail its health checks
}

// NewTraffic makes the load balancer, its listeners and target groups.
func NewTraffic(ctx *pulumi.Context, name string, args *TrafficArgs, opts ...pulumi.ResourceOption) (*Traffic, error) {
	a := args.withDefaults()
	if err := a.validate(); err != nil {
		return nil, err
	}
	t := &Traffic{gracePeriod: a.HealthCheck.GracePeriod}
	if err := ctx.RegisterComponentResource("container-pipeline:bluegreen:Traffic", name, t, opts...); err != nil {
		return nil, err
	}
	balancer, err := t.loadBalancer(ctx, name, a)
	if err != nil {
		return nil, err
	}
	blue, err := t.targetGroup(ctx, name+"-blue", a)
	if err != nil {
		return nil, err
	}
	green, err := t.targetGroup(ctx, name+"-green", a)
	if err != nil {
		return nil, err
	}
	if err := t.listeners(ctx, name, a, balancer, blue, green); err != nil {
		return nil, err
	}
	t.LoadBalancerArn, t.LoadBalancerArnSuffix = balancer.Arn, balancer.ArnSuffix
	t.LoadBalancerDNSName, t.LoadBalancerZoneID = balancer.DnsName, balancer.ZoneId
	t.BlueTargetGroupArn, t.BlueTargetGroupName, t.BlueTargetGroupArnSuffix = blue.Arn, blue.Name, blue.ArnSuffix
	t.GreenTargetGroupArn, t.GreenTargetGroupName, t.GreenTargetGroupArnSuffix = green.Arn, green.Name, green.ArnSuffix
	return t, ctx.RegisterResourceOutputs(t, t.outputs())
}

// Ready lists what a service depends on: ECS refuses a target group that no listener forwards to.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/create-blue-green.html
func (t *Traffic) Ready() []pulumi.Resource {
	if t.test == nil {
		return []pulumi.Resource{t.production}
	}
	return []pulumi.Resource{t.production, t.test}
}

func (t *Traffic) loadBalancer(ctx *pulumi.Context, name string, a *TrafficArgs) (*lb.LoadBalancer, error) {
	return lb.NewLoadBalancer(ctx, name, &lb.LoadBalancerArgs{
		NamePrefix:     balancingNamePrefix(name),
		Subnets:        a.Network.PublicSubnetIDs,
		SecurityGroups: pulumi.StringArray{a.Network.LoadBalancerSecurityGroupID},
		// Headers that a parser may read in two ways are how requests are smuggled.
		DropInvalidHeaderFields:  pulumi.Bool(true),
		EnableDeletionProtection: pulumi.Bool(!a.Disposable),
		Tags:                     ground.Tags(a.Tags),
		// AWS refuses an internet-facing load balancer in a VPC whose gateway is not there yet.
		// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
	}, pulumi.Parent(t), pulumi.DependsOn(a.Network.Ready()))
}

func (t *Traffic) targetGroup(ctx *pulumi.Context, name string, a *TrafficArgs) (*lb.TargetGroup, error) {
	h := a.HealthCheck
	return lb.NewTargetGroup(ctx, name, &lb.TargetGroupArgs{
		NamePrefix: balancingNamePrefix(name),
		VpcId:      a.Network.VpcID,
		TargetType: pulumi.String("ip"), // what tasks in awsvpc mode are registered by
		Protocol:   pulumi.String("HTTP"),
		// ECS registers each task with its container's port, which overrides this one. A port of its own here would make
		// every change of the container's replace both groups, of which the listener is always using one.
		Port:                pulumi.Int(80),
		DeregistrationDelay: pulumi.Int(h.DeregistrationDelay),
		HealthCheck: &lb.TargetGroupHealthCheckArgs{
			Path: pulumi.String(h.Path), Matcher: pulumi.String(h.Matcher),
			Interval: pulumi.Int(h.Interval), Timeout: pulumi.Int(h.Timeout),
			HealthyThreshold: pulumi.Int(h.HealthyThreshold), UnhealthyThreshold: pulumi.Int(h.UnhealthyThreshold),
		},
		Tags: ground.Tags(a.Tags),
	}, pulumi.Parent(t))
}

// listeners forward production traffic to blue and test traffic to green. Without a test listener green is attached to
// nothing until the first release: only the group that a service starts with has to be.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/create-blue-green.html
func (t *Traffic) listeners(
	ctx *pulumi.Context, name string, a *TrafficArgs, balancer *lb.LoadBalancer, blue, green *lb.TargetGroup,
) error {
	args := listenerArgs(a, balancer, blue, 443)
	if a.TrustStoreArn != nil {
		args.MutualAuthentication = &lb.ListenerMutualAuthenticationArgs{
			Mode: pulumi.String("verify"), TrustStoreArn: a.TrustStoreArn.ToStringOutput().ToStringPtrOutput(),
		}
	}
	options := []pulumi.ResourceOption{
		pulumi.Parent(t),
		// CodeDeploy rewrites the whole forward with each release.
		pulumi.IgnoreChanges([]string{"defaultActions"}),
		// After a release either group may be in use by either listener, so both groups outlive both listeners.
		pulumi.DependsOn([]pulumi.Resource{blue, green}),
	}
	var err error
	if t.production, err = lb.NewListener(ctx, name, args, options...); err != nil {
		return err
	}
	t.ListenerArn, t.TestListenerArn = t.production.Arn, pulumi.String("").ToStringOutput()
	if a.TestPort == 0 {
		return nil
	}
	if t.test, err = lb.NewListener(ctx, name+"-test", listenerArgs(a, balancer, green, a.TestPort), options...); err != nil {
		return err
	}
	t.TestListenerArn = t.test.Arn
	return nil
}

// tlsPolicy admits TLS 1.3 and, of TLS 1.2, ciphers with forward secrecy and authenticated encryption only.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/describe-ssl-policies.html
const tlsPolicy = "ELBSecurityPolicy-TLS13-1-2-Res-2021-06"

func listenerArgs(a *TrafficArgs, balancer *lb.LoadBalancer, group *lb.TargetGroup, port int) *lb.ListenerArgs {
	return &lb.ListenerArgs{
		LoadBalancerArn: balancer.Arn,
		Port:            pulumi.Int(port),
		Protocol:        pulumi.String("HTTPS"),
		SslPolicy:       pulumi.String(tlsPolicy),
		CertificateArn:  a.CertificateArn.ToStringOutput().ToStringPtrOutput(),
		DefaultActions: lb.ListenerDefaultActionArray{
			&lb.ListenerDefaultActionArgs{Type: pulumi.String("forward"), TargetGroupArn: group.Arn},
		},
		Tags: ground.Tags(a.Tags),
	}
}

// autoNameable are names that, with the hyphen and the seven digits that Pulumi adds, fit the 32 characters of a load
// balancer's or target group's.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
var autoNameable = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,23}$`)

// balancingNamePrefix is nil where Pulumi's own naming works, else the six characters that a prefix may have.
func balancingNamePrefix(name string) pulumi.StringPtrInput {
	if autoNameable.MatchString(name) && !strings.HasPrefix(name, "internal-") {
		return nil
	}
	prefix := strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, name)
	return pulumi.String((prefix + "app")[:min(len(prefix)+3, 6)])
}

func (t *Traffic) outputs() pulumi.Map {
	return pulumi.Map{
		"loadBalancerArn": t.LoadBalancerArn, "loadBalancerArnSuffix": t.LoadBalancerArnSuffix,
		"loadBalancerDnsName": t.LoadBalancerDNSName, "loadBalancerZoneId": t.LoadBalancerZoneID,
		"listenerArn": t.ListenerArn, "testListenerArn": t.TestListenerArn,
		"blueTargetGroupArn": t.BlueTargetGroupArn, "blueTargetGroupName": t.BlueTargetGroupName,
		"blueTargetGroupArnSuffix": t.BlueTargetGroupArnSuffix,
		"greenTargetGroupArn":      t.GreenTargetGroupArn, "greenTargetGroupName": t.GreenTargetGroupName,
		"greenTargetGroupArnSuffix": t.GreenTargetGroupArnSuffix,
	}
}

func (args *TrafficArgs) withDefaults() *TrafficArgs {
	a := TrafficArgs{}
	if args != nil {
		a = *args
	}
	a.HealthCheck = a.HealthCheck.withDefaults()
	return &a
}

func (args *TrafficArgs) validate() error {
	p := &problems.List{}
	if args.Network == nil {
		p.Add("network", "missing: give a Network")
	}
	if args.CertificateArn == nil {
		p.Add("certificateArn", "missing: give the ARN of an ACM certificate of this region")
	}
	args.HealthCheck.validate(p)
	if args.TestPort != 0 {
		p.Within("testPort", args.TestPort, 1, 65535, "")
	}
	if args.TestPort == 443 {
		p.Add("testPort", "443 is the production listener's: give another")
	}
	return p.Err()
}
