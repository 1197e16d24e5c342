// Command consumer is a platform team's own Pulumi program: it imports the component and puts around it what the
// application needs beside its delivery, by way of the component's outputs.
package main

import (
	"encoding/json"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ec2"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sns"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/vpc"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"

	"github.com/container-pipeline/container-pipeline/components/bluegreen"
	"github.com/container-pipeline/container-pipeline/components/bluegreen/compose"
)

func main() { pulumi.Run(deploy) }

func deploy(ctx *pulumi.Context) error {
	pipeline, err := newPipeline(ctx)
	if err != nil {
		return err
	}
	database, err := newDatabaseAccess(ctx, pipeline)
	if err != nil {
		return err
	}
	if err := newBarks(ctx, pipeline); err != nil {
		return err
	}
	ctx.Export("url", pipeline.URL)
	ctx.Export("databaseSecurityGroupId", database.ID())
	return nil
}

// newPipeline releases the containers of the application's compose.yaml.
func newPipeline(ctx *pulumi.Context) (*bluegreen.ContainerPipeline, error) {
	app, err := compose.Load("../bash-dog/compose.yaml", compose.Options{
		Ports:       map[string]int{"api": 8000},
		Environment: map[string]map[string]string{"api": {"BASH_DOG_ENVIRONMENT": ctx.Stack()}},
	})
	if err != nil {
		return nil, err
	}
	secrets := map[string]pulumi.StringInput{}
	for _, name := range app.Secrets {
		secrets[name] = nil // set in Secrets Manager, by those who may know them
	}
	settings := config.New(ctx, "")
	zone := settings.Require("zone")
	return bluegreen.NewContainerPipeline(ctx, "bash-dog", &bluegreen.ContainerPipelineArgs{
		Containers:  app.Containers,
		Build:       app.Build,
		Secrets:     secrets,
		Source:      bluegreen.Source{Repository: settings.Require("repository")},
		Edge:        bluegreen.Edge{Host: "bash-dog." + zone, Zone: zone, ZoneID: pulumi.String(settings.Require("zoneId")), SoleHost: true},
		HealthCheck: bluegreen.HealthCheck{Path: "/health"},
		Disposable:  true,
	})
}

// newDatabaseAccess makes the security group of a PostgreSQL server that only the application's tasks reach.
func newDatabaseAccess(ctx *pulumi.Context, pipeline *bluegreen.ContainerPipeline) (*ec2.SecurityGroup, error) {
	group, err := ec2.NewSecurityGroup(ctx, "database", &ec2.SecurityGroupArgs{
		Description: pulumi.String("Database of bash-dog"),
		VpcId:       pipeline.VpcID,
	})
	if err != nil {
		return nil, err
	}
	_, err = vpc.NewSecurityGroupIngressRule(ctx, "database-from-tasks", &vpc.SecurityGroupIngressRuleArgs{
		Description:               pulumi.String("PostgreSQL from the tasks"),
		SecurityGroupId:           group.ID(),
		ReferencedSecurityGroupId: pipeline.TaskSecurityGroupID,
		IpProtocol:                pulumi.String("tcp"),
		FromPort:                  pulumi.Int(5432),
		ToPort:                    pulumi.Int(5432),
	})
	return group, err
}

// newBarks makes a topic and lets the code in the containers publish to it.
func newBarks(ctx *pulumi.Context, pipeline *bluegreen.ContainerPipeline) error {
	topic, err := sns.NewTopic(ctx, "barks", nil)
	if err != nil {
		return err
	}
	policy := topic.Arn.ApplyT(func(arn string) (string, error) {
		document, err := json.Marshal(map[string]any{
			"Version": "2012-10-17",
			"Statement": []any{map[string]any{
				"Sid": "PublishBarks", "Effect": "Allow", "Action": "sns:Publish", "Resource": arn,
			}},
		})
		return string(document), err
	}).(pulumi.StringOutput)
	_, err = iam.NewRolePolicy(ctx, "barks", &iam.RolePolicyArgs{Role: pipeline.TaskRoleName, Policy: policy})
	return err
}
