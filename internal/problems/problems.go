// Package problems collects all that is wrong with arguments, so that it is reported at once: each problem names the
// field, the value, and the fix.
package problems

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// List is all that is wrong. The zero value is that nothing is.
type List []error

// Add reports a field with its value and the fix: "containers[1].port: 8000 is also the port of api: …".
func (l *List) Add(field, format string, args ...any) {
	*l = append(*l, fmt.Errorf("%s: %s", field, fmt.Sprintf(format, args...)))
}

// Within reports a number below low or above high.
func (l *List) Within(field string, value, low, high int, unit string) {
	if value < low || value > high {
		l.Add(field, "%d is out of range: give %d to %d%s", value, low, high, unit)
	}
}

// OneOf reports a value that is not among the accepted ones.
func (l *List) OneOf(field, value string, accepted ...string) {
	if !slices.Contains(accepted, value) {
		l.Add(field, "%q is not known: give one of %s", value, strings.Join(accepted, ", "))
	}
}

// Matches reports a value that does not match the pattern, which want puts into words.
func (l *List) Matches(field, value string, pattern *regexp.Regexp, want string) bool {
	if pattern.MatchString(value) {
		return true
	}
	l.Add(field, "%q is not valid: give %s", value, want)
	return false
}

// Given reports a missing input and says what it is.
func (l *List) Given(field string, value any, want string) {
	if value == nil {
		l.Add(field, "missing: give %s", want)
	}
}

// Err is all problems as one error, nil without any.
func (l List) Err() error { return errors.Join(l...) }
