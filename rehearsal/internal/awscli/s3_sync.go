package awscli

import (
	"io"
	"path"
	"regexp"
	"strings"
	"time"
)

// syncAll is `s3 sync`: it transfers what is new or changed, and with --delete removes what the source has not.
// https://docs.aws.amazon.com/cli/latest/reference/s3/sync.html
func (c *call) syncAll() (any, error) {
	from, to, kind, err := c.ends()
	if err != nil {
		return nil, err
	}
	sources, err := c.below(from)
	if err != nil {
		return nil, c.fatal(err)
	}
	there, err := c.below(to)
	if err != nil {
		return nil, c.fatal(err)
	}
	old := map[string]entry{}
	for _, e := range there {
		old[e.name] = e
	}
	var all []transfer
	for _, s := range sources {
		was, exists := old[s.name]
		delete(old, s.name)
		if c.passes(s.name) && (!exists || c.changed(kind, s, was)) {
			all = append(all, transfer{kind, s.at, within(to, s.name), s.size})
		}
	}
	if c.given.flag("delete", false) {
		for _, name := range sortedKeys(old) {
			if c.passes(name) { // an excluded file is not deleted either
				all = append(all, transfer{kind: "delete", from: old[name].at})
			}
		}
	}
	return nil, c.transfers(all)
}

// changed: another size; for an upload or copy, a source newer than the object; for a download, a file newer than the
// object, since a downloaded file has the object's time.
func (c *call) changed(kind string, source, was entry) bool {
	switch later := source.modified.Sub(was.modified).Truncate(time.Second); {
	case source.size != was.size:
		return true
	case c.given.flag("size-only", false):
		return false
	case kind != "download":
		return later > 0
	case c.given.flag("exact-timestamps", false):
		return later != 0
	default:
		return later < 0
	}
}

// matches is the match of Python's fnmatch, where * and ? match a slash as well.
// https://docs.python.org/3/library/fnmatch.html
func matches(pattern, name string) bool {
	var b strings.Builder
	for i := 0; i < len(pattern); i++ {
		switch pattern[i] {
		case '*':
			b.WriteString(".*")
		case '?':
			b.WriteByte('.')
		case '[':
			end := strings.IndexByte(pattern[min(i+2, len(pattern)):], ']')
			if end < 0 {
				b.WriteString(`\[`)
				continue
			}
			set := pattern[i+1 : i+2+end]
			if rest, negated := strings.CutPrefix(set, "!"); negated {
				set = "^" + rest
			}
			b.WriteString("[" + strings.ReplaceAll(set, `\`, `\\`) + "]")
			i += 2 + end
		default:
			b.WriteString(regexp.QuoteMeta(pattern[i : i+1]))
		}
	}
	compiled, err := regexp.Compile("(?s)^" + b.String() + "$")
	return err == nil && compiled.MatchString(path.Clean("/" + name)[1:])
}

// printObject writes an object to the standard output.
func (c *call) printObject(from location) error {
	body, _, err := c.getObject(from.bucket, from.key)
	if err != nil {
		return err
	}
	defer func() { _ = body.Close() }()
	_, err = io.Copy(c.Stdout, body)
	return err
}
