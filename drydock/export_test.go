package drydock

import "github.com/container-pipeline/container-pipeline/drydock/internal/sim"

// WithSimulated replaces the simulated providers.
func WithSimulated(providers ...*sim.Provider) Option {
	return func(s *settings) { s.simulated = providers }
}
