package aws

import "github.com/container-pipeline/container-pipeline/drydock/internal/sim"

// containers are ECR, ECS and the scaling of ECS services.
func containers() ([]*sim.Resource, []*sim.Function) {
	return []*sim.Resource{
			ecrRepository(), ecrLifecyclePolicy(), ecrRepositoryPolicy(), ecrPullThroughCacheRule(),
			ecsCluster(), ecsClusterCapacityProviders(), ecsTaskDefinition(), ecsService(),
			scalableTarget(), scalingPolicy(),
		}, []*sim.Function{
			ecsGetCluster(),
		}
}
