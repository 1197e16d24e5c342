package stacks

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/components/ekscicd"
)

// delivery is an operations account under construction.
type delivery struct {
	*Operations
	name          string
	account       string // the operations account
	artifacts     ekscicd.ArtifactStore
	connectionArn pulumi.StringInput
	token         pulumi.StringInput // nil without a credential
	workloads     map[string]*aws.Provider
}

// operations makes an operations account's common resources, then its applications.
func operations(ctx *pulumi.Context, name string, o *Operations) error {
	d := &delivery{Operations: o, name: name, account: o.Account, workloads: map[string]*aws.Provider{}}
	common, err := d.common(ctx)
	if err != nil {
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
			return explained("ekscicd", name+".applications."+app, err)
		}
		outputs[app] = output
	}
	common["applications"] = outputs
	ctx.Export(name, common)
	return nil
}

// common makes what all pipelines of the account share, and says where it is.
func (d *delivery) common(ctx *pulumi.Context) (pulumi.Map, error) {
	if d.account == "" {
		caller, err := aws.GetCallerIdentity(ctx, nil)
		if err != nil {
			return nil, err
		}
		d.account = caller.AccountId
	}
	bucket, err := ekscicd.NewArtifactBucket(ctx, d.name, d.bucket())
	if err != nil {
		return nil, explained("ekscicd", d.name, err)
	}
	connection, err := ekscicd.NewSourceConnection(ctx, d.name, d.connection())
	if err != nil {
		return nil, explained("ekscicd", d.name+".connection", err)
	}
	d.artifacts, d.connectionArn = bucket.Store(), connection.Arn
	if d.Credential != nil {
		credential, err := ekscicd.NewCodeBuildCredential(ctx, d.name, d.Credential)
		if err != nil {
			return nil, explained("ekscicd", d.name+".credential", err)
		}
		d.token = credential.TokenArn
	}
	return pulumi.Map{
		"artifactBucket":      bucket.BucketName,
		"connectionParameter": connection.ParameterName,
		"connectionSetupUrl":  connection.SetupURL,
	}, nil
}

// deliver makes an application's projects, deployments and pipeline, and says where they are.
func (d *delivery) deliver(ctx *pulumi.Context, name string, app Application) (pulumi.Map, error) {
	repository, err := ekscicd.NewImageRepository(ctx, name, d.repository(app))
	if err != nil {
		return nil, err
	}
	image, err := ekscicd.NewImageProject(ctx, name, d.image(app, repository.URL, repository.Arn))
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
	pipeline, err := ekscicd.NewPipeline(ctx, name, d.pipeline(app,
		ekscicd.Project{Name: image.ProjectName, Arn: image.ProjectArn},
		ekscicd.Project{Name: rendering.ProjectName, Arn: rendering.ProjectArn}, deployments))
	if err != nil {
		return nil, err
	}
	return pulumi.Map{"repositoryUrl": repository.URL, "pipeline": pipeline.PipelineName}, nil
}

// deployments makes a deploy role in each cluster's account and a deploy project here.
func (d *delivery) deployments(ctx *pulumi.Context, name string, app Application) ([]ekscicd.Deployment, error) {
	var deployments []ekscicd.Deployment
	for _, to := range app.Deployments {
		stage := name + "-" + to.Cluster
		role, err := ekscicd.NewDeployRole(ctx, stage, d.role(name, to), pulumi.Provider(d.workloads[to.Cluster]))
		if err != nil {
			return nil, err
		}
		project, err := ekscicd.NewDeployProject(ctx, stage, d.project(name, to, role.Target))
		if err != nil {
			return nil, err
		}
		deployments = append(deployments, ekscicd.Deployment{
			Name: to.Cluster, Project: ekscicd.Project{Name: project.ProjectName, Arn: project.ProjectArn}, Approval: to.Approval,
		})
	}
	return deployments, nil
}
