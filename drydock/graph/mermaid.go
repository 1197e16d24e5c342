package graph

import (
	"bytes"
	"fmt"
	"io"
	"strings"
)

// What GitHub draws at most: Mermaid's defaults of maxTextSize and maxEdges, which a page's diagram cannot raise.
// https://mermaid.js.org/config/schema-docs/config.html
const (
	mermaidText  = 50_000
	mermaidEdges = 500
)

// Mermaid writes the graph as a flowchart for a Markdown page, components as subgraphs:
// https://mermaid.js.org/syntax/flowchart.html. An arrow leads from what is there first to what uses it: within a
// component between resources, else between components, as arrows between their resources would be a tangle. The error
// tells when the graph is larger than GitHub draws.
func Mermaid(w io.Writer, g *Graph) error {
	m := &mermaid{ids: map[any]string{}}
	m.line(0, "flowchart LR")
	frames := framed(g)
	for _, f := range frames {
		if f.title == "" {
			m.cards(f, 1)
			continue
		}
		m.line(1, "subgraph %s[\"%s\"]", m.id(f), labelled(f.title, f.sub))
		m.line(2, "direction LR")
		m.cards(f, 2)
		m.line(1, "end")
	}
	for _, f := range frames {
		for _, c := range f.cards {
			for _, on := range c.needs {
				m.edge(1, on, c)
			}
		}
	}
	if m.text.Len() > mermaidText || m.edges > mermaidEdges {
		return fmt.Errorf("the graph has %d arrows and takes %d characters, and Mermaid's limits are %d and %d: draw it as svg",
			m.edges, m.text.Len(), mermaidEdges, mermaidText)
	}
	_, err := w.Write(m.text.Bytes())
	return err
}

// mermaid is a flowchart in the making. Its ids are numbers, since names may have any character and words such as "end"
// mean something in Mermaid.
type mermaid struct {
	text  bytes.Buffer
	ids   map[any]string // of frames, cards and nodes
	edges int
}

func (m *mermaid) id(of any) string {
	if m.ids[of] == "" {
		m.ids[of] = fmt.Sprintf("n%d", len(m.ids))
	}
	return m.ids[of]
}

func (m *mermaid) line(depth int, format string, args ...any) {
	fmt.Fprintf(&m.text, strings.Repeat("  ", depth)+format+"\n", args...)
}

func (m *mermaid) cards(f *frame, depth int) {
	for _, c := range f.cards {
		m.line(depth, "subgraph %s[\"%s\"]", m.id(c), labelled(c.title, c.sub))
		m.line(depth+1, "direction LR")
		in := map[*Node]bool{}
		for _, r := range c.rows {
			in[r.node] = true
			m.line(depth+1, "%s[\"%s\"]", m.id(r.node), labelled(r.kind, r.suffix))
		}
		for _, r := range c.rows {
			for _, on := range r.node.needs() {
				if in[on] {
					m.edge(depth+1, on, r.node)
				}
			}
		}
		m.line(depth, "end")
	}
}

func (m *mermaid) edge(depth int, from, to any) {
	m.edges++
	m.line(depth, "%s --> %s", m.id(from), m.id(to))
}

// labelled is a label's text: what it is in bold, and what tells it from others.
func labelled(bold, more string) string {
	if more == "" {
		return "<b>" + escaped(bold) + "</b>"
	}
	return "<b>" + escaped(bold) + "</b> " + escaped(more)
}

// escaped is text as a quoted label takes it, by Mermaid's entity codes.
// https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters
func escaped(text string) string {
	return strings.NewReplacer(
		"#", "#35;", "&", "#38;", `"`, "#quot;", "<", "#lt;", ">", "#gt;", "`", "#96;", "\\", "#92;", "\n", " ", "\r", " ",
	).Replace(text)
}
