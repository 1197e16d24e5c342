package webhook

import (
	"regexp"
	"slices"
	"strings"
)

// Filter is one of CodePipeline's triggers': globs that are taken and globs that are not, which count more.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/pipelines-triggers.html
type Filter struct{ Includes, Excludes []string }

// Takes tells whether the filter lets a branch, a tag or a path through.
func (f Filter) Takes(name string) bool {
	return !globbed(f.Excludes, name) && (len(f.Includes) == 0 || globbed(f.Includes, name))
}

// TakesAny tells whether it lets one of the paths through that a push changes.
func (f Filter) TakesAny(paths []string) bool { return slices.ContainsFunc(paths, f.Takes) }

func globbed(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool { return Glob(p, name) })
}

// Glob tells whether a path matches a glob pattern of CodePipeline's: * within a folder, ** across folders, ?, [set] and
// {this,that}.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/syntax-glob.html
func Glob(pattern, name string) bool {
	expression, err := regexp.Compile("^" + expressionOf(pattern) + "$")
	return err == nil && expression.MatchString(name)
}

// expressionOf is the glob as a regular expression.
func expressionOf(glob string) string {
	var out strings.Builder
	depth := 0
	for i := 0; i < len(glob); i++ {
		c := glob[i]
		switch {
		case c == '\\' && i+1 < len(glob):
			i++
			out.WriteString(regexp.QuoteMeta(glob[i : i+1]))
		case strings.HasPrefix(glob[i:], "**"):
			i++
			out.WriteString(".*")
		case c == '*':
			out.WriteString("[^/]*")
		case c == '?':
			out.WriteString("[^/]")
		case c == '[' && strings.IndexByte(glob[i:], ']') > 1:
			end := i + strings.IndexByte(glob[i:], ']')
			set := strings.Replace(glob[i+1:end], "!", "^", 1)
			out.WriteString("[" + strings.ReplaceAll(set, `\`, `\\`) + "]")
			i = end
		case c == '{':
			depth++
			out.WriteString("(?:")
		case c == '}' && depth > 0:
			depth--
			out.WriteString(")")
		case c == ',' && depth > 0:
			out.WriteString("|")
		default:
			out.WriteString(regexp.QuoteMeta(string(c)))
		}
	}
	return out.String()
}
