package stacks

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/components/ekscicd"
)

// What each component of an operations account is given. It is checked before any of them is made, so what one takes from
// another is a parameter.

func (d *delivery) bucket() *ekscicd.ArtifactBucketArgs {
	return &ekscicd.ArtifactBucketArgs{Pipelines: sortedKeys(d.Applications), Disposable: d.Disposable, Tags: d.Tags}
}

func (d *delivery) connection() *ekscicd.SourceConnectionArgs {
	connection := d.Connection
	if connection.Tags == nil {
		connection.Tags = d.Tags
	}
	return &connection
}

func (d *delivery) repository(app Application) *ekscicd.ImageRepositoryArgs {
	return &ekscicd.ImageRepositoryArgs{PullAccounts: d.accountsOf(app), Disposable: d.Disposable, Tags: d.Tags}
}

func (d *delivery) image(app Application, url, arn pulumi.StringInput) *ekscicd.ImageProjectArgs {
	return &ekscicd.ImageProjectArgs{
		Repository: app.Source.Repository, Branch: app.Source.Branch, ImageURL: url, ImageArn: arn,
		Artifacts: d.artifacts, Dockerfile: app.Dockerfile, Context: app.Context,
		PullRequests: d.pullRequests(app), Machine: app.Machine, Tags: d.Tags,
	}
}

func (d *delivery) manifests(name string, app Application) *ekscicd.ManifestsProjectArgs {
	args := &ekscicd.ManifestsProjectArgs{
		Repository: app.Manifests.Repository, Branch: app.Manifests.Branch,
		Application: app.Source.Repository, ApplicationBranch: app.Source.Branch,
		Environments: map[string]string{}, Tool: app.Manifests.Tool, ImageName: app.Manifests.ImageName,
		Chart: app.Manifests.Chart, Release: name,
		Artifacts: d.artifacts, PullRequests: d.pullRequests(app), Tags: d.Tags,
	}
	for _, to := range app.Deployments {
		path := "overlays/" + to.Cluster
		if args.Tool == ekscicd.Helm {
			path = "values/" + to.Cluster + ".yaml"
		}
		args.Environments[to.Cluster] = orElse(to.Path, path)
	}
	return args
}

func (d *delivery) role(app string, to DeploymentTo) *ekscicd.DeployRoleArgs {
	return &ekscicd.DeployRoleArgs{
		Cluster: orElse(d.Clusters[to.Cluster].Name, to.Cluster), Namespaces: []string{orElse(to.Namespace, app)},
		OperationsAccount: d.account, Tags: d.Tags,
	}
}

func (d *delivery) project(app string, to DeploymentTo, target ekscicd.Target) *ekscicd.DeployProjectArgs {
	return &ekscicd.DeployProjectArgs{
		Target: target, Namespace: orElse(to.Namespace, app), Artifacts: d.artifacts, Manifests: to.Cluster + ".yaml",
		Release: app, RolloutMinutes: to.RolloutMinutes, KubectlVersion: to.KubectlVersion, Tags: d.Tags,
	}
}

func (d *delivery) pipeline(app Application, image, rendering ekscicd.Project, deployments []ekscicd.Deployment) *ekscicd.PipelineArgs {
	return &ekscicd.PipelineArgs{
		ConnectionArn: d.connectionArn, Application: app.Source,
		Manifests: ekscicd.Source{Repository: app.Manifests.Repository, Branch: app.Manifests.Branch},
		Image:     image, Rendering: rendering, Deployments: deployments, Artifacts: d.artifacts, Tags: d.Tags,
	}
}

// accountsOf are the workload accounts whose nodes pull the application's images.
func (d *delivery) accountsOf(app Application) []string {
	accounts := map[string]bool{}
	for _, to := range app.Deployments {
		if account := d.Clusters[to.Cluster].Account; account != d.account {
			accounts[account] = true
		}
	}
	return sortedKeys(accounts)
}

func (d *delivery) pullRequests(app Application) *ekscicd.PullRequests {
	if len(app.Actors) == 0 {
		return nil
	}
	return &ekscicd.PullRequests{Actors: app.Actors, CredentialArn: d.token}
}

func orElse(given, otherwise string) string {
	if given == "" {
		return otherwise
	}
	return given
}
