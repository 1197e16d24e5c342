package stacks

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/components/ekscicd"
)

// delivery is an operations account under construction.
type delivery struct {
	*Operations
	name       string
	account    string // the operations account
	bucket     *ekscicd.ArtifactBucket
	connection *ekscicd.SourceConnection
	token      pulumi.StringInput // nil without a credential
	workloads  map[string]*aws.Provider
}

// operations makes an operations account's common resources, then its applications.
func operations(ctx *pulumi.Context, name string, o *Operations) error {
	d := &delivery{Operations: o, name: name, account: o.Account, workloads: map[string]*aws.Provider{}}
	if err := d.common(ctx); err != nil {
		return err
	}
	for _, cluster := range sortedKeys(o.Clusters) {
		provider, err := workloadProvider(ctx, name+"-"+cluster, o.Clusters[cluster])
		if err != nil {
			return err
		}
		d.workloads[cluster] = provider
	}
	outputs := pulumi.Map{}
	for _, app := range sortedKeys(o.Applications) {
		output, err := d.deliver(ctx, app, o.Applications[app])
		if err != nil {
			return explain("ekscicd", name+".applications."+app, err)
		}
		outputs[app] = output
	}
	ctx.Export(name, pulumi.Map{
		"artifactBucket":      d.bucket.BucketName,
		"connectionParameter": d.connection.ParameterName,
		"connectionSetupUrl":  d.connection.SetupURL,
		"applications":        outputs,
	})
	return nil
}

// common makes what all pipelines of the account share.
func (d *delivery) common(ctx *pulumi.Context) (err error) {
	if d.account == "" {
		caller, err := aws.GetCallerIdentity(ctx, nil)
		if err != nil {
			return err
		}
		d.account = caller.AccountId
	}
	d.bucket, err = ekscicd.NewArtifactBucket(ctx, d.name, &ekscicd.ArtifactBucketArgs{
		Pipelines: sortedKeys(d.Applications), Disposable: d.Disposable, Tags: d.Tags,
	})
	if err != nil {
		return explain("ekscicd", d.name, err)
	}
	connection := d.Connection
	if connection.Tags == nil {
		connection.Tags = d.Tags
	}
	if d.connection, err = ekscicd.NewSourceConnection(ctx, d.name, &connection); err != nil {
		return explain("ekscicd", d.name+".connection", err)
	}
	if d.Credential == nil {
		return nil
	}
	credential, err := ekscicd.NewCodeBuildCredential(ctx, d.name, d.Credential)
	if err != nil {
		return explain("ekscicd", d.name+".credential", err)
	}
	d.token = credential.TokenArn
	return nil
}

// deliver makes an application's projects, deployments and pipeline, and says where they are.
func (d *delivery) deliver(ctx *pulumi.Context, name string, app Application) (pulumi.Map, error) {
	repository, err := ekscicd.NewImageRepository(ctx, name, &ekscicd.ImageRepositoryArgs{
		PullAccounts: d.accountsOf(app), Disposable: d.Disposable, Tags: d.Tags,
	})
	if err != nil {
		return nil, err
	}
	image, err := ekscicd.NewImageProject(ctx, name, &ekscicd.ImageProjectArgs{
		Repository: app.Source.Repository, Branch: app.Source.Branch, ImageURL: repository.URL, ImageArn: repository.Arn,
		Artifacts: d.bucket.Store(), Dockerfile: app.Dockerfile, Context: app.Context,
		PullRequests: d.pullRequests(app), Machine: app.Machine, Tags: d.Tags,
	})
	if err != nil {
		return nil, err
	}
	rendering, err := ekscicd.NewManifestsProject(ctx, name, d.manifests(name, app))
	if err != nil {
		return nil, err
	}
	deployments, err := d.deployments(ctx, name, app)
	if err != nil {
		return nil, err
	}
	pipeline, err := ekscicd.NewPipeline(ctx, name, &ekscicd.PipelineArgs{
		ConnectionArn: d.connection.Arn, Application: app.Source,
		Manifests:   ekscicd.Source{Repository: app.Manifests.Repository, Branch: app.Manifests.Branch},
		Image:       ekscicd.Project{Name: image.ProjectName, Arn: image.ProjectArn},
		Rendering:   ekscicd.Project{Name: rendering.ProjectName, Arn: rendering.ProjectArn},
		Deployments: deployments, Artifacts: d.bucket.Store(), Tags: d.Tags,
	})
	if err != nil {
		return nil, err
	}
	return pulumi.Map{"repositoryUrl": repository.URL, "pipeline": pipeline.PipelineName}, nil
}

// deployments makes a deploy role in each cluster's account and a deploy project here.
func (d *delivery) deployments(ctx *pulumi.Context, name string, app Application) ([]ekscicd.Deployment, error) {
	var deployments []ekscicd.Deployment
	for _, to := range app.Deployments {
		stage, cluster := name+"-"+to.Cluster, d.Clusters[to.Cluster]
		namespace := orElse(to.Namespace, name)
		role, err := ekscicd.NewDeployRole(ctx, stage, &ekscicd.DeployRoleArgs{
			Cluster: orElse(cluster.Name, to.Cluster), Namespaces: []string{namespace}, OperationsAccount: d.account, Tags: d.Tags,
		}, pulumi.Provider(d.workloads[to.Cluster]))
		if err != nil {
			return nil, err
		}
		project, err := ekscicd.NewDeployProject(ctx, stage, &ekscicd.DeployProjectArgs{
			Target: role.Target, Namespace: namespace, Artifacts: d.bucket.Store(), Manifests: to.Cluster + ".yaml",
			Release: name, RolloutMinutes: to.RolloutMinutes, KubectlVersion: to.KubectlVersion, Tags: d.Tags,
		})
		if err != nil {
			return nil, err
		}
		deployments = append(deployments, ekscicd.Deployment{
			Name: to.Cluster, Project: ekscicd.Project{Name: project.ProjectName, Arn: project.ProjectArn}, Approval: to.Approval,
		})
	}
	return deployments, nil
}

func (d *delivery) manifests(name string, app Application) *ekscicd.ManifestsProjectArgs {
	args := &ekscicd.ManifestsProjectArgs{
		Repository: app.Manifests.Repository, Branch: app.Manifests.Branch,
		Application: app.Source.Repository, ApplicationBranch: app.Source.Branch,
		Environments: map[string]string{}, Tool: app.Manifests.Tool, ImageName: app.Manifests.ImageName,
		Chart: app.Manifests.Chart, Release: name,
		Artifacts: d.bucket.Store(), PullRequests: d.pullRequests(app), Tags: d.Tags,
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
