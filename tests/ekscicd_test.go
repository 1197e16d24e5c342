package tests

import (
	"strings"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ssm"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/components/ekscicd"
	"github.com/container-pipeline/container-pipeline/drydock"
)

const operationsKey = project + ":ekscicd"

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
		_, err = ekscicd.NewDeployRole(ctx, "shop", &ekscicd.DeployRoleArgs{
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
		bucket, err := ekscicd.NewArtifactBucket(ctx, "acme", &ekscicd.ArtifactBucketArgs{Disposable: true}, operations)
		if err != nil {
			return err
		}
		_, err = ekscicd.NewDeployProject(ctx, "shop", &ekscicd.DeployProjectArgs{
			Namespace: "shop", Artifacts: bucket.Store(),
			Target: ekscicd.Target{
				RoleArn: pulumi.String(role.Attr("arn")), Account: "222222222222", Region: "us-east-2", Cluster: "staging", Label: "shop",
			},
		}, operations)
		return err
	}).Up(t)

	labels := map[string]any{}
	for _, role := range dock.Cloud().All("aws:iam/role:Role") {
		labels[role.Scope] = role.Inputs.Obj("tags")[ekscicd.DeployTag]
	}
	assert.Equal(t, map[string]any{"111111111111": "shop", "222222222222": "shop"}, labels)
}

// A token that has to pass through the program is encrypted wherever it is kept.
func TestTokenOfAParameterShowsUpNowhere(t *testing.T) {
	t.Parallel()
	const token = "ghp_plugh4711"
	dock := drydock.Start(t)
	program(dock, "token", func(ctx *pulumi.Context) error {
		_, err := ssm.NewParameter(ctx, "token", &ssm.ParameterArgs{
			Name: pulumi.String("/ci/token"), Type: pulumi.String("SecureString"), Value: pulumi.ToSecret(pulumi.String(token)).(pulumi.StringOutput),
		})
		return err
	}).Up(t)
	stack := program(dock, "credential", func(ctx *pulumi.Context) error {
		_, err := ekscicd.NewCodeBuildCredential(ctx, "acme", &ekscicd.CodeBuildCredentialArgs{ParameterName: "/ci/token"})
		return err
	})
	stack.Up(t)
	unchanged(t, stack, "after the up")
	exported, err := stack.Export(t.Context(), false)
	require.NoError(t, err)
	said := map[string]string{"the exported stack": string(exported)}
	addFiles(t, said, dock.Dir())
	for where, text := range said {
		assert.NotContains(t, text, token, where)
	}
	revealed, err := stack.Export(t.Context(), true)
	require.NoError(t, err)
	assert.Contains(t, string(revealed), token, "it is searched for as it is written")
}

// Each row spoils the configuration of the stack eks at one place. The error names the key and says what is accepted.
func TestWrongConfigurationsOfOperations(t *testing.T) {
	t.Parallel()
	const acme = operationsKey + ".acme"
	within := func(value any, path ...any) func(settings) {
		last := path[len(path)-1].(string)
		return func(s settings) { at(t, at(t, s[operationsKey], "acme"), path[:len(path)-1]...)[last] = value }
	}
	dock := drydock.Start(t)
	for _, c := range []struct {
		name  string
		spoil func(s settings)
		want  []string // each is in the error
	}{
		{"empty", func(s settings) { s[operationsKey] = settings{"acme": settings{}} }, []string{acme + ".applications: missing"}},
		{"unknown key", within(1, "cluster"), []string{acme + ".cluster: no such key", "clusters"}},
		{"unknown cluster", within("stagging", "applications", "shop", "deployments", 0, "cluster"), []string{acme + `.applications.shop.deployments[0].cluster: "stagging" is no cluster: give one of [production staging]`}},
		{"cluster twice", within("production", "applications", "shop", "deployments", 0, "cluster"), []string{acme + `.applications.shop.deployments[1].cluster: "production" is deployed to twice`}},
		{"no account", within("", "clusters", "staging", "account"), []string{acme + `.clusters.staging: account ""`}},
		{"no credential", within(nil, "credential"), []string{acme + ".applications.shop.actors: pull requests are read with " + acme + ".credential"}},
		{"no deployment", within([]any{}, "applications", "shop", "deployments"), []string{acme + ".applications.shop.deployments: missing"}},
		{"no token", within("", "credential", "secretArn"), []string{acme + `.credential.secretArn: "" is not valid`}},
		{"namespace", within("Shop", "applications", "shop", "deployments", 0, "namespace"), []string{acme + `.applications.shop.namespaces[0]: "Shop" is not valid`}},
		{"repository", within("shop", "applications", "shop", "source", "repository"), []string{acme + `.applications.shop.repository: "shop" is not valid: give "owner/name"`}},
		{"tool", within("jsonnet", "applications", "shop", "manifests", "tool"), []string{acme + `.applications.shop.tool: "jsonnet" is not known`}},
		{"actor", within([]any{"octocat"}, "applications", "shop", "actors"), []string{acme + `.applications.shop.pullRequests.actors: "octocat" is not valid`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := settingsOf(t, "eks")
			c.spoil(config)
			err := repository(dock, "eks", config).Fails(t, drydock.Preview)
			for _, want := range c.want {
				assert.ErrorContains(t, err, want)
			}
			for _, no := range []string{"goroutine ", "panic", ".go:", "*ekscicd", "pulumi.String", "mapstructure"} {
				assert.NotContains(t, err.Error(), no)
			}
		})
	}
}
