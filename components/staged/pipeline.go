package staged

import (
	"slices"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
)

// Pipeline is the delivery of a repository through environments: a push is built, and what comes out is deployed to one
// environment after another, before some of them only once a person agrees.
type Pipeline struct {
	pulumi.ResourceState

	// PipelineName and PipelineArn of the CodePipeline.
	PipelineName pulumi.StringOutput `pulumi:"pipelineName"`
	PipelineArn  pulumi.StringOutput `pulumi:"pipelineArn"`
	// RoleNames and RoleArns of builds and deployments, by environment; "build" is that of what is built once. Attach
	// policies to them if the scripts need more of AWS.
	RoleNames pulumi.StringMapOutput `pulumi:"roleNames"`
	RoleArns  pulumi.StringMapOutput `pulumi:"roleArns"`
	// ProjectNames of the CodeBuild projects: "build", or "<environment>-build", and "<environment>-deploy".
	ProjectNames pulumi.StringMapOutput `pulumi:"projectNames"`
	// LogGroupNames are where they write, by the keys of RoleNames.
	LogGroupNames pulumi.StringMapOutput `pulumi:"logGroupNames"`
	// SiteBucketNames and SiteBucketArns by environment, of those with Site.
	SiteBucketNames pulumi.StringMapOutput `pulumi:"siteBucketNames"`
	SiteBucketArns  pulumi.StringMapOutput `pulumi:"siteBucketArns"`
	// ArtifactBucketName is where the pipeline keeps what it builds.
	ArtifactBucketName pulumi.StringOutput `pulumi:"artifactBucketName"`
	// ApprovalTopicArn is told of releases that wait. Empty where nobody is.
	ApprovalTopicArn pulumi.StringOutput `pulumi:"approvalTopicArn"`
	// ConnectionSetupURL is where someone connects the source's provider, once. Empty with CodeCommit, and with an existing
	// connection.
	ConnectionSetupURL pulumi.StringOutput `pulumi:"connectionSetupUrl"`
	// RepositoryCloneURL is that of a repository of CodeCommit that was made. Empty otherwise.
	RepositoryCloneURL pulumi.StringOutput `pulumi:"repositoryCloneUrl"`
}

// NewPipeline makes a delivery. All that is wrong with args is reported in one error, before anything is registered.
func NewPipeline(
	ctx *pulumi.Context, name string, args *PipelineArgs, opts ...pulumi.ResourceOption,
) (*Pipeline, error) {
	a, err := resolve(name, args)
	if err != nil {
		return nil, err
	}
	p := &Pipeline{}
	if err := ctx.RegisterComponentResource("container-pipeline:staged:Pipeline", name, p, opts...); err != nil {
		return nil, err
	}
	parts, err := p.makeParts(ctx, name, a)
	if err != nil {
		return nil, err
	}
	if err := p.compose(ctx, name, parts); err != nil {
		return nil, err
	}
	return p, ctx.RegisterResourceOutputs(p, p.outputs())
}

// parts are what the pipeline is made of.
type parts struct {
	args      *PipelineArgs
	here      ground.Place
	artifacts *ground.ArtifactBucket
	origin    *Origin
	sites     map[string]*Site // by environment
	runners   []*Runner
	approvers *Approvers // nil where nobody is told of approvals
}

func (p *Pipeline) makeParts(ctx *pulumi.Context, name string, a *PipelineArgs) (*parts, error) {
	child := pulumi.Parent(p)
	here, err := ground.Here(ctx, child)
	if err != nil {
		return nil, err
	}
	made := &parts{args: a, here: here, sites: map[string]*Site{}}
	if made.artifacts, err = ground.NewArtifactBucket(ctx, name, &ground.ArtifactBucketArgs{
		KeyArn: a.ArtifactKeyArn, ExpiringPrefixes: []string{ground.ArtifactPrefix(a.pipelineName())},
		Disposable: a.Disposable, Tags: a.Tags,
	}, child); err != nil {
		return nil, err
	}
	if made.origin, err = NewOrigin(ctx, name, &OriginArgs{
		Source: a.Source, Project: a.Project, Disposable: a.Disposable, Tags: a.Tags,
	}, child); err != nil {
		return nil, err
	}
	for _, e := range a.Environments {
		if e.Site == nil {
			continue
		}
		if made.sites[e.Name], err = NewSite(ctx, name+"-"+e.Name, &SiteArgs{
			SiteOptions: *e.Site, Disposable: a.Disposable, Tags: a.Tags,
		}, child); err != nil {
			return nil, err
		}
	}
	for _, group := range a.groups() {
		runner, err := NewRunner(ctx, name+"-"+group.name, made.runner(group), child)
		if err != nil {
			return nil, err
		}
		made.runners = append(made.runners, runner)
	}
	if a.Approval.TopicArn != nil || len(a.Approval.Emails) > 0 {
		made.approvers, err = NewApprovers(ctx, name, &ApproversArgs{ApprovalOptions: a.Approval, Tags: a.Tags}, child)
	}
	return made, err
}

