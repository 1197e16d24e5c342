// Command definition is a small Pulumi program, without an SDK of AWS's, so that it is built in seconds.
package main

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
)

const trust = `{"Version":"2012-10-17","Statement":[{"Sid":"AssumeRole","Effect":"Allow","Principal":{"Service":"codebuild.amazonaws.com"},"Action":"sts:AssumeRole"}]}`

const policy = `{"Version":"2012-10-17","Statement":[{"Sid":"WriteLogs","Effect":"Allow","Action":["logs:PutLogEvents"],"Resource":["arn:aws:logs:us-east-2:123456789012:log-group:/app:*"]}]}`

const buildspec = "version: 0.2\nphases:\n  build:\n    commands: ['true']\n"

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		make := func(token, name string, inputs pulumi.Map) (*made, error) {
			r := &made{}
			return r, ctx.RegisterResource(token, name, inputs, r)
		}
		retention := config.GetInt(ctx, "retention")
		if retention == 0 {
			retention = 7
		}
		if _, err := make("aws:cloudwatch/logGroup:LogGroup", "app", pulumi.Map{
			"name": pulumi.String("/app"), "retentionInDays": pulumi.Int(retention),
		}); err != nil {
			return err
		}
		bucket, err := make("aws:s3/bucketV2:BucketV2", "app", pulumi.Map{})
		if err != nil {
			return err
		}
		if _, err := make("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock", "app", pulumi.Map{
			"bucket": bucket.ID(), "blockPublicAcls": pulumi.Bool(true), "blockPublicPolicy": pulumi.Bool(true),
			"ignorePublicAcls": pulumi.Bool(true), "restrictPublicBuckets": pulumi.Bool(true),
		}); err != nil {
			return err
		}
		bounds := pulumi.Map{"assumeRolePolicy": pulumi.String(trust)}
		if boundary := config.Get(ctx, "boundary"); boundary != "" {
			bounds["permissionsBoundary"] = pulumi.String(boundary)
		}
		role, err := make("aws:iam/role:Role", "app-build", bounds)
		if err != nil {
			return err
		}
		written, err := make("aws:iam/rolePolicy:RolePolicy", "app-build", pulumi.Map{"role": role.ID(), "policy": pulumi.String(policy)})
		if err != nil {
			return err
		}
		project := &made{}
		return ctx.RegisterResource("aws:codebuild/project:Project", "app", pulumi.Map{
			"name": pulumi.String("app"), "serviceRole": role.Arn,
			"artifacts":   pulumi.Map{"type": pulumi.String("NO_ARTIFACTS")},
			"source":      pulumi.Map{"type": pulumi.String("NO_SOURCE"), "buildspec": pulumi.String(buildspec)},
			"environment": pulumi.Map{"type": pulumi.String("LINUX_CONTAINER"), "image": pulumi.String("aws/codebuild/amazonlinux-x86_64-standard:5.0"), "computeType": pulumi.String("BUILD_GENERAL1_SMALL")},
		}, project, pulumi.DependsOn([]pulumi.Resource{written}))
	})
}

// made is a resource of any type.
type made struct {
	pulumi.CustomResourceState

	Arn pulumi.StringOutput `pulumi:"arn"`
}
