package diff

import (
	"fmt"
	"strings"
)

// details has a folded part for each stack with changes. They share what is left of the page; what one does not need the
// next ones get.
func (r *Report) details(p *page) {
	var changed []*Stack
	for i := range r.Stacks {
		if s := &r.Stacks[i]; len(s.Changes) > 0 || len(s.Exposure) > 0 {
			changed = append(changed, s)
		}
	}
	for i, s := range changed {
		share := p.left / (len(changed) - i)
		text, omitted := s.details(share)
		p.omitted += omitted
		p.must(text)
	}
}

// details are at most limit bytes, or nothing.
func (s *Stack) details(limit int) (text string, omitted int) {
	head := fmt.Sprintf("<details><summary>%s: %s</summary>\n\n", plain(s.Name), Plural(len(s.Changes), "change", "changes"))
	const tail = "</details>\n\n"
	limit -= len(head) + len(tail)
	if limit < 200 {
		return "", 1
	}
	var access, exposure, changes []Line
	for _, a := range s.Access {
		access = append(access, a.Lines()...)
	}
	for _, e := range s.Exposure {
		exposure = append(exposure, e.Line())
	}
	for _, c := range s.Changes {
		changes = append(changes, c.Lines()...)
	}
	var b strings.Builder
	for _, part := range []struct {
		title string
		lines []Line
	}{{"Exposure gained", exposure}, {"Permissions", access}, {"Resources", changes}} {
		if len(part.lines) == 0 {
			continue
		}
		text, left := block(part.title, part.lines, limit-b.Len())
		b.WriteString(text)
		omitted += left
	}
	return head + b.String() + tail, omitted
}

// block shows the lines as a diff, as many as fit, and counts the others.
func block(title string, lines []Line, limit int) (text string, omitted int) {
	title = "**" + title + "**\n\n"
	limit -= len(title) + 100 // the fences, and the count
	var b strings.Builder
	for i, l := range lines {
		line := fmt.Sprintf("%c %s\n", l.Mark, strings.Map(printable, l.Text))
		if b.Len()+len(line) > limit {
			omitted = len(lines) - i
			fmt.Fprintf(&b, "  … %d more lines\n", omitted)
			break
		}
		b.WriteString(line)
	}
	if limit < 0 {
		return "", omitted
	}
	return title + fence("diff", strings.TrimSuffix(b.String(), "\n")) + "\n", omitted
}

// printable leaves out what moves the cursor or hides text: control characters and changes of direction.
func printable(r rune) rune {
	switch {
	case r == '\t':
		return ' '
	case r < ' ', r == 0x7f, r >= 0x80 && r < 0xa0, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069:
		return '\uFFFD'
	}
	return r
}

// fence makes a code block that the text cannot end.
func fence(language, text string) string {
	ticks := "```"
	for strings.Contains(text, ticks) {
		ticks += "`"
	}
	return ticks + language + "\n" + text + "\n" + ticks + "\n"
}

// code1 is a name as code within a line. It is HTML, since a code span in a table cannot have every character; what
// Markdown would take for its own is written as entities.
func code1(text string) string {
	return "<code>" + entities(strings.Map(oneLine, text), "") + "</code>"
}

// plain is text that formats nothing. GitHub looks for names to notify in the rendered text, outside of code: after
// the @ goes a space of no width.
func plain(text string) string { return entities(strings.Map(oneLine, text), "\u200b") }

func printableLines(r rune) rune {
	if r == '\n' {
		return r
	}
	return printable(r)
}

func oneLine(r rune) rune {
	if r == '\n' {
		return ' '
	}
	return printable(r)
}

func entities(text, afterAt string) string {
	var b strings.Builder
	for _, r := range text {
		if strings.ContainsRune("\\`*_{}[]<>#+!|~&$@:.\"'", r) {
			fmt.Fprintf(&b, "&#%d;", r)
			if r == '@' || r == '#' {
				b.WriteString(afterAt)
			}
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// rich is a sentence of this package's, in which code stands between backticks.
func rich(text string) string {
	var b strings.Builder
	for i, part := range strings.Split(text, "`") {
		b.WriteString(whether(i%2 == 1, code1, plain)(part))
	}
	return b.String()
}
