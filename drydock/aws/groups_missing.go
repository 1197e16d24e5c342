package aws

import "github.com/container-pipeline/container-pipeline/drydock/internal/sim"

func delivery() ([]*sim.Resource, []*sim.Function)      { return nil, nil }
func observability() ([]*sim.Resource, []*sim.Function) { return nil, nil }
func loadBalancing() ([]*sim.Resource, []*sim.Function) { return nil, nil }
func storage() ([]*sim.Resource, []*sim.Function)       { return nil, nil }
