package images

import (
	"regexp"
	"strings"
)

// scope are the values of a Dockerfile's variables.
type scope map[string]string

var substitution = regexp.MustCompile(`\\\$|\$(?:([A-Za-z_][A-Za-z0-9_]*)|\{([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-+])([^{}]*))?\})`)

// expand replaces variables.
// https://docs.docker.com/reference/dockerfile/#environment-replacement
func (s scope) expand(text string) string {
	return substitution.ReplaceAllStringFunc(text, func(found string) string {
		if found == `\$` {
			return "$"
		}
		part := substitution.FindStringSubmatch(found)
		value, set := s[part[1]+part[2]]
		switch operator := part[3]; {
		case operator == "":
			return value
		case strings.HasPrefix(operator, ":"):
			set = value != ""
		}
		alternative := s.expand(part[4])
		switch {
		case strings.HasSuffix(part[3], "+") && set:
			return alternative
		case strings.HasSuffix(part[3], "+"):
			return ""
		case set:
			return value
		}
		return alternative
	})
}

// declare takes the ARGs of an instruction in: with the value that the build gives, else that of the global scope or
// the default.
func (s scope) declare(rest string, given, global scope) {
	for _, word := range words(rest) {
		name, fallback, has := strings.Cut(word, "=")
		switch value, ok := given[name]; {
		case ok:
			s[name] = value
		case has:
			s[name] = s.expand(fallback)
		default:
			if value, ok := global[name]; ok {
				s[name] = value
			}
		}
	}
}

// pairs are the "name=value"s of an ENV or LABEL, in either form.
func (s scope) pairs(rest string) [][2]string {
	if first, value, _ := strings.Cut(rest, " "); !strings.Contains(first, "=") {
		return [][2]string{{first, s.expand(strings.TrimSpace(value))}}
	}
	var all [][2]string
	for _, word := range words(rest) {
		name, value, _ := strings.Cut(word, "=")
		all = append(all, [2]string{s.expand(name), s.expand(value)})
	}
	return all
}

// words splits at spaces that are not quoted, and takes the quotes away.
func words(text string) []string {
	var all []string
	var word strings.Builder
	var quote rune
	begun, escaped := false, false
	for _, c := range text {
		switch {
		case escaped:
			if c == '$' {
				word.WriteByte('\\') // for expand
			}
			word.WriteRune(c)
			escaped = false
		case c == '\\' && quote != '\'':
			escaped, begun = true, true
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote, begun = c, true
		case quote == 0 && (c == ' ' || c == '\t'):
			if begun {
				all = append(all, word.String())
			}
			word.Reset()
			begun = false
		default:
			word.WriteRune(c)
			begun = true
		}
	}
	if begun {
		all = append(all, word.String())
	}
	return all
}
