package ekscicd

import (
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/container-pipeline/container-pipeline/internal/mocks"
)

func roleArgs() *DeployRoleArgs {
	return &DeployRoleArgs{Cluster: "staging", Namespaces: []string{"shop"}, OperationsAccount: operationsAccount}
}

// deployTo makes a deploy role in the workload account and a deploy project in the operations account.
func deployTo(t *testing.T, edit func(*DeployProjectArgs)) *mocks.Cloud {
	t.Helper()
	return deploy(t, func(ctx *pulumi.Context) error {
		workload, err := aws.NewProvider(ctx, "workload", &aws.ProviderArgs{AllowedAccountIds: pulumi.ToStringArray([]string{workloadAccount})})
		if err != nil {
			return err
		}
		role, err := NewDeployRole(ctx, "shop-staging", roleArgs(), pulumi.Provider(workload))
		if err != nil {
			return err
		}
		args := &DeployProjectArgs{Target: role.Target, Namespace: "shop", Artifacts: store()}
		if edit != nil {
			edit(args)
		}
		_, err = NewDeployProject(ctx, "shop-staging", args)
		return err
	})
}

func TestDeployRoleIsOfTheWorkloadAccount(t *testing.T) {
	cloud := deployTo(t, nil)
	goldenRole(t, cloud, "shop-staging", "deploy-role")
	assert.Equal(t, map[string]any{DeployTag: "shop-staging"}, cloud.Resource(t, "Role", "shop-staging").Plain()["tags"])

	const role = "arn:aws:iam::222222222222:role/shop-staging"
	assert.Equal(t, map[string]any{"clusterName": "staging", "principalArn": role, "type": "STANDARD"},
		cloud.Resource(t, "AccessEntry", "shop-staging").Plain())
	assert.Equal(t, map[string]any{
		"clusterName": "staging", "principalArn": role,
		"policyArn":   "arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy",
		"accessScope": map[string]any{"type": "namespace", "namespaces": []any{"shop"}},
	}, cloud.Resource(t, "AccessPolicyAssociation", "shop-staging").Plain())
}

func TestDeployProjectIsOfTheOperationsAccount(t *testing.T) {
	cloud := deployTo(t, nil)
	goldenRole(t, cloud, "shop-staging-deploy", "deploy-project")
	assert.Equal(t, map[string]any{DeployTag: "shop-staging"}, cloud.Resource(t, "Role", "shop-staging-deploy").Plain()["tags"],
		"the tag is what the deploy role trusts")
	project := cloud.Resource(t, "Project", "shop-staging-deploy")
	assert.Equal(t, deployBuildspec, project.Plain()["source"].(map[string]any)["buildspec"])
	assert.Equal(t, false, project.Plain()["environment"].(map[string]any)["privilegedMode"])
	given := project.Variables()
	assert.Contains(t, given["PRUNE_KINDS"], "deployments.apps,")
	delete(given, "PRUNE_KINDS")
	assert.Equal(t, map[string]string{
		"ROLE_ARN": "arn:aws:iam::222222222222:role/shop-staging", "CLUSTER": "staging", "CLUSTER_REGION": "us-east-2",
		"NAMESPACE": "shop", "MANIFESTS": "shop-staging.yaml", "RELEASE": "shop", "ROLLOUT_TIMEOUT": "10m", "KUBECTL_VERSION": kubectlVersion,
	}, given)
}

func TestDeployProjectAsAsked(t *testing.T) {
	cloud := deployTo(t, func(a *DeployProjectArgs) {
		a.Manifests, a.Release, a.RolloutMinutes, a.PruneKinds = "staging.yaml", "web", 3, []string{"deployments.apps", "widgets.acme.example"}
		a.Artifacts.KeyArn = pulumi.String("arn:aws:kms:us-east-2:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab")
	})
	given := cloud.Resource(t, "Project", "shop-staging-deploy").Variables()
	assert.Equal(t, "staging.yaml", given["MANIFESTS"])
	assert.Equal(t, "web", given["RELEASE"])
	assert.Equal(t, "3m", given["ROLLOUT_TIMEOUT"])
	assert.Equal(t, "deployments.apps,widgets.acme.example", given["PRUNE_KINDS"])
	goldenRole(t, cloud, "shop-staging-deploy", "deploy-project.key")
}

func TestWrongDeployRole(t *testing.T) {
	refused(t, func(ctx *pulumi.Context) error {
		_, err := NewDeployRole(ctx, "shop", nil)
		return err
	}, `cluster: "" is not valid`, "namespaces: missing", `operationsAccount: "" is not valid`)
	refused(t, func(ctx *pulumi.Context) error {
		args := roleArgs()
		args.Namespaces, args.AccessPolicy, args.Label = []string{"shop", "*"}, "AmazonEKSClusterAdminPolicy", "a*"
		args.Tags = map[string]string{DeployTag: "x"}
		_, err := NewDeployRole(ctx, "shop", args)
		return err
	}, `namespaces[1]: "*" is not valid`, `accessPolicy: "AmazonEKSClusterAdminPolicy" is not known`, `label: "a*" is not valid`, `tags["eks-deploy"]`)
}

func TestWrongDeployProject(t *testing.T) {
	refused(t, func(ctx *pulumi.Context) error {
		_, err := NewDeployProject(ctx, "shop", nil)
		return err
	}, "target.roleArn: missing", `target.account: ""`, `target.region: ""`, `target.cluster: ""`, `target.label: ""`, `namespace: ""`, "artifacts: missing")
	refused(t, func(ctx *pulumi.Context) error {
		_, err := NewDeployProject(ctx, "shop", &DeployProjectArgs{
			Target:    Target{RoleArn: pulumi.String("arn"), Account: workloadAccount, Region: "us-east-2", Cluster: "a", Label: "b"},
			Namespace: "shop", Artifacts: store(), Manifests: "a b", RolloutMinutes: 26, KubectlVersion: "1.34", PruneKinds: []string{"Pods --all"},
			Release: "a-release-whose-name-is-longer-than-fifty-three-characters", Machine: BuildMachine{TimeoutMinutes: 61},
		})
		return err
	}, `manifests: "a b"`, "rolloutMinutes: 26", `kubectlVersion: "1.34"`, `pruneKinds[0]: "Pods --all"`, "give at most 53",
		"machine.timeoutMinutes: 61 is too long")
	refused(t, func(ctx *pulumi.Context) error {
		_, err := NewDeployProject(ctx, "shop", &DeployProjectArgs{RolloutMinutes: 20, Machine: BuildMachine{TimeoutMinutes: 30}})
		return err
	}, "machine.timeoutMinutes: 30 is too short for rolloutMinutes 20: give at least 45")
}
