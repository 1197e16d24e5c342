package bluegreen

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/artifacts"
	"github.com/container-pipeline/container-pipeline/internal/ground"
)

// render sets the texts of a release once all that they name is known.
func (s *Service) render(here ground.Place, a *ServiceArgs) {
	hooks := a.Pipeline.Deployment.Hooks
	known := pulumi.All(
		s.LogGroupName, s.TaskRoleArn, s.ExecutionRoleArn, a.references(),
		a.Network.TaskSubnetIDs, a.Network.TaskSecurityGroupID,
		orEmpty(hooks.BeforeInstall), orEmpty(hooks.AfterInstall), orEmpty(hooks.AfterAllowTestTraffic),
		orEmpty(hooks.BeforeAllowTraffic), orEmpty(hooks.AfterAllowTraffic),
	)
	values := func(known []any) releaseValues {
		text := func(i int) string { return known[i].(string) }
		return releaseValues{
			Region: here.Region, LogGroup: text(0), TaskRoleArn: text(1), ExecutionRoleArn: text(2),
			References: known[3].(map[string]map[string]string),
			Network: artifacts.Network{
				Subnets: known[4].([]string), SecurityGroups: []string{text(5)}, AssignPublicIP: a.Network.AssignPublicIP,
			},
			Hooks: artifacts.Hooks{
				BeforeInstall: text(6), AfterInstall: text(7), AfterAllowTestTraffic: text(8),
				BeforeAllowTraffic: text(9), AfterAllowTraffic: text(10),
			},
		}
	}
	s.TaskDefinitionText = known.ApplyT(func(known []any) (string, error) {
		return taskDefinition(a.Pipeline, values(known)).Render()
	}).(pulumi.StringOutput)
	s.AppSpecText = known.ApplyT(func(known []any) (string, error) {
		return appSpec(a.Pipeline, values(known)).Render()
	}).(pulumi.StringOutput)
}

// references are where the containers' secret variables are, by container and variable.
func (args *ServiceArgs) references() pulumi.StringMapMapOutput {
	byContainer := pulumi.StringMapMap{}
	for _, c := range args.Pipeline.Containers {
		references := pulumi.StringMap{}
		for _, name := range append(sortedKeys(c.OwnSecrets), c.Secrets...) {
			references[name] = args.Secrets.Reference(c.Name, name)
		}
		if len(references) > 0 {
			byContainer[c.Name] = references
		}
	}
	return byContainer.ToStringMapMapOutput()
}

func orEmpty(input pulumi.StringInput) pulumi.StringInput {
	if input == nil {
		return pulumi.String("")
	}
	return input
}
