package aws

import "github.com/container-pipeline/container-pipeline/drydock/internal/sim"

func loadBalancing() ([]*sim.Resource, []*sim.Function) { return nil, nil }
func storage() ([]*sim.Resource, []*sim.Function)       { return nil, nil }
