package ground

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestStart(t *testing.T) {
	r := &recorder{resources: map[string]pulumi.MockResourceArgs{}}
	var ready []pulumi.Resource
	require.NoError(t, pulumi.RunErr(func(ctx *pulumi.Context) error {
		var err error
		ready, err = NewStart(ctx, "dog-start", ohio, &StartArgs{
			PipelineName: "dog-pipeline", PipelineArn: pulumi.String(ohio.ARN("codepipeline", "dog-pipeline")),
			When: "dog is pushed to", Event: "Dog is pushed to",
			Pattern: BranchUpdates(pulumi.String(ohio.ARN("codecommit", "dog")), "main"),
		})
		return err
	}, pulumi.WithMocks("project", "test", r)))

	assert.Len(t, ready, 1, "the target, which is last")
	assert.Equal(t, "Starts the pipeline dog-pipeline when dog is pushed to", r.resources["Role"].Inputs["description"].StringValue())
	assert.JSONEq(t, `{
		"source": ["aws.codecommit"], "detail-type": ["CodeCommit Repository State Change"],
		"resources": ["arn:aws:codecommit:us-east-2:123456789012:dog"],
		"detail": {"event": ["referenceCreated", "referenceUpdated"], "referenceType": ["branch"], "referenceName": ["main"]}
	}`, r.resources["EventRule"].Inputs["eventPattern"].StringValue())
	assert.JSONEq(t, `{"Version": "2012-10-17", "Statement": [{
		"Sid": "StartPipeline", "Effect": "Allow", "Action": ["codepipeline:StartPipelineExecution"],
		"Resource": ["arn:aws:codepipeline:us-east-2:123456789012:dog-pipeline"]
	}]}`, r.resources["RolePolicy"].Inputs["policy"].StringValue())
}

func TestConnection(t *testing.T) {
	for name, c := range map[string]struct {
		args  ConnectionArgs
		made  bool
		setup string
	}{
		"new":   {ConnectionArgs{Name: "dog", Provider: "GitHub"}, true, "https://console.aws.amazon.com/codesuite/settings/connections?region=us-east-2"},
		"given": {ConnectionArgs{Given: pulumi.String("arn")}, false, ""},
	} {
		t.Run(name, func(t *testing.T) {
			r := &recorder{resources: map[string]pulumi.MockResourceArgs{}}
			require.NoError(t, pulumi.RunErr(func(ctx *pulumi.Context) error {
				connection, err := NewConnection(ctx, "dog", ohio, &c.args)
				if err == nil {
					connection.SetupURL.ApplyT(func(url string) string {
						assert.Equal(t, c.setup, url)
						return url
					})
				}
				return err
			}, pulumi.WithMocks("project", "test", r)))
			made, found := r.resources["Connection"]
			assert.Equal(t, c.made, found)
			if found {
				assert.Equal(t, resource.NewStringProperty("GitHub"), made.Inputs["providerType"])
			}
		})
	}
}
