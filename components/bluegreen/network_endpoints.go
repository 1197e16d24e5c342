package bluegreen

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	awsvpc "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpc"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
)

// interfaceServices are what Fargate calls to start a task: its images, its logs, its secrets.
// https://docs.aws.amazon.com/AmazonECR/latest/userguide/vpc-endpoints.html
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/vpc-endpoints.html
var interfaceServices = []string{"ecr.api", "ecr.dkr", "logs", "secretsmanager"}

// execService carries the sessions of ECS Exec.
const execService = "ssmmessages"

// addEndpoints lets the tasks reach the services that they need, and nothing else.
func (n *Network) addEndpoints(ctx *pulumi.Context, name string, a *NetworkArgs, v *vpc, groups securityGroups) error {
	place, err := ground.Here(ctx, pulumi.Parent(n))
	if err != nil {
		return err
	}
	own, err := n.addEndpointGroup(ctx, name, a, groups)
	if err != nil {
		return err
	}
	services := interfaceServices
	if a.EnableExec {
		services = append(services[:len(services):len(services)], execService)
	}
	for _, service := range services {
		endpoint, err := ec2.NewVpcEndpoint(ctx, name+"-"+service, &ec2.VpcEndpointArgs{
			VpcId: v.id, VpcEndpointType: pulumi.String("Interface"), PrivateDnsEnabled: pulumi.Bool(true),
			ServiceName: pulumi.String(serviceName(place.Region, service)),
			SubnetIds:   v.subnets, SecurityGroupIds: pulumi.StringArray{own.ID()},
			Tags: named(a.Tags, name+"-"+service),
		}, pulumi.Parent(n))
		if err != nil {
			return err
		}
		n.ready = append(n.ready, endpoint)
	}
	return n.addS3Endpoint(ctx, name, place.Region, a, v)
}

// addEndpointGroup makes the security group of the interface endpoints and the two rules between them and the tasks.
func (n *Network) addEndpointGroup(
	ctx *pulumi.Context, name string, a *NetworkArgs, groups securityGroups,
) (*ec2.SecurityGroup, error) {
	own, err := n.addGroup(ctx, name+"-endpoints", "VPC endpoints", a.Tags)
	if err != nil {
		return nil, err
	}
	in, err := awsvpc.NewSecurityGroupIngressRule(ctx, name+"-endpoints", &awsvpc.SecurityGroupIngressRuleArgs{
		SecurityGroupId: own.ID(), ReferencedSecurityGroupId: groups.tasks.ID(),
		Description: pulumi.String("From the tasks"), IpProtocol: pulumi.String("tcp"),
		FromPort: pulumi.Int(443), ToPort: pulumi.Int(443), Tags: ground.Tags(a.Tags),
	}, pulumi.Parent(n))
	if err != nil {
		return nil, err
	}
	out, err := awsvpc.NewSecurityGroupEgressRule(ctx, name+"-endpoints", &awsvpc.SecurityGroupEgressRuleArgs{
		SecurityGroupId: groups.tasks.ID(), ReferencedSecurityGroupId: own.ID(),
		Description: pulumi.String("To the VPC endpoints"), IpProtocol: pulumi.String("tcp"),
		FromPort: pulumi.Int(443), ToPort: pulumi.Int(443), Tags: ground.Tags(a.Tags),
	}, pulumi.Parent(n))
	n.ready = append(n.ready, in, out)
	return own, err
}

// addS3Endpoint: ECR keeps the layers of images in S3.
func (n *Network) addS3Endpoint(ctx *pulumi.Context, name, region string, a *NetworkArgs, v *vpc) error {
	endpoint, err := ec2.NewVpcEndpoint(ctx, name+"-s3", &ec2.VpcEndpointArgs{
		VpcId: v.id, VpcEndpointType: pulumi.String("Gateway"),
		ServiceName:   pulumi.String(serviceName(region, "s3")),
		RouteTableIds: pulumi.StringArray{v.routes.ID()},
		Tags:          named(a.Tags, name+"-s3"),
	}, pulumi.Parent(n))
	if err != nil {
		return err
	}
	rule, err := awsvpc.NewSecurityGroupEgressRule(ctx, name+"-s3", &awsvpc.SecurityGroupEgressRuleArgs{
		SecurityGroupId: n.TaskSecurityGroupID, PrefixListId: endpoint.PrefixListId,
		Description: pulumi.String("To S3"), IpProtocol: pulumi.String("tcp"),
		FromPort: pulumi.Int(443), ToPort: pulumi.Int(443), Tags: ground.Tags(a.Tags),
	}, pulumi.Parent(n))
	n.ready = append(n.ready, endpoint, rule)
	return err
}

// serviceName is how PrivateLink calls a service.
// https://docs.aws.amazon.com/vpc/latest/privatelink/aws-services-privatelink-support.html
func serviceName(region, service string) string { return "com.amazonaws." + region + "." + service }
