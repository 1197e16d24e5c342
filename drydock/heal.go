package drydock

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/pulumi/pulumi/sdk/v3/go/common/apitype"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// heal resolves what an engine left that was killed while it created resources: creations of which the state does not
// know how they ended. The simulated clouds know, so what exists is taken into the state and the rest is forgotten.
// Pulumi only warns of them: https://www.pulumi.com/docs/iac/operations/troubleshooting/interrupted-updates/
// (its refresh --import-pending-creates drops what it is to import). Pending updates and deletes the engine repeats.
func (s *Stack) heal(ctx context.Context, p *project, config string) error {
	c, err := s.dock.state.checkpointOf(p.name(), s.name)
	if err != nil {
		return err
	}
	unread := c.file + ".unread" // exists from before the state is changed until the engine has read what was adopted
	if pending := c.pendingCreates(); len(pending) > 0 {
		fmt.Fprintf(s.dock.settings.progress, "The last operation was cut off; asking the clouds how %d creations ended.\n", len(pending))
		all, err := s.dock.state.checkpoints()
		if err != nil {
			return err
		}
		if err := writeFile(unread, nil); err != nil {
			return err
		}
		if err := c.settle(adopted(pending, orphans(s.dock.cloud, all))); err != nil {
			return fmt.Errorf("resolving what was cut off: %w", err)
		}
	}
	if _, err := os.Stat(unread); errors.Is(err, os.ErrNotExist) {
		return nil
	}
	args := []string{"refresh", "--stack", s.name, "--config-file", config, "--yes", "--skip-preview"}
	if err := s.pulumi(ctx, p, args, runSettings{stdout: io.Discard, stderr: io.Discard}); err != nil {
		return fmt.Errorf("resolving what was cut off: %w", err)
	}
	return os.Remove(unread)
}

// settle ends the pending creations in the state: those with an id become resources, whose outputs a refresh reads, and
// the others are dropped. The file is edited as it is, so that nothing is lost that this library does not know.
func (c *checkpoint) settle(ids map[string]string) error {
	data, err := os.ReadFile(c.file)
	if err != nil {
		return err
	}
	var file map[string]any
	d := json.NewDecoder(bytes.NewReader(data))
	d.UseNumber()
	if err := d.Decode(&file); err != nil {
		return err
	}
	content, _ := file["checkpoint"].(map[string]any)
	latest, ok := content["latest"].(map[string]any)
	if !ok {
		return fmt.Errorf("%s: checkpoint.latest is missing", c.file)
	}
	resources, _ := latest["resources"].([]any)
	operations, _ := latest["pending_operations"].([]any)
	var open []any
	for _, o := range operations {
		op, _ := o.(map[string]any)
		resource, _ := op["resource"].(map[string]any)
		urn, _ := resource["urn"].(string)
		if op["type"] != string(apitype.OperationTypeCreating) {
			open = append(open, o)
		} else if id, made := ids[urn]; made {
			resource["id"] = id
			resources = adopt(resources, resource)
		}
	}
	latest["resources"], latest["pending_operations"] = resources, open
	if data, err = json.Marshal(file); err != nil {
		return err
	}
	return writeFile(c.file, data)
}

// adopt adds the resource. One that replaces another takes its place, before what depends on it, and the other waits at
// the end for its deletion, as the engine orders them.
func adopt(resources []any, added map[string]any) []any {
	for i, r := range resources {
		old, _ := r.(map[string]any)
		if old["urn"] == added["urn"] && old["delete"] != true {
			old["delete"] = true
			resources[i] = added
			return append(resources, old)
		}
	}
	return append(resources, added)
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

// adopted pairs the creations with the orphans that they made, as URN to ID: those of the same type whose inputs
// agree. Each orphan goes to one creation.
func adopted(pending []apitype.ResourceV3, found []*sim.Record) map[string]string {
	pairs := map[string]string{}
	taken := map[*sim.Record]bool{}
	for _, r := range pending {
		for _, record := range found {
			if !taken[record] && record.Type == string(r.Type) && agree(r.Inputs, record.Inputs) {
				pairs[string(r.URN)], taken[record] = record.ID, true
				break
			}
		}
	}
	return pairs
}

// agree tells whether no simple input of the creation is another in the cloud. Secrets are left out, which the state has
// encrypted, and so are lists, objects and files, which the two keep in different forms.
func agree(state map[string]any, cloud sim.Values) bool {
	for name, want := range state {
		switch want.(type) {
		case string, float64, bool:
			if cloud[name] != want {
				return false
			}
		}
	}
	return true
}
