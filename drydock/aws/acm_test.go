package aws

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// signed is a certificate with its key, in PEM form and parsed.
type signed struct {
	body, key string
	cert      *x509.Certificate
	private   crypto.Signer
}

// sign makes a certificate that is signed by the parent, or by itself where that is nil.
func sign(t *testing.T, private crypto.Signer, parent *signed, change func(c *x509.Certificate)) *signed {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(time.Now().UnixNano()),
		Subject:      pkix.Name{CommonName: "app.example.com", Organization: []string{"Example"}},
		DNSNames:     []string{"app.example.com", "www.example.com"},
		NotBefore:    time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		KeyUsage:    x509.KeyUsageDigitalSignature | x509.KeyUsageKeyEncipherment,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, BasicConstraintsValid: true,
	}
	if change != nil {
		change(template)
	}
	issuer, issuerKey := template, private
	if parent != nil {
		issuer, issuerKey = parent.cert, parent.private
	}
	der, err := x509.CreateCertificate(rand.Reader, template, issuer, private.Public(), issuerKey)
	require.NoError(t, err)
	cert, err := x509.ParseCertificate(der)
	require.NoError(t, err)
	key, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	return &signed{inPEM("CERTIFICATE", der), inPEM("PRIVATE KEY", key), cert, private}
}

func inPEM(typ string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: typ, Bytes: der}))
}

func ecKey(t *testing.T, curve elliptic.Curve) crypto.Signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(curve, rand.Reader)
	require.NoError(t, err)
	return key
}

func authority(c *x509.Certificate) {
	c.Subject.CommonName, c.DNSNames = "CA", nil
	c.IsCA, c.KeyUsage, c.ExtKeyUsage = true, x509.KeyUsageCertSign, nil
}

func importOf(s *signed) sim.Values {
	return sim.Values{"certificateBody": s.body, "privateKey": s.key}
}

func TestImportedCertificate(t *testing.T) {
	dir := t.TempDir()
	cloud, err := sim.OpenCloud(dir, Provider())
	require.NoError(t, err)
	l := &lab{sim.NewLocal(Provider(), cloud, sim.Values{"region": "us-east-2"}), t, cloud}
	ca := sign(t, ecKey(t, elliptic.P384()), nil, authority)
	leaf := sign(t, ecKey(t, elliptic.P256()), ca, nil)
	id, out := l.make(certificateType, with(importOf(leaf), sim.Values{"certificateChain": ca.body}))
	require.Regexp(t, `^arn:aws:acm:us-east-2:123456789012:certificate/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`, id)
	require.Equal(t, id, out.Str("arn"))
	require.Equal(t, "app.example.com", out.Str("domainName"))
	require.Equal(t, []any{"app.example.com", "www.example.com"}, out.List("subjectAlternativeNames"))
	require.Equal(t, []string{"IMPORTED", "ISSUED", "EC_prime256v1"}, []string{out.Str("type"), out.Str("status"), out.Str("keyAlgorithm")})
	require.Equal(t, leaf.cert.NotAfter.UTC().Format(time.RFC3339), out.Str("notAfter"))
	require.NoError(t, l.Delete(certificateType, id))
	require.NoError(t, cloud.Close())
	journal, err := os.ReadFile(filepath.Join(dir, "journal.jsonl"))
	require.NoError(t, err)
	require.NotContains(t, string(journal), "PRIVATE KEY")
}

func TestRefusedImports(t *testing.T) {
	key := ecKey(t, elliptic.P256())
	good, other := sign(t, key, nil, nil), sign(t, ecKey(t, elliptic.P256()), nil, nil)
	ca := sign(t, ecKey(t, elliptic.P256()), nil, authority)
	expired := sign(t, key, nil, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(-time.Minute) })
	early := sign(t, key, nil, func(c *x509.Certificate) { c.NotBefore = time.Now().Add(time.Hour) })
	odd := sign(t, ecKey(t, elliptic.P224()), nil, nil)
	tests := []struct {
		name, want string
		in         sim.Values
	}{
		{"other key", "The private key does not match the public key of the certificate.", sim.Values{"certificateBody": good.body, "privateKey": other.key}},
		{"expired", "The certificate is not valid at this time", importOf(expired)},
		{"not yet", "The certificate is not valid at this time", importOf(early)},
		{"algorithm", "The certificate's key algorithm is EC_P-224", importOf(odd)},
		{"bundle", "The certificate field contains more than one certificate.", sim.Values{"certificateBody": good.body + ca.body, "privateKey": good.key}},
		{"no PEM", "The certificate field is not PEM-encoded", sim.Values{"certificateBody": "x", "privateKey": good.key}},
		{"key as certificate", "The certificate field is not PEM-encoded", sim.Values{"certificateBody": good.key, "privateKey": good.key}},
		{"encrypted key", "must be unencrypted", sim.Values{"certificateBody": good.body, "privateKey": inPEM("ENCRYPTED PRIVATE KEY", []byte{1})}},
		{"chain of another", "Could not validate the certificate with the certificate chain", with(importOf(good), sim.Values{"certificateChain": ca.body})},
		{"itself as chain", "The certificate chain must not include the certificate itself.", with(importOf(good), sim.Values{"certificateChain": good.body})},
		{"no body", "needs certificateBody beside privateKey", sim.Values{"privateKey": good.key}},
		{"no key", "all of certificateBody, privateKey must be specified", sim.Values{"certificateBody": good.body, "domainName": "app.example.com"}},
		{"both forms", "conflicts with domainName", with(importOf(good), sim.Values{"domainName": "app.example.com"})},
		{"neither form", "one of domainName, privateKey must be given", sim.Values{}},
		{"no method", "`validation_method` must be set", sim.Values{"domainName": "app.example.com"}},
		{"period", "does not end with a period", sim.Values{"domainName": "app.example.com.", "validationMethod": "DNS"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) { newLab(t).refuses(certificateType, test.in, test.want) })
	}
}

