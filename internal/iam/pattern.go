package iam

import (
	"strings"
	"unicode/utf8"
)

// pattern is text with wildcards. Literal characters stand for themselves even when they are * or ?, as those
// that come from a policy variable do.
type pattern []token

type token struct {
	char rune
	wild bool // char is * (any characters) or ? (any one)
}

// parsePattern reads text as it stands in a policy. Variables count when resolve is given. A variable without a
// value in the request leaves the pattern unresolved: it matches nothing.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
func parsePattern(text string, resolve resolver) (p pattern, resolved bool) {
	p = make(pattern, 0, len(text))
	for text != "" {
		if resolve != nil && strings.HasPrefix(text, "${") {
			if end := strings.IndexByte(text, '}'); end > 0 {
				value, found := expand(text[2:end], resolve)
				if !found {
					return nil, false
				}
				p = append(p, literal(value)...)
				text = text[end+1:]
				continue
			}
		}
		r, size := utf8.DecodeRuneInString(text)
		p = append(p, token{r, r == '*' || r == '?'})
		text = text[size:]
	}
	return p, true
}

// expand gives a variable's value: a special character that shall not be special, a key's value in the request,
// or its default, as in ${aws:username, 'nobody'}.
func expand(variable string, resolve resolver) (value string, found bool) {
	if variable == "*" || variable == "?" || variable == "$" {
		return variable, true
	}
	key, otherwise, hasDefault := strings.Cut(variable, ",")
	if value, found := resolve(strings.TrimSpace(key)); found {
		return value, true
	}
	return strings.Trim(strings.TrimSpace(otherwise), "'"), hasDefault
}

func literal(text string) pattern {
	p := make(pattern, 0, len(text))
	for _, r := range text {
		p = append(p, token{r, false})
	}
	return p
}

// String is the pattern as text, wildcards and literals alike.
func (p pattern) String() string {
	var text strings.Builder
	for _, t := range p {
		text.WriteRune(t.char)
	}
	return text.String()
}

// crossing tells where a * may match a colon.
type crossing func(rest pattern) bool

func anywhere(pattern) bool { return true }

// atSegmentEnd is the rule for resources: the last * of a segment expands beyond the colons that bound it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html#reference_policies_elements_resource_wildcards
func atSegmentEnd(rest pattern) bool {
	return len(rest) == 0 || rest[0] == token{':', false}
}

// matches tells whether the whole value fits. It keeps every position that the pattern so far can reach, so it
// takes no longer than the product of both lengths, whatever the pattern.
func (p pattern) matches(value []rune, cross crossing) bool {
	// What comes before the first wildcard settles most.
	for len(p) > 0 && !p[0].wild {
		if len(value) == 0 || value[0] != p[0].char {
			return false
		}
		p, value = p[1:], value[1:]
	}
	reached, next := make([]bool, len(value)+1), make([]bool, len(value)+1)
	reached[0] = true
	for i, t := range p {
		clear(next)
		switch {
		case t.wild && t.char == '*':
			crosses := cross(p[i+1:])
			for v := range next {
				next[v] = reached[v] || v > 0 && next[v-1] && (crosses || value[v-1] != ':')
			}
		default:
			for v, char := range value {
				next[v+1] = reached[v] && (t.wild || t.char == char)
			}
		}
		reached, next = next, reached
	}
	return reached[len(value)]
}

// segments cuts an ARN's pattern at its first five colons.
func (p pattern) segments() []pattern {
	var list []pattern
	start := 0
	for i, t := range p {
		if t.char == ':' && !t.wild && len(list) < 5 {
			list = append(list, p[start:i])
			start = i + 1
		}
	}
	return append(list, p[start:])
}
