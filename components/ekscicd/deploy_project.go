package ekscicd

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/iam"
	"github.com/container-pipeline/container-pipeline/internal/problems"
)

// kubectlVersion is what builds take where none is given. It works with clusters one minor version older or newer.
// https://kubernetes.io/releases/version-skew-policy/#kubectl
const kubectlVersion = "1.34.1"

// pruneKinds are the namespaced kinds that AmazonEKSEditPolicy may delete and that manifests usually have.
// https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
var pruneKinds = []string{
	"configmaps", "cronjobs.batch", "daemonsets.apps", "deployments.apps", "horizontalpodautoscalers.autoscaling",
	"ingresses.networking.k8s.io", "jobs.batch", "networkpolicies.networking.k8s.io", "persistentvolumeclaims",
	"poddisruptionbudgets.policy", "secrets", "serviceaccounts", "services", "statefulsets.apps",
}

// DeployProjectArgs describe how an application is deployed to a cluster.
type DeployProjectArgs struct {
	// Target is the cluster, as of DeployRole. Required.
	Target Target `pulumi:"target"`
	// Namespace of the cluster, one of the deploy role's. All manifests belong to it. Required.
	Namespace string `pulumi:"namespace"`
	// Artifacts of the pipelines that run the project. Required.
	Artifacts ArtifactStore `pulumi:"artifacts"`
	// Manifests is the file of the artifact that is applied. Default: "<component's name>.yaml".
	Manifests string `pulumi:"manifests"`
	// Release is the value of the label container-pipeline/release, by which objects of later releases are told from what
	// others have put into the namespace, and begins the name of the Secret that keeps the last good manifests: at most 53
	// characters. Default: the namespace.
	Release string `pulumi:"release"`
	// PruneKinds are the kinds, as kubectl takes them, of which objects are deleted that a release does not have any more.
	// Default: those of workloads, services, configuration, storage and network that AmazonEKSEditPolicy may delete.
	PruneKinds []string `pulumi:"pruneKinds"`
	// RolloutMinutes is how long a workload may take to become ready, 1 to 25. Then the last good release is applied again.
	// Default: 10.
	RolloutMinutes int `pulumi:"rolloutMinutes"`
	// KubectlVersion, as "1.34.1", at most one minor version from the cluster's: what a build installs unless its image has
	// kubectl. Default: a version that the package names.
	KubectlVersion string `pulumi:"kubectlVersion"`
	// Buildspec is a file of the artifact to use instead of the package's own, buildspecs/deploy.yml. Default: none.
	Buildspec string `pulumi:"buildspec"`
	// Machine of the builds. Its TimeoutMinutes are at most 60: an assumed role's credentials last an hour.
	// Default: as of BuildMachine, but 60 minutes.
	Machine BuildMachine `pulumi:"machine"`
	// Tags of everything. Default: none.
	Tags map[string]string `pulumi:"tags"`
}

// DeployProject is a project "<name>-deploy" of the operations account that applies manifests to a cluster as the deploy
// role: server-side, pruned by label, watched until ready, and taken back otherwise.
type DeployProject struct {
	pulumi.ResourceState

	// ProjectName and ProjectArn of the project.
	ProjectName pulumi.StringOutput `pulumi:"projectName"`
	ProjectArn  pulumi.StringOutput `pulumi:"projectArn"`
	// RoleName is its role.
	RoleName pulumi.StringOutput `pulumi:"roleName"`
}

// NewDeployProject makes the project.
func NewDeployProject(ctx *pulumi.Context, name string, args *DeployProjectArgs, opts ...pulumi.ResourceOption) (*DeployProject, error) {
	a := args.withDefaults(name)
	if err := a.validate(name); err != nil {
		return nil, err
	}
	d := &DeployProject{}
	if err := ctx.RegisterComponentResource("container-pipeline:ekscicd:DeployProject", name, d, opts...); err != nil {
		return nil, err
	}
	here, err := ground.Here(ctx, pulumi.Parent(d))
	if err != nil {
		return nil, err
	}
	name += "-deploy"
	build := a.build(name)
	build.Role, err = ground.NewBuildRole(ctx, name, here, &ground.BuildRoleArgs{
		Description: "CodeBuild project " + name, Projects: []string{name},
		LogGroup: build.LogGroup, LogRetentionDays: build.LogRetentionDays,
		Artifacts: build.Artifacts, ReadOnly: true, Images: []string{build.Image},
		Grants: ground.Grants{Statements: func([]string) []iam.Statement {
			return []iam.Statement{a.assumeStatement(here.Partition)}
		}},
		Tags: withLabel(a.Tags, a.Target.Label),
	}, pulumi.Parent(d))
	if err != nil {
		return nil, err
	}
	project, err := ground.NewBuildProject(ctx, name, here, &build, pulumi.Parent(d))
	if err != nil {
		return nil, err
	}
	d.ProjectName, d.ProjectArn, d.RoleName = project.Project.Name, project.Project.Arn, project.Role.Role.Name
	return d, ctx.RegisterResourceOutputs(d, pulumi.Map{
		"projectName": d.ProjectName, "projectArn": d.ProjectArn, "roleName": d.RoleName,
	})
}

