package tls

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

const (
	keyType     = "tls:index/privateKey:PrivateKey"
	requestType = "tls:index/certRequest:CertRequest"
	selfType    = "tls:index/selfSignedCert:SelfSignedCert"
	localType   = "tls:index/locallySignedCert:LocallySignedCert"
)

func open(t *testing.T) (l *sim.Local, dir string) {
	t.Helper()
	dir = t.TempDir()
	cloud, err := sim.OpenCloud(dir, Provider())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, cloud.Close()) })
	return sim.NewLocal(Provider(), cloud, sim.Values{}), dir
}

func newKey(t *testing.T, l *sim.Local, in sim.Values) (id string, out sim.Values) {
	t.Helper()
	id, out, err := l.Create(keyType, "key", in)
	require.NoError(t, err)
	return id, out
}

func TestPrivateKeyForms(t *testing.T) {
	tests := []struct {
		name    string
		in      sim.Values
		pem     string
		openSSH bool
	}{
		{"RSA", sim.Values{"algorithm": "RSA"}, "RSA PRIVATE KEY", true},
		{"RSA 3072", sim.Values{"algorithm": "RSA", "rsaBits": 3072.0}, "RSA PRIVATE KEY", true},
		{"P224", sim.Values{"algorithm": "ECDSA"}, "EC PRIVATE KEY", false},
		{"P256", sim.Values{"algorithm": "ECDSA", "ecdsaCurve": "P256"}, "EC PRIVATE KEY", true},
		{"Ed25519", sim.Values{"algorithm": "ED25519"}, "PRIVATE KEY", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l, _ := open(t)
			id, out := newKey(t, l, test.in)
			require.Regexp(t, `^[0-9a-f]{40}$`, id)
			block, _ := pem.Decode([]byte(out.Str("privateKeyPem")))
			require.Equal(t, test.pem, block.Type)
			key, err := parseKey(out.Str("privateKeyPem"))
			require.NoError(t, err)
			for _, form := range []string{"privateKeyPemPkcs8", "privateKeyOpenssh"} {
				if form == "privateKeyOpenssh" && !test.openSSH {
					require.Empty(t, out.Str(form))
					require.Empty(t, out.Str("publicKeyOpenssh"))
					continue
				}
				same, err := parseKey(out.Str(form))
				require.NoError(t, err)
				require.Equal(t, key.Public(), same.Public(), form)
			}
			if test.openSSH {
				public, _, _, _, err := ssh.ParseAuthorizedKey([]byte(out.Str("publicKeyOpenssh")))
				require.NoError(t, err)
				require.Equal(t, ssh.FingerprintSHA256(public), out.Str("publicKeyFingerprintSha256"))
			}
			again, err := l.Invoke("tls:index/getPublicKey:getPublicKey", sim.Values{"privateKeyPem": out.Str("privateKeyPem")})
			require.NoError(t, err)
			require.Equal(t, out.Str("publicKeyPem"), again.Str("publicKeyPem"))
			require.Equal(t, id, again.Str("id"))
		})
	}
}

func TestSecretsAreSealedAtRest(t *testing.T) {
	l, dir := open(t)
	_, key := newKey(t, l, sim.Values{"algorithm": "ECDSA", "ecdsaCurve": "P256"})
	_, _, err := l.Create(requestType, "request", sim.Values{"privateKeyPem": key.Str("privateKeyPem")})
	require.NoError(t, err)
	journal, err := os.ReadFile(filepath.Join(dir, "journal.jsonl"))
	require.NoError(t, err)
	require.NotEmpty(t, journal)
	require.NotContains(t, string(journal), "PRIVATE KEY")
	require.NotContains(t, string(journal), strings.Split(key.Str("privateKeyPem"), "\n")[1])
}

func TestRequestSaysWhatItWasTold(t *testing.T) {
	l, _ := open(t)
	_, key := newKey(t, l, sim.Values{"algorithm": "ECDSA", "ecdsaCurve": "P256"})
	_, out, err := l.Create(requestType, "request", sim.Values{
		"privateKeyPem": key.Str("privateKeyPem"),
		"dnsNames":      []any{"app.example.com", "*.example.com"},
		"ipAddresses":   []any{"192.0.2.1"},
		"uris":          []any{"spiffe://example.com/app"},
		"subject":       map[string]any{"commonName": "app.example.com", "organization": "Example", "emailAddress": "a@example.com"},
	})
	require.NoError(t, err)
	require.Equal(t, "ECDSA", out.Str("keyAlgorithm"))
	req, err := parseRequest(out.Str("certRequestPem"))
	require.NoError(t, err)
	require.Equal(t, []string{"app.example.com", "*.example.com"}, req.DNSNames)
	require.Equal(t, "192.0.2.1", req.IPAddresses[0].String())
	require.Equal(t, "app.example.com", req.Subject.CommonName)
	require.Contains(t, req.Subject.String(), "Example")
}

