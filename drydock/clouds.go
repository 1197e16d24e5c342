package drydock

import (
	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
	"github.com/container-pipeline/container-pipeline/drydock/tls"
)

// simulated are the providers that a drydock serves unless it is told otherwise.
func simulated() []*sim.Provider {
	return []*sim.Provider{tls.Provider()}
}
