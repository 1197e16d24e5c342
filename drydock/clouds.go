package drydock

import (
	"errors"
	"os"
	"path/filepath"

	"github.com/container-pipeline/container-pipeline/drydock/aws"
	"github.com/container-pipeline/container-pipeline/drydock/cloudflare"
	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
	"github.com/container-pipeline/container-pipeline/drydock/tls"
)

// simulated are the providers that a drydock serves unless it is told otherwise.
func simulated(zones []string) []*sim.Provider {
	return []*sim.Provider{aws.Provider(), cloudflare.Provider(zones...), tls.Provider()}
}

// Zones adds zones to those of the simulated Cloudflare account, which has example.com and what DRYDOCK_ZONES lists.
func Zones(names ...string) Option {
	return func(s *settings) { s.zones = append(s.zones, names...) }
}

// linkPlugins lets the engine find the user's installed plugins from its own home. Only a drydock that leaves a provider
// to a real plugin needs that.
func (s *state) linkPlugins() error {
	home := os.Getenv("PULUMI_HOME")
	if home == "" {
		user, err := os.UserHomeDir()
		if err != nil {
			return err
		}
		home = filepath.Join(user, ".pulumi")
	}
	plugins := filepath.Join(home, "plugins")
	if _, err := os.Stat(plugins); errors.Is(err, os.ErrNotExist) {
		return nil // the plugin is on PATH, or the engine says that there is none
	}
	err := os.Symlink(plugins, s.path("home", "plugins"))
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	return err
}
