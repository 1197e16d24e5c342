package stacks

import (
	"testing"

	awsiam "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// answers are a cloud in which one role is made.
type answers struct{ boundary string }

func (a *answers) NewResource(args pulumi.MockResourceArgs) (string, resource.PropertyMap, error) {
	if given, ok := args.Inputs["permissionsBoundary"]; ok {
		a.boundary = given.StringValue()
	}
	return args.Name, args.Inputs, nil
}

func (a *answers) Call(pulumi.MockCallArgs) (resource.PropertyMap, error) {
	return resource.NewPropertyMapFromMap(map[string]any{"partition": "aws-cn", "name": "cn-north-1", "accountId": "123456789012"}), nil
}

func TestBound(t *testing.T) {
	for boundary, want := range map[string]string{"": "", "deployer-boundary": "arn:aws-cn:iam::123456789012:policy/deployer-boundary"} {
		a := &answers{}
		require.NoError(t, pulumi.RunErr(func(ctx *pulumi.Context) error {
			if err := bound(ctx, boundary); err != nil {
				return err
			}
			_, err := awsiam.NewRole(ctx, "role", &awsiam.RoleArgs{AssumeRolePolicy: pulumi.String("{}")})
			return err
		}, pulumi.WithMocks("p", "s", a)))
		assert.Equal(t, want, a.boundary)
	}
}
