package staged

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/container-pipeline/container-pipeline/internal/mocks"
)

func TestPushToCodeCommitStartsThePipeline(t *testing.T) {
	pipeline, cloud := deploy(t, website())

	_, actions := stagesOf(t, cloud)
	assert.Equal(t, map[string]any{
		"RepositoryName": "site", "BranchName": "main", "PollForSourceChanges": "false", "OutputArtifactFormat": "CODE_ZIP",
	}, actions["Source"][0]["configuration"])
	assert.NotContains(t, cloud.Resource(t, "Pipeline", "site-pipeline").Plain(), "triggers")
	assert.JSONEq(t, `{
		"source": ["aws.codecommit"], "detail-type": ["CodeCommit Repository State Change"],
		"resources": ["arn:aws:codecommit:us-east-2:123456789012:site"],
		"detail": {"event": ["referenceCreated", "referenceUpdated"], "referenceType": ["branch"], "referenceName": ["main"]}
	}`, cloud.Resource(t, "EventRule", "site-start").Inputs["eventPattern"].StringValue())
	target := cloud.Resource(t, "EventTarget", "site-start").Plain()
	assert.Equal(t, "arn:aws:codepipeline:us-east-2:123456789012:site-pipeline", target["arn"])
	assert.Equal(t, "arn:aws:iam::123456789012:role/site-start", target["roleArn"])
	assert.Equal(t, "https://git-codecommit.us-east-2.amazonaws.com/v1/repos/site", mocks.Await(pipeline.RepositoryCloneURL))
}

func TestExistingRepositoryIsNotMade(t *testing.T) {
	args := website()
	args.Source.NewRepository = false
	pipeline, cloud := deploy(t, args)
	assert.Empty(t, cloud.Names("Repository"))
	assert.Empty(t, mocks.Await(pipeline.RepositoryCloneURL))
	assert.Contains(t, cloud.Resource(t, "EventRule", "site-start").Inputs["eventPattern"].StringValue(), "codecommit:us-east-2:123456789012:site")
}

func TestPushThroughAConnectionStartsThePipeline(t *testing.T) {
	const given = "arn:aws:codeconnections:us-east-2:123456789012:connection/aEXAMPLE-8aad-4d5d-8878-dfcab0bc441f"
	setup := "https://console.aws.amazon.com/codesuite/settings/connections?region=us-east-2"
	for name, c := range map[string]struct {
		source Source
		arn    string
		url    string
	}{
		"new": {
			Source{Provider: GitHub, Repository: "acme/site"},
			"arn:aws:codestar-connections:us-east-2:123456789012:connection/7d2469ff-514a-4e4f-9003-5ca4a43cdc41", setup,
		},
		"given": {Source{ConnectionArn: pulumi.String(given), Repository: "acme/site"}, given, ""},
	} {
		t.Run(name, func(t *testing.T) {
			args := website()
			args.Source = c.source
			args.Source.FilePaths = []string{"site/**"}
			pipeline, cloud := deploy(t, args)
			_, actions := stagesOf(t, cloud)
			assert.Equal(t, c.arn, actions["Source"][0]["configuration"].(map[string]any)["ConnectionArn"])
			assert.Equal(t, []any{map[string]any{
				"providerType": "CodeStarSourceConnection",
				"gitConfiguration": map[string]any{"sourceActionName": "Source", "pushes": []any{map[string]any{
					"branches":  map[string]any{"includes": []any{"main"}},
					"filePaths": map[string]any{"includes": []any{"site/**"}},
				}}},
			}}, cloud.Resource(t, "Pipeline", "site-pipeline").Plain()["triggers"])
			assert.Empty(t, cloud.Names("EventRule"))
			assert.Equal(t, c.url, mocks.Await(pipeline.ConnectionSetupURL))
			assert.Contains(t, cloud.Resource(t, "RolePolicy", "site-pipeline").Inputs["policy"].StringValue(), "UseConnection")
		})
	}
}
