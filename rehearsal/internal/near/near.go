// Package near finds what a misspelled file was meant to be.
package near

import (
	"fmt"
	"os"
	"strings"
	"unicode"
)

// File says what to do about a file that the folder lacks: to rename one whose name differs in case, suffix or
// separators only, or otherwise.
func File(dir, name, otherwise string) string {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return otherwise
	}
	for _, e := range entries {
		if e.Name() != name && stem(e.Name()) == stem(name) {
			return fmt.Sprintf("rename %s to %s: the name is exact", e.Name(), name)
		}
	}
	return otherwise
}

// stem is the name's letters and digits without its suffix, in lower case.
func stem(name string) string {
	if at := strings.LastIndex(name, "."); at > 0 {
		name = name[:at]
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return unicode.ToLower(r)
		}
		return -1
	}, name)
}
