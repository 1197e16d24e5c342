package diff

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// Marker is the first line of the Markdown: a workflow finds its comment by it and updates that one.
const Marker = "<!-- drydock-diff -->"

// commentLimit is how much a comment on GitHub may have, in characters; bytes are never fewer.
const commentLimit = 65536

// reserve is kept for what tells of the things left out.
const reserve = 600

// Markdown renders the report for a comment on a pull request, within its limit: the dangers first, and after them
// the details of each stack, folded. What has no place is counted. Names and values are escaped, so that they neither
// format anything nor notify anybody.
func (r *Report) Markdown() string {
	d := &page{left: commentLimit - reserve}
	d.must(Marker + "\n" + r.title() + "\n\n")
	d.must(fmt.Sprintf("%s → %s\n\n", code1(r.Base.String()), code1(r.Head.String())))
	r.table(d)
	for _, n := range r.Notes {
		d.must("> " + plain(n) + "\n\n")
	}
	r.errors(d)
	r.dangers(d)
	r.details(d)
	if d.dangers > 0 {
		fmt.Fprintf(&d.text, "\n**%s more, for which there is no room here.**\n", Plural(d.dangers, "danger", "dangers"))
	}
	if d.dangers+d.omitted > 0 {
		d.text.WriteString("\n*A comment has no room for more: see `drydock diff` on a machine of yours, or its `--json`, for all.*\n")
	}
	return d.text.String()
}

// page is Markdown that does not grow over its limit.
type page struct {
	text    strings.Builder
	left    int
	omitted int // parts that have no place
	dangers int // those that have none
}

// must adds the text where there is place, and tells whether there is.
func (p *page) must(text string) bool {
	if len(text) > p.left {
		p.omitted++
		return false
	}
	p.left -= len(text)
	p.text.WriteString(text)
	return true
}

func (r *Report) title() string {
	dangers, failed := 0, 0
	for _, s := range r.Stacks {
		dangers += len(s.Dangers)
		failed += whether(s.Error != "", 1, 0)
	}
	switch {
	case failed > 0:
		return fmt.Sprintf("### Drydock diff: %s could not be judged", Plural(failed, "stack", "stacks"))
	case dangers > 0:
		return fmt.Sprintf("### Drydock diff: %s", Plural(dangers, "danger", "dangers"))
	}
	return "### Drydock diff: no danger"
}

// Plural counts.
func Plural(n int, one, many string) string {
	return fmt.Sprintf("%d %s", n, whether(n == 1, one, many))
}

func (r *Report) table(p *page) {
	p.must("| stack | + create | ~ update | ± replace | − delete | unchanged | danger |\n|:--|--:|--:|--:|--:|--:|:--|\n")
	for i, s := range r.Stacks {
		danger := whether(len(s.Dangers) > 0, fmt.Sprintf("**%d**", len(s.Dangers)), whether(s.Error != "", "not judged", "none"))
		row := fmt.Sprintf("| %s | %d | %d | %d | %d | %d | %s |\n", code1(s.Name), s.Count("create")+s.Count("import"),
			s.Count("update"), s.Count("replace"), s.Count("delete"), s.Same, danger+rich(s.remark()))
		if s.At == OnlyBase {
			row = fmt.Sprintf("| %s | | | | | | %s |\n", code1(s.Name), rich(strings.TrimPrefix(s.remark(), ", ")))
		}
		if len(row) > p.left/2 {
			p.must(fmt.Sprintf("\n%s have no place here.\n", Plural(len(r.Stacks)-i, "stack", "stacks")))
			p.omitted++
			break
		}
		p.must(row)
	}
	p.must("\n")
}

func (s *Stack) remark() string {
	switch {
	case s.Error != "":
		return ", failed"
	case s.At == OnlyBase:
		return ", the stack's file is removed: merging destroys nothing, `pulumi destroy` does"
	case s.Refused:
		return ", Pulumi refuses"
	case s.At == OnlyHead:
		return ", new stack"
	}
	return ""
}

func (r *Report) errors(p *page) {
	for _, s := range r.Stacks {
		if s.Error != "" {
			block := fence("text", limited(strings.Map(printableLines, s.Error), 8000))
			p.must(fmt.Sprintf("**%s failed**\n\n%s\n", plain(s.Name), block))
		}
	}
}

func limited(text string, most int) string {
	if len(text) <= most {
		return text
	}
	return strings.ToValidUTF8(text[:most], "") + fmt.Sprintf("\n… %d more bytes", len(text)-most)
}

func (r *Report) dangers(p *page) {
	for _, s := range r.Stacks {
		if len(s.Dangers) == 0 {
			continue
		}
		p.must(fmt.Sprintf("#### Dangers in %s\n\n", plain(s.Name)))
		said := map[string]bool{}
		for i, d := range s.Dangers {
			if !p.must(d.markdown(said)) {
				p.dangers += len(s.Dangers) - i
				break
			}
		}
		p.must("\n")
	}
}

// Names of the kinds, for people.
var titles = map[Kind]string{
	Data: "loses data", Traffic: "drops traffic", Releases: "stops releases", Leftover: "leaves resources behind",
	Protection: "removes protection", Opened: "exposes", Widened: "widens access",
}

// Title is the danger's kind in words.
func (d Danger) Title() string { return cmp.Or(titles[d.Kind], string(d.Kind)) }

// markdown leaves out the ways out that were said of another danger before: one alias is often that of many.
func (d Danger) markdown(said map[string]bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "- **%s**: %s %s: %s", d.Title(), code1(Short(d.Type)), code1(d.Name), rich(d.Reason))
	if len(d.Forces) > 0 {
		fmt.Fprintf(&b, " (by %s)", joined(d.Forces, code1))
	}
	var ways []string
	for _, way := range d.WayOut {
		if said[way] {
			way = "as above"
		}
		if !slices.Contains(ways, way) {
			ways = append(ways, way)
		}
		said[way] = true
	}
	if len(ways) > 0 {
		b.WriteString("\n  <br>way out: " + joinedBy("; or ", ways, rich))
	}
	return b.String() + "\n"
}

func joined(list []string, each func(string) string) string { return joinedBy(", ", list, each) }

func joinedBy(separator string, list []string, each func(string) string) string {
	out := make([]string, len(list))
	for i, e := range list {
		out[i] = each(e)
	}
	return strings.Join(out, separator)
}
