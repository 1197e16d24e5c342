package meta

import (
	"slices"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/codepipeline"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/iam"
)

// Names of the pipeline's source action and of its artifact.
const source = "Source"

// addPipeline makes the two builds and the pipeline. Executions are queued: each definition is deployed, in its order, for
// a plan holds only until the next.
func (c *composition) addPipeline() error {
	// What the preview leaves in the update's cache would run with the update's permissions, before anyone has agreed.
	preview, err := c.addBuild("preview", "Previews the stacks of "+c.args.Project, previewBuildspec,
		access{reads: true, parameters: c.parameters, notCache: pulumi.Sprintf("%s/cache/up*", c.artifacts.BucketArn)},
		c.deployer.readPolicies)
	if err != nil {
		return err
	}
	up, err := c.addBuild("up", "Brings up the stacks of "+c.args.Project, upBuildspec,
		access{reads: true, writes: true, parameters: c.parameters}, c.deployer.policies)
	if err != nil {
		return err
	}
	c.PreviewRoleName, c.UpRoleName = preview.Role.Role.Name, up.Role.Role.Name

	connection, err := ground.NewConnection(c.ctx, c.name, c.here, &ground.ConnectionArgs{
		Given: c.args.Source.ConnectionArn, Name: c.args.Project, Provider: c.args.Source.Provider, Tags: c.args.Tags,
	}, c.opts...)
	if err != nil {
		return err
	}
	c.ConnectionSetupURL = connection.SetupURL
	topic, err := c.addNotifications()
	if err != nil {
		return err
	}
	pipeline, err := ground.NewPipeline(c.ctx, c.name+"-pipeline", &ground.PipelineArgs{
		Name: c.args.pipelineName(), Artifacts: c.artifacts, ExecutionMode: "QUEUED",
		Stages: c.stages(connection.Arn, preview, up, topic),
		Triggers: []codepipeline.PipelineTriggerInput{
			ground.PushTrigger(source, c.args.Source.Branch, c.args.Source.Paths, nil),
		},
		Grants: grants(connection.Arn, preview, up, topic),
		Ready:  c.ready,
		Tags:   c.args.Tags,
	}, c.opts...)
	if err != nil {
		return err
	}
	c.PipelineName, c.PipelineArn = pipeline.Pipeline.Name, pipeline.Pipeline.Arn
	return nil
}

// addBuild makes a project with a role of its own, which has the policies too.
func (c *composition) addBuild(
	kind, description, buildspec string, a access, policies pulumi.StringArray,
) (*ground.BuildProject, error) {
	build := c.args.build(c.backend, kind, description, buildspec, c.ctx.Stack())
	build.Artifacts, build.CachePrefix = c.artifacts, "cache/"+kind
	build.Secrets = c.backend.secrets(c.args.Secrets)
	build.Grants = c.backend.grants(a, build.Secrets)
	project, err := ground.NewBuildProject(c.ctx, c.name+"-"+kind, c.here, &build, c.opts...)
	if err != nil {
		return nil, err
	}
	attached, err := attach(c.ctx, c.name+"-"+kind, project.Role, policies, c.opts...)
	c.ready = append(c.ready, attached...)
	return project, err
}

func (c *composition) addNotifications() (pulumi.StringInput, error) {
	notifications, err := NewNotifications(c.ctx, c.name, &NotificationsArgs{
		NotificationOptions: c.args.Notifications, PipelineName: c.args.pipelineName(), Tags: c.args.Tags,
	}, pulumi.Parent(c.Pipeline))
	if err != nil {
		return nil, err
	}
	c.TopicArn = notifications.TopicArn
	switch approval := c.args.Approval; {
	case approval == nil:
		return nil, nil
	case approval.TopicArn != nil:
		return approval.TopicArn, nil
	case c.args.Notifications != nil:
		return notifications.TopicArn, nil
	default:
		return nil, nil
	}
}

// stages are what an update goes through. Preview and Up are two builds, so that what is agreed to is what is done: the
// second does the first one's plan.
func (c *composition) stages(
	connectionArn pulumi.StringInput, preview, up *ground.BuildProject, topic pulumi.StringInput,
) []codepipeline.PipelineStageInput {
	previewed := ground.BuildAction("Preview", preview.Project.Name, planArtifact, source)
	previewed.Namespace = pulumi.String("Preview")
	brought := ground.BuildAction("Up", up.Project.Name, "Result", source, planArtifact)
	brought.OutputArtifacts = nil
	stages := []codepipeline.PipelineStageInput{
		ground.Stage("Source", ground.RepositorySource(source, source, ground.SourceRepository{
			ConnectionArn: connectionArn, Repository: c.args.Source.Repository, Branch: c.args.Source.Branch,
		})),
		ground.Stage("Preview", previewed),
	}
	if c.args.Approval != nil {
		stages = append(stages, ground.Stage("Approval", ground.ApprovalAction("Approve", ground.ApprovalRequest{
			TopicArn: topic,
			// https://docs.aws.amazon.com/codepipeline/latest/userguide/actions-variables.html#actions-variables-examples-approvals
			Comment: "Update of " + c.args.Project + ": #{Preview.SUMMARY}",
			URL:     c.here.Console("codesuite/codepipeline/pipelines/" + c.args.pipelineName() + "/view"),
		})))
	}
	return append(stages, ground.Stage("Up", brought))
}

// grants are what the actions may do beside using the artifacts.
func grants(connectionArn pulumi.StringInput, preview, up *ground.BuildProject, topic pulumi.StringInput) ground.Grants {
	return ground.Grants{
		Values: []pulumi.StringInput{connectionArn, preview.Project.Arn, up.Project.Arn, orEmpty(topic)},
		Statements: func(v []string) []iam.Statement {
			statements := []iam.Statement{ground.ConnectionStatement(v[0]), ground.BuildStatement(v[1], v[2])}
			if v[3] != "" {
				statements = append(statements, iam.Allow("AskForApproval").Actions("sns:Publish").On(v[3]))
			}
			return statements
		},
	}
}

// addReviews makes the project that pull requests start. Its role reads, and its cache and artifacts are not the pipeline's:
// nothing that it leaves is ever run with more.
func (c *composition) addReviews() error {
	c.ReviewRoleName = pulumi.String("").ToStringOutput()
	requests := c.args.PullRequests
	if requests == nil {
		return nil
	}
	build := c.args.build(c.backend, "review", "Reviews pull requests to the definition of "+c.args.Project, reviewBuildspec, c.ctx.Stack())
	build.Variables["BASE_BRANCH"] = pulumi.String(c.args.Source.Branch)
	build.Variables["PREVIEW"] = pulumi.String("yes")
	build.Secrets = c.backend.secrets(requests.Secrets)
	if requests.SkipPreview {
		build.Variables["PREVIEW"] = pulumi.String("no")
		build.Secrets = requests.Secrets
	}
	build.Grants = c.backend.grants(access{reads: !requests.SkipPreview}, build.Secrets)
	project, err := ground.NewCheckoutProject(c.ctx, c.name+"-review", c.here, &ground.CheckoutProjectArgs{
		Build: build, Repository: c.args.Source.Repository, CredentialArn: requests.CredentialArn,
		Filters: ground.PullRequestFilters{Actors: requests.Actors, Branch: c.args.Source.Branch},
	}, c.opts...)
	if err != nil {
		return err
	}
	c.ReviewRoleName = project.Role.Role.Name
	if requests.SkipPreview {
		return nil
	}
	_, err = attach(c.ctx, c.name+"-review", project.Role, c.deployer.readPolicies, slices.Clone(c.opts)...)
	return err
}
