package main

import (
	"fmt"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock/diff"
)

// report writes a diff for people: of each stack the dangers, then what is gained, then every change.
func (p *printer) report(r *diff.Report) {
	p.heading(fmt.Sprintf("%s -> %s", r.Base, r.Head))
	for _, note := range r.Notes {
		p.line("  note: %s", note)
	}
	for i := range r.Stacks {
		p.line("")
		p.stackReport(&r.Stacks[i])
	}
}

func (p *printer) stackReport(s *diff.Stack) {
	p.heading(s.Name + ": " + summary(s))
	if s.Error != "" {
		p.line("  %s", strings.ReplaceAll(s.Error, "\n", "\n  "))
	}
	for _, d := range s.Dangers {
		p.danger(d)
	}
	if len(s.Exposure) > 0 {
		p.section("Exposure gained")
		for _, e := range s.Exposure {
			p.marked(e.Line())
		}
	}
	if len(s.Access) > 0 {
		p.section("Permissions")
		for _, a := range s.Access {
			p.marks(a.Lines())
		}
	}
	if len(s.Changes) > 0 {
		p.section("Resources")
		for _, c := range s.Changes {
			p.marks(c.Lines())
		}
	}
}

func summary(s *diff.Stack) string {
	if s.At == diff.OnlyBase {
		return "its file is removed; merging destroys nothing, `pulumi destroy` does"
	}
	var parts []string
	for _, op := range []string{"create", "import", "read", "update", "replace", "delete"} {
		if n := s.Count(op); n > 0 {
			parts = append(parts, fmt.Sprintf("%s %d", op, n))
		}
	}
	switch {
	case s.Error != "":
		parts = append(parts, "failed")
	case len(s.Dangers) > 0:
		parts = append(parts, diff.Plural(len(s.Dangers), "danger", "dangers"))
	case len(parts) == 0:
		parts = append(parts, "nothing changes")
	default:
		parts = append(parts, "no danger")
	}
	if s.Refused {
		parts = append(parts, "Pulumi refuses, for what is protected")
	}
	if s.At == diff.OnlyHead {
		parts = append(parts, "a new stack")
	}
	return strings.Join(parts, ", ")
}

func (p *printer) section(title string) {
	p.line("")
	p.heading("  " + title)
}

func (p *printer) danger(d diff.Danger) {
	p.line("")
	p.colored('!', "  DANGER "+d.Title()+": "+d.Op+" "+diff.Short(d.Type)+" "+d.Name)
	p.line("    %s", d.Reason)
	if len(d.Forces) > 0 {
		p.line("    by:  %s", strings.Join(d.Forces, ", "))
	}
	for i, way := range d.WayOut {
		lead := "way out:"
		if i > 0 {
			lead = "     or:"
		}
		p.line("    %s %s", lead, way)
	}
}

func (p *printer) marks(lines []diff.Line) {
	for _, l := range lines {
		p.marked(l)
	}
}

func (p *printer) marked(l diff.Line) { p.colored(l.Mark, fmt.Sprintf("  %c %s", l.Mark, l.Text)) }

func (p *printer) colored(mark rune, text string) {
	codes := map[rune]string{'+': "32", '-': "31", '!': "33"}
	if code := codes[mark]; p.color && code != "" {
		text = "\033[" + code + "m" + text + "\033[0m"
	}
	p.line("%s", text)
}
