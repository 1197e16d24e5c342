package tls

import (
	"crypto"
	"crypto/rand"
	"crypto/sha1"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// selfSignedCert is https://registry.terraform.io/providers/hashicorp/tls/latest/docs/resources/self_signed_cert.
var selfSignedCert = &sim.Resource{
	Type: "tls:index/selfSignedCert:SelfSignedCert",
	Inputs: withNames(withLife(sim.Fields{
		"privateKeyPem":     keyField(),
		"setAuthorityKeyId": sim.Bool().Replaces().Default(false),
	})),
	Outputs: []string{"certPem", "keyAlgorithm", "readyForRenewal", "validityStartTime", "validityEndTime"},
	Create:  createSelfSigned,
	Stale:   dueForRenewal,
}

// locallySignedCert is https://registry.terraform.io/providers/hashicorp/tls/latest/docs/resources/locally_signed_cert.
var locallySignedCert = &sim.Resource{
	Type: "tls:index/locallySignedCert:LocallySignedCert",
	Inputs: withLife(sim.Fields{
		"caCertPem": sim.String().Required().Replaces().Check(checked("CA certificate", func(text string) error {
			_, err := parseCertificate(text)
			return err
		})),
		"caPrivateKeyPem": keyField(),
		"certRequestPem": sim.String().Required().Replaces().Check(checked("certificate request", func(text string) error {
			_, err := parseRequest(text)
			return err
		})),
	}),
	Outputs: []string{"certPem", "caKeyAlgorithm", "readyForRenewal", "validityStartTime", "validityEndTime"},
	Create:  createLocallySigned,
	Stale:   dueForRenewal,
}

// withLife adds the inputs that any certificate has.
func withLife(fields sim.Fields) sim.Fields {
	fields["allowedUses"] = sim.List(sim.String().OneOf(useNames()...)).Required().Replaces()
	fields["validityPeriodHours"] = sim.Int().Required().Replaces().AtLeast(0)
	fields["earlyRenewalHours"] = sim.Int().Default(float64(0)).AtLeast(0)
	fields["isCaCertificate"] = sim.Bool().Replaces().Default(false)
	fields["setSubjectKeyId"] = sim.Bool().Replaces().Default(false)
	return fields
}

func checked(what string, parse func(string) error) func(v any) string {
	return func(v any) string {
		if err := parse(v.(string)); err != nil {
			return fmt.Sprintf("failed to parse %s: %v", what, err)
		}
		return ""
	}
}

func createSelfSigned(op *sim.Op) error {
	key, err := parseKey(op.In.Str("privateKeyPem"))
	if err != nil {
		return err
	}
	n := namesOf(op.In)
	cert := &x509.Certificate{Subject: n.subject, DNSNames: n.dns, IPAddresses: n.ips, URIs: n.uris}
	if op.In.Bool("setAuthorityKeyId") {
		if cert.AuthorityKeyId, err = keyID(key.Public()); err != nil {
			return err
		}
	}
	op.Out["keyAlgorithm"] = algorithmOf(key)
	return issue(op, cert, cert, key.Public(), key)
}

func createLocallySigned(op *sim.Op) error {
	key, err := parseKey(op.In.Str("caPrivateKeyPem"))
	if err != nil {
		return err
	}
	ca, err := parseCertificate(op.In.Str("caCertPem"))
	if err != nil {
		return err
	}
	req, err := parseRequest(op.In.Str("certRequestPem"))
	if err != nil {
		return err
	}
	cert := &x509.Certificate{
		Subject: req.Subject, DNSNames: req.DNSNames, IPAddresses: req.IPAddresses, URIs: req.URIs,
		AuthorityKeyId: ca.SubjectKeyId,
	}
	op.Out["caKeyAlgorithm"] = algorithmOf(key)
	return issue(op, cert, ca, req.PublicKey, key)
}

// issue signs the certificate and sets what is known of it.
func issue(op *sim.Op, cert, parent *x509.Certificate, public crypto.PublicKey, key crypto.Signer) (err error) {
	if cert.SerialNumber, err = rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 128)); err != nil {
		return err
	}
	cert.NotBefore = time.Now().UTC().Truncate(time.Second)
	cert.NotAfter = cert.NotBefore.Add(time.Duration(op.In.Num("validityPeriodHours")) * time.Hour)
	cert.BasicConstraintsValid = true
	cert.IsCA = op.In.Bool("isCaCertificate")
	cert.KeyUsage, cert.ExtKeyUsage = usesOf(op.In.Strs("allowedUses"))
	if op.In.Bool("setSubjectKeyId") {
		if cert.SubjectKeyId, err = keyID(public); err != nil {
			return err
		}
	}
	der, err := x509.CreateCertificate(rand.Reader, cert, parent, public, key)
	if err != nil {
		return err
	}
	op.ID = cert.SerialNumber.String()
	op.Out["certPem"] = encode("CERTIFICATE", der)
	op.Out["validityStartTime"] = cert.NotBefore.Format(time.RFC3339)
	op.Out["validityEndTime"] = cert.NotAfter.Format(time.RFC3339)
	op.Out["readyForRenewal"] = false
	return nil
}

// dueForRenewal replaces a certificate within earlyRenewalHours of its end.
func dueForRenewal(in, out sim.Values) []string {
	end, err := time.Parse(time.RFC3339, out.Str("validityEndTime"))
	if err != nil || time.Now().Before(end.Add(-time.Duration(in.Num("earlyRenewalHours"))*time.Hour)) {
		return nil
	}
	return []string{"readyForRenewal"}
}

// keyID is the key identifier by the first method of https://datatracker.ietf.org/doc/html/rfc5280#section-4.2.1.2
func keyID(public crypto.PublicKey) ([]byte, error) {
	der, err := x509.MarshalPKIXPublicKey(public)
	sum := sha1.Sum(der) //nolint:gosec // an identifier, not a protection
	return sum[:], err
}

func parseCertificate(text string) (*x509.Certificate, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil || block.Type != "CERTIFICATE" {
		return nil, errors.New("no PEM block of type CERTIFICATE found")
	}
	return x509.ParseCertificate(block.Bytes)
}

func parseRequest(text string) (*x509.CertificateRequest, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil || block.Type != "CERTIFICATE REQUEST" {
		return nil, errors.New("no PEM block of type CERTIFICATE REQUEST found")
	}
	req, err := x509.ParseCertificateRequest(block.Bytes)
	if err != nil {
		return nil, err
	}
	return req, req.CheckSignature()
}
