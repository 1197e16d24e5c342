package awscli

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"github.com/jmespath/go-jmespath"
	"go.yaml.in/yaml/v3"
)

// printer writes an operation's answer as --output and --query ask.
// https://docs.aws.amazon.com/cli/latest/userguide/cli-usage-output-format.html
type printer struct {
	form  string
	query *jmespath.JMESPath
}

func (c *call) newPrinter() (printer, error) {
	p := printer{form: first(c.global.output, c.env("AWS_DEFAULT_OUTPUT"), "json")}
	switch p.form {
	case "json", "text", "yaml":
	case "table", "yaml-stream", "off":
		return p, notSimulated("--output "+p.form, "Take json, text or yaml.")
	default:
		return p, misused("argument --output: Invalid choice, valid choices are:\n\njson\ntext\ntable\nyaml\nyaml-stream\noff")
	}
	if c.global.query == "" {
		return p, nil
	}
	var err error
	if p.query, err = jmespath.Compile(c.global.query); err != nil {
		return p, failure{exitUsage, fmt.Sprintf("Bad value for --query %s: %s", c.global.query, err)}
	}
	return p, nil
}

func (p printer) print(w io.Writer, answer any) error {
	encoded, err := encode(answer)
	if err != nil {
		return err
	}
	var plain any
	if err := json.Unmarshal(encoded, &plain); err != nil {
		return err
	}
	if p.query != nil {
		if plain, err = p.query.Search(plain); err != nil {
			return failure{exitGeneral, err.Error()}
		}
		if encoded, err = encode(plain); err != nil {
			return err
		}
	}
	switch p.form {
	case "text":
		return writeText(w, plain)
	case "yaml":
		return writeYAML(w, encoded)
	}
	if m, ok := plain.(map[string]any); ok && len(m) == 0 {
		return nil // an answer without content is not printed
	}
	_, err = w.Write(encoded)
	return err
}

// encode is JSON as the CLI prints it: four spaces, no escapes but those that JSON needs.
func encode(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "    ")
	err := e.Encode(v)
	return b.Bytes(), err
}

// writeYAML prints JSON as YAML in block style, in the same order of keys.
func writeYAML(w io.Writer, encoded []byte) error {
	var doc yaml.Node
	if err := yaml.Unmarshal(encoded, &doc); err != nil {
		return err
	}
	inBlocks(&doc)
	e := yaml.NewEncoder(w)
	e.SetIndent(2)
	e.CompactSeqIndent()
	if err := e.Encode(&doc); err != nil {
		return err
	}
	return e.Close()
}

// inBlocks takes the flow style away from a document that was JSON. Empty lists and structures have no other.
func inBlocks(n *yaml.Node) {
	if len(n.Content) > 0 {
		n.Style = 0
	}
	if n.Kind == yaml.ScalarNode && n.Tag == "!!str" {
		n.Style = 0
		var plain any
		if yaml.Unmarshal([]byte(n.Value), &plain) == nil {
			if _, text := plain.(string); !text { // as an account's digits
				n.Style = yaml.SingleQuotedStyle
			}
		}
	}
	for _, child := range n.Content {
		inBlocks(child)
	}
}
