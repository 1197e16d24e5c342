package bluegreen

import (
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/cloudwatch"
	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ecs"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/artifacts"
	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/problems"
)

// ServiceArgs describe what runs an application.
type ServiceArgs struct {
	// Pipeline is the application, of which the service reads the containers and the size, number and scaling of tasks;
	// Source, Edge, Build and the like may be left out. Required.
	Pipeline *ContainerPipelineArgs `pulumi:"pipeline"`
	// Repositories hold the images of Pipeline's containers. Required.
	Repositories *Repositories `pulumi:"repositories"`
	// Secrets hold the variables that Pipeline's containers read. Required.
	Secrets *Secrets `pulumi:"secrets"`
	// Network is where the tasks are. Required.
	Network *Network `pulumi:"network"`
	// Traffic sends requests to the tasks. Required.
	Traffic *Traffic `pulumi:"traffic"`
}

// Service is an ECS service on Fargate whose tasks CodeDeploy replaces. It starts with a bootstrap task, so it needs no
// image of the application; releases are made of TaskDefinitionText and AppSpecText.
type Service struct {
	pulumi.ResourceState

	// ClusterName and ServiceName; the latter is the project.
	ClusterName pulumi.StringOutput `pulumi:"clusterName"`
	ServiceName pulumi.StringOutput `pulumi:"serviceName"`
	// ServiceArn is "arn:<partition>:ecs:<region>:<account>:service/<cluster>/<service>".
	ServiceArn pulumi.StringOutput `pulumi:"serviceArn"`
	// TaskRoleName and TaskRoleArn of the role of the code in the containers: attach policies to it.
	TaskRoleName pulumi.StringOutput `pulumi:"taskRoleName"`
	TaskRoleArn  pulumi.StringOutput `pulumi:"taskRoleArn"`
	// ExecutionRoleArn of the role that starts the containers.
	ExecutionRoleArn pulumi.StringOutput `pulumi:"executionRoleArn"`
	// LogGroupName is "/ecs/<project>"; its streams begin with the container's name.
	LogGroupName pulumi.StringOutput `pulumi:"logGroupName"`
	// TaskDefinitionText is taskdef.json with placeholders for the images.
	TaskDefinitionText pulumi.StringOutput `pulumi:"taskDefinitionText"`
	// AppSpecText is appspec.yaml with a placeholder for the task definition.
	AppSpecText pulumi.StringOutput `pulumi:"appSpecText"`

	variables map[string]pulumi.StringInput
}

// NewService makes cluster, log group, roles and the service, and renders what releases of it are made of.
func NewService(ctx *pulumi.Context, name string, args *ServiceArgs, opts ...pulumi.ResourceOption) (*Service, error) {
	a := args.withDefaults(name)
	if err := a.validate(); err != nil {
		return nil, err
	}
	s := &Service{}
	if err := ctx.RegisterComponentResource("container-pipeline:bluegreen:Service", name, s, opts...); err != nil {
		return nil, err
	}
	here, err := ground.Here(ctx, pulumi.Parent(s))
	if err != nil {
		return nil, err
	}
	logs, err := cloudwatch.NewLogGroup(ctx, name, &cloudwatch.LogGroupArgs{
		Name:            pulumi.String("/ecs/" + a.Pipeline.Project),
		RetentionInDays: pulumi.Int(a.Pipeline.LogRetentionDays),
		Tags:            ground.Tags(a.Pipeline.Tags),
	}, pulumi.Parent(s))
	if err != nil {
		return nil, err
	}
	s.LogGroupName = logs.Name
	roles, err := s.addRoles(ctx, name, here, a, logs)
	if err != nil {
		return nil, err
	}
	if err := s.addCluster(ctx, name, a.Pipeline); err != nil {
		return nil, err
	}
	if err := s.addService(ctx, name, here, a, roles); err != nil {
		return nil, err
	}
	if err := s.addScaling(ctx, name, a); err != nil {
		return nil, err
	}
	s.render(here, a)
	s.variables = s.ownFileVariables(a)
	return s, ctx.RegisterResourceOutputs(s, s.outputs())
}

func (s *Service) addCluster(ctx *pulumi.Context, name string, p *ContainerPipelineArgs) error {
	if p.ClusterName != nil {
		s.ClusterName = p.ClusterName.ToStringOutput()
		return nil
	}
	cluster, err := ecs.NewCluster(ctx, name, &ecs.ClusterArgs{
		// People spell it: aws ecs execute-command --cluster <project>.
		Name: pulumi.String(p.Project), Tags: ground.Tags(p.Tags),
	}, pulumi.Parent(s))
	if err != nil {
		return err
	}
	s.ClusterName = cluster.Name
	return nil
}

// releasedByCodeDeploy are the service's inputs that ECS refuses to update under CODE_DEPLOY, since a deployment
// changes them. Releases change all four: the AppSpec carries them.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_UpdateService.html
var releasedByCodeDeploy = []string{"taskDefinition", "loadBalancers", "networkConfiguration", "platformVersion"}

