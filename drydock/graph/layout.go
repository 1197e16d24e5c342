package graph

import (
	"cmp"
	"slices"
	"unicode/utf8"
)

// Measures of the drawing, in its units, which are pixels at its natural size. Widths of letters are those of a wide
// font, so that text fits with any.
const (
	margin     = 24.0
	frameHead  = 44.0
	framePad   = 22.0
	frameGap   = 36.0
	cardHead   = 36.0
	cardFoot   = 10.0
	rowHeight  = 21.0
	columnGap  = 72.0
	cardGap    = 26.0
	lane       = 16.0 // the height that an arrow takes on its way between cards
	rowIndent  = 14.0
	titleWidth = 8.6
	kindWidth  = 7.5
	nameWidth  = 7.1
)

// layout is the drawing's geometry.
type layout struct {
	width, height float64
	frames        []*frame
	arrows        []arrow
}

// arrow leads from a card to one that needs it, by way of the points.
type arrow struct {
	from, to *card
	points   []point
}

type point struct{ x, y float64 }

// slot is what takes room in a column: a card, or the lane of an arrow that passes.
type slot struct {
	card   *card
	column int
	h, y   float64
	near   []*slot // what it is joined to in the columns before and after
}

func (s *slot) middle() float64 { return s.y + s.h/2 }

func arranged(g *Graph) *layout {
	l := &layout{frames: framed(g)}
	var columns int
	for _, f := range l.frames {
		for _, c := range f.cards {
			c.measure()
			columns = max(columns, c.layer+1)
		}
	}
	xs, widths := l.columns(columns)
	y := margin
	for _, f := range l.frames {
		l.frame(f, xs, widths, y)
		y += f.h + frameGap
	}
	l.across()
	l.height = y - frameGap + margin
	return l
}

func wide(text string, letter float64) float64 { return float64(utf8.RuneCountInString(text)) * letter }

func (c *card) measure() {
	c.h = cardHead + float64(len(c.rows))*rowHeight + cardFoot
	c.w = 32 + wide(c.title, titleWidth) + wide(c.sub, nameWidth)
	for _, r := range c.rows {
		c.w = max(c.w, 48+rowIndent*float64(r.depth)+wide(r.kind, kindWidth)+wide(r.suffix, nameWidth))
	}
}

// columns are as wide as their widest card; all frames share them.
func (l *layout) columns(count int) (xs, widths []float64) {
	widths = make([]float64, count)
	for _, f := range l.frames {
		for _, c := range f.cards {
			widths[c.layer] = max(widths[c.layer], c.w)
		}
	}
	x := margin + framePad
	for _, w := range widths {
		xs = append(xs, x)
		x += w + columnGap
	}
	l.width = x - columnGap + framePad + margin
	return xs, widths
}

// frame places a frame's cards, and the arrows between them.
func (l *layout) frame(f *frame, xs, widths []float64, y float64) {
	columns, paths := f.slots(len(xs))
	f.settle(columns)
	top, bottom := extent(columns)
	f.x, f.y, f.w, f.h = margin, y, l.width-2*margin, bottom-top+frameHead+framePad
	for _, column := range columns {
		for _, s := range column {
			s.y += y + frameHead - top
			if s.card != nil {
				s.card.x, s.card.y, s.card.w = xs[s.column], s.y, widths[s.column]
			}
		}
	}
	for _, p := range paths {
		a := arrow{from: p[0].card, to: p[len(p)-1].card}
		for _, s := range p[1 : len(p)-1] {
			a.points = append(a.points, point{xs[s.column], s.middle()}, point{xs[s.column] + widths[s.column], s.middle()})
		}
		l.arrows = append(l.arrows, a)
	}
}

// slots are the frame's cards and lanes by column, and each arrow's way through them.
func (f *frame) slots(count int) (columns [][]*slot, paths [][]*slot) {
	columns = make([][]*slot, count)
	of := map[*card]*slot{}
	for _, c := range f.cards {
		s := &slot{card: c, column: c.layer, h: c.h}
		of[c] = s
		columns[c.layer] = append(columns[c.layer], s)
	}
	for _, c := range f.cards {
		for _, on := range c.needs {
			if of[on] == nil {
				continue // in another frame
			}
			way := []*slot{of[on]}
			for column := on.layer + 1; column < c.layer; column++ {
				s := &slot{column: column, h: lane}
				columns[column] = append(columns[column], s)
				way = append(way, s)
			}
			way = append(way, of[c])
			for i := 1; i < len(way); i++ {
				way[i-1].near, way[i].near = append(way[i-1].near, way[i]), append(way[i].near, way[i-1])
			}
			paths = append(paths, way)
		}
	}
	return columns, paths
}

// settle orders the slots of each column by what they are joined to, and moves them there, some rounds long: the
// barycenter method of Sugiyama, Tagawa and Toda, https://doi.org/10.1109/TSMC.1981.4308636.
func (f *frame) settle(columns [][]*slot) {
	for _, column := range columns {
		stack(column, func(s *slot) float64 { return s.y })
	}
	for round := range 24 {
		for i := range columns {
			column := columns[i]
			if round%2 == 1 {
				column = columns[len(columns)-1-i]
			}
			wish := map[*slot]float64{}
			for _, s := range column {
				wish[s] = s.wish()
			}
			if round < 16 {
				slices.SortStableFunc(column, func(a, b *slot) int { return cmp.Compare(wish[a], wish[b]) })
			}
			stack(column, func(s *slot) float64 { return wish[s] - s.h/2 })
		}
	}
}

// wish is where the slot's middle would best be.
func (s *slot) wish() float64 {
	if len(s.near) == 0 {
		return s.middle()
	}
	sum := 0.0
	for _, n := range s.near {
		sum += n.middle()
	}
	return sum / float64(len(s.near))
}

// stack puts a column's slots below each other, in their order, as near to where they should be as is possible together:
// slots that push each other move as one block, whose place is the mean of their wishes.
func stack(column []*slot, want func(*slot) float64) {
	type block struct {
		first, count int
		offset, sum  float64 // the block's height so far, and the sum of the wishes for its top
	}
	var blocks []block
	for i, s := range column {
		b := block{first: i, count: 1, offset: s.h + cardGap, sum: want(s)}
		for len(blocks) > 0 {
			last := blocks[len(blocks)-1]
			if last.sum/float64(last.count)+last.offset <= b.sum/float64(b.count) {
				break
			}
			b = block{last.first, last.count + b.count, last.offset + b.offset, last.sum + b.sum - float64(b.count)*last.offset}
			blocks = blocks[:len(blocks)-1]
		}
		blocks = append(blocks, b)
	}
	for _, b := range blocks {
		y := b.sum / float64(b.count)
		for _, s := range column[b.first : b.first+b.count] {
			s.y = y
			y += s.h + cardGap
		}
	}
}

func extent(columns [][]*slot) (top, bottom float64) {
	first := true
	for _, column := range columns {
		for _, s := range column {
			if first || s.y < top {
				top = s.y
			}
			if first || s.y+s.h > bottom {
				bottom = s.y + s.h
			}
			first = false
		}
	}
	return top, bottom
}

// across adds the arrows between frames.
func (l *layout) across() {
	in := map[*card]*frame{}
	for _, f := range l.frames {
		for _, c := range f.cards {
			in[c] = f
		}
	}
	for _, f := range l.frames {
		for _, c := range f.cards {
			for _, on := range c.needs {
				if in[on] != f {
					l.arrows = append(l.arrows, arrow{from: on, to: c})
				}
			}
		}
	}
}
