// Package tls simulates the provider "tls" for the drydock. Its keys, requests and certificates are real: they are made
// with Go's own cryptography, so that whatever reads them next can check them.
//
// Facts are from https://registry.terraform.io/providers/hashicorp/tls/latest/docs, which version 5 of Pulumi's SDK wraps.
package tls

import "github.com/container-pipeline/container-pipeline/drydock/internal/sim"

// Provider is the simulated provider "tls", as version 5 of Pulumi's SDK sees it.
func Provider() *sim.Provider {
	return &sim.Provider{
		Name:    "tls",
		Version: "5.2.2",
		Config: sim.Fields{
			"proxy": sim.Object(sim.Fields{
				"fromEnv":  sim.Bool(),
				"password": sim.String().Sensitive(),
				"url":      sim.String(),
				"username": sim.String(),
			}),
		},
		Resources: []*sim.Resource{privateKey, certRequest, selfSignedCert, locallySignedCert},
		Functions: []*sim.Function{getPublicKey},
	}
}
