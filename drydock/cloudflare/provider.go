// Package cloudflare simulates Cloudflare for the drydock: one account with the zones it is told of, on the Free plan.
// Origin certificates are real ones, issued by a simulated Origin CA.
//
// Every rule cites the page it comes from. What a file does not know is refused by name.
package cloudflare

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// ZonesVariable names the environment variable that lists further zones of the account, separated by commas: a name, or
// name=id where the stack's configuration carries the zone's real id.
const ZonesVariable = "DRYDOCK_ZONES"

// Provider is the simulated provider "cloudflare", as version 5 of Pulumi's SDK sees it. The account owns the zones
// example.com and example.dev, the given ones, and those that the environment variable [ZonesVariable] names.
func Provider(zones ...string) *sim.Provider {
	account := newAccount(slices.Concat(zones, strings.Split(os.Getenv(ZonesVariable), ",")))
	return &sim.Provider{
		Name:    "cloudflare",
		Version: "5.49.1",
		Config:  config(),
		Resources: []*sim.Resource{
			account.record(), account.originCertificate(), originRoot(), account.ruleset(),
			account.originPulls(), account.originPullsCertificate(),
		},
		Functions: []*sim.Function{
			account.getZone(), account.getZones(), getIPRanges(), getOriginRoot(),
		},
	}
}

// config is the provider's own configuration. The real provider needs one of apiToken, apiKey with email, and
// apiUserServiceKey; here a program may leave all out, for a drydock has nobody to show credentials to.
// https://www.pulumi.com/registry/packages/cloudflare/installation-configuration/
func config() sim.Fields {
	return sim.Fields{
		"apiBasePath":             sim.String(),
		"apiClientLogging":        sim.Bool(),
		"apiHostname":             sim.String(),
		"apiKey":                  sim.String().Sensitive(),
		"apiToken":                sim.String().Sensitive(),
		"apiUserServiceKey":       sim.String().Sensitive(),
		"email":                   sim.String(),
		"maxBackoff":              sim.Int(),
		"minBackoff":              sim.Int(),
		"retries":                 sim.Int(),
		"rps":                     sim.Int(),
		"userAgentOperatorSuffix": sim.String(),
	}
}

// apiError is a refusal as Cloudflare's API client prints it: "message (code)".
func apiError(code int, format string, args ...any) error {
	return fmt.Errorf("%s (%d)", fmt.Sprintf(format, args...), code)
}
