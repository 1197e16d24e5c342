package reality

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"strings"
	"time"
)

// text is one of n letters.
func text(n int) string { return strings.Repeat("x", n) }

// trust is a policy that lets the service assume a role.
func trust(principal string) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":%q},"Action":"sts:AssumeRole"}]}`, principal)
}

// spaced is the same JSON, spelt otherwise.
func spaced(json string) string {
	return strings.ReplaceAll(json, `","`, "\",\n  \"")
}

// privateKey and certificate are a pair that ACM takes, of this run.
var privateKey, certificate = selfSigned()

func selfSigned() (key, cert string) {
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "conformance.example.com"},
		Issuer: pkix.Name{CommonName: "conformance.example.com"}, DNSNames: []string{"conformance.example.com"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(365 * 24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &private.PublicKey, private)
	if err != nil {
		panic(err)
	}
	block := func(typ string, b []byte) string { return string(pem.EncodeToMemory(&pem.Block{Type: typ, Bytes: b})) }
	return block("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(private)), block("CERTIFICATE", der)
}
