package bluegreen

import (
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codepipeline"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/artifacts"
	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/problems"
)

// Names of the pipeline's artifacts and of the action that triggers refer to.
const (
	sourceAction   = "Source"
	sourceArtifact = "Source"
	configArtifact = "Config"
	buildArtifact  = "Build"
)

// ReleaseArgs describe the pipeline that releases an application. All fields but TopicArn are required.
type ReleaseArgs struct {
	// Pipeline is the application, resolved.
	Pipeline *ContainerPipelineArgs
	// Artifacts is the pipeline's bucket.
	Artifacts *ArtifactStore
	// Build makes the images.
	Build *Build
	// Deployment moves the traffic.
	Deployment *Deployment
	// Service is what runs; its templates are released with the images.
	Service *Service
	// TopicArn is told of releases that wait for approval, unless Approval names a topic; it counts only where
	// Pipeline has Notifications. Default: nobody is told.
	TopicArn pulumi.StringInput
}

// Release is the pipeline: Source, Build, Approval if asked for, Deploy. A push to the repository starts it, and so does
// a change of the service's templates.
type Release struct {
	pulumi.ResourceState

	// PipelineName and PipelineArn of the CodePipeline.
	PipelineName pulumi.StringOutput `pulumi:"pipelineName"`
	PipelineArn  pulumi.StringOutput `pulumi:"pipelineArn"`
	// ConnectionArn of the connection to the source's provider.
	ConnectionArn pulumi.StringOutput `pulumi:"connectionArn"`
	// ConnectionSetupURL is the console's page where someone completes the pending connection "<project>", once. Empty
	// with an existing connection.
	ConnectionSetupURL pulumi.StringOutput `pulumi:"connectionSetupUrl"`
	// ConfigObjectKey is the object in the artifact bucket that holds the templates. Empty with OwnFiles.
	ConfigObjectKey pulumi.StringOutput `pulumi:"configObjectKey"`
}

// NewRelease makes the pipeline "<project>-pipeline" and what starts it.
func NewRelease(ctx *pulumi.Context, name string, args *ReleaseArgs, opts ...pulumi.ResourceOption) (*Release, error) {
	if err := args.validate(); err != nil {
		return nil, err
	}
	release := &Release{}
	if err := ctx.RegisterComponentResource("container-pipeline:bluegreen:Release", name, release, opts...); err != nil {
		return nil, err
	}
	here, err := ground.Here(ctx, pulumi.Parent(release))
	if err != nil {
		return nil, err
	}
	if err := release.connect(ctx, name, here, args.Pipeline); err != nil {
		return nil, err
	}
	if err := release.compose(ctx, name, here, args); err != nil {
		return nil, err
	}
	return release, ctx.RegisterResourceOutputs(release, pulumi.Map{
		"pipelineName": release.PipelineName, "pipelineArn": release.PipelineArn,
		"connectionArn": release.ConnectionArn, "connectionSetupUrl": release.ConnectionSetupURL,
		"configObjectKey": release.ConfigObjectKey,
	})
}

func (args *ReleaseArgs) validate() error {
	p := &problems.List{}
	if args == nil {
		args = &ReleaseArgs{}
	}
	for _, required := range []struct {
		field   string
		missing bool
	}{
		{"pipeline", args.Pipeline == nil},
		{"artifacts", args.Artifacts == nil},
		{"build", args.Build == nil},
		{"deployment", args.Deployment == nil},
		{"service", args.Service == nil},
	} {
		if required.missing {
			p.Add(required.field, "missing: the pipeline is made of it")
		}
	}
	return p.Err()
}

// connect makes a connection, unless one is given.
func (r *Release) connect(ctx *pulumi.Context, name string, here ground.Place, a *ContainerPipelineArgs) error {
	connection, err := ground.NewConnection(ctx, name, here, &ground.ConnectionArgs{
		Given: a.Source.ConnectionArn, Name: a.Project, Provider: a.Source.Provider, Tags: a.Tags,
	}, pulumi.Parent(r))
	if err != nil {
		return err
	}
	r.ConnectionArn, r.ConnectionSetupURL = connection.Arn, connection.SetupURL
	return nil
}

