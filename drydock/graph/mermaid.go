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

// Mermaid writes the graph as a flowchart with components as subgraphs, for a Markdown page:
// https://mermaid.js.org/syntax/flowchart.html. An arrow leads from what is there first to what uses it. The error
// tells when the graph is larger than GitHub draws.
func Mermaid(w io.Writer, g *Graph) error {
	m := &mermaid{ids: map[*Node]string{}}
	m.line(0, "flowchart LR")
	m.nodes(g.Root, 1)
	for _, n := range g.Resources() {
		if !n.parent.Component {
			m.edge(n.parent, n)
		}
		for _, on := range n.DependsOn {
			m.edge(on, n)
		}
	}
	if m.text.Len() > mermaidText || m.edges > mermaidEdges {
		return fmt.Errorf("the graph has %d arrows and takes %d characters, and Mermaid's limits are %d and %d: draw it as svg",
			m.edges, m.text.Len(), mermaidEdges, mermaidText)
	}
	_, err := w.Write(m.text.Bytes())
	return err
}

type mermaid struct {
	text  bytes.Buffer
	ids   map[*Node]string
	edges int
}

func (m *mermaid) line(depth int, format string, args ...any) {
	fmt.Fprintf(&m.text, strings.Repeat("  ", depth)+format+"\n", args...)
}

// nodes writes what is within a group. The ids are numbers, since names may have any character and words such as "end"
// mean something in Mermaid.
func (m *mermaid) nodes(of *Node, depth int) {
	for _, n := range of.Children {
		if n.Component && len(n.within(nil)) == 0 {
			continue // an empty subgraph is drawn as a node
		}
		m.ids[n] = fmt.Sprintf("n%d", len(m.ids))
		if !n.Component {
			m.line(depth, "%s[\"<b>%s</b><br/>%s\"]", m.ids[n], escaped(n.Kind()), escaped(n.Name))
			m.nodes(n, depth)
			continue
		}
		m.line(depth, "subgraph %s[\"%s %s\"]", m.ids[n], escaped(n.Kind()), escaped(n.Name))
		m.nodes(n, depth+1)
		m.line(depth, "end")
	}
}

func (m *mermaid) edge(from, to *Node) {
	m.edges++
	m.line(1, "%s --> %s", m.ids[from], m.ids[to])
}

// escaped is text as a quoted label takes it, by Mermaid's entity codes.
// https://mermaid.js.org/syntax/flowchart.html#entity-codes-to-escape-characters
func escaped(text string) string {
	return strings.NewReplacer(
		"#", "#35;", "&", "#38;", `"`, "#quot;", "<", "#lt;", ">", "#gt;", "`", "#96;", "\\", "#92;", "\n", " ", "\r", " ",
	).Replace(text)
}
