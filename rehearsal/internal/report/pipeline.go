package report

import (
	"unicode/utf8"

	"github.com/charmbracelet/x/ansi"

	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// pipelineDrawing is the pipeline as boxes and arrows, in the units of the drawing.
type pipelineDrawing struct {
	Class         string // "wide" or "narrow": the style sheet shows one of them
	Width, Height int
	Boxes         []box
	Arrows        []arrow
}

// box is a stage, its actions as rows.
type box struct {
	X, Y, W, H int
	Name, Took string
	Result     verdict.Result
	Rows       []row
}

type row struct {
	Y          int
	Name, Took string
	Full       string // the name where it had no room
	Result     verdict.Result
	Anchor     int // of its first step
}

// arrow leads from one box to the next, not reached where the release ended before.
type arrow struct {
	X1, Y1, X2, Y2 int
	Reached        bool
}

const (
	boxHead    = 46
	boxRow     = 30
	boxFoot    = 8
	boxGap     = 40
	wideWidth  = 1120
	narrowView = 360
	mostWide   = 6   // stages beside each other; with more the letters would be too small
	letter     = 7.7 // the width of a letter at the drawing's font size, for a wide font
)

// pipelineDrawings are one for wide pages and one for narrow ones.
func pipelineDrawings(v *verdict.Verdict) []pipelineDrawing {
	all := stages(v)
	if len(all) == 0 {
		return nil
	}
	if len(all) > mostWide {
		return []pipelineDrawing{narrowPipeline(all, "narrow wide")}
	}
	return []pipelineDrawing{widePipeline(all), narrowPipeline(all, "narrow")}
}

func widePipeline(all []group) pipelineDrawing {
	w := (wideWidth - 2 - boxGap*(len(all)-1)) / len(all)
	w = min(w, 300)
	d := pipelineDrawing{Class: "wide", Width: len(all)*w + (len(all)-1)*boxGap + 2}
	for i, g := range all {
		b := newBox(g, 1+i*(w+boxGap), 1, w)
		if i > 0 {
			y := 1 + boxHead/2
			d.Arrows = append(d.Arrows, arrow{b.X - boxGap + 7, y, b.X - 7, y, b.Result != verdict.Skipped})
		}
		d.Boxes = append(d.Boxes, b)
		d.Height = max(d.Height, b.H+2)
	}
	return d
}

func narrowPipeline(all []group, class string) pipelineDrawing {
	d := pipelineDrawing{Class: class, Width: narrowView}
	y := 1
	for i, g := range all {
		b := newBox(g, 1, y, narrowView-2)
		if i > 0 {
			d.Arrows = append(d.Arrows, arrow{24, y - boxGap + 16, 24, y - 7, b.Result != verdict.Skipped})
		}
		d.Boxes = append(d.Boxes, b)
		y += b.H + boxGap - 8
		d.Height = b.Y + b.H + 1
	}
	return d
}

func newBox(g group, x, y, w int) box {
	b := box{X: x, Y: y, W: w, Result: g.result(), Took: taken(g)}
	b.Name = fitted(g.name, w-34-lettersWide(b.Took))
	for i, a := range g.actions() {
		r := row{Y: boxHead + i*boxRow, Result: a.result(), Anchor: a.steps[0].at + 1}
		if len(a.steps) < len(g.steps) { // else it is the stage's
			r.Took = taken(a)
		}
		r.Name = fitted(a.name, w-56-lettersWide(r.Took))
		if full := clean(a.name); full != r.Name {
			r.Full = full
		}
		b.Rows = append(b.Rows, r)
	}
	b.H = boxHead + len(b.Rows)*boxRow + boxFoot
	return b
}

// taken is a group's duration, "" for none.
func taken(g group) string {
	if d := g.end() - g.start(); d > 0 {
		return duration(d)
	}
	return ""
}

func lettersWide(s string) int { return int(float64(utf8.RuneCountInString(s)) * letter) }

// fitted is the text, or as much of its beginning as has room.
func fitted(s string, width int) string {
	return ansi.Truncate(clean(s), max(3, int(float64(width)/letter)), "…")
}
