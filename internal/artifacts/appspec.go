package artifacts

import (
	"errors"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// AppSpec tells CodeDeploy what an ECS deployment releases and where its traffic goes.
// https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-resources.html
type AppSpec struct {
	// TaskDefinition is the revision's ARN. Default: [TaskDefinitionPlaceholder], which CodePipeline fills.
	TaskDefinition string
	// ContainerName is the container that the load balancer reaches. Required.
	ContainerName string
	// ContainerPort is the port of it. Required.
	ContainerPort int
	// PlatformVersion is Fargate's, as 1.4.0. Default: LATEST, by CodeDeploy.
	PlatformVersion string
	// Network is where the new tasks run. Default: as the service's tasks run now, by CodeDeploy.
	Network *Network
	// CapacityProviders share the new tasks. Default: as the service's launch type or strategy is now.
	CapacityProviders []CapacityProvider
	// Hooks are validated by Lambda functions during the deployment. Default: none.
	Hooks Hooks
}

// Network is a task's network in awsvpc mode. CodeDeploy takes all three settings or none.
type Network struct {
	Subnets        []string
	SecurityGroups []string
	AssignPublicIP bool
}

// CapacityProvider is one share of a strategy.
// https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_CapacityProviderStrategyItem.html
type CapacityProvider struct {
	Name   string // FARGATE or FARGATE_SPOT
	Base   int    // tasks that run on it before the weights count
	Weight int    // share of the other tasks
}

// Hooks are the Lambda functions, by name or ARN, that CodeDeploy calls during a deployment, in this order.
// https://docs.aws.amazon.com/codedeploy/latest/userguide/reference-appspec-file-structure-hooks.html#appspec-hooks-ecs
type Hooks struct {
	BeforeInstall         string
	AfterInstall          string
	AfterAllowTestTraffic string // needs a test listener
	BeforeAllowTraffic    string
	AfterAllowTraffic     string
}

// Render gives appspec.yaml, or an error that lists every missing or impossible value.
func (a AppSpec) Render() (string, error) {
	if err := a.validate(); err != nil {
		return "", err
	}
	var text strings.Builder
	encoder := yaml.NewEncoder(&text)
	encoder.SetIndent(2)
	if err := encoder.Encode(a.document()); err != nil {
		return "", fmt.Errorf("rendering the AppSpec: %w", err)
	}
	return text.String(), nil
}

func (a AppSpec) validate() error {
	var problems []error
	if !containerName.MatchString(a.ContainerName) {
		problems = append(problems, fmt.Errorf(
			"AppSpec.ContainerName %q is not a container's name: give the public container's", a.ContainerName))
	}
	if a.ContainerPort < 1 || a.ContainerPort > 65535 {
		problems = append(problems, fmt.Errorf(
			"AppSpec.ContainerPort %d is not a port: give the public container's, 1 to 65535", a.ContainerPort))
	}
	if n := a.Network; n != nil && (len(n.Subnets) == 0 || len(n.SecurityGroups) == 0) {
		problems = append(problems, fmt.Errorf(
			"AppSpec.Network has %d subnets and %d security groups: CodeDeploy takes both or neither",
			len(n.Subnets), len(n.SecurityGroups)))
	}
	for i, provider := range a.CapacityProviders {
		if provider.Name == "" {
			problems = append(problems, fmt.Errorf(
				"AppSpec.CapacityProviders[%d].Name is empty: give FARGATE or FARGATE_SPOT", i))
		}
	}
	return errors.Join(problems...)
}

// The types below spell the file's keys as CodeDeploy does.

type appSpecDocument struct {
	Version   yaml.Node           `yaml:"version"`
	Resources []appSpecResource   `yaml:"Resources"`
	Hooks     []map[string]string `yaml:"Hooks,omitempty"`
}

type appSpecResource struct {
	TargetService appSpecService `yaml:"TargetService"`
}

type appSpecService struct {
	Type       string            `yaml:"Type"`
	Properties appSpecProperties `yaml:"Properties"`
}

type appSpecProperties struct {
	TaskDefinition           string                    `yaml:"TaskDefinition"`
	LoadBalancerInfo         appSpecLoadBalancer       `yaml:"LoadBalancerInfo"`
	PlatformVersion          string                    `yaml:"PlatformVersion,omitempty"`
	NetworkConfiguration     *appSpecNetwork           `yaml:"NetworkConfiguration,omitempty"`
	CapacityProviderStrategy []appSpecCapacityProvider `yaml:"CapacityProviderStrategy,omitempty"`
}

type appSpecLoadBalancer struct {
	ContainerName string `yaml:"ContainerName"`
	ContainerPort int    `yaml:"ContainerPort"`
}

type appSpecNetwork struct {
	AwsvpcConfiguration appSpecAwsvpc `yaml:"AwsvpcConfiguration"`
}

type appSpecAwsvpc struct {
	Subnets        []string `yaml:"Subnets,flow"`
	SecurityGroups []string `yaml:"SecurityGroups,flow"`
	AssignPublicIP string   `yaml:"AssignPublicIp"`
}

type appSpecCapacityProvider struct {
	Base             int    `yaml:"Base"`
	CapacityProvider string `yaml:"CapacityProvider"`
	Weight           int    `yaml:"Weight"`
}

func (a AppSpec) document() appSpecDocument {
	properties := appSpecProperties{
		TaskDefinition:   a.TaskDefinition,
		LoadBalancerInfo: appSpecLoadBalancer{a.ContainerName, a.ContainerPort},
		PlatformVersion:  a.PlatformVersion,
	}
	if properties.TaskDefinition == "" {
		properties.TaskDefinition = TaskDefinitionPlaceholder
	}
	if n := a.Network; n != nil {
		assign := map[bool]string{true: "ENABLED", false: "DISABLED"}[n.AssignPublicIP]
		properties.NetworkConfiguration = &appSpecNetwork{appSpecAwsvpc{n.Subnets, n.SecurityGroups, assign}}
	}
	for _, p := range a.CapacityProviders {
		properties.CapacityProviderStrategy = append(properties.CapacityProviderStrategy,
			appSpecCapacityProvider{p.Base, p.Name, p.Weight})
	}
	return appSpecDocument{
		// The only version there is; a float of Go would be written as 0.
		Version:   yaml.Node{Kind: yaml.ScalarNode, Tag: "!!float", Value: "0.0"},
		Resources: []appSpecResource{{appSpecService{"AWS::ECS::Service", properties}}},
		Hooks:     a.Hooks.list(),
	}
}

func (h Hooks) list() []map[string]string {
	var list []map[string]string
	for _, hook := range []struct{ event, function string }{
		{"BeforeInstall", h.BeforeInstall},
		{"AfterInstall", h.AfterInstall},
		{"AfterAllowTestTraffic", h.AfterAllowTestTraffic},
		{"BeforeAllowTraffic", h.BeforeAllowTraffic},
		{"AfterAllowTraffic", h.AfterAllowTraffic},
	} {
		if hook.function != "" {
			list = append(list, map[string]string{hook.event: hook.function})
		}
	}
	return list
}
