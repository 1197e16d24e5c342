package images

import (
	"errors"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
)

// ignored are the rules of a .dockerignore.
// https://docs.docker.com/build/concepts/context/#dockerignore-files
type ignored struct {
	rules      []rule
	exceptions bool
}

type rule struct {
	match  *regexp.Regexp
	except bool // a line that begins with !
}

// readIgnored reads the Dockerfile's own rules, or else the context's.
func readIgnored(o build) (ignored, error) {
	var all ignored
	text, err := os.ReadFile(o.dockerfile + ".dockerignore")
	if errors.Is(err, os.ErrNotExist) {
		text, err = os.ReadFile(filepath.Join(o.context, ".dockerignore"))
	}
	if errors.Is(err, os.ErrNotExist) {
		return all, nil
	}
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		pattern, except := strings.CutPrefix(line, "!")
		match, wrong := regexp.Compile(expression(strings.TrimPrefix(path.Clean("/"+strings.TrimSpace(pattern)), "/")))
		if wrong != nil {
			return all, fail("ERROR: failed to solve: .dockerignore: %q: %s", line, wrong)
		}
		all.rules = append(all.rules, rule{match, except})
		all.exceptions = all.exceptions || except
	}
	return all, err
}

// expression is a pattern, as of path.Match with ** for any number of folders, as a regular expression that also matches
// what is below.
func expression(pattern string) string {
	var out strings.Builder
	out.WriteString("^")
	for i := 0; i < len(pattern); i++ {
		switch c := pattern[i]; {
		case strings.HasPrefix(pattern[i:], "**/"):
			out.WriteString("(?:.*/)?")
			i += 2
		case strings.HasPrefix(pattern[i:], "**"):
			out.WriteString(".*")
			i++
		case c == '*':
			out.WriteString("[^/]*")
		case c == '?':
			out.WriteString("[^/]")
		case c == '[' || c == ']':
			out.WriteByte(c)
		case c == '\\' && i+1 < len(pattern):
			i++
			out.WriteString(regexp.QuoteMeta(pattern[i : i+1]))
		default:
			out.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	out.WriteString("(?:/.*)?$")
	return out.String()
}

// hides tells whether a path of the context is left out: the last rule that matches decides.
func (g ignored) hides(name string) bool {
	hidden := false
	for _, r := range g.rules {
		if r.match.MatchString(name) {
			hidden = !r.except
		}
	}
	return hidden
}
