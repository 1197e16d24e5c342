package ekscicd

import (
	"fmt"
	"regexp"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/eks"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/iam"
	"github.com/container-pipeline/container-pipeline/internal/problems"
)

// DeployTag is the key of the tag that a deploy role and the roles of the projects that may assume it have in common.
//
// Whoever may tag roles in the operations account (iam:TagRole) may deploy: guard the key by a service control policy.
const DeployTag = "eks-deploy"

// DeployRoleArgs describe who may deploy to a cluster, and where in it.
type DeployRoleArgs struct {
	// Cluster is the name of an EKS cluster in this account and region, whose authentication mode is API or
	// API_AND_CONFIG_MAP. Required.
	Cluster string `pulumi:"cluster"`
	// Namespaces of the cluster that the role may change; they exist already. Required.
	Namespaces []string `pulumi:"namespaces"`
	// OperationsAccount is the account of the deploy projects, by its 12 digits. Required.
	OperationsAccount string `pulumi:"operationsAccount"`
	// Label is the value of DeployTag. Default: the component's name.
	Label string `pulumi:"label"`
	// AccessPolicy of EKS: "AmazonEKSEditPolicy" writes workloads, services, configuration and secrets,
	// "AmazonEKSAdminPolicy" roles and role bindings as well, of what RBAC itself allows the deploy role: Kubernetes does
	// not count access policies there. Default: "AmazonEKSEditPolicy".
	// https://docs.aws.amazon.com/eks/latest/userguide/access-policy-permissions.html
	AccessPolicy string `pulumi:"accessPolicy"`
	// Tags of role and access entry. Default: none.
	Tags map[string]string `pulumi:"tags"`
}

// DeployRole is a role of a workload account by which deploy projects of the operations account change some namespaces of
// one cluster.
type DeployRole struct {
	pulumi.ResourceState

	// RoleArn and RoleName of the role.
	RoleArn  pulumi.StringOutput `pulumi:"roleArn"`
	RoleName pulumi.StringOutput `pulumi:"roleName"`
	// ClusterArn of the cluster.
	ClusterArn pulumi.StringOutput `pulumi:"clusterArn"`

	// Target is what a deploy project of the same program needs to know.
	Target Target
}

// Target is a cluster as a deploy project sees it, whichever stack made the deploy role.
type Target struct {
	// RoleArn of the deploy role. Required.
	RoleArn pulumi.StringInput `pulumi:"roleArn"`
	// Account of the cluster, by its 12 digits. Required.
	Account string `pulumi:"account"`
	// Region of the cluster. Required.
	Region string `pulumi:"region"`
	// Cluster is the cluster's name. Required.
	Cluster string `pulumi:"cluster"`
	// Label is the value of DeployTag that deploy role and project have in common. Required.
	Label string `pulumi:"label"`
}

// NewDeployRole makes the role, its access entry, and the access policy's association. Give the workload account's provider.
func NewDeployRole(ctx *pulumi.Context, name string, args *DeployRoleArgs, opts ...pulumi.ResourceOption) (*DeployRole, error) {
	a := args.withDefaults(name)
	if err := a.validate(); err != nil {
		return nil, err
	}
	d := &DeployRole{}
	if err := ctx.RegisterComponentResource("container-pipeline:ekscicd:DeployRole", name, d, opts...); err != nil {
		return nil, err
	}
	here, err := ground.Here(ctx, pulumi.Parent(d))
	if err != nil {
		return nil, err
	}
	clusterArn := here.ARN("eks", "cluster/"+a.Cluster)
	role, err := a.role(ctx, name, here, clusterArn, pulumi.Parent(d))
	if err != nil {
		return nil, err
	}
	association, err := a.admit(ctx, name, here, role, pulumi.Parent(d))
	if err != nil {
		return nil, err
	}
	// Who knows the role's ARN can deploy: not before the cluster admits it.
	d.RoleArn = pulumi.All(role.Role.Arn, association.ID()).ApplyT(func(v []any) string { return v[0].(string) }).(pulumi.StringOutput)
	d.RoleName, d.ClusterArn = role.Role.Name, pulumi.String(clusterArn).ToStringOutput()
	d.Target = Target{RoleArn: d.RoleArn, Account: here.Account, Region: here.Region, Cluster: a.Cluster, Label: a.Label}
	return d, ctx.RegisterResourceOutputs(d, pulumi.Map{
		"roleArn": d.RoleArn, "roleName": d.RoleName, "clusterArn": d.ClusterArn,
	})
}

