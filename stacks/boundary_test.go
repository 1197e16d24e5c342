package stacks

import (
	"testing"

	awsiam "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/internal/mocks"
)

func TestBound(t *testing.T) {
	for boundary, want := range map[string]string{"": "", "deployer-boundary": "arn:aws-cn:iam::123456789012:policy/deployer-boundary"} {
		cloud := &mocks.Cloud{Answers: map[string]map[string]any{"aws:index/getPartition:getPartition": {"partition": "aws-cn"}}}
		require.NoError(t, cloud.Run(func(ctx *pulumi.Context) error {
			if err := bound(ctx, boundary); err != nil {
				return err
			}
			_, err := awsiam.NewRole(ctx, "role", &awsiam.RoleArgs{AssumeRolePolicy: pulumi.String("{}")})
			return err
		}))
		given, _ := cloud.Resource(t, "Role", "role").Plain()["permissionsBoundary"].(string)
		assert.Equal(t, want, given)
	}
}
