// Package spelling finds the name that somebody meant.
package spelling

import (
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/agext/levenshtein"
)

// Nearest is the name that is most like the written one, or "" when none is: equal but for case, or few letters away.
func Nearest(written string, names []string) string {
	best, distance := "", max(1, len(written)/4)+1
	for _, name := range slices.Sorted(slices.Values(names)) {
		d := levenshtein.Distance(strings.ToLower(written), strings.ToLower(name), nil)
		if d < distance {
			best, distance = name, d
		}
	}
	return best
}

// File says what to do about a file that the folder lacks: to rename the one that was probably meant, or otherwise.
func File(dir, name, otherwise string) string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return otherwise
	}
	var names []string
	for _, e := range entries {
		if e.Name() != name && !e.IsDir() {
			names = append(names, e.Name())
		}
	}
	if at := slices.IndexFunc(names, func(n string) bool { return stem(n) == stem(name) }); at >= 0 {
		return fmt.Sprintf("rename %s to %s: the name is exact", names[at], name)
	}
	if meant := Nearest(name, names); meant != "" {
		return fmt.Sprintf("rename %s to %s: the name is exact", meant, name)
	}
	return otherwise
}

// stem is the name without its suffix, in lower case and without what separates words.
func stem(name string) string {
	if at := strings.LastIndex(name, "."); at > 0 {
		name = name[:at]
	}
	return strings.NewReplacer("-", "", "_", "", ".", "", " ", "").Replace(strings.ToLower(name))
}
