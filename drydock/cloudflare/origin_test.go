package cloudflare

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// newRequest returns a signing request and its key, both in PEM form.
func newRequest(t *testing.T) (csr, key string) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	der, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{DNSNames: []string{"anything.example.io"}}, private)
	require.NoError(t, err)
	pkcs8, err := x509.MarshalPKCS8PrivateKey(private)
	require.NoError(t, err)
	return encode("CERTIFICATE REQUEST", der), encode("PRIVATE KEY", pkcs8)
}

func originInputs(csr string) sim.Values {
	return sim.Values{
		"csr": csr, "hostnames": []any{"app.example.com", "*.example.com"}, "requestType": "origin-ecc", "requestedValidity": 365.0,
	}
}

func TestOriginCertificateIsReal(t *testing.T) {
	for _, requestType := range []string{"origin-ecc", "origin-rsa"} {
		t.Run(requestType, func(t *testing.T) {
			l := open(t)
			csr, key := newRequest(t)
			_, out, err := l.Create(originCertificateType, "cert", with(originInputs(csr), sim.Values{"requestType": requestType}))
			require.NoError(t, err)
			pair, err := tls.X509KeyPair([]byte(out.Str("certificate")), []byte(key))
			require.NoError(t, err)
			require.ElementsMatch(t, []string{"app.example.com", "*.example.com"}, pair.Leaf.DNSNames)
			require.Equal(t, 365*24*time.Hour, pair.Leaf.NotAfter.Sub(pair.Leaf.NotBefore))
			require.Equal(t, pair.Leaf.NotAfter.Format(time.RFC3339), out.Str("expiresOn"))

			ca, err := l.Invoke("cloudflare:index/getOriginCaRootCertificate:getOriginCaRootCertificate",
				sim.Values{"algorithm": map[string]string{"origin-ecc": "ECC", "origin-rsa": "RSA"}[requestType]})
			require.NoError(t, err)
			roots := x509.NewCertPool()
			require.True(t, roots.AppendCertsFromPEM([]byte(ca.Str("certPem"))))
			_, err = pair.Leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: "app.example.com"})
			require.NoError(t, err)
		})
	}
}

func TestOriginRootLastsAndIsSealed(t *testing.T) {
	dir := t.TempDir()
	var issuers []string
	for range 2 {
		cloud, err := sim.OpenCloud(dir, Provider())
		require.NoError(t, err)
		csr, _ := newRequest(t)
		_, out, err := sim.NewLocal(Provider(), cloud, sim.Values{}).Create(originCertificateType, "cert", originInputs(csr))
		require.NoError(t, err)
		block, _ := pem.Decode([]byte(out.Str("certificate")))
		leaf, err := x509.ParseCertificate(block.Bytes)
		require.NoError(t, err)
		issuers = append(issuers, string(leaf.AuthorityKeyId))
		require.NoError(t, cloud.Close())
	}
	require.NotEmpty(t, issuers[0])
	require.Equal(t, issuers[0], issuers[1])
	journal, err := os.ReadFile(filepath.Join(dir, "journal.jsonl"))
	require.NoError(t, err)
	require.NotContains(t, string(journal), "PRIVATE KEY")
}