func (m *parts) pipelineArtifacts() ground.Artifacts {
	return ground.Artifacts{
		BucketName: m.artifacts.Bucket.Bucket, BucketArn: m.artifacts.Bucket.Arn, KeyArn: m.args.ArtifactKeyArn,
	}
}

// compose makes the pipeline. Its creation starts it, so it comes after all that it uses; what restarts it comes last.
func (p *Pipeline) compose(ctx *pulumi.Context, name string, m *parts) error {
	pipeline, err := ground.NewPipeline(ctx, name+"-pipeline", &ground.PipelineArgs{
		Name:      m.args.pipelineName(),
		Artifacts: m.pipelineArtifacts(),
		Stages:    m.stages(),
		Triggers:  m.origin.triggers(),
		Grants:    m.grants(),
		Ready:     m.artifacts.Ready(),
		Tags:      m.args.Tags,
	}, pulumi.Parent(p))
	if err != nil {
		return err
	}
	p.PipelineName, p.PipelineArn = pipeline.Pipeline.Name, pipeline.Pipeline.Arn
	p.ArtifactBucketName = m.artifacts.Bucket.Bucket
	p.ConnectionSetupURL, p.RepositoryCloneURL = m.origin.ConnectionSetupURL, m.origin.RepositoryCloneURL
	p.ApprovalTopicArn = pulumi.String("").ToStringOutput()
	if m.approvers != nil {
		p.ApprovalTopicArn = m.approvers.TopicArn
	}
	p.tell(m)
	return m.origin.start(ctx, name+"-start", m.here, m.args, p.PipelineArn, pulumi.Parent(p))
}

// tell fills in the outputs by environment.
func (p *Pipeline) tell(m *parts) {
	roles, arns, logs, projects := pulumi.StringMap{}, pulumi.StringMap{}, pulumi.StringMap{}, pulumi.StringMap{}
	for _, r := range m.runners {
		for key, project := range r.projects {
			projects[key] = project.Name
		}
		for _, key := range r.serves {
			roles[key], arns[key], logs[key] = r.RoleName, r.RoleArn, r.LogGroupName
		}
	}
	buckets, bucketArns := pulumi.StringMap{}, pulumi.StringMap{}
	for environment, site := range m.sites {
		buckets[environment], bucketArns[environment] = site.BucketName, site.BucketArn
	}
	p.RoleNames, p.RoleArns = roles.ToStringMapOutput(), arns.ToStringMapOutput()
	p.ProjectNames, p.LogGroupNames = projects.ToStringMapOutput(), logs.ToStringMapOutput()
	p.SiteBucketNames, p.SiteBucketArns = buckets.ToStringMapOutput(), bucketArns.ToStringMapOutput()
}

func (p *Pipeline) outputs() pulumi.Map {
	return pulumi.Map{
		"pipelineName": p.PipelineName, "pipelineArn": p.PipelineArn, "roleNames": p.RoleNames, "roleArns": p.RoleArns,
		"projectNames": p.ProjectNames, "logGroupNames": p.LogGroupNames,
		"siteBucketNames": p.SiteBucketNames, "siteBucketArns": p.SiteBucketArns,
		"artifactBucketName": p.ArtifactBucketName, "approvalTopicArn": p.ApprovalTopicArn,
		"connectionSetupUrl": p.ConnectionSetupURL, "repositoryCloneUrl": p.RepositoryCloneURL,
	}
}

// runner is what a group of projects is made of.
func (m *parts) runner(g group) *RunnerArgs {
	args := &RunnerArgs{
		Project: m.args.Project, Group: g.name, Serves: g.serves, ReadOnly: g.readOnly,
		ArtifactBucketName: m.artifacts.Bucket.Bucket, ArtifactBucketArn: m.artifacts.Bucket.Arn,
		ArtifactKeyArn: m.args.ArtifactKeyArn, Statements: slices.Concat(m.args.Statements, g.statements),
		LogRetentionDays: m.args.LogRetentionDays, Tags: m.args.Tags,
	}
	for _, task := range g.tasks {
		site := m.sites[task.environment.Name]
		args.Builds = append(args.Builds, task.build(m.args, site))
		if task.deploys && site != nil {
			args.Sites = append(args.Sites, site)
		}
	}
	return args
}
