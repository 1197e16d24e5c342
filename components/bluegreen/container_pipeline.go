package bluegreen

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

// ContainerPipeline is an application with its delivery: a push to its repository builds its images and releases them
// blue/green, without a moment in which nothing answers.
type ContainerPipeline struct {
	pulumi.ResourceState

	// URL that visitors use.
	URL pulumi.StringOutput `pulumi:"url"`
	// PipelineName and PipelineArn of the CodePipeline.
	PipelineName pulumi.StringOutput `pulumi:"pipelineName"`
	PipelineArn  pulumi.StringOutput `pulumi:"pipelineArn"`
	// ConnectionSetupURL is where someone connects the source's provider, once. Empty with an existing connection.
	ConnectionSetupURL pulumi.StringOutput `pulumi:"connectionSetupUrl"`
	// RepositoryURLs by container.
	RepositoryURLs pulumi.StringMapOutput `pulumi:"repositoryUrls"`
	// SecretArns of every secret that the containers read.
	SecretArns pulumi.StringArrayOutput `pulumi:"secretArns"`
	// TaskRoleName is the role of the code in the containers: attach policies to it.
	TaskRoleName pulumi.StringOutput `pulumi:"taskRoleName"`
	TaskRoleArn  pulumi.StringOutput `pulumi:"taskRoleArn"`
	// TaskSecurityGroupID is the source to admit in the ingress of a database.
	TaskSecurityGroupID pulumi.StringOutput `pulumi:"taskSecurityGroupId"`
	// VpcID and TaskSubnetIDs are where the tasks are.
	VpcID         pulumi.StringOutput      `pulumi:"vpcId"`
	TaskSubnetIDs pulumi.StringArrayOutput `pulumi:"taskSubnetIds"`
	// LoadBalancerDNSName and ListenerArn of the production traffic.
	LoadBalancerDNSName pulumi.StringOutput `pulumi:"loadBalancerDnsName"`
	ListenerArn         pulumi.StringOutput `pulumi:"listenerArn"`
	// ClusterName and ServiceName of the ECS service.
	ClusterName pulumi.StringOutput `pulumi:"clusterName"`
	ServiceName pulumi.StringOutput `pulumi:"serviceName"`
	// DeploymentGroupName of the CodeDeploy application ApplicationName.
	ApplicationName     pulumi.StringOutput `pulumi:"applicationName"`
	DeploymentGroupName pulumi.StringOutput `pulumi:"deploymentGroupName"`
	// NotificationTopicArn tells of releases. Empty without Notifications.
	NotificationTopicArn pulumi.StringOutput `pulumi:"notificationTopicArn"`
}

// NewContainerPipeline makes an application's delivery. All that is wrong with args is reported in one error, before
// anything is registered.
func NewContainerPipeline(
	ctx *pulumi.Context, name string, args *ContainerPipelineArgs, opts ...pulumi.ResourceOption,
) (*ContainerPipeline, error) {
	a, err := resolve(name, args)
	if err != nil {
		return nil, err
	}
	pipeline := &ContainerPipeline{}
	if err := ctx.RegisterComponentResource("container-pipeline:bluegreen:ContainerPipeline", name, pipeline, opts...); err != nil {
		return nil, err
	}
	return pipeline, pipeline.compose(ctx, name, a)
}