func (s *Service) addService(ctx *pulumi.Context, name string, here ground.Place, a *ServiceArgs, roles *taskRoles) error {
	p := a.Pipeline
	bootstrap, err := s.addBootstrap(ctx, name, here, p)
	if err != nil {
		return err
	}
	ignored := releasedByCodeDeploy
	if p.Scaling != nil {
		ignored = append([]string{"desiredCount"}, ignored...)
	}
	ready := append(a.Traffic.Ready(), a.Network.Ready()...)
	service, err := ecs.NewService(ctx, name, &ecs.ServiceArgs{
		Name:                          pulumi.String(p.Project),
		Cluster:                       s.ClusterName,
		TaskDefinition:                bootstrap.Arn,
		LaunchType:                    pulumi.String("FARGATE"),
		PlatformVersion:               pulumi.String(platformVersion),
		DesiredCount:                  pulumi.Int(p.DesiredCount),
		HealthCheckGracePeriodSeconds: gracePeriod(p.HealthCheck),
		EnableExecuteCommand:          pulumi.Bool(p.EnableExec),
		PropagateTags:                 pulumi.String("SERVICE"),
		// Neither circuit breaker nor alarms: both belong to the rolling update controller.
		DeploymentController: &ecs.ServiceDeploymentControllerArgs{Type: pulumi.String("CODE_DEPLOY")},
		LoadBalancers: ecs.ServiceLoadBalancerArray{&ecs.ServiceLoadBalancerArgs{
			TargetGroupArn: a.Traffic.BlueTargetGroupArn,
			ContainerName:  pulumi.String(p.public().Name), ContainerPort: pulumi.Int(p.public().Port),
		}},
		NetworkConfiguration: &ecs.ServiceNetworkConfigurationArgs{
			Subnets:        a.Network.TaskSubnetIDs,
			SecurityGroups: pulumi.StringArray{a.Network.TaskSecurityGroupID},
			AssignPublicIp: pulumi.Bool(a.Network.AssignPublicIP),
		},
		// As AWS's own guide deletes a blue/green service, whose tasks belong to CodeDeploy's task sets.
		// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/create-blue-green.html
		ForceDelete: pulumi.Bool(true),
		Tags:        ground.Tags(p.Tags),
	}, pulumi.Parent(s), pulumi.IgnoreChanges(ignored), pulumi.DependsOn(append(ready, roles.Ready()...)))
	if err != nil {
		return err
	}
	s.ServiceName, s.ServiceArn = service.Name, service.ID().ToStringOutput()
	return nil
}

func gracePeriod(h HealthCheck) pulumi.IntPtrInput {
	if h.GracePeriod == 0 {
		return nil
	}
	return pulumi.Int(h.GracePeriod)
}

// addBootstrap registers the first revision of the family whose later ones are registered by releases.
func (s *Service) addBootstrap(
	ctx *pulumi.Context, name string, here ground.Place, p *ContainerPipelineArgs,
) (*ecs.TaskDefinition, error) {
	containers, err := artifacts.TaskDefinition{
		Family:               p.Project,
		ContainerDefinitions: []artifacts.ContainerDefinition{bootstrapContainer(p, "/ecs/"+p.Project, here.Region)},
	}.RenderContainers()
	if err != nil {
		return nil, err
	}
	return ecs.NewTaskDefinition(ctx, name, &ecs.TaskDefinitionArgs{
		Family:                  pulumi.String(p.Project),
		ContainerDefinitions:    pulumi.String(containers),
		Cpu:                     pulumi.String(bootstrapCPU),
		Memory:                  pulumi.String(bootstrapMemory),
		NetworkMode:             pulumi.String("awsvpc"),
		RequiresCompatibilities: pulumi.StringArray{pulumi.String("FARGATE")},
		ExecutionRoleArn:        s.ExecutionRoleArn,
		TaskRoleArn:             s.TaskRoleArn,
		RuntimePlatform: &ecs.TaskDefinitionRuntimePlatformArgs{
			CpuArchitecture: pulumi.String(p.Architecture), OperatingSystemFamily: pulumi.String("LINUX"),
		},
		Tags: ground.Tags(p.Tags),
	}, pulumi.Parent(s))
}

func (s *Service) outputs() pulumi.Map {
	return pulumi.Map{
		"clusterName": s.ClusterName, "serviceName": s.ServiceName, "serviceArn": s.ServiceArn,
		"taskRoleName": s.TaskRoleName, "taskRoleArn": s.TaskRoleArn, "executionRoleArn": s.ExecutionRoleArn,
		"logGroupName": s.LogGroupName, "taskDefinitionText": s.TaskDefinitionText, "appSpecText": s.AppSpecText,
	}
}

func (args *ServiceArgs) withDefaults(name string) *ServiceArgs {
	a := ServiceArgs{}
	if args != nil {
		a = *args
	}
	if a.Pipeline != nil {
		a.Pipeline = a.Pipeline.withDefaults(name)
	}
	return &a
}

func (args *ServiceArgs) validate() error {
	p := &problems.List{}
	for _, required := range []struct {
		field   string
		missing bool
	}{
		{"pipeline", args.Pipeline == nil},
		{"repositories", args.Repositories == nil},
		{"secrets", args.Secrets == nil},
		{"network", args.Network == nil},
		{"traffic", args.Traffic == nil},
	} {
		if required.missing {
			p.Add(required.field, "missing: the service is made of it")
		}
	}
	if a := args.Pipeline; a != nil {
		p.Matches("project", a.Project, projectName, "lower-case letters, digits and single hyphens, starting with a letter")
		a.validateContainers(p)
		a.validateTask(p)
		a.validateScaling(p)
		a.HealthCheck.validate(p)
	}
	return p.Err()
}
