package rehearsal

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/acm"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codestarconnections"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ecs"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/kms"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sns"
	"github.com/pulumi/pulumi-tls/sdk/v5/go/tls"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// existing is what a company has before its first pipeline.
type existing struct {
	region                                                     string
	vpc, cluster, certificate, connection, key, topic, latency pulumi.StringInput
	public                                                     []pulumi.StringInput
}

func newExisting(ctx *pulumi.Context, region string) (*existing, error) {
	e := &existing{region: region}
	for _, add := range []func(*pulumi.Context) error{e.addNetwork, e.addRelease, e.addWatch, e.addCertificate} {
		if err := add(ctx); err != nil {
			return nil, err
		}
	}
	return e, nil
}

func (e *existing) addRelease(ctx *pulumi.Context) error {
	cluster, err := ecs.NewCluster(ctx, "company", &ecs.ClusterArgs{Name: pulumi.String("company")})
	if err != nil {
		return err
	}
	connection, err := codestarconnections.NewConnection(ctx, "company", &codestarconnections.ConnectionArgs{ProviderType: pulumi.String("GitHub")})
	if err != nil {
		return err
	}
	key, err := kms.NewKey(ctx, "company", &kms.KeyArgs{DeletionWindowInDays: pulumi.Int(7)})
	if err != nil {
		return err
	}
	e.cluster, e.connection, e.key = cluster.Name, connection.Arn, key.Arn
	return nil
}

// addWatch makes an alarm, and a topic that events may publish to.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions
func (e *existing) addWatch(ctx *pulumi.Context) error {
	topic, err := sns.NewTopic(ctx, "company", nil)
	if err != nil {
		return err
	}
	_, err = sns.NewTopicPolicy(ctx, "company", &sns.TopicPolicyArgs{Arn: topic.Arn, Policy: pulumi.Sprintf(`{"Version": "2012-10-17",
		"Statement": [{"Sid": "Publish", "Effect": "Allow", "Principal": {"Service": "events.amazonaws.com"},
		"Action": "sns:Publish", "Resource": %q}]}`, topic.Arn)})
	if err != nil {
		return err
	}
	alarm, err := cloudwatch.NewMetricAlarm(ctx, "company", &cloudwatch.MetricAlarmArgs{
		Name: pulumi.String("company-latency"), ComparisonOperator: pulumi.String("GreaterThanThreshold"), EvaluationPeriods: pulumi.Int(1),
		MetricName: pulumi.String("Latency"), Namespace: pulumi.String("Company"), Period: pulumi.Int(60),
		Statistic: pulumi.String("Average"), Threshold: pulumi.Float64(1),
	})
	if err != nil {
		return err
	}
	e.topic, e.latency = topic.Arn, alarm.Name
	return nil
}

func (e *existing) addNetwork(ctx *pulumi.Context) error {
	vpc, err := ec2.NewVpc(ctx, "company", &ec2.VpcArgs{CidrBlock: pulumi.String("10.0.0.0/16"), EnableDnsHostnames: pulumi.Bool(true)})
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
	for i, zone := range []string{"a", "b"} {
		if err := e.addSubnet(ctx, fmt.Sprintf("company-%d", i), vpc, table, e.region+zone, fmt.Sprintf("10.0.%d.0/24", i)); err != nil {
			return err
		}
	}
	return nil
}

func (e *existing) addSubnet(ctx *pulumi.Context, name string, vpc *ec2.Vpc, table *ec2.RouteTable, zone, block string) error {
	subnet, err := ec2.NewSubnet(ctx, name, &ec2.SubnetArgs{VpcId: vpc.ID(), AvailabilityZone: pulumi.String(zone), CidrBlock: pulumi.String(block)})
	if err != nil {
		return err
	}
	routed, err := ec2.NewRouteTableAssociation(ctx, name, &ec2.RouteTableAssociationArgs{SubnetId: subnet.ID(), RouteTableId: table.ID()})
	if err != nil {
		return err
	}
	// A load balancer in the subnet needs its way out.
	e.public = append(e.public, pulumi.All(subnet.ID(), routed.ID()).ApplyT(
		func(ids []any) string { return string(ids[0].(pulumi.ID)) }).(pulumi.StringOutput))
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
	imported, err := acm.NewCertificate(ctx, "company", &acm.CertificateArgs{PrivateKey: key.PrivateKeyPem, CertificateBody: signed.CertPem})
	if err != nil {
		return err
	}
	e.certificate = imported.Arn
	return nil
}