func TestRenewalKeepsTheARN(t *testing.T) {
	l := newLab(t)
	key := ecKey(t, elliptic.P256())
	id, was := l.make(certificateType, importOf(sign(t, key, nil, nil)))
	renewed := sign(t, key, nil, func(c *x509.Certificate) { c.NotAfter = time.Now().Add(48 * time.Hour) })
	require.Equal(t, "update", l.edit(certificateType, id, importOf(renewed)))
	out, err := l.Update(certificateType, id, importOf(renewed))
	require.NoError(t, err)
	require.Equal(t, id, out.Str("arn"))
	require.NotEqual(t, was.Str("notAfter"), out.Str("notAfter"))

	private, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	_, err = l.Update(certificateType, id, importOf(sign(t, private, nil, nil)))
	require.ErrorContains(t, err, "The key type and size cannot be changed: EC_prime256v1 became RSA_2048.")
	_, err = l.Update(certificateType, id, importOf(sign(t, key, nil, func(c *x509.Certificate) { c.KeyUsage = x509.KeyUsageKeyEncipherment })))
	require.ErrorContains(t, err, "Existing Key Usage values cannot be removed.")
	_, err = l.Update(certificateType, id, importOf(sign(t, key, nil, func(c *x509.Certificate) { c.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageCodeSigning} })))
	require.ErrorContains(t, err, "Existing Extended Key Usage values cannot be removed.")
}

func TestCertificateInUseStays(t *testing.T) {
	l := newLab(t)
	id, _ := l.make(certificateType, importOf(sign(t, ecKey(t, elliptic.P256()), nil, nil)))
	require.NoError(t, l.cloud.Locked(func() error {
		return l.cloud.Put(&sim.Record{
			Type: "aws:lb/listener:Listener", ID: "listener", Scope: "123456789012/us-east-2", Inputs: sim.Values{"certificateArn": id},
		})
	}))
	require.ErrorContains(t, l.Delete(certificateType, id), "ResourceInUseException: Certificate "+id+" in account 123456789012 is in use.")
}

func TestRequestedCertificate(t *testing.T) {
	l := newLab(t)
	in := sim.Values{"domainName": "example.com", "subjectAlternativeNames": []any{"*.example.com"}, "validationMethod": "DNS"}
	id, out := l.make(certificateType, in)
	require.Equal(t, []string{"PENDING_VALIDATION", "AMAZON_ISSUED"}, []string{out.Str("status"), out.Str("type")})
	options := out.Objs("domainValidationOptions")
	require.Len(t, options, 2)
	require.Equal(t, options[0].Str("resourceRecordName"), options[1].Str("resourceRecordName"), "a wildcard shares its domain's record")
	require.Equal(t, "none", l.edit(certificateType, id, in))
	require.Equal(t, "replace:domainName", l.edit(certificateType, id, with(in, sim.Values{"domainName": "example.net"})))

	const validation = "aws:acm/certificateValidation:CertificateValidation"
	l.refuses(validation, sim.Values{"certificateArn": id}, "it stays in PENDING_VALIDATION, since DNS has no unproxied CNAME")
	name := options[0].Str("resourceRecordName")
	l.refuses(validation, sim.Values{"certificateArn": id, "validationRecordFqdns": []any{"x.example.com"}}, "missing example.com DNS validation record")
	require.NoError(t, l.cloud.Locked(func() error {
		return l.cloud.Put(&sim.Record{
			Type: "cloudflare:index/record:Record", ID: "record", Inputs: sim.Values{},
			Outputs: sim.Values{"hostname": name[:len(name)-1], "content": options[0].Str("resourceRecordValue")},
		})
	}))
	l.make(validation, sim.Values{"certificateArn": id, "validationRecordFqdns": []any{name}})
	_, now, err := l.Read(certificateType, id)
	require.NoError(t, err)
	require.Equal(t, "ISSUED", now.Str("status"))
	require.NotEmpty(t, now.Str("notAfter"))
}
