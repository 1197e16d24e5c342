package sim

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestTextsAreKnownByTheirHash(t *testing.T) {
	hash := func(text string) string {
		sum := sha256.Sum256([]byte(text))
		return hex.EncodeToString(sum[:])
	}
	c := &Cloud{byType: map[string]map[string]*Record{"a:b:C": {
		"x": {ID: "x", Inputs: Values{"source": &Blob{Files: map[string]string{"f": "old"}}}},
		"y": {ID: "y", Inputs: Values{"source": &Blob{Text: "another"}}},
	}}}
	c.texts.learn(Values{"plain": "no", "source": &Blob{Text: "new"}, "large": &Blob{Text: strings.Repeat("x", longestText+1)}, "binary": &Blob{Text: "\xff"}})
	c.learnOld("a:b:C", "x")
	for text, want := range map[string]bool{
		"new": true, "old": true, "another": false, "no": false, "": false, strings.Repeat("x", longestText+1): false, "\xff": false,
	} {
		got, ok := c.Text(hash(text))
		assert.Equal(t, want, ok)
		if ok {
			assert.Equal(t, text, got)
		}
	}
}