func TestWrongInputs(t *testing.T) {
	tests := []struct {
		name, typ, want string
		in              sim.Values
	}{
		{"no algorithm", keyType, "algorithm: missing required property", sim.Values{}},
		{"other algorithm", keyType, "expected one of RSA, ECDSA, ED25519", sim.Values{"algorithm": "DSA"}},
		{"small key", keyType, "at least 1024", sim.Values{"algorithm": "RSA", "rsaBits": 512.0}},
		{"no key", requestType, "privateKeyPem: failed to parse private key PEM: no PEM block found", sim.Values{"privateKeyPem": "sesame"}},
		{"no address", requestType, "failed to parse IP address: 1.2.3", sim.Values{"ipAddresses": []any{"1.2.3"}}},
		{"other use", selfType, "allowedUses[0]: expected one of", sim.Values{"allowedUses": []any{"anything"}}},
		{"no request", localType, "no PEM block of type CERTIFICATE REQUEST found", sim.Values{"certRequestPem": "x"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			l, _ := open(t)
			_, err := l.Check(test.typ, "wrong", test.in)
			require.ErrorContains(t, err, test.want)
			require.NotContains(t, err.Error(), "sesame", "a secret must not be shown")
		})
	}
}

func TestChainOfOwnAuthority(t *testing.T) {
	l, _ := open(t)
	_, caKey := newKey(t, l, sim.Values{"algorithm": "RSA"})
	_, key := newKey(t, l, sim.Values{"algorithm": "ECDSA", "ecdsaCurve": "P384"})
	_, ca, err := l.Create(selfType, "ca", sim.Values{
		"privateKeyPem": caKey.Str("privateKeyPem"), "isCaCertificate": true, "setSubjectKeyId": true,
		"allowedUses": []any{"cert_signing"}, "validityPeriodHours": 24.0, "subject": map[string]any{"commonName": "CA"},
	})
	require.NoError(t, err)
	_, req, err := l.Create(requestType, "request", sim.Values{
		"privateKeyPem": key.Str("privateKeyPem"), "dnsNames": []any{"app.example.com"},
	})
	require.NoError(t, err)
	_, cert, err := l.Create(localType, "cert", sim.Values{
		"caCertPem": ca.Str("certPem"), "caPrivateKeyPem": caKey.Str("privateKeyPem"), "certRequestPem": req.Str("certRequestPem"),
		"allowedUses": []any{"digital_signature", "server_auth"}, "validityPeriodHours": 2.0,
	})
	require.NoError(t, err)

	roots := x509.NewCertPool()
	require.True(t, roots.AppendCertsFromPEM([]byte(ca.Str("certPem"))))
	leaf, err := parseCertificate(cert.Str("certPem"))
	require.NoError(t, err)
	_, err = leaf.Verify(x509.VerifyOptions{Roots: roots, DNSName: "app.example.com"})
	require.NoError(t, err)
	_, err = tls.X509KeyPair([]byte(cert.Str("certPem")), []byte(key.Str("privateKeyPem")))
	require.NoError(t, err)
}

func TestEdits(t *testing.T) {
	l, _ := open(t)
	_, key := newKey(t, l, sim.Values{"algorithm": "RSA"})
	_, other := newKey(t, l, sim.Values{"algorithm": "RSA"})
	base := func() sim.Values {
		return sim.Values{
			"privateKeyPem": key.Str("privateKeyPem"), "allowedUses": []any{"server_auth"}, "validityPeriodHours": 10.0,
			"dnsNames": []any{"app.example.com"},
		}
	}
	id, _, err := l.Create(selfType, "cert", base())
	require.NoError(t, err)
	tests := []struct {
		name string
		edit func(in sim.Values)
		want []sim.Change
	}{
		{"nothing", func(sim.Values) {}, nil},
		{"another key", func(in sim.Values) { in["privateKeyPem"] = other.Str("privateKeyPem") },
			[]sim.Change{{Path: "privateKeyPem", Kind: sim.Changed, Replace: true}}},
		{"another name", func(in sim.Values) { in["dnsNames"] = []any{"www.example.com"} },
			[]sim.Change{{Path: "dnsNames[0]", Kind: sim.Changed, Replace: true}}},
		{"renewed early", func(in sim.Values) { in["earlyRenewalHours"] = 1.0 },
			[]sim.Change{{Path: "earlyRenewalHours", Kind: sim.Changed}}},
		{"renewed now", func(in sim.Values) { in["earlyRenewalHours"] = 11.0 }, []sim.Change{
			{Path: "earlyRenewalHours", Kind: sim.Changed}, {Path: "readyForRenewal", Kind: sim.Changed, Replace: true},
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			in := base()
			test.edit(in)
			got, err := l.Diff(selfType, id, in)
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}
}
