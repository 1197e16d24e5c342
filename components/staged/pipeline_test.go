package staged

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/container-pipeline/container-pipeline/internal/mocks"
)

// website is a site with two environments, each with a bucket.
func website() *PipelineArgs {
	return &PipelineArgs{
		Source: Source{Repository: "site", NewRepository: true},
		Environments: []Environment{
			{Name: "staging", Site: &SiteOptions{}},
			{Name: "production", Site: &SiteOptions{}, Approval: true},
		},
		Approval: ApprovalOptions{Emails: []string{"team@example.com"}, Comment: "Look first."},
	}
}

func TestBuiltOnceAndPromoted(t *testing.T) {
	_, cloud := deploy(t, website())

	stages, actions := stagesOf(t, cloud)
	assert.Equal(t, []string{"Source", "Build", "staging", "Approve-production", "production"}, stages)
	assert.Equal(t, []string{"site-build", "site-production-deploy", "site-staging-deploy"}, cloud.Names("Project"))

	build := actions["Build"][0]
	assert.Equal(t, []any{"Source"}, build["inputArtifacts"])
	assert.Equal(t, []any{"Build"}, build["outputArtifacts"])
	for _, environment := range []string{"staging", "production"} {
		deploy := actions[environment][0]
		assert.Equal(t, "Build", deploy["category"], "CodePipeline has no deploy action of CodeBuild's")
		assert.Equal(t, []any{"Build"}, deploy["inputArtifacts"], "both get what was built once")
		assert.NotContains(t, deploy, "outputArtifacts")
		assert.Equal(t, map[string]any{"ProjectName": "site-" + environment + "-deploy"}, deploy["configuration"])
		assert.Equal(t, map[string]string{
			"ENVIRONMENT": environment, "BUCKET": "site-" + environment + "-1a2b3c4",
		}, cloud.Resource(t, "Project", "site-"+environment+"-deploy").Variables())
	}
	assert.Empty(t, cloud.Resource(t, "Project", "site-build").Variables(), "it is built for no environment")
	goldenPolicies(t, "promoted", cloud)
}

func TestBuiltForEachEnvironment(t *testing.T) {
	args := website()
	args.BuildPerEnvironment = true
	args.Environments[0].Variables = map[string]pulumi.StringInput{"API": pulumi.String("https://staging.example.com")}
	_, cloud := deploy(t, args)

	stages, actions := stagesOf(t, cloud)
	assert.Equal(t, []string{"Source", "staging", "Approve-production", "production"}, stages)
	assert.Equal(t, []string{
		"site-production-build", "site-production-deploy", "site-staging-build", "site-staging-deploy",
	}, cloud.Names("Project"))
	for i, want := range []map[string]any{
		{"name": "Build", "runOrder": 1.0, "inputArtifacts": []any{"Source"}, "outputArtifacts": []any{"staging"}},
		{"name": "Deploy", "runOrder": 2.0, "inputArtifacts": []any{"staging"}},
	} {
		assert.Subset(t, actions["staging"][i], want)
	}
	for _, project := range []string{"site-staging-build", "site-staging-deploy"} {
		assert.Equal(t, map[string]string{
			"ENVIRONMENT": "staging", "BUCKET": "site-staging-1a2b3c4", "API": "https://staging.example.com",
		}, cloud.Resource(t, "Project", project).Variables())
	}
	goldenPolicies(t, "perenvironment", cloud)
}

func TestOneRoleForAll(t *testing.T) {
	args := website()
	args.SharedRole, args.BuildPerEnvironment = true, true
	pipeline, cloud := deploy(t, args)

	assert.Equal(t, []string{"site-pipeline", "site-shared", "site-start"}, cloud.Names("Role"))
	assert.Equal(t, map[string]string{"staging": "site-shared", "production": "site-shared"}, mocks.Await(pipeline.RoleNames))
	goldenPolicies(t, "shared", cloud)
}

func TestStatements(t *testing.T) {
	args := website()
	args.Statements = []Statement{{Sid: "WhoAmI", Actions: []string{"sts:GetCallerIdentity"}, Resources: []pulumi.StringInput{pulumi.String("*")}}}
	args.Environments[1].Statements = []Statement{{
		Sid: "Invalidate", Actions: []string{"cloudfront:CreateInvalidation"},
		Resources:  []pulumi.StringInput{pulumi.String("arn:aws:cloudfront::123456789012:distribution/E1").ToStringOutput()},
		Conditions: map[string]map[string][]string{"StringEquals": {"aws:ResourceTag/site": {"docs"}}},
	}}
	_, cloud := deploy(t, args)
	goldenPolicies(t, "statements", cloud)
}

func TestApprovalTellsWhichCommitGoesWhere(t *testing.T) {
	for name, c := range map[string]struct {
		source Source
		url    string
	}{
		"CodeCommit": {
			Source{Repository: "site"},
			"https://console.aws.amazon.com/codesuite/codecommit/repositories/site/commit/#{SourceVariables.CommitId}?region=us-east-2",
		},
		"GitHub":    {Source{Provider: GitHub, Repository: "acme/site"}, "https://github.com/acme/site/commit/#{SourceVariables.CommitId}"},
		"GitLab":    {Source{Provider: GitLab, Repository: "acme/site"}, "https://gitlab.com/acme/site/-/commit/#{SourceVariables.CommitId}"},
		"Bitbucket": {Source{Provider: Bitbucket, Repository: "acme/site"}, "https://bitbucket.org/acme/site/commits/#{SourceVariables.CommitId}"},
	} {
		t.Run(name, func(t *testing.T) {
			args := website()
			args.Source = c.source
			_, cloud := deploy(t, args)
			_, actions := stagesOf(t, cloud)
			assert.Equal(t, "SourceVariables", actions["Source"][0]["namespace"])
			assert.Equal(t, map[string]any{
				"NotificationArn": "arn:aws:sns:us-east-2:123456789012:site",
				"CustomData": "Commit #{SourceVariables.CommitId} of " + c.source.Repository +
					", branch #{SourceVariables.BranchName}, goes to production. Look first.",
				"ExternalEntityLink": c.url,
			}, actions["Approve-production"][0]["configuration"])
		})
	}
}

