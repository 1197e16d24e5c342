package codebuild

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// parser collects what is wrong with a buildspec.
type parser struct {
	spec     *Spec
	problems []verdict.Problem
}

func (p *parser) problem(line int, fix, format string, args ...any) {
	p.problems = append(p.problems, verdict.Problem{
		What: "YAML_FILE_ERROR: " + fmt.Sprintf(format, args...), Where: "the buildspec", File: p.spec.File, Line: line, Fix: fix,
	})
}

func (p *parser) note(line int, format string, args ...any) {
	p.spec.Notes = append(p.spec.Notes, fmt.Sprintf("%s:%d: ", p.spec.File, line)+fmt.Sprintf(format, args...))
}

// entry is a key of a mapping and its value.
type entry struct {
	key   string
	line  int
	value *yaml.Node
}

// mapping gives the entries of a node. A node that is empty has none; one of another kind, and a key that comes twice,
// are problems.
func (p *parser) mapping(where string, n *yaml.Node) []entry {
	n = resolved(n)
	if isNull(n) {
		return nil
	}
	if n.Kind != yaml.MappingNode {
		p.problem(n.Line, "Write it as keys and values, indented below "+where+".", "%s is %s, not a mapping", where, kindOf(n))
		return nil
	}
	var entries []entry
	for i := 0; i+1 < len(n.Content); i += 2 {
		k, v := n.Content[i], n.Content[i+1]
		if k.Tag == "!!merge" {
			entries = append(entries, p.merged(where, v)...)
			continue
		}
		if slices.ContainsFunc(entries, func(e entry) bool { return e.key == k.Value }) {
			p.problem(k.Line, "Keep one of them.", "mapping key %q of %s is given twice", k.Value, where)
			continue
		}
		entries = append(entries, entry{k.Value, k.Line, v})
	}
	return entries
}

// merged are the entries of `<<: *anchor`.
func (p *parser) merged(where string, n *yaml.Node) []entry {
	if n = resolved(n); n.Kind != yaml.SequenceNode {
		return p.mapping(where, n)
	}
	var entries []entry
	for _, one := range n.Content {
		entries = append(entries, p.mapping(where, one)...)
	}
	return entries
}

// known sorts a mapping's entries by key. Of unknown keys those that look like a slip are problems; others CodeBuild
// passes over.
func (p *parser) known(where string, n *yaml.Node, keys ...string) map[string]entry {
	found := map[string]entry{}
	for _, e := range p.mapping(where, n) {
		if slices.Contains(keys, e.key) {
			found[e.key] = e
			continue
		}
		if like := similar(e.key, keys); like != "" {
			p.problem(e.line, fmt.Sprintf("Write %s.", like), "%s has no key %q", where, e.key)
			continue
		}
		p.note(e.line, "CodeBuild knows no key %q in %s, and passes over it.", e.key, where)
	}
	return found
}

// strings gives a sequence of strings; a single string is one of one.
func (p *parser) strings(where string, n *yaml.Node) []string {
	var list []string
	for _, c := range p.scalars(where, n) {
		list = append(list, c.Text)
	}
	return list
}

func (p *parser) scalars(where string, n *yaml.Node) []Command {
	n = resolved(n)
	if isNull(n) {
		return nil
	}
	nodes := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		nodes = n.Content
	}
	var list []Command
	for i, item := range nodes {
		line := item.Line
		item = resolved(item)
		switch {
		case item.Kind == yaml.MappingNode:
			// The words and their lines are CodeBuild's, as in https://github.com/aws/sagemaker-chainer-container/pull/83.
			p.problem(line, fmt.Sprintf("Quote the whole text: a colon followed by a space makes a mapping of it. Write - '%s: …'.",
				firstKey(item)),
				"Expected %s[%d] to be of string type: found subkeys instead at line %d, value of the key tag on line %d might be empty",
				where, i, line, max(1, line-1))
		case item.Kind != yaml.ScalarNode:
			p.problem(line, "Write one string per item.", "Expected %s[%d] to be of string type: found %s instead", where, i, kindOf(item))
		case isNull(item):
			p.problem(line, "Write a text after the hyphen, or remove the item.", "Expected %s[%d] to be of string type: found nothing instead", where, i)
		default:
			list = append(list, Command{item.Value, firstLine(item, line)})
		}
	}
	return list
}

// firstLine is where a text begins: that of a block (| or >) a line below its sign.
func firstLine(n *yaml.Node, line int) int {
	if n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return line + 1
	}
	return line
}

func firstKey(n *yaml.Node) string {
	if len(n.Content) == 0 {
		return "…"
	}
	return n.Content[0].Value
}

// text is a scalar's value, "" for none.
func (p *parser) text(where string, e entry) string {
	n := resolved(e.value)
	if n == nil || isNull(n) {
		return ""
	}
	if n.Kind != yaml.ScalarNode {
		p.problem(e.line, "Write one value.", "%s is %s, not a string", where, kindOf(n))
		return ""
	}
	return n.Value
}

// yes reads CodeBuild's switches, which its reference writes as yes, no, true and false.
func (p *parser) yes(where string, e entry) bool {
	switch value := strings.ToLower(p.text(where, e)); value {
	case "yes", "true", "on":
		return true
	case "", "no", "false", "off":
		return false
	default:
		p.problem(e.line, "Write yes or no.", "%s is %q, neither yes nor no", where, value)
		return false
	}
}

// resolved follows an alias; nil stays nil.
func resolved(n *yaml.Node) *yaml.Node {
	if n != nil && n.Kind == yaml.AliasNode {
		return n.Alias
	}
	return n
}

func isNull(n *yaml.Node) bool {
	return n == nil || n.Kind == 0 || n.Kind == yaml.ScalarNode && n.Tag == "!!null"
}

func kindOf(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a sequence"
	default:
		return fmt.Sprintf("the text %q", n.Value)
	}
}
