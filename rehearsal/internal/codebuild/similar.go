package codebuild

import "strings"

// similar is the one of the words that the given one is probably a slip for, or "".
func similar(word string, words []string) string {
	best, nearest := "", 3
	for _, w := range words {
		if plain(w) == plain(word) {
			return w
		}
		if len(word) > 2*len(w) {
			continue // far from it, and long to compare
		}
		if d := distance(plain(word), plain(w)); d < nearest && d*3 <= len(w) {
			best, nearest = w, d
		}
	}
	return best
}

// plain leaves out what is most often mistaken: case, hyphens and underscores.
func plain(word string) string {
	return strings.NewReplacer("-", "", "_", "", " ", "").Replace(strings.ToLower(word))
}

// distance is the fewest letters to insert, delete, replace or swap with the next one: the optimal string alignment.
// https://en.wikipedia.org/wiki/Damerau%E2%80%93Levenshtein_distance#Optimal_string_alignment_distance
func distance(a, b string) int {
	rows := make([][]int, len(a)+1)
	for i := range rows {
		rows[i] = make([]int, len(b)+1)
		for j := range rows[i] {
			switch {
			case i == 0 || j == 0:
				rows[i][j] = i + j
				continue
			case a[i-1] == b[j-1]:
				rows[i][j] = rows[i-1][j-1]
			default:
				rows[i][j] = 1 + min(rows[i-1][j-1], rows[i-1][j], rows[i][j-1])
			}
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				rows[i][j] = min(rows[i][j], 1+rows[i-2][j-2])
			}
		}
	}
	return rows[len(a)][len(b)]
}
