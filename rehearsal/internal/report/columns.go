package report

import (
	"io"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// terminal writes lines that fit; the first error stays.
type terminal struct {
	w     io.Writer
	color bool
	width int
	err   error
}

// Select Graphic Rendition parameters. https://ecma-international.org/publications-and-standards/standards/ecma-48/
const (
	bold   = "1"
	dim    = "2"
	red    = "1;31"
	green  = "32"
	yellow = "33"
	blue   = "34"
)

func (t *terminal) paint(sgr, text string) string {
	if !t.color || text == "" {
		return text
	}
	return "\033[" + sgr + "m" + text + "\033[0m"
}

// result is the mark of a step: a symbol in its color, or a word.
func (t *terminal) result(r verdict.Result) string {
	if !t.color {
		return padded(word(r), len("by hand"))
	}
	return t.paint(shade(r), mark(r))
}

func shade(r verdict.Result) string {
	switch r {
	case verdict.Passed:
		return green
	case verdict.Failed:
		return red
	case verdict.Manual:
		return yellow
	}
	return dim
}

func padded(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-ansi.StringWidth(text)))
}

func (t *terminal) line(text string) { t.write(strings.TrimRight(text, " ") + "\n") }

func (t *terminal) write(text string) {
	if t.err == nil {
		_, t.err = io.WriteString(t.w, text)
	}
}

// heading leaves a line free before it.
func (t *terminal) heading(title, about string) {
	t.line("")
	if about != "" {
		about = "  " + about
	}
	t.line(ansi.Truncate(t.paint(bold, clean(title))+t.paint(dim, about), t.width, "…"))
}

// hanging writes text after a bullet, its further lines below its first.
func (t *terminal) hanging(bullet, text string) {
	if text == "" {
		return
	}
	indent := ansi.StringWidth(bullet)
	for i, line := range wrapped(text, max(8, t.width-indent)) {
		if i > 0 {
			bullet = strings.Repeat(" ", indent)
		}
		t.line(bullet + line)
	}
}

// wrapped breaks text at spaces, and not at the hyphens of ARNs and URLs, which people copy; what is longer than a line
// is broken where it must be.
func wrapped(text string, width int) []string {
	var lines []string
	for paragraph := range strings.SplitSeq(text, "\n") {
		line := ""
		for i, w := range strings.Split(paragraph, " ") {
			if i > 0 && ansi.StringWidth(line)+1+ansi.StringWidth(w) <= width {
				line += " " + w
				continue
			}
			if i > 0 {
				lines = append(lines, line)
			}
			pieces := strings.Split(ansi.Hardwrap(w, width, true), "\n")
			lines = append(lines, pieces[:len(pieces)-1]...)
			line = pieces[len(pieces)-1]
		}
		lines = append(lines, line)
	}
	return lines
}
