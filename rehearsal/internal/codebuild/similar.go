package codebuild

import (
	"strings"

	"github.com/agext/levenshtein"
)

// similar is the one of the words that the given one is probably a slip for, or "": two letters at most, and half of them, are
// other ones.
func similar(word string, words []string) string {
	best, nearest := "", 3
	for _, w := range words {
		if plain(w) == plain(word) {
			return w
		}
		if d := levenshtein.Distance(plain(word), plain(w), nil); d < nearest && d*2 <= len(w) {
			best, nearest = w, d
		}
	}
	return best
}

// plain leaves out what is most often mistaken: case, hyphens and underscores.
func plain(word string) string {
	return strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(word))
}
