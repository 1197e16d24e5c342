package ekscicd

import (
	"fmt"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codepipeline"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/iam"
	"github.com/container-pipeline/container-pipeline/internal/problems"
)

// PipelineArgs describe how an application gets from its repositories to its clusters.
type PipelineArgs struct {
	// PipelineName. Default: the component's name.
	PipelineName string `pulumi:"pipelineName"`
	// ConnectionArn is the connection to the repositories, as of SourceConnection. Required.
	ConnectionArn pulumi.StringInput `pulumi:"connectionArn"`
	// Application is the application's repository; a push to it starts the pipeline. Required.
	Application Source `pulumi:"application"`
	// Manifests is the repository of its manifests; a push to it starts the pipeline. Required.
	Manifests Source `pulumi:"manifests"`
	// Image is the project that makes the image, as of ImageProject. Required.
	Image Project `pulumi:"image"`
	// Rendering is the project that renders the manifests, as of ManifestsProject. Required.
	Rendering Project `pulumi:"rendering"`
	// Deployments in their order, one cluster each. Required.
	Deployments []Deployment `pulumi:"deployments"`
	// Artifacts is the pipeline's bucket. Required.
	Artifacts ArtifactStore `pulumi:"artifacts"`
	// Tags of pipeline and role. Default: none.
	Tags map[string]string `pulumi:"tags"`
}

// Source is a repository that starts the pipeline.
type Source struct {
	// Repository is "owner/name". Required.
	Repository string `pulumi:"repository"`
	// Branch whose pushes start the pipeline. Default: "main".
	Branch string `pulumi:"branch"`
	// FilePaths start it only when a push changes one of them: up to 8 patterns. Default: every push.
	FilePaths []string `pulumi:"filePaths"`
	// IgnoreFilePaths start it only when a push changes anything else: up to 8 patterns. Default: every push.
	IgnoreFilePaths []string `pulumi:"ignoreFilePaths"`
}

// Project is a CodeBuild project, whichever stack made it.
type Project struct {
	// Name of the project. Required.
	Name pulumi.StringInput `pulumi:"name"`
	// Arn of the project. Required.
	Arn pulumi.StringInput `pulumi:"arn"`
}

// Deployment is a stage of the pipeline: an approval if asked for, then a deploy project.
type Deployment struct {
	// Name of the stage, as "staging". Required.
	Name string `pulumi:"name"`
	// Project that deploys, as of DeployProject. Required.
	Project Project `pulumi:"project"`
	// Approval holds the deployment until a person agrees. Default: none.
	Approval *Approval `pulumi:"approval"`
}

// Approval is what a person who approves is told.
type Approval struct {
	// TopicArn of an SNS topic of the operations account that is told of the wait. Default: nobody is told.
	TopicArn pulumi.StringInput `pulumi:"topicArn"`
	// Comment for the person who decides, up to 1000 characters. Default: none.
	Comment string `pulumi:"comment"`
	// URL to look at before deciding. Default: none.
	URL string `pulumi:"url"`
}

// Pipeline is a CodePipeline: Source (two repositories), Image, Manifests, then a stage for each deployment.
type Pipeline struct {
	pulumi.ResourceState

	// PipelineName and PipelineArn of the CodePipeline.
	PipelineName pulumi.StringOutput `pulumi:"pipelineName"`
	PipelineArn  pulumi.StringOutput `pulumi:"pipelineArn"`
	// RoleName is its role.
	RoleName pulumi.StringOutput `pulumi:"roleName"`
}

// NewPipeline makes the pipeline. Its creation starts it, so give it what exists already.
func NewPipeline(ctx *pulumi.Context, name string, args *PipelineArgs, opts ...pulumi.ResourceOption) (*Pipeline, error) {
	a := args.withDefaults(name)
	if err := a.validate(name); err != nil {
		return nil, err
	}
	p := &Pipeline{}
	if err := ctx.RegisterComponentResource("container-pipeline:ekscicd:Pipeline", name, p, opts...); err != nil {
		return nil, err
	}
	pipeline, err := ground.NewPipeline(ctx, name+"-pipeline", &ground.PipelineArgs{
		Name: a.PipelineName, Artifacts: a.Artifacts.ground(), Stages: a.stages(), Grants: a.grants(),
		Triggers: []codepipeline.PipelineTriggerInput{
			a.Application.trigger(applicationArtifact), a.Manifests.trigger(manifestsArtifact),
		},
		Ready: a.Artifacts.ready, Tags: a.Tags,
	}, pulumi.Parent(p))
	if err != nil {
		return nil, err
	}
	p.PipelineName, p.PipelineArn, p.RoleName = pipeline.Pipeline.Name, pipeline.Pipeline.Arn, pipeline.Role.Role.Name
	return p, ctx.RegisterResourceOutputs(p, pulumi.Map{
		"pipelineName": p.PipelineName, "pipelineArn": p.PipelineArn, "roleName": p.RoleName,
	})
}

// stages: the manifests are rendered once, for all clusters, with the digest of the one image.
func (args *PipelineArgs) stages() []codepipeline.PipelineStageInput {
	stages := []codepipeline.PipelineStageInput{
		ground.Stage("Source",
			args.Application.action(applicationArtifact, args.ConnectionArn), args.Manifests.action(manifestsArtifact, args.ConnectionArn)),
		ground.Stage("Image", ground.BuildAction("Build", args.Image.Name, imageArtifact, applicationArtifact)),
		ground.Stage("Manifests", ground.BuildAction("Render", args.Rendering.Name, renderedArtifact,
			manifestsArtifact, applicationArtifact, imageArtifact)),
	}
	for _, d := range args.Deployments {
		stages = append(stages, ground.Stage(d.Name, d.actions()...))
	}
	return stages
}

