package staged

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/internal/mocks"
)

// Each part can be used alone, and names all that it lacks.
func TestPartsNameAllThatIsMissing(t *testing.T) {
	for name, c := range map[string]struct {
		make func(ctx *pulumi.Context) error
		want []string
	}{
		"origin": {func(ctx *pulumi.Context) error {
			_, err := NewOrigin(ctx, "site", nil)
			return err
		}, []string{"source.repository:"}},
		"runner": {func(ctx *pulumi.Context) error {
			_, err := NewRunner(ctx, "site", nil)
			return err
		}, []string{"project:", "group:", "builds:", "artifactBucketName:", "artifactBucketArn:", "logRetentionDays:"}},
		"build of a runner": {func(ctx *pulumi.Context) error {
			_, err := NewRunner(ctx, "site", &RunnerArgs{Builds: []Build{{}}})
			return err
		}, []string{"builds[0].key:", "builds[0].spec:", "builds[0].computeType:"}},
		"site": {func(ctx *pulumi.Context) error {
			_, err := NewSite(ctx, "Site", nil)
			return err
		}, []string{"name:"}},
		"approvers": {func(ctx *pulumi.Context) error {
			_, err := NewApprovers(ctx, "site", &ApproversArgs{ApprovalOptions: ApprovalOptions{Emails: []string{"team"}}})
			return err
		}, []string{"emails[0]:"}},
	} {
		t.Run(name, func(t *testing.T) {
			err := (&mocks.Cloud{}).Run(c.make)
			for _, field := range c.want {
				assert.ErrorContains(t, err, field)
			}
		})
	}
}

func TestApproversOfNobody(t *testing.T) {
	m := &mocks.Cloud{}
	require.NoError(t, m.Run(func(ctx *pulumi.Context) error {
		approvers, err := NewApprovers(ctx, "site", nil)
		if err == nil {
			assert.Nil(t, approvers.topic())
			assert.Empty(t, mocks.Await(approvers.TopicArn))
		}
		return err
	}))
	assert.Empty(t, m.Names("Topic"))
}

func TestTwoPipelinesInOneStack(t *testing.T) {
	m := &mocks.Cloud{}
	require.NoError(t, m.Run(func(ctx *pulumi.Context) error {
		for _, name := range []string{"site", "docs"} {
			if _, err := NewPipeline(ctx, name, website()); err != nil {
				return err
			}
		}
		return nil
	}))
	seen := map[string]bool{}
	for _, r := range m.Resources {
		key := r.Type + " " + r.Name + " " + r.Request.GetParent()
		assert.False(t, seen[key], key)
		seen[key] = true
	}
}
