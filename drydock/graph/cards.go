package graph

import "strings"

// card is a component as it is drawn: a title, and a row for each resource that is directly in it.
type card struct {
	node  *Node
	title string
	sub   string
	rows  []row
	layer int     // the column, from 0: after the cards that it needs
	needs []*card // each once, and none that follows from others

	x, y, w, h float64
}

// row is a resource of a card.
type row struct {
	node         *Node
	kind, suffix string
	depth        int // 1 for the child of a resource
}

// frame is a component of the stack's program with the cards within it.
type frame struct {
	title, sub string
	cards      []*card

	x, y, w, h float64
}

// framed puts the graph into frames and cards.
func framed(g *Graph) []*frame {
	var frames []*frame
	owners := map[*Node]*card{}
	if c := newCard(g.Root, g.Root, owners); c != nil {
		frames = append(frames, &frame{cards: []*card{c}})
	}
	for _, top := range g.Root.Children {
		if !top.Component {
			continue
		}
		f := &frame{title: top.Name, sub: top.Kind()}
		f.gather(top, top, owners)
		if len(f.cards) > 0 {
			frames = append(frames, f)
		}
	}
	link(frames, owners)
	return frames
}

func (f *frame) gather(n, top *Node, owners map[*Node]*card) {
	if c := newCard(n, top, owners); c != nil {
		f.cards = append(f.cards, c)
	}
	for _, child := range n.Children {
		if child.Component {
			f.gather(child, top, owners)
		}
	}
}

// newCard is nil for a component that has no resources itself.
func newCard(n, top *Node, owners map[*Node]*card) *card {
	c := &card{node: n, title: n.Kind()}
	if n.parent == nil {
		c.title = "Stack " + n.Name
	}
	if n != top {
		c.sub = suffix(n.Name, top)
	}
	c.gather(n, []*Node{n, top}, 0, owners)
	if len(c.rows) == 0 {
		return nil
	}
	return c
}

func (c *card) gather(of *Node, within []*Node, depth int, owners map[*Node]*card) {
	for _, r := range of.Children {
		if !r.Component {
			c.rows = append(c.rows, row{node: r, kind: r.Kind(), suffix: suffix(r.Name, within...), depth: depth})
			owners[r] = c
			c.gather(r, within, depth+1, owners)
		}
	}
}

// suffix is what a name adds to that of a group that it is within, the first that it begins with.
func suffix(name string, groups ...*Node) string {
	for _, g := range groups {
		if rest, ok := strings.CutPrefix(name, g.Name); ok && (rest == "" || strings.ContainsRune("-/_. ", rune(rest[0]))) {
			return strings.TrimLeft(rest, "-/_. ")
		}
	}
	return name
}

// link finds which card needs which, and the layers.
func link(frames []*frame, owners map[*Node]*card) {
	var all []*card
	place := map[*card]int{}
	for _, f := range frames {
		for _, c := range f.cards {
			place[c] = len(all)
			all = append(all, c)
		}
	}
	needs := map[*card]map[*card]bool{}
	for _, c := range all {
		needs[c] = map[*card]bool{}
		for _, r := range c.rows {
			for _, on := range r.node.DependsOn {
				if owner := owners[on]; owner != nil && owner != c {
					needs[c][owner] = true
				}
			}
		}
	}
	for _, c := range all {
		for _, on := range all { // in a fixed order
			if needs[c][on] && !follows(c, on, needs) {
				c.needs = append(c.needs, on)
			}
		}
	}
	layered(all, needs)
}

// follows tells whether a need follows from another one of the card's.
func follows(c, on *card, needs map[*card]map[*card]bool) bool {
	seen := map[*card]bool{c: true, on: true}
	var reaches func(from *card) bool
	reaches = func(from *card) bool {
		if seen[from] {
			return false
		}
		seen[from] = true
		for next := range needs[from] {
			if next == on || reaches(next) {
				return true
			}
		}
		return false
	}
	for other := range needs[c] {
		if other != on && !needs[on][other] && reaches(other) {
			return true
		}
	}
	return false
}

// layered puts each card after all that it needs. Components may need each other, through different resources: a card
// that is met again on the way to itself counts as the earlier.
func layered(all []*card, needs map[*card]map[*card]bool) {
	done, open := map[*card]bool{}, map[*card]bool{}
	var visit func(c *card)
	visit = func(c *card) {
		if done[c] || open[c] {
			return
		}
		open[c] = true
		for _, on := range all {
			if needs[c][on] && !open[on] {
				visit(on)
				c.layer = max(c.layer, on.layer+1)
			}
		}
		open[c], done[c] = false, true
	}
	for _, c := range all {
		visit(c)
	}
}
