package drydock

import (
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"sync"

	"github.com/container-pipeline/container-pipeline/drydock/engine"
	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
	"github.com/container-pipeline/container-pipeline/internal/flock"
)

// Dock is a drydock: a folder with Pulumi's state and the simulated clouds, and, once it serves, the providers that
// the engine attaches to. It is safe for concurrent use; operations on it run one after the other.
type Dock struct {
	state    *state
	settings settings

	run    sync.Mutex // held during an operation
	mu     sync.Mutex // guards what follows
	lock   *flock.Lock
	engine *engine.Engine
	cloud  *sim.Cloud
	ports  map[string]int
	stops  []func()
}

// Option adjusts a Dock.
type Option func(*settings)

type settings struct {
	progress  io.Writer
	zones     []string
	simulated []*sim.Provider
	own       map[string]Attach // providers of the caller's, by name
	without   map[string]bool   // simulated providers that are left out, by name
	pass      []string
	lastOnly  bool // the engine writes the state only when an operation ends
}

// Attach starts a provider (a pulumirpc.ResourceProviderServer) on a loopback port and returns how to stop it.
type Attach func() (port int, stop func(), err error)

// WithProvider attaches a provider of the caller's own under the name, in place of a simulated one of that name.
func WithProvider(name string, attach Attach) Option {
	return func(s *settings) { s.own[name], s.without[name] = attach, true }
}

// WithoutProvider leaves the simulated provider out: the engine then looks for a plugin of that name on PATH and among
// the installed ones. It is how one provider can be real while the others stay simulated.
func WithoutProvider(name string) Option {
	return func(s *settings) { s.without[name] = true }
}

// PassEnv lets environment variables through to the engine, the program and its providers that a Dock otherwise
// removes. A name may end in *: "AWS_*".
func PassEnv(names ...string) Option {
	return func(s *settings) { s.pass = append(s.pass, names...) }
}

// SkipCheckpoints makes the engine write the state once, when an operation ends, and not before and after each resource:
// that takes most of the time of an up of several hundred resources, since each time all of them are written. A process
// that is killed then leaves things in the clouds that no state knows of.
// https://www.pulumi.com/docs/iac/cli/environment-variables/
func SkipCheckpoints() Option {
	return func(s *settings) { s.lastOnly = true }
}

// Progress is told of what takes long, such as the one build of the engine. Default: silence.
func Progress(w io.Writer) Option {
	return func(s *settings) { s.progress = w }
}

// Open opens the drydock kept in the folder, making it where there is none. It neither locks nor starts anything: the
// first operation does, or Serve.
func Open(dir string, options ...Option) (*Dock, error) {
	d := &Dock{settings: settings{
		progress: io.Discard, own: map[string]Attach{}, without: map[string]bool{},
	}}
	for _, o := range options {
		o(&d.settings)
	}
	if d.settings.simulated == nil {
		d.settings.simulated = simulated(d.settings.zones)
	}
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	d.state, err = openState(dir)
	if err != nil {
		return nil, fmt.Errorf("opening the drydock in %s: %w", dir, err)
	}
	return d, nil
}

// Dir is the folder that the drydock is kept in.
func (d *Dock) Dir() string { return d.state.dir }

// Serve locks the folder for this process, gets the engine and starts the providers, unless that is done already. The
// error names the other process when one uses the folder.
func (d *Dock) Serve(ctx context.Context) error {
	if _, err := d.pulumi(ctx); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.lock != nil {
		return nil
	}
	if err := d.serve(ctx); err != nil {
		return errors.Join(err, d.stop())
	}
	return nil
}

func (d *Dock) serve(ctx context.Context) (err error) {
	if d.lock, err = d.state.acquire(ctx, d.settings.progress); err != nil {
		return err
	}
	if err := d.state.mend(); err != nil {
		return err
	}
	attach := maps.Clone(d.settings.own)
	if len(d.settings.without) > len(d.settings.own) { // one is left out and has no stand-in
		if err := d.state.linkPlugins(); err != nil {
			return err
		}
	}
	if d.cloud, err = sim.OpenCloud(d.state.path("clouds"), d.settings.simulated...); err != nil {
		return fmt.Errorf("opening the simulated clouds: %w", err)
	}
	for _, p := range d.settings.simulated {
		if !d.settings.without[p.Name] {
			attach[p.Name] = func() (int, func(), error) { return sim.Serve(p, d.cloud) }
		}
	}
	d.ports = map[string]int{}
	for name, start := range attach {
		port, stop, err := start()
		if err != nil {
			return fmt.Errorf("starting the provider %s: %w", name, err)
		}
		d.ports[name] = port
		d.stops = append(d.stops, stop)
	}
	return nil
}

// pulumi returns the engine, getting it when it is not there yet.
func (d *Dock) pulumi(ctx context.Context) (*engine.Engine, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.engine == nil {
		e, err := engine.Find(ctx, d.settings.progress)
		if err != nil {
			return nil, err
		}
		d.engine = e
	}
	return d.engine, nil
}

// Cloud is the simulated clouds' content: what exists, and the hooks to fail a call. It is nil before Serve.
func (d *Dock) Cloud() *sim.Cloud {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.cloud
}

// Close stops the providers and gives the folder back.
func (d *Dock) Close() error {
	d.run.Lock()
	defer d.run.Unlock()
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.stop()
}

func (d *Dock) stop() error {
	var errs []error
	for _, stop := range d.stops {
		stop()
	}
	if d.cloud != nil {
		errs = append(errs, d.cloud.Close())
	}
	if d.lock != nil {
		errs = append(errs, d.lock.Unlock())
	}
	d.stops, d.ports, d.cloud, d.lock = nil, nil, nil, nil
	return errors.Join(errs...)
}
