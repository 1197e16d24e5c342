package choices

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

// Company is one that has what a pipeline can be given, before its first pipeline.
type Company struct {
	VPC, Cluster, Certificate, Connection, Key, Topic, Alarm pulumi.StringInput
	PublicSubnets                                            []pulumi.StringInput

	region string
}

func newCompany(ctx *pulumi.Context, region string) (*Company, error) {
	c := &Company{region: region}
	for _, add := range []func(*pulumi.Context) error{c.addNetwork, c.addRelease, c.addWatch, c.addCertificate} {
		if err := add(ctx); err != nil {
			return nil, err
		}
	}
	return c, nil
}

func (c *Company) addRelease(ctx *pulumi.Context) error {
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
	c.Cluster, c.Connection, c.Key = cluster.Name, connection.Arn, key.Arn
	return nil
}

// addWatch makes an alarm, and a topic that events may publish to.
// https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-resource-based.html#eb-sns-permissions
func (c *Company) addWatch(ctx *pulumi.Context) error {
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
	c.Topic, c.Alarm = topic.Arn, alarm.Name
	return nil
}

func (c *Company) addNetwork(ctx *pulumi.Context) error {
	vpc, err := ec2.NewVpc(ctx, "company", &ec2.VpcArgs{CidrBlock: pulumi.String("10.0.0.0/16"), EnableDnsHostnames: pulumi.Bool(true)})
	if err != nil {
		return err
	}
	c.VPC = vpc.ID()
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
		if err := c.addSubnet(ctx, fmt.Sprintf("company-%d", i), vpc, table, c.region+zone, fmt.Sprintf("10.0.%d.0/24", i)); err != nil {
			return err
		}
	}
	return nil
}

func (c *Company) addSubnet(ctx *pulumi.Context, name string, vpc *ec2.Vpc, table *ec2.RouteTable, zone, block string) error {
	subnet, err := ec2.NewSubnet(ctx, name, &ec2.SubnetArgs{VpcId: vpc.ID(), AvailabilityZone: pulumi.String(zone), CidrBlock: pulumi.String(block)})
	if err != nil {
		return err
	}
	routed, err := ec2.NewRouteTableAssociation(ctx, name, &ec2.RouteTableAssociationArgs{SubnetId: subnet.ID(), RouteTableId: table.ID()})
	if err != nil {
		return err
	}
	// A load balancer in the subnet needs its way out.
	c.PublicSubnets = append(c.PublicSubnets, pulumi.All(subnet.ID(), routed.ID()).ApplyT(
		func(ids []any) string { return string(ids[0].(pulumi.ID)) }).(pulumi.StringOutput))
	return nil
}

func (c *Company) addCertificate(ctx *pulumi.Context) error {
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
	c.Certificate = imported.Arn
	return nil
}
