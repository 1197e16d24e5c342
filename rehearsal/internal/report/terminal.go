package report

import (
	"fmt"
	"io"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// Live writes a release to a terminal while it is rehearsed: Header, a Step as each ends, Summary. It is not
// for several goroutines at once.
type Live struct {
	terminal
	stage string
	began bool
}

// NewLive writes lines of at most width columns, 80 where width is less than 40. Without color, results are words.
func NewLive(w io.Writer, color bool, width int) *Live {
	if width < 40 {
		width = 80
	}
	return &Live{terminal: terminal{w: w, color: color, width: width}}
}

// Terminal writes a verdict that is complete. See NewLive for color and width.
func Terminal(w io.Writer, v *verdict.Verdict, color bool, width int) error {
	l := NewLive(w, color, width)
	l.Header(v)
	for _, s := range v.Steps {
		l.Step(s)
	}
	return l.Summary(v)
}

// Header says what is released: the verdict's pipeline, its place and its source.
func (l *Live) Header(v *verdict.Verdict) {
	l.hanging("", l.paint(bold, "Rehearsal of "+clean(v.Pipeline))+l.paint(dim, located(v)))
	for _, from := range sources(v) {
		l.hanging("", from)
	}
}

// sources are what was pushed, and the pipeline's other repositories.
func sources(v *verdict.Verdict) []string {
	var all []string
	for _, s := range append([]verdict.Source{v.Source}, v.Beside...) {
		if from := sourced(s); from != "" {
			all = append(all, from)
		}
	}
	return all
}

func located(v *verdict.Verdict) string {
	s := ""
	if v.Region != "" {
		s += " · " + v.Region
	}
	if v.Account != "" {
		s += " · account " + v.Account
	}
	return clean(s)
}

// sourced is as "acme/bash-dog@main 3f9c2ab · Wag faster".
func sourced(s verdict.Source) string {
	text := s.Repository
	if s.Branch != "" {
		text += "@" + s.Branch
	}
	if s.Commit != "" {
		text += " " + revision(s.Commit)
	}
	if title, _, _ := strings.Cut(s.Message, "\n"); title != "" {
		text += " · " + title
	}
	return clean(strings.TrimLeft(text, " ·"))
}

// The columns of a step's line are mark, time, name, detail, and at the right edge the duration.
const (
	timeWidth = 7
	nameWidth = 20
	mostWidth = 110 // on wider terminals the duration would be too far from its name
)

// Step writes one step, and its stage's name before the first of a stage.
func (l *Live) Step(s verdict.Step) {
	if s.Stage != l.stage || !l.began {
		l.stage, l.began = s.Stage, true
		l.heading(s.Stage, "")
	}
	at, took := duration(s.At), duration(s.Took)
	if s.Result == verdict.Skipped {
		at, took = "", ""
	}
	line := fmt.Sprintf("  %s %s  ", l.result(s.Result), l.paint(dim, fmt.Sprintf("%*s", timeWidth, at)))
	indent := ansi.StringWidth(line)
	room := min(l.width, mostWidth) - timeWidth - 1 // what is left of the duration
	name := ansi.Truncate(clean(s.Name), room-indent, "…")
	line += padded(name, min(nameWidth, room-indent))
	detail := clean(s.Detail)
	if detail == "" && s.Problem != nil {
		detail = clean(s.Problem.What)
	}
	below := ansi.StringWidth(name) > nameWidth || strings.Contains(detail, "\n") || ansi.StringWidth(line+" "+detail) > room
	if !below {
		line += " " + detail
	}
	l.line(padded(line, room) + l.paint(dim, fmt.Sprintf("%*s", timeWidth+1, took)))
	if below {
		l.hanging(strings.Repeat(" ", indent), detail)
	}
}

// Summary writes what follows the steps: traffic, permissions, notes, and last, where people look first, every problem
// and the verdict. It returns the first error of all writing.
func (l *Live) Summary(v *verdict.Verdict) error {
	l.traffic(v.Traffic)
	l.permissions(v)
	l.notes(v.Notes)
	for i := range v.Steps {
		l.problems(&v.Steps[i])
	}
	l.conclusion(v)
	return l.err
}
