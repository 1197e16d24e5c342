package codebuild

import "strings"

// similar is the one of the words that the given one is probably a slip for, or "".
func similar(word string, words []string) string {
	best, nearest := "", 3
	for _, w := range words {
		if plain(w) == plain(word) {
			return w
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

// distance is Levenshtein's: the fewest letters to insert, delete or replace.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
