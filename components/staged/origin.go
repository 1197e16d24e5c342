package staged

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codecommit"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codepipeline"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/iam"
	"github.com/container-pipeline/container-pipeline/internal/problems"
)

// Names of the source's action and artifact, and of its variables.
const (
	sourceAction    = "Source"
	sourceArtifact  = "Source"
	sourceNamespace = "SourceVariables"
)

// OriginArgs describe where releases come from.
type OriginArgs struct {
	// Source is the repository. Required.
	Source Source `pulumi:"source"`
	// Project names a new connection. Default: the component's name.
	Project string `pulumi:"project"`
	// Disposable: a repository that is made is destroyed with all that is in it. Default: false, it is protected.
	Disposable bool `pulumi:"disposable"`
	// Tags of repository and connection. Default: none.
	Tags map[string]string `pulumi:"tags"`
}

// Origin is where releases come from: a repository of CodeCommit, or one behind a connection.
type Origin struct {
	pulumi.ResourceState

	// RepositoryArn of CodeCommit's repository. Empty behind a connection.
	RepositoryArn pulumi.StringOutput `pulumi:"repositoryArn"`
	// RepositoryCloneURL of a repository that was made. Empty otherwise.
	RepositoryCloneURL pulumi.StringOutput `pulumi:"repositoryCloneUrl"`
	// ConnectionArn of the connection. Empty with CodeCommit.
	ConnectionArn pulumi.StringOutput `pulumi:"connectionArn"`
	// ConnectionSetupURL is the console's page where someone completes a new connection, once. Empty without one.
	ConnectionSetupURL pulumi.StringOutput `pulumi:"connectionSetupUrl"`

	source     Source
	repository pulumi.StringInput // its name
}

// NewOrigin makes a repository or a connection, as far as they are not given.
func NewOrigin(ctx *pulumi.Context, name string, args *OriginArgs, opts ...pulumi.ResourceOption) (*Origin, error) {
	resolved, err := args.resolve(name)
	if err != nil {
		return nil, err
	}
	none := pulumi.String("").ToStringOutput()
	o := &Origin{
		source: resolved.Source, repository: pulumi.String(resolved.Source.Repository),
		RepositoryArn: none, RepositoryCloneURL: none, ConnectionArn: none, ConnectionSetupURL: none,
	}
	if err := ctx.RegisterComponentResource("container-pipeline:staged:Origin", name, o, opts...); err != nil {
		return nil, err
	}
	here, err := ground.Here(ctx, pulumi.Parent(o))
	if err != nil {
		return nil, err
	}
	if o.source.inCodeCommit() {
		err = o.commit(ctx, name, here, resolved)
	} else {
		err = o.connect(ctx, name, here, resolved)
	}
	if err != nil {
		return nil, err
	}
	return o, ctx.RegisterResourceOutputs(o, pulumi.Map{
		"repositoryArn": o.RepositoryArn, "repositoryCloneUrl": o.RepositoryCloneURL,
		"connectionArn": o.ConnectionArn, "connectionSetupUrl": o.ConnectionSetupURL,
	})
}

// resolve checks the source and fills in its defaults, on a copy.
func (args *OriginArgs) resolve(name string) (*OriginArgs, error) {
	if args == nil {
		args = &OriginArgs{}
	}
	whole := (&PipelineArgs{Project: args.Project, Source: args.Source}).withDefaults(name)
	p := &problems.List{}
	whole.Source.validate(p)
	return &OriginArgs{Source: whole.Source, Project: whole.Project, Disposable: args.Disposable, Tags: args.Tags}, p.Err()
}

