package tests

import (
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/sns"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/container-pipeline/container-pipeline/drydock"
)

// otherChoices are what the families beside blue/green offer, several instances in a stack, as a stack's file has them.
var otherChoices = map[string]string{
	"staged": `
container-pipeline:staged:
  bare: {disposable: true, source: {repository: bare, newRepository: true}}
  each: {disposable: true, buildPerEnvironment: true, source: {repository: each, newRepository: true, branch: live}}
  github:
    disposable: true
    source: {provider: GitHub, repository: acme/site, filePaths: ["src/**"]}
    environments: [{name: staging, variables: {A: b}}, {name: live, approval: true, variables: {A: c}}]
    approval: {emails: [team@example.com], url: "https://staging.example.com/#{SourceVariables.CommitId}"}
  shared:
    disposable: true
    sharedRole: true
    source: {repository: shared, newRepository: true}
    environments: [{name: one, site: {}}, {name: two, site: {}}, {name: three, approval: true}]
    statements: [{sid: Invalidate, actions: ["cloudfront:CreateInvalidation"], resources: ["*"]}]
    tags: {team: web}
  existing:
    disposable: true
    source: {provider: GitLab, repository: acme/docs}
    environments: [{name: docs, site: {bucketName: acme-docs}}]
    build: {image: "public.ecr.aws/docker/library/node:22", architecture: ARM64, computeType: BUILD_GENERAL1_LARGE, privileged: true}
    deploy: {spec: deploy/spec.yml, timeoutMinutes: 30}
    logRetentionDays: 7
`,
	"meta": `
container-pipeline:meta:
  plain:
    disposable: true
    source: {repository: acme/plain, provider: GitLab}
    stacks: [all]
    pulumi: {version: 3.255.0, sha256: cf559568e2c32f7fae56ea3de8ae5fa48973ba8c5aa9dd2b3dc0c8898fe50dba}
  cloud:
    disposable: true
    source: {repository: acme/cloud, directory: infra, paths: ["infra/**"]}
    stacks: [production]
    permissions: [meta]
    boundaryActions: ["lambda:InvokeFunction"]
    pulumi: {version: 3.255.0, sha256: cf559568e2c32f7fae56ea3de8ae5fa48973ba8c5aa9dd2b3dc0c8898fe50dba}
    state: {url: "https://api.pulumi.com", tokenArn: "arn:aws:secretsmanager:us-east-2:123456789012:secret:pulumi-a1b2c3"}
    secrets: {CLOUDFLARE_API_TOKEN: "arn:aws:secretsmanager:us-east-2:123456789012:secret:cloudflare-a1b2c3"}
    pullRequests: {actors: ["583231"], skipPreview: true}
    build: {architecture: ARM64, computeType: BUILD_GENERAL1_LARGE, timeoutMinutes: 120}
  bucket:
    disposable: true
    source: {repository: acme/bucket}
    stacks: [production]
    pulumi: {version: 3.255.0, sha256: cf559568e2c32f7fae56ea3de8ae5fa48973ba8c5aa9dd2b3dc0c8898fe50dba}
    state:
      url: s3://acme-states
      bucketArn: arn:aws:s3:::acme-states
      keyArn: arn:aws:kms:us-east-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab
    approval: {topicArn: "arn:aws:sns:us-east-2:123456789012:company"}
    notifications: {topicArn: "arn:aws:sns:us-east-2:123456789012:company"}
`,
	"ekscicd": `
container-pipeline:ekscicd:
  acme:
    disposable: true
    account: "123456789012"
    connection: {connectionName: acme-gitlab, provider: GitLab, parameterName: /ci/gitlab}
    clusters: {live: {account: "222222222222", region: us-east-2, name: live-1, roleArn: "arn:aws:iam::222222222222:role/deployer"}}
    applications:
      one:
        source: {repository: acme/one, branch: release, filePaths: ["src/**"]}
        manifests: {repository: acme/one-manifests, branch: release, imageName: example.com/one}
        dockerfile: build/Dockerfile
        context: build
        machine: {architecture: ARM64, computeType: BUILD_GENERAL1_LARGE, timeoutMinutes: 60, logRetentionDays: 7}
        deployments: [{cluster: live, namespace: first, path: live, rolloutMinutes: 20, kubectlVersion: 1.33.5, approval: {url: "https://one.example.com"}}]
      two:
        source: {repository: acme/two}
        manifests: {repository: acme/two-charts, tool: helm, chart: charts/two}
        deployments: [{cluster: live}]
    tags: {team: platform}
  elsewhere:
    disposable: true
    credential: {connectionArn: "arn:aws:codeconnections:us-east-2:123456789012:connection/7d2469ff-514a-4e4f-9003-5ca4a43cdc41"}
    clusters: {live: {account: "123456789012", region: us-east-2}}
    applications:
      three:
        source: {repository: acme/three}
        manifests: {repository: acme/three-manifests}
        actors: ["583231"]
        deployments: [{cluster: live}]
`,
}

// As TestEveryChoiceComesUpAndGoesDown: instances of a family do not collide, come up, want no change, and go.
func TestEveryChoiceOfTheOtherFamilies(t *testing.T) {
	for name, text := range otherChoices {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var config settings
			require.NoError(t, yaml.Unmarshal([]byte(text), &config))
			config["aws:region"] = "us-east-2"
			dock := drydock.Start(t, drydock.SkipCheckpoints())
			company := program(dock, "company", func(ctx *pulumi.Context) error {
				_, err := sns.NewTopic(ctx, "company", &sns.TopicArgs{Name: pulumi.String("company")})
				return err
			})
			company.Up(t)
			stack := repository(dock, "all", config)
			stack.Up(t)
			unchanged(t, stack, "after the up", drydock.Args("--refresh"))
			fill(t, dock)
			stack.Destroy(t)
			company.Destroy(t)
			empty(t, dock)
		})
	}
}
