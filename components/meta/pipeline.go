package meta

import (
	"maps"
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ssm"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
)

// Pipeline deploys stacks when their definition changes: Source, Preview, Approval if asked for, Up. An application's push
// does not start it. It can bring up the stack that it is itself in.
type Pipeline struct {
	pulumi.ResourceState

	// PipelineName and PipelineArn of the CodePipeline.
	PipelineName pulumi.StringOutput `pulumi:"pipelineName"`
	PipelineArn  pulumi.StringOutput `pulumi:"pipelineArn"`
	// ConnectionSetupURL is the console's page where someone completes the pending connection "<project>", once. Empty
	// with an existing connection.
	ConnectionSetupURL pulumi.StringOutput `pulumi:"connectionSetupUrl"`
	// BackendURL is for `pulumi login`, and SecretsProvider for `pulumi stack init --secrets-provider`; the latter is empty
	// with a given backend.
	BackendURL      pulumi.StringOutput `pulumi:"backendUrl"`
	SecretsProvider pulumi.StringOutput `pulumi:"secretsProvider"`
	// BoundaryName is the policy for the stacks' container-pipeline:permissionsBoundary.
	BoundaryName pulumi.StringOutput `pulumi:"boundaryName"`
	// DefinitionParameter holds the commit that is deployed, StatusParameter how the last update ended.
	DefinitionParameter pulumi.StringOutput `pulumi:"definitionParameter"`
	StatusParameter     pulumi.StringOutput `pulumi:"statusParameter"`
	// UpRoleName, PreviewRoleName and ReviewRoleName are the roles of updates, previews and reviews, the last one empty
	// without PullRequests.
	UpRoleName      pulumi.StringOutput `pulumi:"upRoleName"`
	PreviewRoleName pulumi.StringOutput `pulumi:"previewRoleName"`
	ReviewRoleName  pulumi.StringOutput `pulumi:"reviewRoleName"`
	// TopicArn is told of updates that fail. Empty where nobody is.
	TopicArn pulumi.StringOutput `pulumi:"topicArn"`
}

// NewPipeline makes the pipeline "<project>-pipeline" and all that it needs. The error names every argument that is wrong.
func NewPipeline(ctx *pulumi.Context, name string, args *PipelineArgs, opts ...pulumi.ResourceOption) (*Pipeline, error) {
	a := args.withDefaults(name)
	if err := a.validate(name, ctx.Stack()); err != nil {
		return nil, err
	}
	p := &Pipeline{}
	if err := ctx.RegisterComponentResource("container-pipeline:meta:Pipeline", name, p, opts...); err != nil {
		return nil, err
	}
	c := &composition{Pipeline: p, ctx: ctx, name: name, args: a}
	if err := c.compose(); err != nil {
		return nil, err
	}
	return p, ctx.RegisterResourceOutputs(p, pulumi.Map{
		"pipelineName": p.PipelineName, "pipelineArn": p.PipelineArn, "connectionSetupUrl": p.ConnectionSetupURL,
		"backendUrl": p.BackendURL, "secretsProvider": p.SecretsProvider, "boundaryName": p.BoundaryName,
		"definitionParameter": p.DefinitionParameter, "statusParameter": p.StatusParameter,
		"upRoleName": p.UpRoleName, "previewRoleName": p.PreviewRoleName, "reviewRoleName": p.ReviewRoleName, "topicArn": p.TopicArn,
	})
}

// composition is a pipeline while it is put together.
type composition struct {
	*Pipeline
	ctx  *pulumi.Context
	name string
	args *PipelineArgs

	here       ground.Place
	backend    backend
	artifacts  ground.Artifacts
	ready      []pulumi.Resource // what must exist before the pipeline, whose creation starts it
	deployer   *Deployer
	parameters []string // ARNs
	opts       []pulumi.ResourceOption
}