func (args *DeployRoleArgs) role(
	ctx *pulumi.Context, name string, here ground.Place, clusterArn string, opts ...pulumi.ResourceOption,
) (*ground.Role, error) {
	return ground.NewRole(ctx, name, &ground.RoleArgs{
		Description: "Deploys to the cluster " + args.Cluster,
		Trust:       args.trust(here.Partition),
		Policy: ground.Policy(func([]string) iam.Document {
			return iam.Policy(iam.Allow("DescribeCluster").Actions("eks:DescribeCluster").On(clusterArn))
		}),
		Tags: withLabel(args.Tags, args.Label),
	}, opts...)
}

// trust admits the roles of the operations account that have the same label. It names none, so that projects can be made
// after the role, and again.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/tutorial_attribute-based-access-control.html
func (args *DeployRoleArgs) trust(partition string) iam.Document {
	return iam.Policy(iam.Allow("AssumeByLabel").For(iam.AWS, accountRoot(partition, args.OperationsAccount)).
		Actions("sts:AssumeRole").
		When(iam.StringEquals, "aws:PrincipalTag/"+DeployTag, args.Label))
}

// admit lets the role into the cluster: without an access entry, IAM's permission to assume it opens nothing in Kubernetes.
// https://docs.aws.amazon.com/eks/latest/userguide/access-entries.html
func (args *DeployRoleArgs) admit(
	ctx *pulumi.Context, name string, here ground.Place, role *ground.Role, opts ...pulumi.ResourceOption,
) (*eks.AccessPolicyAssociation, error) {
	// A principal has one entry in a cluster, and each policy once.
	opts = append(opts, pulumi.DeleteBeforeReplace(true))
	entry, err := eks.NewAccessEntry(ctx, name, &eks.AccessEntryArgs{
		ClusterName: pulumi.String(args.Cluster), PrincipalArn: role.Role.Arn, Type: pulumi.String("STANDARD"),
		Tags: ground.Tags(args.Tags),
	}, opts...)
	if err != nil {
		return nil, err
	}
	return eks.NewAccessPolicyAssociation(ctx, name, &eks.AccessPolicyAssociationArgs{
		ClusterName: entry.ClusterName, PrincipalArn: entry.PrincipalArn,
		PolicyArn: pulumi.Sprintf("arn:%s:eks::aws:cluster-access-policy/%s", here.Partition, args.AccessPolicy),
		AccessScope: &eks.AccessPolicyAssociationAccessScopeArgs{
			Type: pulumi.String("namespace"), Namespaces: pulumi.ToStringArray(args.Namespaces),
		},
	}, opts...)
}

// withLabel are the tags with the label.
func withLabel(tags map[string]string, label string) map[string]string {
	all := map[string]string{DeployTag: label}
	for key, value := range tags {
		all[key] = value
	}
	return all
}

func (args *DeployRoleArgs) withDefaults(name string) *DeployRoleArgs {
	a := DeployRoleArgs{}
	if args != nil {
		a = *args
	}
	a.Label = or(a.Label, name)
	a.AccessPolicy = or(a.AccessPolicy, "AmazonEKSEditPolicy")
	return &a
}

var (
	// https://docs.aws.amazon.com/eks/latest/APIReference/API_CreateCluster.html
	clusterName = regexp.MustCompile(`^[0-9A-Za-z][A-Za-z0-9_-]{0,99}$`)
	// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html
	tagValue = regexp.MustCompile(`^[\p{L}\p{Z}\p{N}_.:/=+@-]{1,256}$`)
)

const (
	clusterWords = "an EKS cluster's name: 1 to 100 letters, digits, hyphens and underscores, beginning with a letter or digit"
	labelWords   = "1 to 256 letters, digits, spaces and any of _ . : / = + @ -"
)

func (args *DeployRoleArgs) validate() error {
	var p problems.List
	p.Matches("cluster", args.Cluster, clusterName, clusterWords)
	if len(args.Namespaces) == 0 {
		p.Add("namespaces", "missing: give at least one namespace of the cluster")
	}
	for i, namespace := range args.Namespaces {
		p.Matches(fmt.Sprintf("namespaces[%d]", i), namespace, dnsLabel, dnsLabelWords)
	}
	p.Matches("operationsAccount", args.OperationsAccount, accountID, "the 12 digits of the account of the deploy projects")
	p.Matches("label", args.Label, tagValue, labelWords)
	p.OneOf("accessPolicy", args.AccessPolicy, "AmazonEKSEditPolicy", "AmazonEKSAdminPolicy")
	validateLabelled(&p, args.Tags)
	return p.Err()
}

func validateLabelled(p *problems.List, tags map[string]string) {
	ground.ValidTags(p, tags)
	if _, taken := tags[DeployTag]; taken {
		p.Add(fmt.Sprintf("tags[%q]", DeployTag), "the key decides who deploys where: give label instead")
	}
}
