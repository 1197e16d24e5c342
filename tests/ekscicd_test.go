package tests

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	eks "github.com/container-pipeline/container-pipeline/components/ekscicd"
	"github.com/container-pipeline/container-pipeline/drydock"
)

// A workload account gets a deploy role and its entry into the cluster, and nothing else.
func TestWorkloadAccountsHaveOnlyDeployRoles(t *testing.T) {
	t.Parallel()
	dock := drydock.Start(t)
	repository(dock, "eks", settingsOf(t, "eks")).Up(t)
	found := map[string][]string{}
	for _, r := range dock.Cloud().Made() {
		if account, _, _ := strings.Cut(r.Scope, "/"); account != "123456789012" {
			found[r.Scope] = append(found[r.Scope], r.Type[strings.LastIndex(r.Type, ":")+1:])
		}
	}
	for scope, want := range map[string][]string{
		"222222222222":           {"Role", "RolePolicy", "Role", "RolePolicy"},
		"222222222222/us-east-2": {"AccessEntry", "AccessPolicyAssociation", "AccessEntry", "AccessPolicyAssociation"},
		"333333333333":           {"Role", "RolePolicy"},
		"333333333333/us-east-1": {"AccessEntry", "AccessPolicyAssociation"},
	} {
		assert.ElementsMatch(t, want, found[scope], scope)
		delete(found, scope)
	}
	assert.Empty(t, found)
}

// Role and project are of different accounts, and of two stacks: the label connects them.
func TestDeliveryInTwoStacks(t *testing.T) {
	t.Parallel()
	dock := drydock.Start(t)
	inAccount := func(ctx *pulumi.Context, account string) (pulumi.ResourceOption, error) {
		provider, err := aws.NewProvider(ctx, "account", &aws.ProviderArgs{
			Region: pulumi.String("us-east-2"), AllowedAccountIds: pulumi.ToStringArray([]string{account}),
		})
		return pulumi.Provider(provider), err
	}
	program(dock, "workload", func(ctx *pulumi.Context) error {
		workload, err := inAccount(ctx, "222222222222")
		if err != nil {
			return err
		}
		_, err = eks.NewDeployRole(ctx, "shop", &eks.DeployRoleArgs{
			Cluster: "staging", Namespaces: []string{"shop"}, OperationsAccount: "111111111111",
		}, workload)
		return err
	}).Up(t)
	role := dock.Cloud().All("aws:iam/role:Role")[0]
	program(dock, "operations", func(ctx *pulumi.Context) error {
		operations, err := inAccount(ctx, "111111111111")
		if err != nil {
			return err
		}
		bucket, err := eks.NewArtifactBucket(ctx, "acme", &eks.ArtifactBucketArgs{Disposable: true}, operations)
		if err != nil {
			return err
		}
		_, err = eks.NewDeployProject(ctx, "shop", &eks.DeployProjectArgs{
			Namespace: "shop", Artifacts: bucket.Store(),
			Target: eks.Target{
				RoleArn: pulumi.String(role.Attr("arn")), Account: "222222222222", Region: "us-east-2", Cluster: "staging", Label: "shop",
			},
		}, operations)
		return err
	}).Up(t)

	labels := map[string]any{}
	for _, role := range dock.Cloud().All("aws:iam/role:Role") {
		labels[role.Scope] = role.Inputs.Obj("tags")[eks.DeployTag]
	}
	assert.Equal(t, map[string]any{"111111111111": "shop", "222222222222": "shop"}, labels)
}
