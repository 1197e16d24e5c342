package meta

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
)

func TestAllThatIsWrongIsReportedAtOnce(t *testing.T) {
	cloud := inStackMeta()
	err := cloud.Run(func(ctx *pulumi.Context) error {
		_, err := NewPipeline(ctx, "Deployer", &PipelineArgs{
			Source:       Source{Repository: "https://github.com/acme/dog.git", Directory: "../x", Paths: []string{"/a"}},
			Stacks:       []string{"meta", "a b", "dev", "dev"},
			Permissions:  []string{`{"Version": "2012-10-17", "Statement": []}`, "no"},
			Pulumi:       PulumiRelease{Version: "latest", SHA256: "abc"},
			State:        State{URL: "gs://bucket"},
			PullRequests: &PullRequests{Actors: []string{"octocat"}, Secrets: map[string]pulumi.StringInput{"A B": nil}},
			Notifications: &NotificationOptions{
				TopicArn: pulumi.String("arn:aws:sns:us-east-2:123456789012:t"), Emails: []string{"team"},
			},
			BoundaryActions: []string{"lambda"}, Build: BuildOptions{ComputeType: "SMALL", Architecture: "arm"}, LogRetentionDays: 2,
		})
		return err
	})
	for _, want := range []string{
		"name:", "project:", "source.repository:", "source.directory:", "source.paths[0]:", `stacks[0]: "meta" is the stack that the pipeline itself is in`,
		"stacks[1]:", `stacks[3]: "dev" is given twice`, "text 1, document 1:", "text 2, document 1:", "pulumi.version:", "pulumi.sha256:",
		"state.url:", "pullRequests.actors[0]:", `pullRequests.secrets["A B"]:`, "notifications.emails:", "boundaryActions[0]:",
		"build.computeType:", "build.architecture:", "logRetentionDays:",
	} {
		assert.ErrorContains(t, err, want)
	}
	assert.Empty(t, cloud.Resources)
}

func TestNothingGiven(t *testing.T) {
	cloud := inStackMeta()
	err := cloud.Run(func(ctx *pulumi.Context) error {
		_, err := NewPipeline(ctx, "deployer", nil)
		return err
	})
	for _, want := range []string{"source.repository:", "stacks: missing", "pulumi.version:", "pulumi.sha256:"} {
		assert.ErrorContains(t, err, want)
	}
	assert.Empty(t, cloud.Resources)
}

func TestStates(t *testing.T) {
	arn := pulumi.String("arn:aws:s3:::states")
	for want, state := range map[string]State{
		"state.bucketArn: missing":             {URL: "s3://states"},
		"state.tokenArn: missing":              {URL: "https://api.pulumi.com"},
		"state.url: missing":                   {TokenArn: arn},
		"needs no token":                       {URL: "s3://states", BucketArn: arn, KeyArn: arn, TokenArn: arn},
		"has no bucket: leave bucketArn":       {URL: "https://api.pulumi.com", TokenArn: arn, KeyArn: arn},
		`"file://~" is not known: give s3://…`: {URL: "file://~"},
	} {
		args := pipelineArgs().withDefaults("deployer")
		args.State = state
		assert.ErrorContains(t, args.validate("deployer", "meta"), want)
	}
	args := pipelineArgs().withDefaults("deployer")
	args.State = State{URL: "s3://states", BucketArn: arn, KeyArn: pulumi.String("arn:aws:kms:us-east-2:123456789012:key/1234abcd")}
	assert.NoError(t, args.validate("deployer", "meta"))
}

func TestPermissionsOfAnotherAccountAreRefused(t *testing.T) {
	args := pipelineArgs()
	args.Permissions = []string{strings.ReplaceAll(permissions, "123456789012", "111122223333")}
	err := inStackMeta().Run(func(ctx *pulumi.Context) error {
		_, err := NewPipeline(ctx, "deployer", args)
		return err
	})
	assert.ErrorContains(t, err, "is of the account 111122223333, and this is 123456789012: write them with `drydock permissions --account 123456789012`")
}

func TestTooManyPermissions(t *testing.T) {
	args := pipelineArgs()
	args.Permissions = nil
	for range 12 {
		args.Permissions = append(args.Permissions, `{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject",
			"Resource": "arn:aws:s3:::`+strings.Repeat("b", 6000)+`"}]}`)
	}
	assert.ErrorContains(t, args.withDefaults("deployer").validate("deployer", "meta"), "they fill 12 policies, and a role takes 10")
}

func TestArgumentsAreNotChanged(t *testing.T) {
	given := pipelineArgs()
	given.withDefaults("deployer")
	assert.Equal(t, pipelineArgs(), given)
}
