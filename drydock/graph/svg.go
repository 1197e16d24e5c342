package graph

import (
	"bytes"
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"slices"
	"strings"
)

//go:embed graph.svg
var svgText string

var svgTemplate = template.Must(template.New("graph.svg").Parse(svgText))

// SVG writes the graph as a picture that needs nothing else: components as boxes, from left to right in the order in
// which they can be made. An arrow leads from what is there first to what uses it. It is light or dark as its reader
// prefers.
func SVG(w io.Writer, g *Graph) error {
	var b bytes.Buffer
	if err := svgTemplate.Execute(&b, drawn(g)); err != nil {
		return fmt.Errorf("drawing the graph: %w", err)
	}
	_, err := w.Write(b.Bytes())
	return err
}

// drawing is what the template writes.
type drawing struct {
	Width, Height float64
	Title, About  string
	Kinds         []swatch
	Frames        []box
	Cards         []box
	Arrows        []path
}

type box struct {
	X, Y, W, H float64
	Title, Sub string
	Rows       []line
}

type line struct {
	X, Y float64
	marked
	Kind, Suffix string
	Full         string
}

type path struct{ D, Full string }

// marked has the symbol of a provider.
type marked struct{ Provider string }

// Mark is the symbol's name; providers without one of their own share one.
func (m marked) Mark() string {
	switch m.Provider {
	case "aws", "cloudflare", "tls":
		return m.Provider
	}
	return "other"
}

// swatch is an entry of the legend.
type swatch struct {
	X float64
	marked
	Text string
}

func drawn(g *Graph) drawing {
	l := arranged(g)
	resources := g.Resources()
	d := drawing{
		Width: l.width, Height: l.height + 34, Title: fmt.Sprintf("Stack %s of %s", g.Stack, g.Project),
		Kinds: legend(resources),
	}
	var groups []string
	for _, f := range l.frames {
		d.Frames = append(d.Frames, box{X: f.x, Y: f.y, W: f.w, H: f.h, Title: f.title, Sub: f.sub})
		for _, c := range f.cards {
			d.Cards = append(d.Cards, c.drawn())
			groups = append(groups, c.title)
		}
	}
	d.About = fmt.Sprintf("%d resources in %d groups: %s. An arrow leads from what is there first to what uses it.",
		len(resources), len(groups), strings.Join(groups, ", "))
	d.Arrows = l.paths()
	return d
}

func (c *card) drawn() box {
	b := box{X: c.x, Y: c.y, W: c.w, H: c.h, Title: c.title, Sub: c.sub}
	for i, r := range c.rows {
		b.Rows = append(b.Rows, line{
			X: 20 + rowIndent*float64(r.depth), Y: cardHead + rowHeight*float64(i) + 12,
			marked: marked{provider(r.node.Type)}, Kind: r.kind, Suffix: r.suffix, Full: r.node.Type + " " + r.node.Name,
		})
	}
	return b
}

// provider is a type token's package.
func provider(typ string) string {
	name, _, _ := strings.Cut(typ, ":")
	return name
}

func legend(resources []*Node) []swatch {
	count := map[string]int{}
	var names []string
	for _, r := range resources {
		p := provider(r.Type)
		if count[p] == 0 {
			names = append(names, p)
		}
		count[p]++
	}
	slices.Sort(names)
	var all []swatch
	x := margin + 8
	for _, p := range names {
		s := swatch{X: x, marked: marked{p}, Text: fmt.Sprintf("%s %d", p, count[p])}
		x += 44 + wide(s.Text, nameWidth)
		all = append(all, s)
	}
	return all
}

// paths are the arrows as curves. Those that leave or reach one card do so at different heights, in the order of where
// they come from or lead to.
func (l *layout) paths() []path {
	out, in := map[*card][]*arrow{}, map[*card][]*arrow{}
	for i := range l.arrows {
		a := &l.arrows[i]
		out[a.from], in[a.to] = append(out[a.from], a), append(in[a.to], a)
	}
	starts, ends := map[*arrow]float64{}, map[*arrow]float64{}
	for c, arrows := range out {
		c.ports(arrows, starts, func(a *arrow) float64 { return a.next() })
	}
	for c, arrows := range in {
		c.ports(arrows, ends, func(a *arrow) float64 { return a.last() })
	}
	var all []path
	for i := range l.arrows {
		a := &l.arrows[i]
		points := slices.Concat([]point{{a.from.x + a.from.w, starts[a]}}, a.points, []point{{a.to.x - 7, ends[a]}})
		all = append(all, path{D: curve(points), Full: a.from.title + " is used by " + a.to.title})
	}
	return all
}

// next and last are the heights that the arrow makes for first and comes from last.
func (a *arrow) next() float64 {
	if len(a.points) > 0 {
		return a.points[0].y
	}
	return a.to.y + a.to.h/2
}

func (a *arrow) last() float64 {
	if len(a.points) > 0 {
		return a.points[len(a.points)-1].y
	}
	return a.from.y + a.from.h/2
}

// ports spreads arrows over a card's side.
func (c *card) ports(arrows []*arrow, at map[*arrow]float64, toward func(*arrow) float64) {
	slices.SortStableFunc(arrows, func(a, b *arrow) int { return cmp.Compare(toward(a), toward(b)) })
	step := min(14, (c.h-16)/float64(len(arrows)))
	y := c.y + c.h/2 - step*float64(len(arrows)-1)/2
	for i, a := range arrows {
		at[a] = y + step*float64(i)
	}
}

// curve goes through the points: straight across a column, bent between columns.
func curve(points []point) string {
	var b strings.Builder
	fmt.Fprintf(&b, "M%.1f %.1f", points[0].x, points[0].y)
	for i := 1; i < len(points); i++ {
		from, to := points[i-1], points[i]
		if i%2 == 0 {
			fmt.Fprintf(&b, "H%.1f", to.x)
			continue
		}
		bend := max(24, (to.x-from.x)/2)
		fmt.Fprintf(&b, "C%.1f %.1f %.1f %.1f %.1f %.1f", from.x+bend, from.y, to.x-bend, to.y, to.x, to.y)
	}
	return b.String()
}
