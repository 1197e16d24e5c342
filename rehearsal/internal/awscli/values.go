package awscli

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// arguments are the values of a command's options by name.
type arguments struct {
	values  map[string]any
	paths   []string
	filters []namedFilter
}

func (a arguments) has(name string) bool { _, ok := a.values[name]; return ok }

func (a arguments) text(name string) string { s, _ := a.values[name].(string); return s }

func (a arguments) texts(name string) []string { l, _ := a.values[name].([]string); return l }

func (a arguments) objects(name string) []map[string]any {
	l, _ := a.values[name].([]map[string]any)
	return l
}

// flag is the option's value, or what it is when it is not given.
func (a arguments) flag(name string, otherwise bool) bool {
	if b, ok := a.values[name].(bool); ok {
		return b
	}
	return otherwise
}

func (a arguments) number(name string, otherwise int) int {
	if n, ok := a.values[name].(int); ok {
		return n
	}
	return otherwise
}

// values reads the words of the command line by the parameters of the operation.
func (c *call) values(raw rawValues) (arguments, error) {
	a := arguments{values: map[string]any{}, paths: raw.of[""], filters: raw.filters}
	for _, p := range c.op.params {
		words, ok := raw.of[p.name]
		if !ok {
			continue
		}
		v, err := c.value(p, words)
		if err != nil {
			return a, err
		}
		a.values[p.name] = v
	}
	return a, nil
}

func (c *call) value(p param, words []string) (any, error) {
	// https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-parameters-file.html
	if len(words) == 1 && p.kind != localFile && p.kind != flag {
		loaded, err := c.load(p, words[0])
		if err != nil {
			return nil, err
		}
		words = []string{loaded}
	}
	word := strings.Join(words, " ")
	switch p.kind {
	case flag:
		return word == "true", nil
	case number:
		n, err := strconv.Atoi(word)
		if err != nil {
			return nil, misused("argument --%s: invalid int value: '%s'", p.name, word)
		}
		return n, nil
	case list:
		return textsOf(p, words)
	case object:
		all, err := structures(p, words)
		if err != nil || len(all) == 0 {
			return map[string]any{}, err
		}
		return all[0], nil
	case objects:
		return structures(p, words)
	}
	if len(p.oneOf) > 0 && !slices.Contains(p.oneOf, word) {
		return nil, misused("argument --%s: Invalid choice, valid choices are:\n\n%s", p.name, strings.Join(p.oneOf, "\n"))
	}
	return word, nil
}

// load reads the value that file:// or fileb:// names.
func (c *call) load(p param, word string) (string, error) {
	name, ok := strings.CutPrefix(word, "file://")
	if !ok {
		if name, ok = strings.CutPrefix(word, "fileb://"); !ok {
			return word, nil
		}
	}
	content, err := c.readFile(name)
	if err != nil {
		return "", failure{exitUsage, fmt.Sprintf("Error parsing parameter '--%s': Unable to load paramfile %s: %s", p.name, word, reason(err, name))}
	}
	if !utf8.Valid(content) {
		return "", failure{exitUsage, fmt.Sprintf("Error parsing parameter '--%s': Unable to load paramfile (%s), "+
			"text contents could not be decoded.  If this is a binary file, please use the fileb:// prefix instead of the file:// prefix.", p.name, word)}
	}
	return string(content), nil
}

// readFile reads a file of the command. Its standard input is not this process's; its other descriptors are out of reach.
func (c *call) readFile(name string) ([]byte, error) {
	switch {
	case name == "/dev/stdin" || name == "/dev/fd/0" || name == "/proc/self/fd/0":
		return io.ReadAll(c.Stdin)
	case strings.HasPrefix(name, "/dev/fd/") || strings.HasPrefix(name, "/proc/self/"):
		return nil, fmt.Errorf("the rehearsal cannot read %s of the command's process: take a file or /dev/stdin", name)
	}
	return os.ReadFile(c.abs(name))
}

// reason is an error of a file in the words of Python.
func reason(err error, name string) string {
	if os.IsNotExist(err) {
		return fmt.Sprintf("[Errno 2] No such file or directory: '%s'", name)
	}
	return err.Error()
}

// textsOf reads a list of texts: words, or one JSON list.
func textsOf(p param, words []string) ([]string, error) {
	if len(words) != 1 || !strings.HasPrefix(strings.TrimSpace(words[0]), "[") {
		return words, nil
	}
	var all []string
	if err := json.Unmarshal([]byte(words[0]), &all); err != nil {
		return nil, notJSON(p, words[0], err)
	}
	return all, nil
}

// structures reads a list of structures: each word in shorthand, or one word of JSON.
func structures(p param, words []string) ([]map[string]any, error) {
	var all []map[string]any
	word := strings.TrimSpace(strings.Join(words, " "))
	switch {
	case strings.HasPrefix(word, "["):
		if err := json.Unmarshal([]byte(word), &all); err != nil {
			return nil, notJSON(p, word, err)
		}
	case strings.HasPrefix(word, "{"):
		var one map[string]any
		if err := json.Unmarshal([]byte(word), &one); err != nil {
			return nil, notJSON(p, word, err)
		}
		all = append(all, one)
	default:
		for _, w := range words {
			one, err := shorthand(w)
			if err != nil {
				return nil, failure{exitUsage, fmt.Sprintf("Error parsing parameter '--%s': %s", p.name, err)}
			}
			all = append(all, one)
		}
	}
	return all, checkMembers(p, all)
}

func notJSON(p param, word string, err error) error {
	return failure{exitUsage, fmt.Sprintf("Error parsing parameter '--%s': Invalid JSON: %s\nJSON received: %s", p.name, err, word)}
}

// checkMembers refuses members that the structure has not, in the CLI's words.
func checkMembers(p param, all []map[string]any) error {
	if len(p.members) == 0 {
		return nil
	}
	var problems []string
	for i, one := range all {
		for _, name := range sortedKeys(one) {
			if !slices.Contains(p.members, name) {
				problems = append(problems, fmt.Sprintf("Unknown parameter in %s[%d]: \"%s\", must be one of: %s",
					camel(p.name), i, name, strings.Join(p.members, ", ")))
			}
		}
	}
	if len(problems) == 0 {
		return nil
	}
	return invalid(problems...)
}

// camel is an option's name as the API spells it: image-ids is imageIds.
func camel(name string) string {
	words := strings.Split(name, "-")
	for i, w := range words[1:] {
		words[i+1] = strings.ToUpper(w[:1]) + w[1:]
	}
	return strings.Join(words, "")
}

// abs is a path as the command's own process would take it.
func (c *call) abs(name string) string {
	if rest, ok := strings.CutPrefix(name, "~/"); ok {
		name = filepath.Join(c.env("HOME"), rest)
	}
	if filepath.IsAbs(name) {
		return filepath.Clean(name)
	}
	return filepath.Join(c.Dir, name)
}

// env is a variable of the command's environment. The last of several counts, as in a process.
func (c *call) env(name string) (value string) {
	for _, e := range c.Env {
		if n, v, _ := strings.Cut(e, "="); n == name {
			value = v
		}
	}
	return value
}
