package sim

import (
	"crypto/sha256"
	"encoding/hex"
	"sync"
	"unicode/utf8"
)

// texts are the contents of assets by their hash, as far as programs have given them, or changed those that are in the
// cloud. The engine's events and comparisons have only the hashes.
type texts struct {
	mu     sync.Mutex
	byHash map[string]string
}

// longestText is how many bytes of an asset are worth keeping for people to read.
const longestText = 1 << 20

// Text returns the content of an asset that has been checked or compared since the cloud was opened.
func (c *Cloud) Text(hash string) (text string, ok bool) {
	c.texts.mu.Lock()
	defer c.texts.mu.Unlock()
	text, ok = c.texts.byHash[hash]
	return text, ok
}

// learnOld keeps the texts of what is to change.
func (c *Cloud) learnOld(typ, id string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, r := range c.byType[typ] {
		if r.ID == id {
			c.texts.learn(r.Inputs)
		}
	}
}

// learn keeps the texts among the values.
func (t *texts) learn(values Values) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.byHash == nil {
		t.byHash = map[string]string{}
	}
	for _, v := range values {
		blob, ok := v.(*Blob)
		if !ok {
			continue
		}
		t.keep(blob.Text)
		for _, text := range blob.Files {
			t.keep(text)
		}
	}
}

func (t *texts) keep(text string) {
	if text != "" && len(text) <= longestText && utf8.ValidString(text) {
		sum := sha256.Sum256([]byte(text))
		t.byHash[hex.EncodeToString(sum[:])] = text
	}
}
