// Package pulumi lets builds of a rehearsal run Pulumi: the real engine, with its state in a simulated bucket and its
// secrets under a simulated key, against a copy of the simulated clouds. Every call that the engine makes to S3 and KMS, and
// every call that a provider would make for a resource, is put before the policies of the role that the build runs with.
package pulumi

import (
	"context"
	"errors"
	"io"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/drydock/engine"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/awscli"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/endpoint"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

// Options are what a Deployer begins with.
type Options struct {
	// Dir is a folder of its own.
	Dir string
	// World is what exists; what is deployed goes to a copy.
	World *world.World
	// Objects is what is in the buckets.
	Objects awscli.Objects
	// Source has the states of stacks that are up. Nil: all stacks are new.
	Source *drydock.Dock
	// Progress is told of what takes long.
	Progress io.Writer
}

// Deployer is where the builds of one rehearsal deploy to.
type Deployer struct {
	options  Options
	dock     *drydock.Dock
	engine   *engine.Engine
	path     string // of folders with the language host and with Go
	golang   []string
	keys     *endpoint.Keys
	provider drydock.SecretsProvider     // of the stacks; empty until they are bootstrapped
	now      atomic.Pointer[world.World] // what exists, as it is

	run     sync.Mutex // held by the one engine that runs
	changes []Change   // by that engine
}

// Change is a resource that was created, updated or deleted.
type Change struct{ Op, Type, Name, ID string }

// Start copies the clouds, and gets the engine.
func Start(ctx context.Context, o Options) (*Deployer, error) {
	d := &Deployer{options: o, keys: endpoint.NewKeys()}
	var err error
	if d.engine, err = engine.Find(ctx, o.Progress); err != nil {
		return nil, err
	}
	language, err := d.engine.LanguageHost(ctx, o.Progress)
	if err != nil {
		return nil, err
	}
	if d.path, d.golang, err = golang(ctx, filepath.Dir(language)); err != nil {
		return nil, err
	}
	if d.dock, err = drydock.Open(filepath.Join(o.Dir, "clouds"), drydock.Progress(o.Progress)); err != nil {
		return nil, err
	}
	err = d.dock.Serve(ctx)
	if err == nil {
		err = o.World.Fill(d.dock.Cloud())
	}
	if err != nil {
		return nil, errors.Join(err, d.Close())
	}
	d.now.Store(o.World.Clone())
	return d, nil
}

// Close ends it.
func (d *Deployer) Close() error { return d.dock.Close() }

// Engine is the version of the engine that runs, without a leading v; "" for one that names none.
func (d *Deployer) Engine() string { return d.engine.Version }

// Snapshot is a copy of what exists now.
func (d *Deployer) Snapshot() *world.World { return d.now.Load().Clone() }

const parameterType = "aws:ssm/parameter:Parameter"

// Put brings parameters that commands of the build have put to where the deployed things are.
func (d *Deployer) put(w *world.World) error {
	cloud := d.dock.Cloud()
	return cloud.Locked(func() error {
		for _, r := range w.All(parameterType) {
			there := cloud.Find(parameterType, "arn", r.Attr("arn"))
			if there != nil && there.Attr("value") == r.Attr("value") {
				continue
			}
			next := *r
			if there != nil {
				next.ID, next.Scope, next.Inputs, next.Outputs = there.ID, there.Scope, there.Inputs.Copy(), there.Outputs.Copy()
				next.Inputs["value"] = r.Attr("value")
				next.Outputs["value"], next.Outputs["version"] = r.Attr("value"), r.Outputs["version"]
			}
			if err := cloud.Put(&next); err != nil {
				return err
			}
		}
		d.now.Store(world.Held(cloud))
		return nil
	})
}
