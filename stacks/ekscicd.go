package stacks

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/components/ekscicd"
)

// Operations is an operations account: what all its pipelines share, the clusters of workload accounts, and the
// applications that are delivered to them.
type Operations struct {
	// Account is the operations account's 12 digits. Default: whichever the provider's is.
	Account string `pulumi:"account"`
	// Credential by which CodeBuild reads pull requests. Default: none, pull requests are not built.
	Credential *ekscicd.CodeBuildCredentialArgs `pulumi:"credential"`
	// Connection through which pipelines read repositories. Default: a new one to GitHub, named as this entry.
	Connection ekscicd.SourceConnectionArgs `pulumi:"connection"`
	// Clusters by name. Required.
	Clusters map[string]Cluster `pulumi:"clusters"`
	// Applications by name, which begins the names of all that is theirs. Required.
	Applications map[string]Application `pulumi:"applications"`
	// Disposable: destroying the stack destroys images and artifacts. Default: false, they are protected.
	Disposable bool `pulumi:"disposable"`
	// Tags of everything. Default: none.
	Tags map[string]string `pulumi:"tags"`
}

// Cluster is an EKS cluster of a workload account.
type Cluster struct {
	// Account is the workload account's 12 digits. Required.
	Account string `pulumi:"account"`
	// Region of the cluster. Required.
	Region string `pulumi:"region"`
	// Name of the cluster. Default: the key of this entry.
	Name string `pulumi:"name"`
	// RoleArn of a role in the workload account that may make the deploy role and the access entry. Default: the account is
	// reached by Profile, or with the credentials at hand.
	RoleArn string `pulumi:"roleArn"`
	// Profile of the AWS configuration. Default: none.
	Profile string `pulumi:"profile"`
}

// Application is an application with its two repositories.
type Application struct {
	// Source is the application's repository. Required.
	Source ekscicd.Source `pulumi:"source"`
	// Manifests are in a repository of their own. Required.
	Manifests Manifests `pulumi:"manifests"`
	// Dockerfile within Source. Default: "Dockerfile".
	Dockerfile string `pulumi:"dockerfile"`
	// Context of the image's build within Source. Default: ".".
	Context string `pulumi:"context"`
	// Actors are the GitHub account numbers whose pull requests are built. Default: nobody's.
	Actors []string `pulumi:"actors"`
	// Machine of the builds of the image. Default: as of ekscicd.BuildMachine.
	Machine ekscicd.BuildMachine `pulumi:"machine"`
	// Deployments in their order. Required.
	Deployments []DeploymentTo `pulumi:"deployments"`
}

// Manifests is where the manifests are, and what renders them.
type Manifests struct {
	// Repository is "owner/name". Required.
	Repository string `pulumi:"repository"`
	// Branch whose pushes start the pipeline. Default: "main".
	Branch string `pulumi:"branch"`
	// Tool is "kustomize" or "helm". Default: "kustomize".
	Tool string `pulumi:"tool"`
	// ImageName is what the manifests call the application's image. Default: as of ekscicd.ManifestsProjectArgs.
	ImageName string `pulumi:"imageName"`
	// Chart is the chart's folder, with Helm. Default: ".".
	Chart string `pulumi:"chart"`
}

// DeploymentTo is a stage of an application's pipeline.
type DeploymentTo struct {
	// Cluster is a key of Operations.Clusters. Required.
	Cluster string `pulumi:"cluster"`
	// Namespace of the cluster. Default: the application's name.
	Namespace string `pulumi:"namespace"`
	// Path of the kustomization or of the file of values. Default: "overlays/<cluster>", with Helm "values/<cluster>.yaml".
	Path string `pulumi:"path"`
	// RolloutMinutes is how long a workload may take to become ready, 1 to 25. Default: 10.
	RolloutMinutes int `pulumi:"rolloutMinutes"`
	// KubectlVersion, at most one minor version from the cluster's. Default: as of ekscicd.DeployProjectArgs.
	KubectlVersion string `pulumi:"kubectlVersion"`
	// Approval holds the deployment until a person agrees. Default: none.
	Approval *ekscicd.Approval `pulumi:"approval"`
}

// workloadProvider reaches the account of a cluster.
func workloadProvider(ctx *pulumi.Context, name string, c Cluster) (*aws.Provider, error) {
	args := &aws.ProviderArgs{
		Region: pulumi.String(c.Region),
		// Whatever the credentials are, nothing is made in another account.
		AllowedAccountIds: pulumi.ToStringArray([]string{c.Account}),
	}
	if c.RoleArn != "" {
		args.AssumeRole = aws.ProviderAssumeRoleArgs{RoleArn: pulumi.String(c.RoleArn), SessionName: pulumi.String("pulumi")}
	}
	if c.Profile != "" {
		args.Profile = pulumi.String(c.Profile)
	}
	return aws.NewProvider(ctx, name, args)
}
