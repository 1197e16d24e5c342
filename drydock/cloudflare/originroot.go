package cloudflare

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"time"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// originRootType are the simulated Origin CA's two roots, kept in the drydock's cloud from their first use. They are no
// type of the provider: a program cannot make one.
const originRootType = "cloudflare:drydock/originCaRoot:OriginCaRoot"

func originRoot() *sim.Resource {
	return &sim.Resource{
		Type:   originRootType,
		Sealed: true,
		Create: func(*sim.Op) error { return errors.New("the Origin CA's roots are Cloudflare's own") },
	}
}

// rootSubjects are those of Cloudflare's roots, marked as simulated.
// https://developers.cloudflare.com/ssl/origin-configuration/origin-ca/#cloudflare-origin-ca-root-certificate
var rootSubjects = map[string]string{
	"origin-rsa": "CloudFlare Origin SSL Certificate Authority (drydock)",
	"origin-ecc": "CloudFlare Origin SSL ECC Certificate Authority (drydock)",
}

// root is a certificate authority.
type root struct {
	cert *x509.Certificate
	key  crypto.Signer
}

// rootFor returns the root that signs certificates of the type, making it at its first use.
func rootFor(op *sim.Op, requestType string) (*root, error) {
	if r := op.Cloud.Get(originRootType, "", requestType); r != nil {
		return parseRoot(r)
	}
	made, err := newRoot(requestType)
	if err != nil {
		return nil, err
	}
	key, err := x509.MarshalPKCS8PrivateKey(made.key)
	if err != nil {
		return nil, err
	}
	return made, op.Cloud.Put(&sim.Record{
		Type: originRootType, ID: requestType, Inputs: sim.Values{}, Seeded: true,
		Outputs: sim.Values{"certificate": encode("CERTIFICATE", made.cert.Raw), "privateKey": encode("PRIVATE KEY", key)},
	})
}

func parseRoot(r *sim.Record) (*root, error) {
	cert, _ := pem.Decode([]byte(r.Attr("certificate")))
	key, _ := pem.Decode([]byte(r.Attr("privateKey")))
	if cert == nil || key == nil {
		return nil, errors.New("the drydock's Origin CA is damaged; remove the drydock's folder to start anew")
	}
	parsed, err := x509.ParseCertificate(cert.Bytes)
	if err != nil {
		return nil, err
	}
	private, err := x509.ParsePKCS8PrivateKey(key.Bytes)
	if err != nil {
		return nil, err
	}
	signer, ok := private.(crypto.Signer)
	if !ok {
		return nil, errors.New("the drydock's Origin CA has a key that cannot sign")
	}
	return &root{parsed, signer}, nil
}

func newRoot(requestType string) (*root, error) {
	var key crypto.Signer
	var err error
	if requestType == "origin-rsa" {
		key, err = rsa.GenerateKey(rand.Reader, 2048)
	} else {
		key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	}
	if err != nil {
		return nil, err
	}
	serial, err := newSerial()
	if err != nil {
		return nil, err
	}
	template := &x509.Certificate{
		SerialNumber: serial,
		Subject: pkix.Name{
			Country: []string{"US"}, Organization: []string{"CloudFlare, Inc."}, CommonName: rootSubjects[requestType],
		},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().AddDate(20, 0, 0),
		KeyUsage:              x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	cert, err := x509.ParseCertificate(der)
	return &root{cert, key}, err
}

// issue signs a certificate for the hostnames. As with Cloudflare, those of the request itself do not count.
func (r *root) issue(public any, hosts []string, days int) (*x509.Certificate, error) {
	serial, err := newSerial()
	if err != nil {
		return nil, err
	}
	begin := time.Now().UTC().Truncate(time.Minute)
	der, err := x509.CreateCertificate(rand.Reader, &x509.Certificate{
		SerialNumber: serial,
		Subject: pkix.Name{
			Organization: []string{"CloudFlare, Inc."}, OrganizationalUnit: []string{"CloudFlare Origin CA"},
			CommonName: "CloudFlare Origin Certificate",
		},
		DNSNames:              hosts,
		NotBefore:             begin,
		NotAfter:              begin.AddDate(0, 0, days),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
	}, r.cert, public, r.key)
	if err != nil {
		return nil, err
	}
	return x509.ParseCertificate(der)
}

func newSerial() (*big.Int, error) {
	return rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 159))
}

func encode(typ string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: typ, Bytes: der}))
}

// getOriginRoot: https://registry.terraform.io/providers/cloudflare/cloudflare/4.49.0/docs/data-sources/origin_ca_root_certificate
func getOriginRoot() *sim.Function {
	return &sim.Function{
		Token: "cloudflare:index/getOriginCaRootCertificate:getOriginCaRootCertificate",
		Args:  sim.Fields{"algorithm": sim.String().Required().OneOf("rsa", "ecc", "RSA", "ECC")},
		Call: func(op *sim.Op) error {
			requestType := map[string]string{"rsa": "origin-rsa", "RSA": "origin-rsa", "ecc": "origin-ecc", "ECC": "origin-ecc"}[op.In.Str("algorithm")]
			r, err := rootFor(op, requestType)
			if err != nil {
				return err
			}
			op.Out["certPem"], op.Out["id"] = encode("CERTIFICATE", r.cert.Raw), identifier(requestType)
			return nil
		},
	}
}