// actions of a stage run one after the other by their order.
func (d Deployment) actions() []codepipeline.PipelineStageActionInput {
	deploy := ground.BuildAction("Deploy", d.Project.Name, "", renderedArtifact)
	deploy.OutputArtifacts = nil
	if d.Approval == nil {
		return []codepipeline.PipelineStageActionInput{deploy}
	}
	deploy.RunOrder = pulumi.Int(2)
	return []codepipeline.PipelineStageActionInput{
		ground.ApprovalAction("Approve", ground.ApprovalRequest{
			TopicArn: d.Approval.TopicArn, Comment: d.Approval.Comment, URL: d.Approval.URL,
		}), deploy,
	}
}

func (s Source) action(name string, connectionArn pulumi.StringInput) codepipeline.PipelineStageActionArgs {
	return ground.RepositorySource(name, name, ground.SourceRepository{
		ConnectionArn: connectionArn, Repository: s.Repository, Branch: s.Branch,
	})
}

func (s Source) trigger(action string) codepipeline.PipelineTriggerArgs {
	return ground.PushTrigger(action, s.Branch, s.FilePaths, s.IgnoreFilePaths)
}

// grants let the pipeline's actions read the repositories, run the projects, and tell of approvals.
func (args *PipelineArgs) grants() ground.Grants {
	projects := []pulumi.StringInput{args.Image.Arn, args.Rendering.Arn}
	var topics []pulumi.StringInput
	for _, d := range args.Deployments {
		projects = append(projects, d.Project.Arn)
		if d.Approval != nil && d.Approval.TopicArn != nil {
			topics = append(topics, d.Approval.TopicArn)
		}
	}
	values := append([]pulumi.StringInput{args.ConnectionArn}, projects...)
	return ground.Grants{Values: append(values, topics...), Statements: func(known []string) []iam.Statement {
		connection, builds, told := known[0], known[1:1+len(projects)], known[1+len(projects):]
		statements := []iam.Statement{ground.ConnectionStatement(connection), ground.BuildStatement(builds...)}
		if len(told) > 0 {
			statements = append(statements, iam.Allow("TellOfApprovals").Actions("sns:Publish").On(compact(told)...))
		}
		return statements
	}}
}

func (args *PipelineArgs) withDefaults(name string) *PipelineArgs {
	a := PipelineArgs{}
	if args != nil {
		a = *args
	}
	a.PipelineName = or(a.PipelineName, name)
	a.Application.Branch = or(a.Application.Branch, "main")
	a.Manifests.Branch = or(a.Manifests.Branch, "main")
	return &a
}

func (args *PipelineArgs) validate(name string) error {
	var p problems.List
	p.Matches("name", name, buildName, buildNameWords)
	p.Matches("pipelineName", args.PipelineName, pipelineName, pipelineWords)
	if args.ConnectionArn == nil {
		p.Add("connectionArn", "missing: give the connection to the repositories")
	}
	ground.ConnectionARN.Check(&p, "connectionArn", args.ConnectionArn)
	args.Application.validate(&p, "application")
	args.Manifests.validate(&p, "manifests")
	args.Image.validate(&p, "image")
	args.Rendering.validate(&p, "rendering")
	args.validateDeployments(&p)
	args.Artifacts.validate(&p)
	ground.ValidTags(&p, args.Tags)
	return p.Err()
}

func (args *PipelineArgs) validateDeployments(p *problems.List) {
	// https://docs.aws.amazon.com/codepipeline/latest/userguide/limits.html
	if n := len(args.Deployments); n < 1 || n > 47 {
		p.Add("deployments", "%d are given: give 1 to 47, for a pipeline has at most 50 stages", n)
	}
	taken := map[string]bool{"Source": true, "Image": true, "Manifests": true}
	for i, d := range args.Deployments {
		field := fmt.Sprintf("deployments[%d]", i)
		p.Matches(field+".name", d.Name, pipelineName, pipelineWords)
		if taken[d.Name] {
			p.Add(field+".name", "%q is another stage's name: give another", d.Name)
		}
		taken[d.Name] = true
		d.Project.validate(p, field+".project")
		d.Approval.validate(p, field+".approval")
	}
}

// https://docs.aws.amazon.com/codepipeline/latest/userguide/approvals-action-add.html
func (a *Approval) validate(p *problems.List, field string) {
	if a == nil {
		return
	}
	if n := len(a.Comment); n > 1000 {
		p.Add(field+".comment", "%d characters are too many: give at most 1000", n)
	}
	if a.URL != "" {
		ground.ValidLink(p, field+".url", a.URL)
	}
	ground.TopicARN.Check(p, field+".topicArn", a.TopicArn)
}

func (s Source) validate(p *problems.List, field string) {
	ground.ValidRepository(p, field+".repository", s.Repository)
	ground.ValidBranch(p, field+".branch", s.Branch)
	ground.ValidPaths(p, field+".filePaths", s.FilePaths)
	ground.ValidPaths(p, field+".ignoreFilePaths", s.IgnoreFilePaths)
}

func (project Project) validate(p *problems.List, field string) {
	if project.Name == nil || project.Arn == nil {
		p.Add(field, "missing: give name and arn of a CodeBuild project")
	}
}
