package tls

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/x509"
	"encoding/hex"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// privateKey is https://registry.terraform.io/providers/hashicorp/tls/latest/docs/resources/private_key.
var privateKey = &sim.Resource{
	Type: "tls:index/privateKey:PrivateKey",
	Inputs: sim.Fields{
		"algorithm":  sim.String().Required().Replaces().OneOf(rsaAlgorithm, ecdsaAlgorithm, ed25519Algorithm),
		"ecdsaCurve": sim.String().Replaces().Computed().OneOf("P224", "P256", "P384", "P521"),
		"rsaBits":    sim.Int().Replaces().Computed().AtLeast(minRSABits),
	},
	Outputs: []string{
		"privateKeyPem", "privateKeyPemPkcs8", "privateKeyOpenssh",
		"publicKeyPem", "publicKeyOpenssh", "publicKeyFingerprintMd5", "publicKeyFingerprintSha256",
	},
	Sealed: true,
	Create: createPrivateKey,
}

// minRSABits is the least that Go's crypto/rsa makes: https://pkg.go.dev/crypto/rsa#hdr-Minimum_key_size
const minRSABits = 1024

func createPrivateKey(op *sim.Op) error {
	op.Out["ecdsaCurve"], op.Out["rsaBits"] = "P224", float64(2048)
	if curve := op.In.Str("ecdsaCurve"); curve != "" {
		op.Out["ecdsaCurve"] = curve
	}
	if op.In.Has("rsaBits") {
		op.Out["rsaBits"] = op.In.Num("rsaBits")
	}
	key, err := generate(op.In.Str("algorithm"), op.Out.Str("ecdsaCurve"), int(op.Out.Num("rsaBits")))
	if err != nil {
		return err
	}
	for name, form := range map[string]func(crypto.Signer) (string, error){
		"privateKeyPem": keyPEM, "privateKeyPemPkcs8": keyPKCS8, "privateKeyOpenssh": keyOpenSSH,
	} {
		if op.Out[name], err = form(key); err != nil {
			return err
		}
	}
	if op.ID, err = publicID(key); err != nil {
		return err
	}
	return setPublic(op.Out, key)
}

func generate(algorithm, curve string, bits int) (crypto.Signer, error) {
	switch algorithm {
	case rsaAlgorithm:
		return rsa.GenerateKey(rand.Reader, bits)
	case ed25519Algorithm:
		_, key, err := ed25519.GenerateKey(rand.Reader)
		return key, err
	}
	curves := map[string]elliptic.Curve{
		"P224": elliptic.P224(), "P256": elliptic.P256(), "P384": elliptic.P384(), "P521": elliptic.P521(),
	}
	return ecdsa.GenerateKey(curves[curve], rand.Reader)
}

// publicID is the SHA-1 of the public key, which the provider takes as a key's id.
func publicID(key crypto.Signer) (string, error) {
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	sum := sha1.Sum(der) //nolint:gosec // an id, not a protection
	return hex.EncodeToString(sum[:]), err
}

// getPublicKey is https://registry.terraform.io/providers/hashicorp/tls/latest/docs/data-sources/public_key.
var getPublicKey = &sim.Function{
	Token: "tls:index/getPublicKey:getPublicKey",
	Args: sim.Fields{
		"privateKeyPem":     sim.String().Sensitive(),
		"privateKeyOpenssh": sim.String().Sensitive(),
	},
	Call: func(op *sim.Op) error {
		if op.In.Has("privateKeyPem") == op.In.Has("privateKeyOpenssh") {
			return sim.Refuse("Invalid Attribute Combination", "give exactly one of privateKeyPem and privateKeyOpenssh")
		}
		key, err := parseKey(op.In.Str("privateKeyPem") + op.In.Str("privateKeyOpenssh"))
		if err != nil {
			return sim.Refuse("Failed to parse private key", "%v", err)
		}
		op.Out["algorithm"] = algorithmOf(key)
		if op.Out["id"], err = publicID(key); err != nil {
			return err
		}
		return setPublic(op.Out, key)
	},
}
