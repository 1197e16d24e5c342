package bluegreen

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/mocks"
)

// running are the parts of an application that run it.
type running struct {
	args       *ContainerPipelineArgs
	traffic    *Traffic
	service    *Service
	alarms     *Alarms
	deployment *Deployment
}

// mockRunning makes those parts of the guide's application after change, named bash-dog.
func mockRunning(t *testing.T, change func(a *ContainerPipelineArgs)) (*running, *mocks.Cloud) {
	t.Helper()
	r := &running{}
	m := mocks.Deploy(t, func(ctx *pulumi.Context) error {
		args := guide()
		change(args)
		var err error
		if r.args, err = resolve("bash-dog", args); err != nil {
			return err
		}
		return r.compose(ctx, "bash-dog")
	})
	return r, m
}

func (r *running) compose(ctx *pulumi.Context, name string) error {
	a := r.args
	repositories, err := NewRepositories(ctx, name, &RepositoriesArgs{Project: a.Project, Containers: a.containerNames()})
	if err != nil {
		return err
	}
	secrets, err := NewSecrets(ctx, name, &SecretsArgs{Project: a.Project, Shared: a.Secrets, Own: a.ownSecrets()})
	if err != nil {
		return err
	}
	network, err := NewNetwork(ctx, name, &NetworkArgs{
		NetworkOptions: a.Network,
		TestPort:       a.Deployment.TestPort, TestCidrBlocks: a.Deployment.TestCidrBlocks,
	})
	if err != nil {
		return err
	}
	if r.traffic, err = NewTraffic(ctx, name, &TrafficArgs{
		Network: network, CertificateArn: pulumi.String("arn:aws:acm:us-east-2:123456789012:certificate/1"),
		TestPort: a.Deployment.TestPort, Disposable: a.Disposable, Tags: a.Tags,
	}); err != nil {
		return err
	}
	if r.service, err = NewService(ctx, name, &ServiceArgs{
		Pipeline: a, Repositories: repositories, Secrets: secrets, Network: network, Traffic: r.traffic,
	}); err != nil {
		return err
	}
	if r.alarms, err = NewAlarms(ctx, name, &AlarmsArgs{AlarmOptions: a.Alarms, Traffic: r.traffic}); err != nil {
		return err
	}
	r.deployment, err = NewDeployment(ctx, name, &DeploymentArgs{
		DeploymentOptions: a.Deployment, Project: a.Project, Service: r.service, Traffic: r.traffic, Alarms: r.alarms,
	})
	return err
}

func asInTheGuide(*ContainerPipelineArgs) {}
