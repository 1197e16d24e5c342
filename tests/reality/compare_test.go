package reality

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// difference is a case that the drydock answers otherwise than the real provider.
type difference struct{ name, real, drydock string }

// verdict compares the drydock's answers with the real provider's.
type verdict struct {
	edits, wrongs int // that were judged
	agree         int
	differ        []difference
	unjudged      []difference // by the real provider, because its cloud, an emulator, could not
	lax           []string     // wrong programs that both accept
}

// compare judges each case once.
func compare(real, simulated answers) verdict {
	v := verdict{}
	for _, e := range edits() {
		r, d := real.Plans[e.name], simulated.Plans[e.name]
		if r.Op == unmade {
			v.unjudged = append(v.unjudged, difference{e.name, firstLine(r.Why), d.String()})
			continue
		}
		v.edits++
		v.judge(e.name, r.String(), d.String())
	}
	for _, w := range wrongs() {
		r, d := real.Refusals[w.name], simulated.Refusals[w.name]
		if d.Refused && !r.Refused {
			// An emulator is laxer than AWS; that the drydock is not is its purpose. The reason is the drydock's message.
			v.unjudged = append(v.unjudged, difference{w.name, "accepted", firstLine(d.Why)})
			continue
		}
		if !d.Refused && !r.Refused {
			v.lax = append(v.lax, w.name)
		}
		v.wrongs++
		v.judge(w.name, r.String(), d.String())
	}
	return v
}

func (v *verdict) judge(name, real, simulated string) {
	if real == simulated {
		v.agree++
		return
	}
	v.differ = append(v.differ, difference{name, real, simulated})
}

// unexplained are the differences without a reason, and the reasons without a difference.
func (v verdict) unexplained() (problems []string) {
	rest := maps.Clone(reasons)
	for _, d := range v.differ {
		if rest[d.name] == "" {
			problems = append(problems, fmt.Sprintf("%s: the real provider: %s; the drydock: %s", d.name, d.real, d.drydock))
		}
		delete(rest, d.name)
	}
	for _, name := range slices.Sorted(maps.Keys(rest)) {
		problems = append(problems, name+": there is no difference any more; remove its reason")
	}
	return problems
}

func (p plan) String() string {
	text := p.Op
	if len(p.Inputs) > 0 {
		text += " " + strings.Join(p.Inputs, ", ")
	}
	if len(p.Forces) > 0 {
		text += ", forced by " + strings.Join(p.Forces, ", ")
	}
	return text
}

func (r refusal) String() string {
	if r.Refused {
		return "refused"
	}
	return "accepted"
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	if len(line) > 160 {
		line = line[:160] + "…"
	}
	return line
}

// reasons are why the drydock's answer differs from the real provider's, by case.
var reasons = map[string]string{
	"service-controller": "Terraform's provider 6.4 no longer replaces (its CHANGELOG, #43434); pulumi-aws 6 is built on 5.x, which does",
	"build-name":         "the provider reads back artifacts.name, which AWS sets to the project's name, and tells of it beside the name",
}