func (c *composition) compose() error {
	var err error
	if c.here, err = ground.Here(c.ctx, pulumi.Parent(c.Pipeline)); err != nil {
		return err
	}
	for _, step := range []func() error{c.addBackend, c.addDeployer, c.addArtifacts, c.addParameters, c.addPipeline, c.addReviews} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// addDeployer comes before all roles, which are within its boundary.
func (c *composition) addDeployer() (err error) {
	c.deployer, err = NewDeployer(c.ctx, c.name, &DeployerArgs{
		Project: c.args.Project, Permissions: c.args.Permissions, BoundaryActions: c.args.BoundaryActions, Uses: c.uses(), Tags: c.args.Tags,
	}, pulumi.Parent(c.Pipeline))
	if err != nil {
		return err
	}
	c.BoundaryName = c.deployer.BoundaryName
	c.opts = []pulumi.ResourceOption{
		pulumi.Parent(c.Pipeline), pulumi.Transformations([]pulumi.ResourceTransformation{ground.Bounded(c.deployer.BoundaryArn)}),
	}
	return nil
}

// uses are what the pipeline's roles use beside what is named after it.
func (c *composition) uses() []pulumi.StringInput {
	connection := c.args.Source.ConnectionArn
	if connection == nil {
		connection = pulumi.String(c.here.ARN("codestar-connections", "connection/*"))
	}
	uses := append([]pulumi.StringInput{connection}, secretsOf(c.args.Secrets)...)
	if c.backend.bucketArn != nil {
		uses = append(uses, c.backend.bucketArn, pulumi.Sprintf("%s/*", c.backend.bucketArn), c.backend.keyArn)
	}
	if c.backend.tokenArn != nil {
		uses = append(uses, c.backend.tokenArn)
	}
	switch approval, notifications := c.args.Approval, c.args.Notifications; {
	case approval != nil && approval.TopicArn != nil:
		uses = append(uses, approval.TopicArn)
	case approval == nil || notifications == nil:
	case notifications.TopicArn != nil:
		uses = append(uses, notifications.TopicArn)
	default:
		uses = append(uses, pulumi.String(c.here.ARN("sns", c.name+"-*")))
	}
	if requests := c.args.PullRequests; requests != nil {
		uses = append(uses, secretsOf(requests.Secrets)...)
		if requests.CredentialArn != nil {
			uses = append(uses, requests.CredentialArn)
		}
	}
	return uses
}

func secretsOf(variables map[string]pulumi.StringInput) []pulumi.StringInput {
	var secrets []pulumi.StringInput
	for _, name := range slices.Sorted(maps.Keys(variables)) {
		secrets = append(secrets, variables[name])
	}
	return secrets
}

func (c *composition) addBackend() error {
	if state := c.args.State; state.URL != "" {
		c.backend = backend{pulumi.String(state.URL), state.BucketArn, state.KeyArn, state.TokenArn}
		c.BackendURL, c.SecretsProvider = pulumi.String(state.URL).ToStringOutput(), pulumi.String("").ToStringOutput()
		return nil
	}
	made, err := NewStateBackend(c.ctx, c.name, &StateBackendArgs{
		Project: c.args.Project, Disposable: c.args.Disposable, Tags: c.args.Tags,
	}, pulumi.Parent(c.Pipeline))
	if err != nil {
		return err
	}
	c.backend = backend{made.URL, made.BucketArn, made.KeyArn, nil}
	c.BackendURL, c.SecretsProvider = made.URL, made.SecretsProvider
	return nil
}

func (c *composition) addArtifacts() error {
	bucket, err := ground.NewArtifactBucket(c.ctx, c.name+"-artifacts", &ground.ArtifactBucketArgs{
		ExpiringPrefixes: []string{ground.ArtifactPrefix(c.args.pipelineName()), "cache/"},
		Disposable:       c.args.Disposable, Tags: c.args.Tags,
	}, c.opts...)
	if err != nil {
		return err
	}
	c.artifacts = ground.Artifacts{BucketName: bucket.Bucket.Bucket, BucketArn: bucket.Bucket.Arn}
	c.ready = append(c.ready, bucket.Ready()...)
	return nil
}

// addParameters makes what tells the deployed definition from a new one. Their values are the builds' to write.
func (c *composition) addParameters() error {
	add := func(name, description string) (pulumi.StringOutput, error) {
		parameter, err := ssm.NewParameter(c.ctx, c.name+"-"+name, &ssm.ParameterArgs{
			Name: pulumi.String(c.args.parameter(name)), Description: pulumi.String(description),
			Type: pulumi.String("String"), Value: pulumi.String("none"), Tags: ground.Tags(c.args.Tags),
		}, append(slices.Clone(c.opts), pulumi.IgnoreChanges([]string{"value"}), pulumi.DeleteBeforeReplace(true))...)
		if err != nil {
			return pulumi.StringOutput{}, err
		}
		c.ready = append(c.ready, parameter)
		c.parameters = append(c.parameters, c.here.ARN("ssm", "parameter"+c.args.parameter(name)))
		return parameter.Name, nil
	}
	var err error
	if c.DefinitionParameter, err = add("definition", "The commit that "+c.args.pipelineName()+" has deployed"); err != nil {
		return err
	}
	c.StatusParameter, err = add("status", "How the last update of "+c.args.pipelineName()+" ended")
	return err
}
