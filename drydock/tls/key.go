package tls

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"

	"golang.org/x/crypto/ssh"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// Names of the algorithms, as the inputs spell them.
const (
	rsaAlgorithm     = "RSA"
	ecdsaAlgorithm   = "ECDSA"
	ed25519Algorithm = "ED25519"
)

// parseKey reads a private key in any of the PEM forms that the provider writes.
func parseKey(text string) (crypto.Signer, error) {
	block, _ := pem.Decode([]byte(text))
	if block == nil {
		return nil, errors.New("no PEM block found")
	}
	var key any
	var err error
	switch block.Type {
	case "RSA PRIVATE KEY":
		key, err = x509.ParsePKCS1PrivateKey(block.Bytes)
	case "EC PRIVATE KEY":
		key, err = x509.ParseECPrivateKey(block.Bytes)
	case "PRIVATE KEY":
		key, err = x509.ParsePKCS8PrivateKey(block.Bytes)
	case "OPENSSH PRIVATE KEY":
		key, err = ssh.ParseRawPrivateKey([]byte(text))
	default:
		return nil, fmt.Errorf("PEM block of type %q is not a private key", block.Type)
	}
	if err != nil {
		return nil, err
	}
	switch key := key.(type) {
	case *ed25519.PrivateKey:
		return *key, nil
	case crypto.Signer:
		return key, nil
	}
	return nil, fmt.Errorf("a key of type %T cannot sign", key)
}

// algorithmOf names a key's algorithm.
func algorithmOf(key crypto.Signer) string {
	switch key.(type) {
	case *rsa.PrivateKey:
		return rsaAlgorithm
	case *ecdsa.PrivateKey:
		return ecdsaAlgorithm
	default:
		return ed25519Algorithm
	}
}

// keyPEM writes a key in its algorithm's own form: PKCS #1 for RSA, SEC 1 for ECDSA, PKCS #8 for Ed25519.
func keyPEM(key crypto.Signer) (string, error) {
	switch key := key.(type) {
	case *rsa.PrivateKey:
		return encode("RSA PRIVATE KEY", x509.MarshalPKCS1PrivateKey(key)), nil
	case *ecdsa.PrivateKey:
		der, err := x509.MarshalECPrivateKey(key)
		return encode("EC PRIVATE KEY", der), err
	}
	return keyPKCS8(key)
}

func keyPKCS8(key crypto.Signer) (string, error) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	return encode("PRIVATE KEY", der), err
}

// keyOpenSSH writes a key in OpenSSH's form, which has none for the curve P224.
func keyOpenSSH(key crypto.Signer) (string, error) {
	if !hasOpenSSH(key) {
		return "", nil
	}
	block, err := ssh.MarshalPrivateKey(key, "")
	if err != nil {
		return "", err
	}
	return string(pem.EncodeToMemory(block)), nil
}

func hasOpenSSH(key crypto.Signer) bool {
	ec, ok := key.(*ecdsa.PrivateKey)
	return !ok || ec.Curve != elliptic.P224()
}

// setPublic sets the outputs that describe the public half of a key.
func setPublic(out sim.Values, key crypto.Signer) error {
	der, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		return err
	}
	out["publicKeyPem"] = encode("PUBLIC KEY", der)
	out["publicKeyOpenssh"], out["publicKeyFingerprintMd5"], out["publicKeyFingerprintSha256"] = "", "", ""
	if !hasOpenSSH(key) {
		return nil
	}
	public, err := ssh.NewPublicKey(key.Public())
	if err != nil {
		return err
	}
	out["publicKeyOpenssh"] = string(ssh.MarshalAuthorizedKey(public))
	out["publicKeyFingerprintMd5"] = ssh.FingerprintLegacyMD5(public)
	out["publicKeyFingerprintSha256"] = ssh.FingerprintSHA256(public)
	return nil
}

func encode(typ string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: typ, Bytes: der}))
}

// keyField is an input that takes a private key.
func keyField() *sim.Field {
	return sim.String().Required().Replaces().Sensitive().Check(func(v any) string {
		if _, err := parseKey(v.(string)); err != nil {
			return fmt.Sprintf("failed to parse private key PEM: %v", err)
		}
		return ""
	})
}
