package aws

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"strings"
	"time"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// imported is a certificate as its owner hands it to ACM.
type imported struct {
	leaf  *x509.Certificate
	chain []*x509.Certificate
}

// maxPrivateKey is in bytes.
const maxPrivateKey = 5120

// readImport reads and checks the parts of a certificate to import.
// https://docs.aws.amazon.com/acm/latest/userguide/import-certificate-prerequisites.html
// https://docs.aws.amazon.com/acm/latest/userguide/troubleshoot-import.html
func readImport(in sim.Values) (*imported, error) {
	leaves, err := pemCertificates(in.Str("certificateBody"), "certificate")
	if err != nil {
		return nil, err
	}
	if len(leaves) != 1 {
		return nil, sim.Refuse("ValidationException",
			"The certificate field contains more than one certificate. You can specify only one certificate in this field.")
	}
	c := &imported{leaf: leaves[0]}
	if c.leaf.Version != 3 {
		return nil, sim.Refuse("ValidationException", "The certificate must be an X.509 version 3 certificate.")
	}
	if now := time.Now(); now.Before(c.leaf.NotBefore) || now.After(c.leaf.NotAfter) {
		return nil, sim.Refuse("ValidationException", "The certificate is not valid at this time: it is valid from %s to %s.",
			c.leaf.NotBefore.UTC().Format(time.RFC3339), c.leaf.NotAfter.UTC().Format(time.RFC3339))
	}
	if !contains(acmKeyAlgorithms, keyAlgorithm(c.leaf.PublicKey)) {
		return nil, sim.Refuse("ValidationException", "The certificate's key algorithm is %s; supported are %s.",
			keyAlgorithm(c.leaf.PublicKey), strings.Join(acmKeyAlgorithms, ", "))
	}
	if len(c.names()) == 0 {
		return nil, sim.Refuse("ValidationException", "The certificate must contain a fully qualified domain name or IP address.")
	}
	if len(c.leaf.RawIssuer) == 0 || c.leaf.Issuer.String() == "" {
		return nil, sim.Refuse("ValidationException", "The Issuer field of the certificate must not be empty.")
	}
	if err := checkKey(in.Str("privateKey"), c.leaf); err != nil {
		return nil, err
	}
	return c, c.readChain(in.Str("certificateChain"))
}

// names are the domain names and addresses that a certificate is for, its common name first.
func (c *imported) names() []string {
	var names []string
	if cn := c.leaf.Subject.CommonName; strings.Contains(cn, ".") && !strings.Contains(cn, " ") {
		names = append(names, cn)
	}
	for _, name := range c.leaf.DNSNames {
		if !contains(names, name) {
			names = append(names, name)
		}
	}
	for _, ip := range c.leaf.IPAddresses {
		names = append(names, ip.String())
	}
	return names
}

// pemCertificates reads a field of certificates, in which nothing else may stand.
func pemCertificates(text, what string) ([]*x509.Certificate, error) {
	var out []*x509.Certificate
	rest := []byte(text)
	for len(bytes.TrimSpace(rest)) > 0 {
		block, after := pem.Decode(rest)
		if block == nil || block.Type != "CERTIFICATE" {
			return nil, sim.Refuse("ValidationException", "The %s field is not PEM-encoded: it holds something other than certificates.", what)
		}
		cert, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return nil, sim.Refuse("ValidationException", "Could not parse the %s: %v", what, err)
		}
		out, rest = append(out, cert), after
	}
	if len(out) == 0 {
		return nil, sim.Refuse("ValidationException", "The %s field is empty.", what)
	}
	return out, nil
}

// checkKey refuses a private key that is not that of the certificate.
func checkKey(text string, cert *x509.Certificate) error {
	if len(text) > maxPrivateKey {
		return sim.Refuse("ValidationException", "The private key must be no larger than 5 KB (5,120 bytes).")
	}
	block, rest := pem.Decode([]byte(text))
	switch {
	case block == nil:
		return sim.Refuse("ValidationException", "The private key is not PEM-encoded.")
	case len(bytes.TrimSpace(rest)) > 0:
		return sim.Refuse("ValidationException", "The private key field holds more than a private key.")
	case block.Type == "ENCRYPTED PRIVATE KEY" || block.Headers["DEK-Info"] != "":
		return sim.Refuse("ValidationException", "The private key must be unencrypted: it is protected by a passphrase.")
	}
	key, err := parsePrivateKey(block)
	if err != nil {
		return sim.Refuse("ValidationException", "Could not parse the private key (PEM block %q).", block.Type)
	}
	public, ok := key.Public().(interface{ Equal(crypto.PublicKey) bool })
	if !ok || !public.Equal(cert.PublicKey) {
		return sim.Refuse("ValidationException", "The private key does not match the public key of the certificate.")
	}
	return nil
}

func parsePrivateKey(block *pem.Block) (crypto.Signer, error) {
	var key any
	var err error
	switch block.Type {
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(block.Bytes)
	default:
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	}
	if err != nil {
		return nil, err
	}
	signer, ok := key.(crypto.Signer)
	if !ok {
		return nil, fmt.Errorf("%T is not a key that signs", key)
	}
	return signer, nil
}

// readChain reads the chain, in which each certificate must directly certify the one before it.
func (c *imported) readChain(text string) (err error) {
	if strings.TrimSpace(text) == "" {
		return nil
	}
	if c.chain, err = pemCertificates(text, "certificate chain"); err != nil {
		return err
	}
	child := c.leaf
	for _, parent := range c.chain {
		if parent.Equal(c.leaf) {
			return sim.Refuse("ValidationException", "The certificate chain must not include the certificate itself.")
		}
		if err := child.CheckSignatureFrom(parent); err != nil {
			return sim.Refuse("ValidationException",
				"Could not validate the certificate with the certificate chain: %q does not certify %q (%v).",
				parent.Subject.String(), child.Subject.String(), err)
		}
		child = parent
	}
	return nil
}

// keyAlgorithm names a key as ACM does.
func keyAlgorithm(public any) string {
	switch key := public.(type) {
	case *rsa.PublicKey:
		return fmt.Sprintf("RSA_%d", key.N.BitLen())
	case *ecdsa.PublicKey:
		names := map[string]string{"P-256": "EC_prime256v1", "P-384": "EC_secp384r1", "P-521": "EC_secp521r1"}
		if name, ok := names[key.Params().Name]; ok {
			return name
		}
		return "EC_" + key.Params().Name
	}
	return fmt.Sprintf("%T", public)
}

// checkReimport refuses a certificate that cannot take the place of the one before under the same ARN.
// https://docs.aws.amazon.com/acm/latest/userguide/import-reimport.html
func checkReimport(was, now *x509.Certificate) error {
	if a, b := keyAlgorithm(was.PublicKey), keyAlgorithm(now.PublicKey); a != b {
		return sim.Refuse("ValidationException", "The key type and size cannot be changed: %s became %s.", a, b)
	}
	lost := was.KeyUsage &^ now.KeyUsage
	if _, isEC := now.PublicKey.(*ecdsa.PublicKey); isEC {
		lost &^= x509.KeyUsageKeyEncipherment
	}
	if lost != 0 {
		return sim.Refuse("ValidationException", "Existing Key Usage values cannot be removed.")
	}
	for _, use := range was.ExtKeyUsage {
		kept := use == x509.ExtKeyUsageClientAuth
		for _, u := range now.ExtKeyUsage {
			kept = kept || u == use
		}
		if !kept {
			return sim.Refuse("ValidationException", "Existing Extended Key Usage values cannot be removed.")
		}
	}
	return nil
}
