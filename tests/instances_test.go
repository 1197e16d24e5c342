package tests

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/components/bluegreen"
	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/internal/choices"
)

// Every choice that the component offers comes up, wants no change afterwards, and goes down without a trace. Instances
// share a stack: that they never collide is part of the claim.
func TestEveryChoiceComesUpAndGoesDown(t *testing.T) {
	for name, names := range map[string][]string{
		"containers and deployments":         {"single", "eight", "arm", "canary-15", "linear-1", "own-linear", "hooked", "own-files"},
		"networks and what is there already": {"default", "nat", "endpoints", "all-there", "approved", "scaled", "pulled", "exec"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dock := drydock.Start(t, drydock.SkipCheckpoints()) // hundreds of resources
			stack := program(dock, "all", choices.Program("us-east-2", chosen(t, names)))
			stack.Up(t)
			unchanged(t, stack, "after the up")
			for _, instance := range names {
				service := dock.Cloud().Find("aws:ecs/service:Service", "name", instance)
				_, err := dock.Release(service.Attr("cluster"), instance, drydock.Rollout{})
				assert.NoError(t, err)
			}
			stack.Refresh(t)
			unchanged(t, stack, "after releases")
			stack.Destroy(t)
			empty(t, dock)
		})
	}
}

// chosen are the choices of the names.
func chosen(t *testing.T, names []string) map[string]choices.Choice {
	t.Helper()
	all := map[string]choices.Choice{}
	for _, group := range []map[string]choices.Choice{choices.Containers, choices.Deployments, choices.Networks, choices.Sources} {
		for _, name := range names {
			if choice, ok := group[name]; ok {
				all[name] = choice
			}
		}
	}
	require.Len(t, all, len(names))
	return all
}

// Two pipelines of one zone in two stacks, and the zone's rules in a third.
func TestStacksShareAZone(t *testing.T) {
	t.Parallel()
	dock := drydock.Start(t)
	pipeline := func(name string) *drydock.Stack {
		return program(dock, name, func(ctx *pulumi.Context) error {
			_, err := bluegreen.NewContainerPipeline(ctx, name, choices.Smallest(name))
			return err
		})
	}
	edge := func(hosts ...string) *drydock.Stack {
		return program(dock, "edge", func(ctx *pulumi.Context) error {
			_, err := bluegreen.NewZoneRules(ctx, "example-com", &bluegreen.ZoneRulesArgs{ZoneID: choices.ZoneID, StrictHosts: hosts})
			return err
		})
	}
	edge("huey.example.com").Up(t)
	pipeline("huey").Up(t)
	pipeline("dewey").Up(t)
	added := edge("huey.example.com", "dewey.example.com").Up(t)
	assert.Equal(t, []string{"update Ruleset example-com"}, changed(added), "the zone's one list of rules is updated in place")
	unchanged(t, pipeline("huey"), "after the zone's rules changed")
	pipeline("huey").Destroy(t)
	unchanged(t, pipeline("dewey"), "after the other pipeline went")
	pipeline("dewey").Destroy(t)
	edge("huey.example.com").Destroy(t)
	empty(t, dock)
}
