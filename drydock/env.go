package drydock

import (
	"fmt"
	"os"
	"slices"
	"strings"
)

// removed are the variables that a real account, a real zone or the user's own Pulumi would be reached by.
var removed = []string{"AWS_*", "CLOUDFLARE_*", "PULUMI_*"}

// environment is this process's environment without credentials, and with what makes an engine use this drydock.
func (d *Dock) environment() []string {
	return append(scrub(os.Environ(), d.settings.pass), d.variables()...)
}

func scrub(env, pass []string) []string {
	return slices.DeleteFunc(slices.Clone(env), func(v string) bool {
		name, _, _ := strings.Cut(v, "=")
		return matches(removed, name) && !matches(pass, name)
	})
}

func matches(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		if prefix, ok := strings.CutSuffix(p, "*"); ok {
			return strings.HasPrefix(name, prefix)
		}
		return p == name
	})
}

// variables are those that point an engine at the drydock.
func (d *Dock) variables() []string {
	var providers []string
	for name, port := range d.ports {
		providers = append(providers, fmt.Sprintf("%s:%d", name, port))
	}
	slices.Sort(providers)
	return []string{
		"PULUMI_BACKEND_URL=file://" + d.state.path("pulumi"),
		"PULUMI_CONFIG_PASSPHRASE=" + d.state.passphrase,
		"PULUMI_DEBUG_PROVIDERS=" + strings.Join(providers, ","),
		"PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION=true",
		"PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS=true",
		"PULUMI_FALLBACK_TO_STATE_SECRETS_MANAGER=true",
		"PULUMI_HOME=" + d.state.path("home"),
		"PULUMI_SKIP_UPDATE_CHECK=true",
	}
}
