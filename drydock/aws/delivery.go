package aws

import "github.com/container-pipeline/container-pipeline/drydock/internal/sim"

// delivery are CodeDeploy, CodeBuild, CodePipeline, their sources, and their notifications.
func delivery() ([]*sim.Resource, []*sim.Function) {
	return []*sim.Resource{
		codedeployApplication(), codedeployConfig(), codedeployGroup(),
		codebuildProject(), codebuildWebhook(), codebuildSourceCredential(),
		codecommitRepository(), codepipelinePipeline(), codestarConnection(), notificationRule(),
	}, nil
}
