package awscli

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// shorthand reads a structure in the CLI's short form: key=value pairs with commas, where a value is plain, quoted with
// ' or ", a [list], a {structure}, or several plain values with commas, which are a list.
// https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-shorthand.html
func shorthand(word string) (map[string]any, error) {
	s := &scanner{word: word}
	one, err := s.pairs("")
	if err == nil && s.at < len(s.word) {
		err = s.expected("','")
	}
	return one, err
}

type scanner struct {
	word string
	at   int
}

func (s *scanner) expected(what string) error {
	found := "EOF"
	if s.at < len(s.word) {
		found = s.word[s.at : s.at+1]
	}
	return fmt.Errorf("Expected: %s, received: '%s' for input:\n%s\n%s^", what, found, s.word, strings.Repeat(" ", s.at)) //nolint:staticcheck // the CLI's words
}

func (s *scanner) next(b byte) bool {
	if s.at < len(s.word) && s.word[s.at] == b {
		s.at++
		return true
	}
	return false
}

// pairs reads key=value,... up to one of the characters in end, or to the end.
func (s *scanner) pairs(end string) (map[string]any, error) {
	all := map[string]any{}
	for {
		s.space()
		key := s.until("=," + end)
		if key == "" || !s.next('=') {
			return nil, s.expected("'='")
		}
		value, err := s.value()
		if err != nil {
			return nil, err
		}
		if value, err = s.more(value, end); err != nil {
			return nil, err
		}
		all[strings.TrimSpace(key)] = value
		if !s.next(',') {
			return all, nil
		}
	}
}

// more reads further plain values that make the first one a list: a=1,2,b=3.
func (s *scanner) more(value any, end string) (any, error) {
	var all []any
	for s.at < len(s.word) && s.word[s.at] == ',' && !s.keyFollows(end) {
		s.at++
		if all == nil {
			all = []any{value}
		}
		if s.at == len(s.word) {
			return nil, s.expected("'<second>'")
		}
		v, err := s.value()
		if err != nil {
			return nil, err
		}
		all = append(all, v)
	}
	if all == nil {
		return value, nil
	}
	return all, nil
}

// keyFollows tells whether a key=, not another value, comes after the comma.
func (s *scanner) keyFollows(end string) bool {
	rest := strings.TrimLeft(s.word[s.at+1:], " ")
	if rest == "" || strings.ContainsRune(`"'[{`, rune(rest[0])) {
		return false
	}
	stop := strings.IndexAny(rest, "=,"+end)
	return stop >= 0 && rest[stop] == '='
}

func (s *scanner) value() (any, error) {
	s.space()
	switch {
	case s.next('['):
		return s.items()
	case s.next('{'):
		one, err := s.pairs("}")
		if err == nil && !s.next('}') {
			err = s.expected("'}'")
		}
		return one, err
	case s.at < len(s.word) && (s.word[s.at] == '"' || s.word[s.at] == '\''):
		return s.quoted(s.word[s.at])
	}
	return strings.TrimSpace(s.until(",]}")), nil
}

func (s *scanner) items() (any, error) {
	all := []any{}
	for !s.next(']') {
		v, err := s.value()
		if err != nil {
			return nil, err
		}
		all = append(all, v)
		if !s.next(',') && (s.at == len(s.word) || s.word[s.at] != ']') {
			return nil, s.expected("']'")
		}
	}
	return all, nil
}

// quoted reads a value in quotes, in which a backslash keeps the quote and itself.
func (s *scanner) quoted(quote byte) (any, error) {
	var b strings.Builder
	for s.at++; s.at < len(s.word); s.at++ {
		switch ch := s.word[s.at]; {
		case ch == '\\' && s.at+1 < len(s.word) && (s.word[s.at+1] == quote || s.word[s.at+1] == '\\'):
			s.at++
			b.WriteByte(s.word[s.at])
		case ch == quote:
			s.at++
			return b.String(), nil
		default:
			b.WriteByte(ch)
		}
	}
	return nil, s.expected("'" + string(quote) + "'")
}

func (s *scanner) until(stops string) string {
	start := s.at
	for s.at < len(s.word) && strings.IndexByte(stops, s.word[s.at]) < 0 {
		if s.word[s.at] == '\\' && s.at+1 < len(s.word) && s.word[s.at+1] == ',' { // an escaped comma is no separator
			s.at++
		}
		s.at++
	}
	return strings.ReplaceAll(s.word[start:s.at], `\,`, ",")
}

func (s *scanner) space() {
	for s.at < len(s.word) && s.word[s.at] == ' ' {
		s.at++
	}
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// first is the first text that is not empty.
func first(texts ...string) string {
	for _, t := range texts {
		if t != "" {
			return t
		}
	}
	return ""
}
