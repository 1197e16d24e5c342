package sim

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sort"
)

// sealed are the types with a sensitive input or output: their records are encrypted on disk, so that neither a backup of the
// folder nor a search through it finds a secret in plain text. The key lies beside, readable by its owner alone.
func sealed(providers []*Provider) map[string]bool {
	types := map[string]bool{}
	for _, p := range providers {
		for _, r := range p.Resources {
			types[r.Type] = r.Sealed || anySensitive(r.Inputs)
		}
	}
	return types
}

func anySensitive(fields Fields) bool {
	for _, f := range fields {
		if f.sensitive || anySensitive(f.fields) || (f.elem != nil && anySensitive(Fields{"": f.elem})) {
			return true
		}
	}
	return false
}

type sealer struct{ aead cipher.AEAD }

func openSealer(path string) (*sealer, error) {
	key, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		key = make([]byte, 32)
		_, _ = rand.Read(key)
		err = os.WriteFile(path, key, 0o600)
	}
	if err != nil {
		return nil, err
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("%s: %w; remove the drydock's folder to start anew", path, err)
	}
	aead, err := cipher.NewGCM(block)
	return &sealer{aead}, err
}

func (s *sealer) seal(text []byte) string {
	nonce := make([]byte, s.aead.NonceSize())
	_, _ = rand.Read(nonce)
	return base64.StdEncoding.EncodeToString(s.aead.Seal(nonce, nonce, text, nil))
}

func (s *sealer) open(sealed string) ([]byte, error) {
	data, err := base64.StdEncoding.DecodeString(sealed)
	if err != nil || len(data) < s.aead.NonceSize() {
		return nil, errors.New("a sealed record is damaged; remove the drydock's folder to start anew")
	}
	n := s.aead.NonceSize()
	return s.aead.Open(nil, data[:n], data[n:], nil)
}

// revive restores blobs, which JSON keeps as objects.
func (r *Record) revive() *Record {
	for _, vs := range []Values{r.Inputs, r.Outputs, r.State} {
		for k, v := range vs {
			vs[k] = reviveValue(v)
		}
	}
	return r
}

func reviveValue(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = reviveValue(v[i])
		}
	case map[string]any:
		if b, ok := v[blobKey]; ok {
			text, _ := json.Marshal(b)
			var blob blobFields
			if json.Unmarshal(text, &blob) == nil {
				return (*Blob)(&blob)
			}
		}
		for k := range v {
			v[k] = reviveValue(v[k])
		}
	}
	return v
}

const blobKey = "$blob"

type blobFields Blob

// MarshalJSON marks the blob, so that it is told from a plain object when read back.
func (b *Blob) MarshalJSON() ([]byte, error) {
	return json.Marshal(map[string]any{blobKey: (*blobFields)(b)})
}

func (c *Cloud) inOrder() []*Record {
	var out []*Record
	for _, m := range c.byType {
		for _, r := range m {
			out = append(out, r)
		}
	}
	sort.Slice(out, func(i, j int) bool { return out[i].serial < out[j].serial })
	return out
}
