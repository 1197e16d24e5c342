package endpoint

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

const kmsActionsDoc = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awskeymanagementservice.html"

// Keys encrypt as KMS does, each key of the clouds with one of its own.
type Keys struct{ secret []byte }

// NewKeys are keys that nobody else has.
func NewKeys() *Keys {
	secret := make([]byte, 32)
	_, _ = rand.Read(secret) // never fails
	return &Keys{secret}
}

func (k *Keys) of(arn string) cipher.AEAD {
	mac := hmac.New(sha256.New, k.secret)
	mac.Write([]byte(arn))
	block, _ := aes.NewCipher(mac.Sum(nil)) // 32 bytes are a key
	aead, _ := cipher.NewGCM(block)         // of AES's block size
	return aead
}

// Encrypt is the text under the key with the ARN. A ciphertext names its key, as those of KMS do.
func (k *Keys) Encrypt(arn string, plain []byte) []byte {
	aead := k.of(arn)
	nonce := make([]byte, aead.NonceSize())
	_, _ = rand.Read(nonce)
	return append([]byte(arn+"\n"), aead.Seal(nonce, nonce, plain, nil)...)
}

// Decrypt opens what Encrypt has made, and tells under which key.
func (k *Keys) Decrypt(sealed []byte) (arn string, plain []byte, err error) {
	arn, rest, ok := strings.Cut(string(sealed), "\n")
	aead := k.of(arn)
	if !ok || len(rest) < aead.NonceSize() {
		return "", nil, errors.New("the ciphertext is not one of this rehearsal's keys")
	}
	plain, err = aead.Open(nil, []byte(rest[:aead.NonceSize()]), []byte(rest[aead.NonceSize():]), nil)
	return arn, plain, err
}

type kmsRequest struct {
	KeyId                     string //nolint:revive // KMS's own spelling
	Plaintext, CiphertextBlob []byte
}

// kms answers Encrypt, Decrypt and DescribeKey.
// https://docs.aws.amazon.com/kms/latest/APIReference/API_Encrypt.html
func (h handler) kms(w http.ResponseWriter, r *http.Request, target string) {
	var in kmsRequest
	err := json.NewDecoder(r.Body).Decode(&in)
	var answer map[string]any
	if err == nil {
		answer, err = h.answerKMS(r, strings.TrimPrefix(target, "TrentService."), in)
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	if err != nil {
		why := refused(err)
		if why.code == "AccessDenied" {
			why.status, why.code = http.StatusBadRequest, "AccessDeniedException"
		}
		w.WriteHeader(why.status)
		answer = map[string]any{"__type": why.code, "message": why.text}
	}
	_ = json.NewEncoder(w).Encode(answer) // it fails when the client is gone
}

func (h handler) answerKMS(r *http.Request, operation string, in kmsRequest) (map[string]any, error) {
	id, sealedWith, plain := in.KeyId, "", []byte(nil)
	switch operation {
	case "Encrypt", "DescribeKey":
	case "Decrypt":
		var err error
		if sealedWith, plain, err = h.Keys.Decrypt(in.CiphertextBlob); err != nil {
			return nil, refusal{http.StatusBadRequest, "InvalidCiphertextException", err.Error()}
		}
		if id == "" {
			id = sealedWith
		}
	default:
		return nil, refusal{http.StatusNotImplemented, "NotImplemented", "The rehearsal's KMS does not know " + operation + ": it knows Encrypt, Decrypt and DescribeKey"}
	}
	key := h.key(id)
	if key == nil {
		return nil, refusal{http.StatusBadRequest, "NotFoundException", "The key '" + id + "' does not exist"}
	}
	arn := key.Attr("arn")
	call := access.Call{Action: "kms:" + operation, Resource: arn, Why: "open the secrets in the stacks' states", Doc: kmsActionsDoc}
	if strings.HasPrefix(id, "alias/") {
		call.Context = map[string][]string{"kms:RequestAlias": {id}}
	}
	if err := h.ask(r, call); err != nil {
		return nil, err
	}
	switch {
	case operation == "DescribeKey":
		return map[string]any{"KeyMetadata": map[string]any{"KeyId": nameOf(arn), "Arn": arn, "KeyState": "Enabled", "KeyUsage": "ENCRYPT_DECRYPT"}}, nil
	case operation == "Encrypt":
		return map[string]any{"KeyId": arn, "EncryptionAlgorithm": "SYMMETRIC_DEFAULT", "CiphertextBlob": h.Keys.Encrypt(arn, in.Plaintext)}, nil
	case sealedWith != arn:
		return nil, refusal{http.StatusBadRequest, "IncorrectKeyException", "The key ID in the request does not identify a CMK that can perform this operation."}
	}
	return map[string]any{"KeyId": arn, "EncryptionAlgorithm": "SYMMETRIC_DEFAULT", "Plaintext": plain}, nil
}

// key is the one that an ARN, ID or alias names, or nil.
func (h handler) key(id string) *drydock.Record {
	w := h.World()
	arn := h.customerKey(id)
	if key := w.Find("aws:kms/key:Key", "arn", arn); key != nil {
		return key
	}
	return w.Find("aws:kms/key:Key", "keyId", id)
}

// customerKey is the ARN of a customer's key, "" for none and for AWS's own.
func (h handler) customerKey(name string) string {
	at := strings.Index(name, "alias/")
	switch {
	case name == "", at >= 0 && strings.HasPrefix(name[at:], "alias/aws/"):
		return ""
	case at >= 0:
		if alias := h.World().Find("aws:kms/alias:Alias", "name", name[at:]); alias != nil {
			return alias.Attr("targetKeyArn")
		}
	case !strings.HasPrefix(name, "arn:"):
		arn, _ := world.ParseARN(h.Role)
		arn.Region = h.Region
		return arn.With("kms", "key/"+name)
	}
	return name
}

// nameOf is what comes after the last slash of an ARN.
func nameOf(arn string) string { return arn[strings.LastIndex(arn, "/")+1:] }
