package bluegreen

import (
	"fmt"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/internal/mocks"
)

const zone = pulumi.String("023e105f4ecef8ad9ca31a8372d0c353")

func TestOriginCertificate(t *testing.T) {
	m := mocks.Deploy(t, func(ctx *pulumi.Context) error {
		c, err := NewOriginCertificate(ctx, "dog", &OriginCertificateArgs{Hosts: []string{"dog.example.com"}})
		if err != nil {
			return err
		}
		assert.Equal(t, "arn:aws:mock:us-east-2:123456789012:Certificate/dog", mocks.Await(c.CertificateArn))
		return nil
	})
	assert.Equal(t, []string{"CertRequest dog", "Certificate dog", "OriginCaCertificate dog", "PrivateKey dog"},
		m.Children("OriginCertificate"))
	assert.Equal(t, map[string]any{
		"csr": "request of dog", "hostnames": []any{"dog.example.com"}, "requestType": "origin-ecc",
		"requestedValidity": 5475.0, "minDaysForRenewal": 30.0,
	}, m.Resource(t, "OriginCaCertificate", "dog").Plain())
	imported := m.Resource(t, "Certificate", "dog")
	assert.Equal(t, "certificate of dog", imported.Text(t, "certificateBody"))
	assert.True(t, imported.Inputs["privateKey"].IsSecret())
	assert.NotContains(t, imported.Inputs, "certificateChain")
	assert.True(t, m.Resource(t, "CertRequest", "dog").Inputs["privateKeyPem"].IsSecret())
}

func TestRenewalDays(t *testing.T) {
	for validity, want := range map[int]int{7: 1, 30: 3, 90: 9, 365: 30, 5475: 30} {
		assert.Equal(t, want, renewalDays(validity), validity)
	}
}

func TestEdgeRecord(t *testing.T) {
	m := mocks.Deploy(t, func(ctx *pulumi.Context) error {
		e, err := NewEdgeRecord(ctx, "dog", &EdgeRecordArgs{
			Host: "dog.example.com", ZoneID: zone, LoadBalancerDNSName: pulumi.String("dog.us-east-2.elb.amazonaws.com"),
		})
		if err != nil {
			return err
		}
		assert.Equal(t, "https://dog.example.com", mocks.Await(e.URL))
		return nil
	})
	assert.Equal(t, []string{"Record dog"}, m.Children("EdgeRecord"))
	assert.Equal(t, map[string]any{
		"zoneId": string(zone), "name": "dog.example.com", "type": "CNAME",
		"content": "dog.us-east-2.elb.amazonaws.com", "proxied": true,
	}, m.Resource(t, "Record", "dog").Plain())
}

func TestZoneRules(t *testing.T) {
	m := mocks.Deploy(t, func(ctx *pulumi.Context) error {
		_, err := NewZoneRules(ctx, "zone", &ZoneRulesArgs{
			ZoneID: zone, StrictHosts: []string{"b.example.com", "a.example.com", "b.example.com"},
		})
		return err
	})
	assert.Equal(t, []string{"Ruleset zone"}, m.Children("ZoneRules"))
	assert.Equal(t, map[string]any{
		"zoneId": string(zone), "name": "Configuration rules", "kind": "zone", "phase": "http_config_settings",
		"rules": []any{map[string]any{
			"action": "set_config", "actionParameters": map[string]any{"ssl": "strict"}, "enabled": true,
			"description": "Full (strict) for the hosts of pipelines",
			"expression":  `http.host in {"a.example.com" "b.example.com"}`,
		}},
	}, m.Resource(t, "Ruleset", "zone").Plain())
}

func TestHostExpressionsFit(t *testing.T) {
	hosts := make([]string, 0, 400)
	for i := range 400 {
		hosts = append(hosts, fmt.Sprintf("app-%03d.example.com", i))
	}
	expressions := hostExpressions(hosts, longestExpression)
	assert.Len(t, expressions, 3)
	var found []string
	for _, expression := range expressions {
		assert.LessOrEqual(t, len(expression), longestExpression)
		set, ok := strings.CutPrefix(strings.TrimSuffix(expression, "}"), "http.host in {")
		require.True(t, ok, expression)
		for _, host := range strings.Fields(set) {
			found = append(found, strings.Trim(host, `"`))
		}
	}
	assert.Equal(t, hosts, found)
	assert.Equal(t, []string{`http.host in {"a"}`, `http.host in {"b"}`}, hostExpressions([]string{"b", "a"}, 18))
	assert.Empty(t, hostExpressions(nil, longestExpression))
}

