package taskdef

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
)

// kind is a JSON type, in the words of the AWS CLI.
type kind string

const (
	object  kind = "object"
	array   kind = "list"
	text    kind = "string"
	integer kind = "integer"
	number  kind = "number" // with a fraction, which no parameter of ECS takes
	boolean kind = "boolean"
	null    kind = "null"
)

// node is a JSON value and where it stands. A nil node is a value that is not there, and reads as null.
type node struct {
	kind  kind
	path  string // as ECS names it: containerDefinitions[0].cpu
	line  int    // from 1; of a member, that of its key
	keys  []string
	by    map[string]*node
	items []*node
	text  string // a string, or a number as it is written
	truth bool
	twice []string // keys that the object has more than once
}

// document reads the text. The error's line is that of a syntax error.
func document(content []byte) (root *node, line int, err error) {
	lines := newlines(content)
	var any any
	if err := json.Unmarshal(content, &any); err != nil {
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			return nil, lines.at(syntax.Offset - 1), err
		}
		return nil, 0, err
	}
	r := &reader{json.NewDecoder(bytes.NewReader(content)), lines}
	r.UseNumber()
	root, err = r.value("")
	return root, 0, err
}

// reader builds nodes from tokens, whose offsets the decoder tells.
type reader struct {
	*json.Decoder
	lines breaks
}

func (r *reader) value(path string) (*node, error) {
	token, err := r.Token()
	if err != nil {
		return nil, err
	}
	n := &node{path: path, line: r.lines.at(r.InputOffset() - 1)}
	switch token := token.(type) {
	case json.Delim:
		if token == '{' {
			return n, r.object(n)
		}
		return n, r.array(n)
	case string:
		n.kind, n.text = text, token
	case json.Number:
		n.kind, n.text = integer, token.String()
		if _, err := token.Int64(); err != nil {
			n.kind = number
		}
	case bool:
		n.kind, n.truth = boolean, token
	default:
		n.kind = null
	}
	return n, nil
}

func (r *reader) object(n *node) error {
	n.kind, n.by = object, map[string]*node{}
	for r.More() {
		key, err := r.Token()
		if err != nil {
			return err
		}
		name := fmt.Sprint(key)
		line := r.lines.at(r.InputOffset() - 1)
		member, err := r.value(join(n.path, name))
		if err != nil {
			return err
		}
		member.line = line
		if n.by[name] != nil {
			n.twice = append(n.twice, name)
		} else {
			n.keys = append(n.keys, name)
		}
		n.by[name] = member
	}
	_, err := r.Token() // the closing brace
	return err
}

func (r *reader) array(n *node) error {
	n.kind = array
	for r.More() {
		item, err := r.value(fmt.Sprintf("%s[%d]", n.path, len(n.items)))
		if err != nil {
			return err
		}
		n.items = append(n.items, item)
	}
	_, err := r.Token() // the closing bracket
	return err
}

func join(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// breaks are the offsets of the line feeds.
type breaks []int64

func newlines(content []byte) breaks {
	var all breaks
	for i, c := range content {
		if c == '\n' {
			all = append(all, int64(i))
		}
	}
	return all
}

// at is the line, from 1, of the byte at the offset.
func (b breaks) at(offset int64) int {
	return 1 + sort.Search(len(b), func(i int) bool { return b[i] >= offset })
}

// is tells whether the value is there and of the kind.
func (n *node) is(k kind) bool { return n != nil && n.kind == k }

// missing tells whether there is no value: ECS treats a null as one.
func (n *node) missing() bool { return n == nil || n.kind == null }

func (n *node) get(key string) *node {
	if !n.is(object) {
		return nil
	}
	return n.by[key]
}

func (n *node) list(key string) []*node {
	if m := n.get(key); m.is(array) {
		return m.items
	}
	return nil
}

func (n *node) str(key string) string {
	if m := n.get(key); m.is(text) {
		return m.text
	}
	return ""
}

func (n *node) strs(key string) []string {
	var all []string
	for _, item := range n.list(key) {
		if item.is(text) {
			all = append(all, item.text)
		}
	}
	return all
}

// int is the integer, or the default when there is none.
func (n *node) int(key string, otherwise int) int {
	if m := n.get(key); m.is(integer) {
		return m.number()
	}
	return otherwise
}

// number is the integer's value; it is not asked of another kind.
func (n *node) number() int {
	v, _ := json.Number(n.text).Int64()
	return int(v)
}

func (n *node) bool(key string, otherwise bool) bool {
	if m := n.get(key); m.is(boolean) {
		return m.truth
	}
	return otherwise
}

// nearest is the member, or the object itself when it has none.
func (n *node) nearest(key string) *node {
	if m := n.get(key); m != nil {
		return m
	}
	return n
}

// walk calls the function for the value and all in it.
func (n *node) walk(f func(*node)) {
	f(n)
	for _, key := range n.keys {
		n.by[key].walk(f)
	}
	for _, item := range n.items {
		item.walk(f)
	}
}
