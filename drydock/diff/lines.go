package diff

import (
	"encoding/json"
	"fmt"
	"strings"
	"unicode"
)

// Line is one of a change's description.
type Line struct {
	// Mark is '+' for what is gained, '-' for what is lost, '!' for a replacement, ' ' for the rest.
	Mark rune
	Text string
}

// longest is how many characters of a value a line shows.
const longest = 200

// Lines describe the change, the resource first and then each property, old before new.
func (c Change) Lines() []Line {
	mark := map[string]rune{"create": '+', "import": '+', "delete": '-', "replace": '!'}[c.Op]
	if mark == 0 {
		mark = ' '
	}
	renamed := whether(c.RenamedTo != "", "   (perhaps renamed to "+c.RenamedTo+")", "")
	lines := []Line{{mark, c.Op + " " + Short(c.Type) + " " + c.Name + renamed}}
	for _, p := range c.Properties {
		lines = append(lines, p.lines()...)
	}
	return lines
}

func (p Property) lines() []Line {
	forces := whether(p.Forces, "   (forces the replacement)", "")
	was, wasText := p.Old.(string)
	is, isText := p.New.(string)
	switch {
	case wasText && isText && strings.Contains(was+is, "\n") && is != knownLater:
		return append([]Line{{' ', "    " + p.Path + ":" + forces}}, textLines(was, is)...)
	case p.Old == nil && p.New == nil, wasText && isText && was == is:
		return []Line{{' ', "    " + p.Path + ": " + whether(wasText, value(p.Old)+" → ", "") + value(p.New) + " changes" + forces}}
	}
	var lines []Line
	if p.Old != nil {
		lines = append(lines, Line{'-', "    " + p.Path + ": " + value(p.Old)})
	}
	if p.New != nil {
		lines = append(lines, Line{'+', "    " + p.Path + ": " + value(p.New)})
	}
	lines[len(lines)-1].Text += forces
	return lines
}

// value is short JSON in one line, texts without quotes where that can be read.
func value(v any) string {
	switch v := v.(type) {
	case nil:
		return "what follows from it"
	case string:
		if isPolicy(v) {
			return "[policy]"
		}
		if v != "" && strings.TrimSpace(v) == v && strings.IndexFunc(v, unicode.IsControl) < 0 {
			return cut(v)
		}
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return cut(fmt.Sprint(v))
	}
	return cut(strings.TrimSpace(b.String()))
}

func cut(text string) string {
	if r := []rune(text); len(r) > longest {
		return fmt.Sprintf("%s… (%d characters)", string(r[:longest]), len(r))
	}
	return text
}

// textLines are the lines that differ, those of each place together.
func textLines(was, is string) []Line {
	a, b := strings.Split(was, "\n"), strings.Split(is, "\n")
	const most = 1000 // lines that are compared one by one
	if len(a) > most || len(b) > most {
		return []Line{{'-', fmt.Sprintf("      %d lines", len(a))}, {'+', fmt.Sprintf("      %d lines", len(b))}}
	}
	var lines []Line
	add := func(mark rune, text string) {
		lines = append(lines, Line{mark, "      " + cut(strings.TrimRightFunc(text, unicode.IsSpace))})
	}
	length := common(a, b)
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && length[i+1][j] >= length[i][j+1]:
			add('-', a[i])
			i++
		default:
			add('+', b[j])
			j++
		}
	}
	return lines
}

// common gives the length of the longest common subsequence of a[i:] and b[j:].
func common(a, b []string) [][]int {
	length := make([][]int, len(a)+1)
	for i := range length {
		length[i] = make([]int, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				length[i][j] = length[i+1][j+1] + 1
			} else {
				length[i][j] = max(length[i+1][j], length[i][j+1])
			}
		}
	}
	return length
}

// Short makes "ecs/service" of "aws:ecs/service:Service"; what is not a cloud's keeps its whole type.
func Short(typ string) string {
	parts := strings.Split(typ, ":")
	if len(parts) != 3 {
		return typ
	}
	if module, _, ok := strings.Cut(parts[1], "/"); ok && module != "index" {
		return parts[1]
	}
	return parts[0] + "/" + parts[2]
}

// Lines describe how a policy changes.
func (a Access) Lines() []Line {
	lines := []Line{{' ', fmt.Sprintf("%s %s, %s", Short(a.Type), a.Name, a.Policy)}}
	if a.Problem != "" {
		lines = append(lines, Line{' ', "    " + a.Problem})
	}
	for _, s := range a.Statements {
		mark := map[string]rune{"gained": '+', "lost": '-'}[s.Change]
		if mark == 0 {
			mark = ' '
		}
		lines = append(lines, Line{mark, strings.TrimRight("    "+s.Effect+" "+s.Sid, " ")})
		for _, e := range s.Lost {
			lines = append(lines, Line{'-', "        " + cut(e)})
		}
		for _, e := range s.Gained {
			lines = append(lines, Line{'+', "        " + cut(e)})
		}
		for _, w := range s.Widened {
			lines = append(lines, Line{'!', "        " + cut(w)})
		}
	}
	return lines
}

// Line describes what is opened, and to whom.
func (e Exposure) Line() Line {
	text := fmt.Sprintf("%s %s: %s", Short(e.Type), e.Name, e.What)
	if len(e.From) > 0 {
		text += " from " + strings.Join(e.From, ", ")
	}
	return Line{whether(e.World, '!', '+'), text}
}
