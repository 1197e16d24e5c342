package cloudflare

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"
	"time"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

const (
	originPullsType            = "cloudflare:index/authenticatedOriginPulls:AuthenticatedOriginPulls"
	originPullsCertificateType = "cloudflare:index/authenticatedOriginPullsCertificate:AuthenticatedOriginPullsCertificate"
)

// originPulls make Cloudflare show an origin its own certificate, of the zone or of one host.
// https://registry.terraform.io/providers/cloudflare/cloudflare/4.49.0/docs/resources/authenticated_origin_pulls
func (a account) originPulls() *sim.Resource {
	return &sim.Resource{
		Type: originPullsType,
		Inputs: sim.Fields{
			"authenticatedOriginPullsCertificate": sim.String().
				Refs(originPullsCertificateType, "id", "the zone has no Authenticated Origin Pulls certificate %s"),
			"enabled":  sim.Bool().Required(),
			"hostname": sim.String(),
			"zoneId":   zoneField(),
		},
		Validate: func(c *sim.Check) {
			if c.In.Has("hostname") && !c.In.Has("authenticatedOriginPullsCertificate") {
				c.Fail("authenticatedOriginPullsCertificate", "Per-Hostname Authenticated Origin Pulls needs a certificate")
			}
		},
		Create: func(op *sim.Op) error {
			zone, err := a.zone(op.In.Str("zoneId"))
			if err != nil {
				return err
			}
			op.ID = op.In.Str("zoneId")
			if host := op.In.Str("hostname"); host != "" {
				if host != zone && !strings.HasSuffix(host, "."+zone) {
					return fmt.Errorf("hostname %s is not in the zone %s", host, zone)
				}
				op.ID += "/" + host
			}
			return nil
		},
	}
}

// originPullsCertificate: https://registry.terraform.io/providers/cloudflare/cloudflare/4.49.0/docs/resources/authenticated_origin_pulls_certificate
func (a account) originPullsCertificate() *sim.Resource {
	return &sim.Resource{
		Type: originPullsCertificateType,
		Inputs: sim.Fields{
			"certificate": sim.String().Required().Replaces(),
			"privateKey":  sim.String().Required().Replaces().Sensitive(),
			"type":        sim.String().Required().Replaces().OneOf("per-zone", "per-hostname"),
			"zoneId":      zoneField(),
		},
		Outputs: []string{"expiresOn", "issuer", "serialNumber", "signature", "status", "uploadedOn"},
		Validate: func(c *sim.Check) {
			if cert, key := c.In.Str("certificate"), c.In.Str("privateKey"); cert != "" && key != "" {
				if _, err := readPair(cert, key); err != nil {
					c.Fail("certificate", "%v", err)
				}
			}
		},
		Create: func(op *sim.Op) error {
			if _, err := a.zone(op.In.Str("zoneId")); err != nil {
				return err
			}
			cert, err := readPair(op.In.Str("certificate"), op.In.Str("privateKey"))
			if err != nil {
				return err
			}
			op.ID = sim.Hex(32)
			op.Out["expiresOn"] = cert.NotAfter.UTC().Format(time.RFC3339)
			op.Out["uploadedOn"] = time.Now().UTC().Format(time.RFC3339)
			op.Out["issuer"], op.Out["serialNumber"] = cert.Issuer.String(), cert.SerialNumber.String()
			op.Out["signature"], op.Out["status"] = cert.SignatureAlgorithm.String(), "active"
			return nil
		},
		Delete: func(op *sim.Op) error {
			if len(op.Users(originPullsType, op.ID)) > 0 {
				return fmt.Errorf("the certificate %s is in use by Authenticated Origin Pulls", op.ID)
			}
			return nil
		},
	}
}

// readPair reads a certificate with its key.
func readPair(cert, key string) (*x509.Certificate, error) {
	if _, err := tls.X509KeyPair([]byte(cert), []byte(key)); err != nil {
		return nil, fmt.Errorf("certificate and private key: %w", err)
	}
	block, _ := pem.Decode([]byte(cert))
	leaf, err := x509.ParseCertificate(block.Bytes) // X509KeyPair has found the block
	if err != nil {
		return nil, err
	}
	if now := time.Now(); now.Before(leaf.NotBefore) || now.After(leaf.NotAfter) {
		return nil, fmt.Errorf("the certificate is valid from %s to %s, not now", leaf.NotBefore, leaf.NotAfter)
	}
	return leaf, nil
}