func TestEdgePartsRefuse(t *testing.T) {
	many := make([]string, 2000)
	for i := range many {
		many[i] = fmt.Sprintf("application-%04d.example.com", i)
	}
	for _, c := range []struct {
		name     string
		make     func(*pulumi.Context) error
		problems []string
	}{
		{"record", func(ctx *pulumi.Context) error {
			_, err := NewEdgeRecord(ctx, "dog", nil)
			return err
		}, []string{`host: ""`, "zoneId: missing", "loadBalancerDnsName: missing"}},
		{"rules", func(ctx *pulumi.Context) error {
			_, err := NewZoneRules(ctx, "dog", &ZoneRulesArgs{StrictHosts: []string{"*.example.com"}})
			return err
		}, []string{"zoneId: missing", `strictHosts[0]: "*.example.com"`}},
		{"no rules", func(ctx *pulumi.Context) error {
			_, err := NewZoneRules(ctx, "dog", nil)
			return err
		}, []string{"strictHosts: missing"}},
		{"too many hosts", func(ctx *pulumi.Context) error {
			_, err := NewZoneRules(ctx, "dog", &ZoneRulesArgs{ZoneID: zone, StrictHosts: many})
			return err
		}, []string{"strictHosts: 2000 hosts need"}},
		{"certificate", func(ctx *pulumi.Context) error {
			_, err := NewOriginCertificate(ctx, "dog", &OriginCertificateArgs{Hosts: []string{"https://a"}, ValidityDays: 8})
			return err
		}, []string{`hosts[0]: "https://a"`, "validityDays: 8"}},
		{"no hosts", func(ctx *pulumi.Context) error {
			_, err := NewOriginCertificate(ctx, "dog", nil)
			return err
		}, []string{"hosts: missing"}},
		{"origin pulls", func(ctx *pulumi.Context) error {
			_, err := NewOriginPulls(ctx, "a-name-of-25-characters-x", nil)
			return err
		}, []string{`name: "a-name-of-25-characters-x" has 25`, "host:", "zoneId: missing", "bucket: missing"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := &mocks.Cloud{}
			err := m.Run(c.make)
			for _, problem := range c.problems {
				assert.ErrorContains(t, err, problem)
			}
			assert.Empty(t, m.Resources)
		})
	}
}

func TestArtifactStore(t *testing.T) {
	m := mocks.Deploy(t, func(ctx *pulumi.Context) error {
		s, err := NewArtifactStore(ctx, "dog", &ArtifactStoreArgs{PipelineName: "a-project-of-24-letters-pipeline"})
		if err != nil {
			return err
		}
		assert.Equal(t, "arn:aws:s3:::dog-1a2b3c4", mocks.Await(s.BucketArn))
		assert.Nil(t, s.KeyArn)
		assert.NotEmpty(t, s.Ready())
		return nil
	})
	assert.Contains(t, m.Children("ArtifactStore"), "BucketV2 dog")
	rules := m.Resource(t, "BucketLifecycleConfigurationV2", "dog").Plain()["rules"].([]any)
	require.Len(t, rules, 2)
	assert.Equal(t, map[string]any{"prefix": "a-project-of-24-lett"}, rules[1].(map[string]any)["filter"])
}

func TestOriginPulls(t *testing.T) {
	m := mocks.Deploy(t, func(ctx *pulumi.Context) error {
		s, err := NewArtifactStore(ctx, "dog", nil)
		if err != nil {
			return err
		}
		o, err := NewOriginPulls(ctx, "dog", &OriginPullsArgs{Host: "dog.example.com", ZoneID: zone, Bucket: s})
		if err != nil {
			return err
		}
		assert.Equal(t, "arn:aws:mock:us-east-2:123456789012:TrustStore/dog", mocks.Await(o.TrustStoreArn))
		return nil
	})
	assert.Equal(t, []string{
		"AuthenticatedOriginPulls dog", "AuthenticatedOriginPullsCertificate dog", "BucketObjectv2 dog", "CertRequest dog",
		"LocallySignedCert dog", "PrivateKey dog", "PrivateKey dog-ca", "SelfSignedCert dog-ca", "TrustStore dog",
	}, m.Children("OriginPulls"))
	client := m.Resource(t, "LocallySignedCert", "dog")
	assert.Equal(t, "certificate of dog-ca", client.Text(t, "caCertPem"))
	assert.True(t, client.Inputs["caPrivateKeyPem"].IsSecret())
	uploaded := m.Resource(t, "AuthenticatedOriginPullsCertificate", "dog")
	assert.Equal(t, "certificate of dog", uploaded.Text(t, "certificate"))
	assert.Equal(t, "per-hostname", uploaded.Text(t, "type"))
	assert.True(t, uploaded.Inputs["privateKey"].IsSecret())
	assert.Equal(t, "certificate of dog-ca", m.Resource(t, "BucketObjectv2", "dog").Text(t, "content"), "the CA alone, no key")
	store := m.Resource(t, "TrustStore", "dog")
	assert.Equal(t, "1", store.Text(t, "caCertificatesBundleS3ObjectVersion"))
	store.Needs(t, "AuthenticatedOriginPulls::dog") // Cloudflare shows the certificate first
}