func TestWrongOriginCertificates(t *testing.T) {
	csr, _ := newRequest(t)
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	weak, err := x509.CreateCertificateRequest(rand.Reader, &x509.CertificateRequest{}, small)
	require.NoError(t, err)
	block, _ := pem.Decode([]byte(csr))
	forged := append([]byte(nil), block.Bytes...)
	forged[len(forged)-1] ^= 1
	tests := []struct {
		name, want string
		over       sim.Values
	}{
		{"no request", "csr: missing required property", sim.Values{"csr": nil}},
		{"no PEM", "invalid PEM data", sim.Values{"csr": "x"}},
		{"forged", "not signed by its own key", sim.Values{"csr": encode("CERTIFICATE REQUEST", forged)}},
		{"weak key", "the key has 1024 bits", sim.Values{"csr": encode("CERTIFICATE REQUEST", weak)}},
		{"no hostname", "between 1 and 200 elements, got 0", sim.Values{"hostnames": []any{}}},
		{"inner wildcard", `"app.*.example.com" is no hostname`, sim.Values{"hostnames": []any{"app.*.example.com"}}},
		{"two wildcards", `"*.*.example.com" is no hostname`, sim.Values{"hostnames": []any{"*.*.example.com"}}},
		{"whole domain", `"*.com" is no hostname`, sim.Values{"hostnames": []any{"*.com"}}},
		{"other zone", "Failed to validate requested hostname app.example.io", sim.Values{"hostnames": []any{"app.example.io"}}},
		{"validity", "10 days: expected one of [7 30 90 365 730 1095 5475]", sim.Values{"requestedValidity": 10.0}},
		{"type", "expected one of origin-rsa, origin-ecc", sim.Values{"requestType": "rsa"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := open(t).Create(originCertificateType, "cert", with(originInputs(csr), test.over))
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestOriginCertificateEdits(t *testing.T) {
	l := open(t)
	csr, _ := newRequest(t)
	other, _ := newRequest(t)
	id, _, err := l.Create(originCertificateType, "cert", originInputs(csr))
	require.NoError(t, err)
	tests := []struct {
		name string
		over sim.Values
		want []sim.Change
	}{
		{"order of hostnames", sim.Values{"hostnames": []any{"*.example.com", "app.example.com"}}, nil},
		{"validity left to Cloudflare", sim.Values{"requestedValidity": nil}, nil},
		{"renewal in time", sim.Values{"minDaysForRenewal": 30.0}, []sim.Change{{Path: "minDaysForRenewal", Kind: sim.Added}}},
		{"renewal now", sim.Values{"minDaysForRenewal": 366.0}, []sim.Change{
			{Path: "minDaysForRenewal", Kind: sim.Added}, {Path: "expiresOn", Kind: sim.Changed, Replace: true},
		}},
		{"request", sim.Values{"csr": other}, []sim.Change{{Path: "csr", Kind: sim.Changed, Replace: true}}},
		{"validity", sim.Values{"requestedValidity": 90.0}, []sim.Change{{Path: "requestedValidity", Kind: sim.Changed, Replace: true}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := l.Diff(originCertificateType, id, with(originInputs(csr), test.over))
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}
}

func TestOriginPulls(t *testing.T) {
	l := open(t)
	_, _, err := l.Create(originPullsType, "pulls", sim.Values{"zoneId": ZoneID("example.com"), "enabled": true})
	require.NoError(t, err)
	_, _, err = l.Create(originPullsType, "host", sim.Values{"zoneId": ZoneID("example.com"), "enabled": true, "hostname": "app.example.com"})
	require.ErrorContains(t, err, "Per-Hostname Authenticated Origin Pulls needs a certificate")

	csr, key := newRequest(t)
	_, cert, err := l.Create(originCertificateType, "cert", originInputs(csr))
	require.NoError(t, err)
	id, _, err := l.Create(originPullsCertificateType, "client", sim.Values{
		"zoneId": ZoneID("example.com"), "type": "per-hostname", "certificate": cert.Str("certificate"), "privateKey": key,
	})
	require.NoError(t, err)
	host := sim.Values{
		"zoneId": ZoneID("example.com"), "enabled": true, "hostname": "app.example.com", "authenticatedOriginPullsCertificate": id,
	}
	_, _, err = l.Create(originPullsType, "other", with(host, sim.Values{"hostname": "app.example.io"}))
	require.ErrorContains(t, err, "is not in the zone example.com")
	_, _, err = l.Create(originPullsType, "host", host)
	require.NoError(t, err)
	require.ErrorContains(t, l.Delete(originPullsCertificateType, id), "is in use")
}
