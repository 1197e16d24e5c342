package drydock

import (
	"context"
	"fmt"
	"io"
	"reflect"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// heal resolves what an engine left that was killed while it created resources: operations of which the state does not
// know how they ended. The simulated clouds know, so what exists is taken into the state and the rest is forgotten.
// Pulumi itself can only warn: https://www.pulumi.com/docs/support/troubleshooting/faq/#interrupted-updates
func (s *Stack) heal(ctx context.Context, p *project, config string) error {
	c, err := s.dock.state.checkpointOf(p.name(), s.name)
	if err != nil {
		return err
	}
	pending := c.pendingCreates()
	if len(pending) == 0 {
		return nil // pending updates and deletes are resolved by the engine, which repeats them
	}
	fmt.Fprintf(s.dock.settings.progress, "An earlier operation was cut off; asking the clouds how its %d open creations ended.\n",
		len(pending))
	all, err := s.dock.state.checkpoints()
	if err != nil {
		return err
	}
	args := []string{
		"refresh", "--stack", s.name, "--config-file", config, "--yes", "--skip-preview", "--clear-pending-creates",
		"--suppress-outputs", "--suppress-permalink=true",
	}
	for urn, id := range adopted(pending, orphans(s.dock.cloud, all)) {
		args = append(args, "--import-pending-creates", urn, "--import-pending-creates", id)
	}
	if err := s.pulumi(ctx, p, args, runSettings{stdout: io.Discard, stderr: io.Discard}); err != nil {
		return fmt.Errorf("resolving the operations that were cut off: %w", err)
	}
	return nil
}

func (c *checkpoint) pendingCreates() []apitype.ResourceV3 {
	var pending []apitype.ResourceV3
	for _, op := range c.Latest.PendingOperations {
		if op.Type == apitype.OperationTypeCreating {
			pending = append(pending, op.Resource)
		}
	}
	return pending
}

// orphans are the things in the clouds that no state of the drydock knows.
func orphans(cloud *sim.Cloud, states []*checkpoint) []*sim.Record {
	known := map[[2]string]bool{}
	for _, c := range states {
		for _, r := range c.Latest.Resources {
			known[[2]string{string(r.Type), string(r.ID)}] = true
		}
	}
	var found []*sim.Record
	_ = cloud.Locked(func() error { // the function has no error
		for _, r := range cloud.Made() {
			if !known[[2]string{r.Type, r.ID}] {
				found = append(found, r)
			}
		}
		return nil
	})
	return found
}

// adopted pairs the creations with the orphans that they made, as URN to ID: those of the same type whose plain inputs
// are the same. Each orphan goes to one creation.
func adopted(pending []apitype.ResourceV3, found []*sim.Record) map[string]string {
	pairs := map[string]string{}
	taken := map[*sim.Record]bool{}
	for _, r := range pending {
		for _, record := range found {
			if !taken[record] && record.Type == string(r.Type) && sameInputs(r.Inputs, record.Inputs) {
				pairs[string(r.URN)], taken[record] = record.ID, true
				break
			}
		}
	}
	return pairs
}

// sameInputs compares what both know in plain: the state has secrets encrypted, the cloud does not.
func sameInputs(state map[string]any, cloud sim.Values) bool {
	for name, want := range state {
		have, ok := cloud[name]
		if !ok {
			return false
		}
		if _, secret, _ := reveal(want, nil); !secret && !reflect.DeepEqual(want, have) {
			return false
		}
	}
	return true
}
