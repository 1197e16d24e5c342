package appspec

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/spelling"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// checker collects what is wrong with the file.
type checker struct {
	file     string
	problems []verdict.Problem
}

func (c *checker) report(line int, fix, what string, args ...any) {
	c.problems = append(c.problems, verdict.Problem{What: fmt.Sprintf(what, args...), File: c.file, Line: line, Fix: fix})
}

// entry is a key and its value.
type entry struct{ key, value *yaml.Node }

// entries are those of a map. It reports what is no map, keys that are unknown, in the wrong case or given twice.
func (c *checker) entries(at string, n *yaml.Node, known ...string) map[string]entry {
	found := map[string]entry{}
	n = target(n)
	if n.Kind != yaml.MappingNode {
		c.report(n.Line, fmt.Sprintf("Indent %s below it.", strings.Join(known, ", ")), "%s must be a map of %s", at, strings.Join(known, ", "))
		return found
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		if _, twice := found[key.Value]; twice {
			c.report(key.Line, "Keep one of them.", "%s has the key %q twice", at, key.Value)
			continue
		}
		found[key.Value] = entry{key, target(value)}
		if !isOne(key.Value, known) {
			c.unknown(at, key, known)
		}
	}
	return found
}

func (c *checker) unknown(at string, key *yaml.Node, known []string) {
	fix := fmt.Sprintf("Remove it, or indent it where it belongs: %s takes %s.", at, strings.Join(known, ", "))
	if likely := spelling.Nearest(key.Value, known); likely != "" {
		fix = fmt.Sprintf("Write %s: the keys of an AppSpec are case-sensitive.", likely)
	}
	c.report(key.Line, fix, "%s has no key %q", at, key.Value)
}

// required is the entry, or reports that there is none.
func (c *checker) required(at string, line int, found map[string]entry, key string) (entry, bool) {
	e, ok := found[key]
	if !ok || empty(e.value) {
		if ok {
			line = e.key.Line
		}
		c.report(line, fmt.Sprintf("Add %s to %s.", key, at), "%s lacks %s", at, key)
		return e, false
	}
	return e, true
}

// text is a scalar's text; it reports what is no scalar.
func (c *checker) text(e entry) string {
	if e.value.Kind != yaml.ScalarNode {
		c.report(e.value.Line, "Write one value behind the colon.", "%s must be a text", e.key.Value)
		return ""
	}
	return e.value.Value
}

// number is a whole number of the range.
func (c *checker) number(e entry, low, high int) int {
	n, err := strconv.Atoi(e.value.Value)
	if e.value.Kind != yaml.ScalarNode || err != nil || n < low || n > high {
		c.report(e.value.Line, fmt.Sprintf("Write a whole number from %d to %d.", low, high), "%s must be a whole number from %d to %d, not %q", e.key.Value, low, high, e.value.Value)
		return 0
	}
	return n
}

// texts is a list of texts that begin with the prefix.
func (c *checker) texts(e entry, prefix string) []string {
	if e.value.Kind != yaml.SequenceNode || len(e.value.Content) == 0 {
		c.report(e.key.Line, fmt.Sprintf("Write a list: - %s…", prefix), "%s must be a list of IDs", e.key.Value)
		return nil
	}
	var all []string
	for _, item := range e.value.Content {
		if item = target(item); item.Kind != yaml.ScalarNode || !strings.HasPrefix(item.Value, prefix) {
			c.report(item.Line, fmt.Sprintf("Give an ID that begins with %s.", prefix), "%s has %q, which is not an ID", e.key.Value, item.Value)
			continue
		}
		all = append(all, item.Value)
	}
	return all
}

// target is what an alias stands for.
func target(n *yaml.Node) *yaml.Node {
	if n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

func empty(n *yaml.Node) bool { return n.Tag == "!!null" || n.Kind == yaml.ScalarNode && n.Value == "" }

func isOne(key string, known []string) bool {
	for _, k := range known {
		if k == key {
			return true
		}
	}
	return false
}
