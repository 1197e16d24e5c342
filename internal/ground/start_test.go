package ground

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/container-pipeline/container-pipeline/internal/mocks"
)

func TestStart(t *testing.T) {
	var ready []pulumi.Resource
	cloud := mocks.Deploy(t, func(ctx *pulumi.Context) (err error) {
		ready, err = NewStart(ctx, "dog-start", ohio, &StartArgs{
			PipelineName: "dog-pipeline", PipelineArn: pulumi.String(ohio.ARN("codepipeline", "dog-pipeline")),
			When: "dog is pushed to", Event: "Dog is pushed to",
			Pattern: BranchUpdates(pulumi.String(ohio.ARN("codecommit", "dog")), "main"),
		})
		return err
	})

	assert.Len(t, ready, 1, "the target, which is last")
	assert.Equal(t, "Starts the pipeline dog-pipeline when dog is pushed to", cloud.Resource(t, "Role", "dog-start").Text(t, "description"))
	assert.JSONEq(t, `{
		"source": ["aws.codecommit"], "detail-type": ["CodeCommit Repository State Change"],
		"resources": ["arn:aws:codecommit:us-east-2:123456789012:dog"],
		"detail": {"event": ["referenceCreated", "referenceUpdated"], "referenceType": ["branch"], "referenceName": ["main"]}
	}`, cloud.Resource(t, "EventRule", "dog-start").Text(t, "eventPattern"))
	assert.JSONEq(t, `{"Version": "2012-10-17", "Statement": [{
		"Sid": "StartPipeline", "Effect": "Allow", "Action": ["codepipeline:StartPipelineExecution"],
		"Resource": ["arn:aws:codepipeline:us-east-2:123456789012:dog-pipeline"]
	}]}`, cloud.Resource(t, "RolePolicy", "dog-start").Text(t, "policy"))
}

func TestConnection(t *testing.T) {
	for name, c := range map[string]struct {
		args  ConnectionArgs
		made  int
		setup string
	}{
		"new":   {ConnectionArgs{Name: "dog", Provider: "GitHub"}, 1, "https://console.aws.amazon.com/codesuite/settings/connections?region=us-east-2"},
		"given": {ConnectionArgs{Given: pulumi.String("arn")}, 0, ""},
	} {
		t.Run(name, func(t *testing.T) {
			cloud := mocks.Deploy(t, func(ctx *pulumi.Context) error {
				connection, err := NewConnection(ctx, "dog", ohio, &c.args)
				if err == nil {
					assert.Equal(t, c.setup, mocks.Await(connection.SetupURL))
				}
				return err
			})
			made := cloud.All("Connection")
			assert.Len(t, made, c.made)
			for _, connection := range made {
				assert.Equal(t, "GitHub", connection.Text(t, "providerType"))
			}
		})
	}
}