// compose makes the parts in the order in which they need each other. The order is the whole trick of the guide: images
// before tasks, listeners before the service, the service before its deployment group, and the pipeline last.
func (p *ContainerPipeline) compose(ctx *pulumi.Context, name string, a *ContainerPipelineArgs) error {
	child := pulumi.Parent(p)

	// Steps 3 and 4: where the images and the environment's secrets are kept.
	repositories, err := NewRepositories(ctx, name, &RepositoriesArgs{
		Project: a.Project, Containers: a.containerNames(), KeepImages: a.Build.KeepImages,
		Disposable: a.Disposable, Tags: a.Tags,
	}, child)
	if err != nil {
		return err
	}
	secrets, err := NewSecrets(ctx, name, &SecretsArgs{
		Project: a.Project, Shared: a.Secrets, Own: a.ownSecrets(), Disposable: a.Disposable, Tags: a.Tags,
	}, child)
	if err != nil {
		return err
	}

	// Step 11: who may reach whom. Cloudflare reaches the load balancer, the load balancer reaches the tasks.
	network, err := NewNetwork(ctx, name, &NetworkArgs{
		NetworkOptions: a.Network,
		TestPort:       a.Deployment.TestPort, TestCidrBlocks: a.Deployment.TestCidrBlocks,
		EnableExec: a.EnableExec, Tags: a.Tags,
	}, child)
	if err != nil {
		return err
	}

	// Step 8: the certificate of the way from Cloudflare to the load balancer, and the rule that it is checked.
	certificateArn := a.Edge.CertificateArn
	if certificateArn == nil {
		certificate, err := NewOriginCertificate(ctx, name, &OriginCertificateArgs{
			Hosts: []string{a.Edge.Host}, ValidityDays: a.Edge.ValidityDays, Tags: a.Tags,
		}, child)
		if err != nil {
			return err
		}
		certificateArn = certificate.CertificateArn
	}
	if a.Edge.SoleHost {
		if _, err := NewZoneRules(ctx, name, &ZoneRulesArgs{ZoneID: a.Edge.ZoneID, StrictHosts: []string{a.Edge.Host}}, child); err != nil {
			return err
		}
	}

	// Release needs its bucket early: the load balancer's trust store is read from it.
	artifacts, err := NewArtifactStore(ctx, name, &ArtifactStoreArgs{
		PipelineName: a.pipelineName(), KeyArn: a.ArtifactKeyArn, Disposable: a.Disposable, Tags: a.Tags,
	}, child)
	if err != nil {
		return err
	}
	var trustStoreArn pulumi.StringInput
	if a.Edge.AuthenticatedOriginPulls {
		pulls, err := NewOriginPulls(ctx, name, &OriginPullsArgs{
			Host: a.Edge.Host, ZoneID: a.Edge.ZoneID, Bucket: artifacts, Tags: a.Tags,
		}, child)
		if err != nil {
			return err
		}
		trustStoreArn = pulls.TrustStoreArn
	}
	traffic, err := NewTraffic(ctx, name, &TrafficArgs{
		Network: network, CertificateArn: certificateArn, HealthCheck: a.HealthCheck, TestPort: a.Deployment.TestPort,
		TrustStoreArn: trustStoreArn, Disposable: a.Disposable, Tags: a.Tags,
	}, child)
	if err != nil {
		return err
	}

	// Steps 9, 12: roles, cluster, and a service that a bootstrap image brings up healthy.
	service, err := NewService(ctx, name, &ServiceArgs{
		Pipeline: a, Repositories: repositories, Secrets: secrets, Network: network, Traffic: traffic,
	}, child)
	if err != nil {
		return err
	}

	// Step 10, and what rolls a release back.
	alarms, err := NewAlarms(ctx, name, &AlarmsArgs{AlarmOptions: a.Alarms, Traffic: traffic, Tags: a.Tags}, child)
	if err != nil {
		return err
	}
	deployment, err := NewDeployment(ctx, name, &DeploymentArgs{
		DeploymentOptions: a.Deployment, Project: a.Project, Service: service, Traffic: traffic, Alarms: alarms, Tags: a.Tags,
	}, child)
	if err != nil {
		return err
	}

	// Steps 5, 6, 7 and 14: build, and the pipeline that ties all of it together.
	notifications, err := NewNotifications(ctx, name, &NotificationsArgs{
		NotificationOptions: a.Notifications, PipelineName: a.pipelineName(), Deployment: deployment, Tags: a.Tags,
	}, child)
	if err != nil {
		return err
	}
	build, err := NewBuild(ctx, name, &BuildArgs{
		Pipeline: a, Repositories: repositories, Artifacts: artifacts, Service: service,
	}, child)
	if err != nil {
		return err
	}
	release, err := NewRelease(ctx, name, &ReleaseArgs{
		Pipeline: a, Artifacts: artifacts, Build: build, Deployment: deployment, Service: service,
		TopicArn: notifications.TopicArn,
	}, child)
	if err != nil {
		return err
	}

	// Step 13: only now is there something to point visitors at.
	edge, err := NewEdgeRecord(ctx, name, &EdgeRecordArgs{
		Host: a.Edge.Host, ZoneID: a.Edge.ZoneID, LoadBalancerDNSName: traffic.LoadBalancerDNSName,
	}, child)
	if err != nil {
		return err
	}

	p.URL = edge.URL
	p.PipelineName, p.PipelineArn, p.ConnectionSetupURL = release.PipelineName, release.PipelineArn, release.ConnectionSetupURL
	p.RepositoryURLs, p.SecretArns = repositories.URLs, secrets.Arns
	p.TaskRoleName, p.TaskRoleArn = service.TaskRoleName, service.TaskRoleArn
	p.TaskSecurityGroupID, p.VpcID, p.TaskSubnetIDs = network.TaskSecurityGroupID, network.VpcID, network.TaskSubnetIDs
	p.LoadBalancerDNSName, p.ListenerArn = traffic.LoadBalancerDNSName, traffic.ListenerArn
	p.ClusterName, p.ServiceName = service.ClusterName, service.ServiceName
	p.ApplicationName, p.DeploymentGroupName = deployment.ApplicationName, deployment.DeploymentGroupName
	p.NotificationTopicArn = notifications.TopicArn
	return ctx.RegisterResourceOutputs(p, p.outputs())
}

func (p *ContainerPipeline) outputs() pulumi.Map {
	return pulumi.Map{
		"url": p.URL, "pipelineName": p.PipelineName, "pipelineArn": p.PipelineArn,
		"connectionSetupUrl": p.ConnectionSetupURL, "repositoryUrls": p.RepositoryURLs, "secretArns": p.SecretArns,
		"taskRoleName": p.TaskRoleName, "taskRoleArn": p.TaskRoleArn, "taskSecurityGroupId": p.TaskSecurityGroupID,
		"vpcId": p.VpcID, "taskSubnetIds": p.TaskSubnetIDs, "loadBalancerDnsName": p.LoadBalancerDNSName,
		"listenerArn": p.ListenerArn, "clusterName": p.ClusterName, "serviceName": p.ServiceName,
		"applicationName": p.ApplicationName, "deploymentGroupName": p.DeploymentGroupName,
		"notificationTopicArn": p.NotificationTopicArn,
	}
}
