package ground

import (
	awsiam "github.com/pulumi/pulumi-aws/sdk/v6/go/aws/iam"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/iam"
)

// RoleArgs describe a role with one inline policy.
type RoleArgs struct {
	// Description says whose role it is.
	Description string
	// Trust is who may assume it, and under which conditions.
	Trust iam.Document
	// Policy is the rendered policy (see Policy). nil: the role starts without.
	Policy pulumi.StringInput
	// Tags of the role.
	Tags map[string]string
}

// Role is a role together with its policy, so that what needs the permissions can depend on both.
type Role struct {
	Role   *awsiam.Role
	Policy *awsiam.RolePolicy // nil without RoleArgs.Policy
}

// NewRole makes a role named automatically after name.
func NewRole(ctx *pulumi.Context, name string, args *RoleArgs, opts ...pulumi.ResourceOption) (*Role, error) {
	trust, err := args.Trust.Render(iam.TrustPolicy)
	if err != nil {
		return nil, err
	}
	role, err := awsiam.NewRole(ctx, name, &awsiam.RoleArgs{
		Description: pulumi.String(args.Description), AssumeRolePolicy: pulumi.String(trust), Tags: Tags(args.Tags),
	}, opts...)
	if err != nil || args.Policy == nil {
		return &Role{Role: role}, err
	}
	policy, err := awsiam.NewRolePolicy(ctx, name, &awsiam.RolePolicyArgs{
		Role: role.Name, Policy: args.Policy,
	}, append(opts, pulumi.Parent(role))...)
	return &Role{role, policy}, err
}

// Ready lists what a resource depends on that uses the role's permissions as soon as it exists.
func (r *Role) Ready() []pulumi.Resource {
	if r.Policy == nil {
		return []pulumi.Resource{r.Role}
	}
	return []pulumi.Resource{r.Role, r.Policy}
}

// Policy renders a role's policy once the values it names are known; build gets them in the order of values.
func Policy(build func(values []string) iam.Document, values ...pulumi.StringInput) pulumi.StringOutput {
	array := make(pulumi.StringArray, len(values))
	copy(array, values)
	return array.ToStringArrayOutput().ApplyT(func(known []string) (string, error) {
		return build(known).Render(iam.InlineRolePolicy)
	}).(pulumi.StringOutput)
}

// Tags turns plain tags into inputs; nil stays nil.
func Tags(tags map[string]string) pulumi.StringMap {
	if len(tags) == 0 {
		return nil
	}
	return pulumi.ToStringMap(tags)
}