// compose makes the pipeline. Its creation starts it, so it comes after all that it uses; what restarts it comes last.
func (r *Release) compose(ctx *pulumi.Context, name string, here ground.Place, args *ReleaseArgs) error {
	a := args.Pipeline
	r.ConfigObjectKey = pulumi.String("").ToStringOutput()
	var config *configObject
	ready := args.Artifacts.Ready()
	if !a.OwnFiles {
		var err error
		if config, err = newConfigObject(ctx, name, args, pulumi.Parent(r)); err != nil {
			return err
		}
		r.ConfigObjectKey, ready = config.object.Key, slices.Concat(ready, []pulumi.Resource{config.object})
	}
	pipeline, err := ground.NewPipeline(ctx, name+"-pipeline", &ground.PipelineArgs{
		Name:      a.pipelineName(),
		Artifacts: pipelineArtifacts(args.Artifacts),
		Stages:    args.stages(r.ConnectionArn, config),
		Triggers: []codepipeline.PipelineTriggerInput{
			ground.PushTrigger(sourceAction, a.Source.Branch, a.Source.FilePaths, a.Source.IgnoreFilePaths),
		},
		Grants: args.grants(here, r.ConnectionArn),
		Ready:  ready,
		Tags:   a.Tags,
	}, pulumi.Parent(r))
	if err != nil {
		return err
	}
	r.PipelineName, r.PipelineArn = pipeline.Pipeline.Name, pipeline.Pipeline.Arn
	if config == nil {
		return nil
	}
	return config.startOnChange(ctx, name, here, a, r.PipelineArn, pulumi.Parent(r))
}

func (args *ReleaseArgs) stages(connectionArn pulumi.StringInput, config *configObject) []codepipeline.PipelineStageInput {
	a := args.Pipeline
	sources := []codepipeline.PipelineStageActionInput{
		ground.RepositorySource(sourceAction, sourceArtifact, ground.SourceRepository{
			ConnectionArn: connectionArn, Repository: a.Source.Repository, Branch: a.Source.Branch,
		}),
	}
	inputs := []string{sourceArtifact}
	if config != nil {
		sources = append(sources, ground.ObjectSource("Config", configArtifact, args.Artifacts.BucketName, config.object.Key))
		inputs = append(inputs, configArtifact)
	}
	stages := []codepipeline.PipelineStageInput{
		ground.Stage("Source", sources...),
		ground.Stage("Build", ground.BuildAction("Build", args.Build.ProjectName, buildArtifact, inputs...)),
	}
	if a.Approval != nil {
		stages = append(stages, ground.Stage("Approval", ground.ApprovalAction("Approve", ground.ApprovalRequest{
			TopicArn: args.approvalTopic(), Comment: a.Approval.Comment, URL: a.Approval.URL,
		})))
	}
	return append(stages, ground.Stage("Deploy", args.deployAction()))
}

// approvalTopic is nil where nobody is to be told.
func (args *ReleaseArgs) approvalTopic() pulumi.StringInput {
	switch a := args.Pipeline; {
	case a.Approval == nil:
		return nil
	case a.Approval.TopicArn != nil:
		return a.Approval.TopicArn
	case a.Notifications != nil:
		return args.TopicArn
	default:
		return nil
	}
}

// deployAction registers the task definition that the build has written and hands it to CodeDeploy.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECSbluegreen.html
func (args *ReleaseArgs) deployAction() codepipeline.PipelineStageActionArgs {
	return codepipeline.PipelineStageActionArgs{
		Name: pulumi.String("Deploy"), Category: pulumi.String("Deploy"), Owner: pulumi.String("AWS"),
		Provider: pulumi.String("CodeDeployToECS"), Version: pulumi.String("1"),
		InputArtifacts: pulumi.ToStringArray([]string{buildArtifact}),
		Configuration: pulumi.StringMap{
			"ApplicationName":                args.Deployment.ApplicationName,
			"DeploymentGroupName":            args.Deployment.DeploymentGroupName,
			"TaskDefinitionTemplateArtifact": pulumi.String(buildArtifact),
			"TaskDefinitionTemplatePath":     pulumi.String(artifacts.TaskDefinitionFile),
			"AppSpecTemplateArtifact":        pulumi.String(buildArtifact),
			"AppSpecTemplatePath":            pulumi.String(artifacts.AppSpecFile),
		},
	}
}
