package meta

import (
	_ "embed"
	"maps"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/iam"
)

// The build specifications, as CodeBuild reads them. All that differs between pipelines is in the builds' environment.
var (
	//go:embed buildspecs/preview.yml
	previewBuildspec string
	//go:embed buildspecs/up.yml
	upBuildspec string
	//go:embed buildspecs/review.yml
	reviewBuildspec string
)

// planArtifact is what the preview hands on. Its name is in up.yml, as CODEBUILD_SRC_DIR_Plan.
const planArtifact = "Plan"

// access is what a build may do with the states and with the parameters.
type access struct {
	reads, writes bool
	parameters    []string           // ARNs
	notCache      pulumi.StringInput // ARN of another build's cache, which it must not write; nil: there is none
}

// backend is where the states are, its own or a given one.
type backend struct {
	url                         pulumi.StringInput
	bucketArn, keyArn, tokenArn pulumi.StringInput // "" where there is none
}

// build describes one of the builds. own is the stack that the pipeline is in.
func (args *PipelineArgs) build(b backend, kind, description, buildspec, own string) ground.BuildProjectArgs {
	name := args.Project + "-" + kind
	return ground.BuildProjectArgs{
		Name: name, Description: description, Buildspec: pulumi.String(buildspec),
		LogGroup: "/codebuild/" + name, LogRetentionDays: args.LogRetentionDays,
		Architecture: args.Build.Architecture, ComputeType: args.Build.ComputeType, TimeoutMinutes: args.Build.TimeoutMinutes,
		Variables: map[string]pulumi.StringInput{
			"PULUMI_VERSION": pulumi.String(args.Pulumi.Version), "PULUMI_SHA256": pulumi.String(args.Pulumi.SHA256),
			"BACKEND_URL": b.url, "STACKS": pulumi.String(strings.Join(args.Stacks, " ")), "OWN_STACK": pulumi.String(own),
			"DIRECTORY":            pulumi.String(args.Source.Directory),
			"DEFINITION_PARAMETER": pulumi.String(args.parameter("definition")),
			"STATUS_PARAMETER":     pulumi.String(args.parameter("status")),
			"BOUNDARY":             pulumi.String(boundaryName(args.Project)),
		},
		Tags: args.Tags,
	}
}

// secrets are the variables that hold secrets, the backend's token among them.
func (b backend) secrets(given map[string]pulumi.StringInput) map[string]pulumi.StringInput {
	all := maps.Clone(given)
	if all == nil {
		all = map[string]pulumi.StringInput{}
	}
	if b.tokenArn != nil {
		all["PULUMI_ACCESS_TOKEN"] = b.tokenArn
	}
	return all
}

// grants are what a build may do beside writing its log.
func (b backend) grants(a access, secrets map[string]pulumi.StringInput) ground.Grants {
	values := []pulumi.StringInput{orEmpty(b.bucketArn), orEmpty(b.keyArn), orEmpty(a.notCache)}
	for _, name := range slices.Sorted(maps.Keys(secrets)) {
		values = append(values, secrets[name])
	}
	return ground.Grants{Values: values, Statements: func(v []string) []iam.Statement {
		var statements []iam.Statement
		if v[0] != "" && a.reads {
			statements = append(statements, stateStatements(v[0], v[1], a.writes)...)
		}
		if len(a.parameters) > 0 {
			statements = append(statements, parameterStatement(a))
		}
		if v[2] != "" {
			statements = append(statements, iam.Deny("KeepOffCache").Actions("s3:PutObject").On(v[2]))
		}
		if len(v) > 3 {
			statements = append(statements, iam.Allow("ReadSecrets").Actions("secretsmanager:GetSecretValue").On(v[3:]...))
		}
		return statements
	}}
}

// stateStatements let a build read the stacks' states, or change them too. A preview takes no lock and writes nothing.
// https://www.pulumi.com/docs/iac/concepts/state-and-backends/#aws-s3
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html#require-sse-kms
func stateStatements(bucketArn, keyArn string, writes bool) []iam.Statement {
	objects := iam.Allow("ReadStates").Actions("s3:GetObject")
	key := iam.Allow("ReadSecretsInStates").Actions("kms:Decrypt", "kms:DescribeKey")
	if writes {
		objects = iam.Allow("ChangeStates").Actions("s3:DeleteObject", "s3:GetObject", "s3:PutObject")
		key = iam.Allow("ChangeSecretsInStates").Actions("kms:Decrypt", "kms:DescribeKey", "kms:Encrypt", "kms:GenerateDataKey")
	}
	return []iam.Statement{
		iam.Allow("ListStates").Actions("s3:GetBucketLocation", "s3:ListBucket").On(bucketArn),
		objects.On(bucketArn + "/*"), key.On(keyArn),
	}
}

func parameterStatement(a access) iam.Statement {
	if a.writes {
		return iam.Allow("KeepDefinition").Actions("ssm:GetParameter", "ssm:PutParameter").On(a.parameters...)
	}
	return iam.Allow("ReadDefinition").Actions("ssm:GetParameter").On(a.parameters...)
}

func orEmpty(input pulumi.StringInput) pulumi.StringInput {
	if input == nil {
		return pulumi.String("")
	}
	return input
}