// commit finds the repository, or makes it.
func (o *Origin) commit(ctx *pulumi.Context, name string, here ground.Place, args *OriginArgs) error {
	if !o.source.NewRepository {
		o.RepositoryArn = pulumi.String(here.ARN("codecommit", o.source.Repository)).ToStringOutput()
		return nil
	}
	repository, err := codecommit.NewRepository(ctx, name, &codecommit.RepositoryArgs{
		RepositoryName: pulumi.String(o.source.Repository),
		Description:    pulumi.String("Source of " + args.Project + "-pipeline"),
		Tags:           ground.Tags(args.Tags),
	}, pulumi.Parent(o), pulumi.Protect(!args.Disposable))
	if err != nil {
		return err
	}
	o.repository, o.RepositoryArn, o.RepositoryCloneURL = repository.RepositoryName, repository.Arn, repository.CloneUrlHttp
	return nil
}

func (o *Origin) connect(ctx *pulumi.Context, name string, here ground.Place, args *OriginArgs) error {
	connection, err := ground.NewConnection(ctx, name, here, &ground.ConnectionArgs{
		Given: o.source.ConnectionArn, Name: args.Project, Provider: o.source.Provider, Tags: args.Tags,
	}, pulumi.Parent(o))
	if err != nil {
		return err
	}
	o.ConnectionArn, o.ConnectionSetupURL = connection.Arn, connection.SetupURL
	return nil
}

// action fetches the source. Its variables, the commit among them, are known to the actions that follow.
func (o *Origin) action() codepipeline.PipelineStageActionArgs {
	var action codepipeline.PipelineStageActionArgs
	if o.source.inCodeCommit() {
		action = ground.CodeCommitSource(sourceAction, sourceArtifact, o.repository, o.source.Branch)
	} else {
		action = ground.RepositorySource(sourceAction, sourceArtifact, ground.SourceRepository{
			ConnectionArn: o.ConnectionArn, Repository: o.source.Repository, Branch: o.source.Branch,
		})
	}
	action.Namespace = pulumi.String(sourceNamespace)
	return action
}

// arn is what statement needs to know.
func (o *Origin) arn() pulumi.StringInput {
	if o.source.inCodeCommit() {
		return o.RepositoryArn
	}
	return o.ConnectionArn
}

// statement lets the pipeline's role fetch the source.
func (o *Origin) statement(arn string) iam.Statement {
	if o.source.inCodeCommit() {
		return ground.CodeCommitStatement(arn)
	}
	return ground.ConnectionStatement(arn)
}

// triggers are none with CodeCommit, which start serves.
func (o *Origin) triggers() []codepipeline.PipelineTriggerInput {
	if o.source.inCodeCommit() {
		return nil
	}
	return []codepipeline.PipelineTriggerInput{
		ground.PushTrigger(sourceAction, o.source.Branch, o.source.FilePaths, o.source.IgnoreFilePaths),
	}
}

// start makes what starts the pipeline on a push to CodeCommit: an event, for polling is slow and discouraged.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/triggering.html
func (o *Origin) start(
	ctx *pulumi.Context, name string, here ground.Place, args *PipelineArgs, pipelineArn pulumi.StringInput,
	opts ...pulumi.ResourceOption,
) error {
	if !o.source.inCodeCommit() {
		return nil
	}
	_, err := ground.NewStart(ctx, name, here, &ground.StartArgs{
		PipelineName: args.pipelineName(), PipelineArn: pipelineArn, Tags: args.Tags,
		When:    o.source.Repository + " is pushed to",
		Event:   "The branch " + o.source.Branch + " of " + o.source.Repository + " is pushed to",
		Pattern: ground.BranchUpdates(o.RepositoryArn, o.source.Branch),
	}, opts...)
	return err
}

// commitPage is the address of the commit that is released, with the pipeline's variable in it. It is empty where it is
// not known.
func (s Source) commitPage(here ground.Place) string {
	const commit = "#{" + sourceNamespace + ".CommitId}"
	switch s.Provider {
	case CodeCommit:
		return here.Console("codesuite/codecommit/repositories/" + s.Repository + "/commit/" + commit)
	case GitHub:
		return "https://github.com/" + s.Repository + "/commit/" + commit
	case GitLab:
		return "https://gitlab.com/" + s.Repository + "/-/commit/" + commit
	case Bitbucket:
		return "https://bitbucket.org/" + s.Repository + "/commits/" + commit
	}
	return ""
}
