// Package aws simulates AWS for the drydock: one file per service, each written from AWS's documentation.
//
// Every rule here cites the page it comes from. What a file does not know is refused by name.
package aws

import "github.com/container-pipeline/container-pipeline/drydock/internal/sim"

// Provider is the simulated provider "aws", as version 6 of Pulumi's SDK sees it.
func Provider() *sim.Provider {
	p := &sim.Provider{Name: "aws", Version: "6.83.0", Config: config()}
	for _, service := range []func() ([]*sim.Resource, []*sim.Function){
		network, loadBalancing, containers, kubernetes, delivery, identity, storage, observability,
	} {
		resources, functions := service()
		p.Resources = append(p.Resources, resources...)
		p.Functions = append(p.Functions, functions...)
	}
	return p
}

// config is the provider's own configuration: https://www.pulumi.com/registry/packages/aws/installation-configuration/
func config() sim.Fields {
	return sim.Fields{
		// Another region replaces everything: https://github.com/pulumi/pulumi-aws/pull/4000
		"region": sim.String().Required().Replaces().Match(`[a-z]{2}(-[a-z]+)+-\d`, "an AWS region such as us-east-2").
			Doc("https://docs.aws.amazon.com/general/latest/gr/rande.html"),
		"profile":                   sim.String(),
		"allowedAccountIds":         sim.List(sim.String().Match(`\d{12}`, "12 digits")),
		"assumeRole":                sim.Object(sim.Fields{"roleArn": sim.String(), "sessionName": sim.String(), "externalId": sim.String()}),
		"defaultTags":               sim.Object(sim.Fields{"tags": sim.Map(sim.String())}),
		"maxRetries":                sim.Int(),
		"s3UsePathStyle":            sim.Bool(),
		"skipCredentialsValidation": sim.Bool(),
		"skipMetadataApiCheck":      sim.Bool(),
		"skipRegionValidation":      sim.Bool(),
		"skipRequestingAccountId":   sim.Bool(),
	}
}
