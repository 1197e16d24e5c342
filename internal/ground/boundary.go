package ground

import (
	awsiam "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// Bounded gives every role a permissions boundary that has none. It is for a component's children, or a whole stack.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
func Bounded(boundaryArn pulumi.StringInput) pulumi.ResourceTransformation {
	return func(args *pulumi.ResourceTransformationArgs) *pulumi.ResourceTransformationResult {
		role, ok := args.Props.(*awsiam.RoleArgs)
		if !ok || role.PermissionsBoundary != nil {
			return nil
		}
		role.PermissionsBoundary = text(boundaryArn)
		return &pulumi.ResourceTransformationResult{Props: role, Opts: args.Opts}
	}
}
