// Package spelling finds the name that somebody meant.
package spelling

import (
	"slices"
	"strings"
)

// Nearest is the name that is most like the written one, or "" when none is: equal but for case, or few letters away.
func Nearest(written string, names []string) string {
	best, distance := "", max(1, len(written)/4)+1
	for _, name := range slices.Sorted(slices.Values(names)) {
		d := edits(strings.ToLower(written), strings.ToLower(name))
		if d < distance {
			best, distance = name, d
		}
	}
	return best
}

// edits is the Levenshtein distance of two words.
func edits(a, b string) int {
	row := make([]int, len(b)+1)
	for i := range row {
		row[i] = i
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			substituted := diagonal
			if a[i] != b[j] {
				substituted++
			}
			diagonal = row[j+1]
			row[j+1] = min(substituted, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(b)]
}
