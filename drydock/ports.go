package drydock

import "maps"

// Ports are the loopback ports on which the drydock serves its providers (pulumirpc.ResourceProviderServer), by the
// providers' names: for a test that asks a provider without an engine. None before Serve.
func (d *Dock) Ports() map[string]int {
	d.mu.Lock()
	defer d.mu.Unlock()
	return maps.Clone(d.ports)
}
