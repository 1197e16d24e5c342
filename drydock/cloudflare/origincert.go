package cloudflare

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

const originCertificateType = "cloudflare:index/originCaCertificate:OriginCaCertificate"

// originCADoc says how hostnames, types and validities may be.
const originCADoc = "https://developers.cloudflare.com/api/resources/origin_ca_certificates/"

// validities are in days, the default last.
var validities = []int{7, 30, 90, 365, 730, 1095, 5475}

// maxHostnames: https://developers.cloudflare.com/ssl/origin-configuration/origin-ca/#hostname-and-wildcard-coverage
const maxHostnames = 200

// originHost is a name, with at most a first label of *, whose suffix has two labels or more.
var originHost = regexp.MustCompile(`^(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$`)

// originCertificate: https://registry.terraform.io/providers/cloudflare/cloudflare/4.49.0/docs/resources/origin_ca_certificate
func (a account) originCertificate() *sim.Resource {
	return &sim.Resource{
		Type: originCertificateType,
		Inputs: sim.Fields{
			"csr": sim.String().Required().Replaces().Doc(originCADoc).Check(func(v any) string {
				if _, err := parseRequest(v.(string)); err != nil {
					return err.Error()
				}
				return ""
			}),
			"hostnames": sim.Set(sim.String().Check(func(v any) string {
				if !originHost.MatchString(strings.ToLower(v.(string))) {
					return fmt.Sprintf("%q is no hostname or wildcard: a full name, with * as the first label at most", v)
				}
				return ""
			})).Required().Replaces().Between(1, maxHostnames).Doc(originCADoc),
			"minDaysForRenewal": sim.Int().AtLeast(0),
			"requestType":       sim.String().Required().Replaces().OneOf("origin-rsa", "origin-ecc"),
			"requestedValidity": sim.Int().Replaces().Computed().Doc(originCADoc).Check(func(v any) string {
				if n := v.(float64); !slices.Contains(validities, int(n)) {
					return fmt.Sprintf("%v days: expected one of %v", n, validities)
				}
				return ""
			}),
		},
		Outputs: []string{"certificate", "expiresOn"},
		Create:  a.createOriginCertificate,
		Stale:   dueForRenewal,
	}
}

// parseRequest reads a certificate signing request and checks that its key signed it.
func parseRequest(text string) (*x509.CertificateRequest, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("invalid PEM data: a certificate signing request in PEM form is wanted")
	}
	req, err := x509.ParseCertificateRequest(block.Bytes)
	if err != nil {
		return nil, fmt.Errorf("not a certificate signing request: %w", err)
	}
	if err := req.CheckSignature(); err != nil {
		return nil, fmt.Errorf("the certificate signing request is not signed by its own key: %w", err)
	}
	switch key := req.PublicKey.(type) {
	case *rsa.PublicKey:
		if key.N.BitLen() < 2048 {
			return nil, fmt.Errorf("the key has %d bits: an RSA key has 2048 or more", key.N.BitLen())
		}
	case *ecdsa.PublicKey:
		if key.Params().BitSize < 256 {
			return nil, fmt.Errorf("the key is on the curve %s: P-256 or P-384 are wanted", key.Params().Name)
		}
	default:
		return nil, fmt.Errorf("a key of type %T: RSA and ECDSA keys are accepted", key)
	}
	return req, nil
}

func (a account) createOriginCertificate(op *sim.Op) error {
	req, err := parseRequest(op.In.Str("csr"))
	if err != nil {
		return err
	}
	var hosts []string
	for _, host := range op.In.Strs("hostnames") {
		host = strings.ToLower(host)
		if _, owned := a.zoneOf(strings.TrimPrefix(host, "*.")); !owned {
			return fmt.Errorf("error creating origin certificate: %w", apiError(1010,
				"Failed to validate requested hostname %s: This zone is either not part of your account, or you do not have access to it. "+
					"The drydock's account has %s", host, a.list()))
		}
		hosts = append(hosts, host)
	}
	days := validities[len(validities)-1]
	if op.In.Has("requestedValidity") {
		days = int(op.In.Num("requestedValidity"))
	}
	root, err := rootFor(op, op.In.Str("requestType"))
	if err != nil {
		return err
	}
	cert, err := root.issue(req.PublicKey, hosts, days)
	if err != nil {
		return err
	}
	op.ID = cert.SerialNumber.String()
	op.Out["certificate"] = encode("CERTIFICATE", cert.Raw)
	op.Out["expiresOn"] = cert.NotAfter.UTC().Format(time.RFC3339)
	op.Out["requestedValidity"] = float64(days)
	return nil
}

// dueForRenewal replaces a certificate that ends within minDaysForRenewal.
func dueForRenewal(in, out sim.Values) []string {
	end, err := time.Parse(time.RFC3339, out.Str("expiresOn"))
	if err != nil || time.Now().Before(end.AddDate(0, 0, -int(in.Num("minDaysForRenewal")))) {
		return nil
	}
	return []string{"expiresOn"}
}