// assumeStatement lets the build become any role of the workload account that has its label. The label is the bond, not
// the role's ARN: either side can be made again without the other.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/tutorial_attribute-based-access-control.html
func (args *DeployProjectArgs) assumeStatement(partition string) iam.Statement {
	return iam.Allow("AssumeDeployRole").Actions("sts:AssumeRole").
		On(fmt.Sprintf("arn:%s:iam::%s:role/*", partition, args.Target.Account)).
		When(iam.StringEquals, "aws:ResourceTag/"+DeployTag, args.Target.Label)
}

func (args *DeployProjectArgs) build(name string) ground.BuildProjectArgs {
	target := args.Target
	build := args.Machine.project(name, fmt.Sprintf("Deploys to the namespace %s of the cluster %s", args.Namespace, target.Cluster))
	build.Artifacts = args.Artifacts.ground()
	build.Buildspec = pulumi.String(or(args.Buildspec, deployBuildspec))
	build.Variables = map[string]pulumi.StringInput{
		"ROLE_ARN":        target.RoleArn,
		"CLUSTER":         pulumi.String(target.Cluster),
		"CLUSTER_REGION":  pulumi.String(target.Region),
		"NAMESPACE":       pulumi.String(args.Namespace),
		"MANIFESTS":       pulumi.String(args.Manifests),
		"RELEASE":         pulumi.String(args.Release),
		"PRUNE_KINDS":     pulumi.String(strings.Join(args.PruneKinds, ",")),
		"ROLLOUT_TIMEOUT": pulumi.String(fmt.Sprintf("%dm", args.RolloutMinutes)),
		"KUBECTL_VERSION": pulumi.String(args.KubectlVersion),
	}
	build.Tags = args.Tags
	return build
}

func (args *DeployProjectArgs) withDefaults(name string) *DeployProjectArgs {
	a := DeployProjectArgs{}
	if args != nil {
		a = *args
	}
	a.Manifests = or(a.Manifests, name+".yaml")
	a.Release = or(a.Release, a.Namespace)
	a.RolloutMinutes = or(a.RolloutMinutes, 10)
	a.KubectlVersion = or(a.KubectlVersion, kubectlVersion)
	if len(a.PruneKinds) == 0 {
		a.PruneKinds = pruneKinds
	}
	a.PruneKinds = slices.Clone(a.PruneKinds)
	a.Machine.TimeoutMinutes = or(a.Machine.TimeoutMinutes, longestDeployment)
	a.Machine = a.Machine.withDefaults()
	return &a
}

// kind is a resource type of Kubernetes, in the plural and with its group.
var kind = regexp.MustCompile(`^[a-z]+(\.[a-z0-9.-]+)?$`)

var region = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-\d$`)

// longestDeployment is how long credentials of a role last that another role has assumed.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining
const longestDeployment = 60

// longestRelease leaves room for "-manifests" in a label's value.
const longestRelease = 53

func (args *DeployProjectArgs) validate(name string) error {
	var p problems.List
	p.Matches("name", name, buildName, buildNameWords)
	args.Target.validate(&p)
	p.Matches("namespace", args.Namespace, dnsLabel, dnsLabelWords)
	p.Matches("manifests", args.Manifests, plainPath, "a file of the artifact, of letters, digits and _ . - /")
	p.Matches("release", args.Release, dnsLabel, dnsLabelWords)
	if len(args.Release) > longestRelease {
		p.Add("release", "%q has %d characters: give at most %d", args.Release, len(args.Release), longestRelease)
	}
	for i, k := range args.PruneKinds {
		p.Matches(fmt.Sprintf("pruneKinds[%d]", i), k, kind, "a kind as kubectl takes it, such as deployments.apps")
	}
	p.Matches("kubectlVersion", args.KubectlVersion, toolVersion, "a version such as 1.34.1, without v")
	validBuildspec(&p, args.Buildspec)
	args.Artifacts.validate(&p)
	args.Machine.validate(&p)
	args.validateTimes(&p)
	validateLabelled(&p, args.Tags)
	return p.Err()
}

// validateTimes leaves room for waiting twice: for the release, and for the last good one when it has failed.
func (args *DeployProjectArgs) validateTimes(p *problems.List) {
	p.Within("rolloutMinutes", args.RolloutMinutes, 1, 25, " minutes")
	switch timeout, needed := args.Machine.TimeoutMinutes, 2*args.RolloutMinutes+5; {
	case timeout > longestDeployment:
		p.Add("machine.timeoutMinutes", "%d is too long: give at most %d, for the deploy role's credentials end then", timeout, longestDeployment)
	case timeout < needed:
		p.Add("machine.timeoutMinutes", "%d is too short for rolloutMinutes %d: give at least %d, for a release that fails waits again for the last one",
			timeout, args.RolloutMinutes, needed)
	}
}

func (t Target) validate(p *problems.List) {
	if t.RoleArn == nil {
		p.Add("target.roleArn", "missing: give the deploy role's ARN")
	}
	p.Matches("target.account", t.Account, accountID, "the 12 digits of the cluster's account")
	p.Matches("target.region", t.Region, region, "the cluster's region, such as us-east-2")
	p.Matches("target.cluster", t.Cluster, clusterName, clusterWords)
	p.Matches("target.label", t.Label, tagValue, labelWords)
}