func TestNobodyIsToldWithoutATopic(t *testing.T) {
	args := website()
	args.Approval = ApprovalOptions{URL: "https://staging.example.com/#{SourceVariables.CommitId}"}
	pipeline, cloud := deploy(t, args)

	_, actions := stagesOf(t, cloud)
	assert.Equal(t, map[string]any{
		"CustomData":         "Commit #{SourceVariables.CommitId} of site, branch #{SourceVariables.BranchName}, goes to production.",
		"ExternalEntityLink": "https://staging.example.com/#{SourceVariables.CommitId}",
	}, actions["Approve-production"][0]["configuration"])
	assert.Empty(t, cloud.Names("Topic"))
	assert.Empty(t, mocks.Await(pipeline.ApprovalTopicArn))
	assert.NotContains(t, cloud.Resource(t, "RolePolicy", "site-pipeline").Inputs["policy"].StringValue(), "sns:Publish")
}

func TestGivenTopic(t *testing.T) {
	const topic = "arn:aws:sns:us-east-2:123456789012:releases"
	args := website()
	args.Approval = ApprovalOptions{TopicArn: pulumi.String(topic)}
	pipeline, cloud := deploy(t, args)
	assert.Empty(t, cloud.Names("Topic"))
	assert.Equal(t, topic, mocks.Await(pipeline.ApprovalTopicArn))
	assert.Contains(t, cloud.Resource(t, "RolePolicy", "site-pipeline").Inputs["policy"].StringValue(), topic)
}

func TestBucketsOfSites(t *testing.T) {
	args := website()
	args.Environments[1].Site.BucketName = pulumi.String("www.example.com")
	pipeline, cloud := deploy(t, args)

	assert.Equal(t, []string{"site", "site-staging"}, cloud.Names("BucketV2"))
	assert.Equal(t, map[string]string{"staging": "site-staging-1a2b3c4", "production": "www.example.com"}, mocks.Await(pipeline.SiteBucketNames))
	assert.Equal(t, map[string]string{
		"staging": "arn:aws:s3:::site-staging-1a2b3c4", "production": "arn:aws:s3:::www.example.com",
	}, mocks.Await(pipeline.SiteBucketArns))
	assert.True(t, cloud.Resource(t, "BucketV2", "site-staging").Request.GetProtect())
	assert.True(t, cloud.Resource(t, "Repository", "site").Request.GetProtect())
}

func TestDisposable(t *testing.T) {
	args := website()
	args.Disposable = true
	_, cloud := deploy(t, args)
	for _, name := range cloud.Names("BucketV2") {
		bucket := cloud.Resource(t, "BucketV2", name)
		assert.False(t, bucket.Request.GetProtect(), name)
		assert.Equal(t, true, bucket.Plain()["forceDestroy"], name)
	}
	assert.False(t, cloud.Resource(t, "Repository", "site").Request.GetProtect())
}

func TestImagesOfTheUsersOwn(t *testing.T) {
	const private = "123456789012.dkr.ecr.us-east-2.amazonaws.com/tools/deploy:2"
	args := website()
	args.Build = BuildOptions{Image: "public.ecr.aws/docker/library/node:22", Spec: "ci/build.yml"}
	args.Deploy = BuildOptions{Image: private, Variables: map[string]pulumi.StringInput{"DEBUG": pulumi.String("1")}}
	_, cloud := deploy(t, args)

	build := cloud.Resource(t, "Project", "site-build").Plain()
	assert.Equal(t, "public.ecr.aws/docker/library/node:22", build["environment"].(map[string]any)["image"])
	assert.NotContains(t, build["environment"], "imagePullCredentialsType")
	assert.Equal(t, "ci/build.yml", build["source"].(map[string]any)["buildspec"])
	deploy := cloud.Resource(t, "Project", "site-staging-deploy").Plain()
	assert.Equal(t, private, deploy["environment"].(map[string]any)["image"])
	assert.Equal(t, "SERVICE_ROLE", deploy["environment"].(map[string]any)["imagePullCredentialsType"])
	assert.Equal(t, "deployspec.yml", deploy["source"].(map[string]any)["buildspec"])
	assert.Equal(t, "1", cloud.Resource(t, "Project", "site-staging-deploy").Variables()["DEBUG"])
	goldenPolicies(t, "images", cloud)
}

func TestDefaults(t *testing.T) {
	pipeline, cloud := deploy(t, &PipelineArgs{Source: Source{Repository: "site"}})
	stages, _ := stagesOf(t, cloud)
	assert.Equal(t, []string{"Source", "Build", "staging", "Approve-production", "production"}, stages)
	assert.Equal(t, map[string]string{"build": "site-build", "staging": "site-staging", "production": "site-production"}, mocks.Await(pipeline.RoleNames))
	assert.Equal(t, map[string]string{
		"build": "site-build", "staging-deploy": "site-staging-deploy", "production-deploy": "site-production-deploy",
	}, mocks.Await(pipeline.ProjectNames))
	assert.Equal(t, map[string]string{
		"build": "/codebuild/site/build", "staging": "/codebuild/site/staging", "production": "/codebuild/site/production",
	}, mocks.Await(pipeline.LogGroupNames))
}
