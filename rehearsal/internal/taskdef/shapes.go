package taskdef

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/spelling"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// checker collects what is wrong with a file.
type checker struct {
	file     string
	problems []verdict.Problem
}

// report adds a problem at the value.
func (c *checker) report(n *node, fix, what string, args ...any) {
	c.problems = append(c.problems, verdict.Problem{What: fmt.Sprintf(what, args...), Where: n.path, File: c.file, Line: n.line, Fix: fix})
}

// shaped reports where the value is not what the API takes.
func (c *checker) shaped(n *node, s *shape) {
	switch {
	case n.kind == null:
	case n.kind != s.kind:
		c.report(n, typeFix(n, s), "Invalid type for parameter %s, value: %s, type: %s, valid types: %s", named(n), n.written(), n.kind, s.kind)
	case s.kind == object && s.members != nil:
		c.membersOf(n, s)
	case s.kind == object:
		for _, key := range n.keys {
			c.shaped(n.by[key], s.of)
		}
	case s.kind == array:
		for _, item := range n.items {
			c.shaped(item, s.of)
		}
	case s.enum != nil && !slices.Contains(s.enum, n.text):
		c.report(n, enumFix(n, s), "Invalid value %q for %s: Member must satisfy enum value set: [%s]", n.text, named(n), strings.Join(s.enum, ", "))
	case s.high != 0 && (n.number() < s.low || n.number() > s.high):
		c.report(n, fmt.Sprintf("Give a number from %d to %d.", s.low, s.high), "Invalid value %s for %s: it must be from %d to %d", n.text, named(n), s.low, s.high)
	}
}

func (c *checker) membersOf(n *node, s *shape) {
	for _, key := range n.twice {
		c.report(n.by[key], "Keep one of them.", "%q is given twice in %s: only the last counts", key, named(n))
	}
	for _, key := range n.keys {
		if member, known := s.members[key]; known {
			c.shaped(n.by[key], member)
		} else {
			c.unknown(n, key, s)
		}
	}
	for _, key := range s.required {
		if m := n.get(key); m.missing() {
			at := *n
			at.path = join(n.path, key)
			c.report(&at, fmt.Sprintf("Add %q to %s.", key, named(n)), "Missing required parameter in %s: %q", named(n), key)
		}
	}
}

// unknown reports a member that the API does not have.
func (c *checker) unknown(n *node, key string, s *shape) {
	names := slices.Sorted(maps.Keys(s.members))
	fix := fmt.Sprintf("Remove %q.", key)
	likely := spelling.Nearest(key, names)
	switch {
	case s == task && slices.Contains(described, key):
		fix = fmt.Sprintf("Remove %q: it is part of what describe-task-definition prints, and cannot be registered.", key)
	case likely != "":
		fix = fmt.Sprintf("Write %q instead of %q.", likely, key)
	case s == task && container.members[key] != nil:
		fix = fmt.Sprintf("Move %q into a container of containerDefinitions.", key)
	case s == container && task.members[key] != nil:
		fix = fmt.Sprintf("Move %q out of the container, to the top of the task definition.", key)
	}
	c.report(n.by[key], fix, "Unknown parameter in %s: %q, must be one of: %s", named(n), key, strings.Join(names, ", "))
}

// named is the value's path, or what the whole document is to the API.
func named(n *node) string {
	if n.path == "" {
		return "input"
	}
	return n.path
}

// written is the value as the file has it, for a message.
func (n *node) written() string {
	switch n.kind {
	case text:
		return fmt.Sprintf("%q", n.text)
	case boolean:
		return fmt.Sprint(n.truth)
	case object:
		return "{…}"
	case array:
		return "[…]"
	}
	return n.text
}

func typeFix(n *node, s *shape) string {
	switch {
	case s.kind == text && (n.kind == integer || n.kind == number || n.kind == boolean):
		return fmt.Sprintf("Put it in quotes: %q.", n.written())
	case n.kind == text && (s.kind == integer || s.kind == boolean):
		return fmt.Sprintf("Write it without quotes: %s.", n.text)
	case s.kind == array:
		return "Make it a list: […]."
	case s.kind == object && s.members == nil:
		return "Make it an object of names and strings: {\"name\": \"value\"}."
	}
	return fmt.Sprintf("Give a value of type %s.", s.kind)
}

func enumFix(n *node, s *shape) string {
	if likely := spelling.Nearest(n.text, s.enum); likely != "" {
		return fmt.Sprintf("Write %q.", likely)
	}
	return fmt.Sprintf("Write one of %s.", strings.Join(s.enum, ", "))
}
