package reality

import (
	"fmt"
	"os"
	"strings"
)

const document = "../../docs/reality.md"

const (
	begin = "<!-- written by go test ./tests/reality -update; do not edit -->\n"
	end   = "<!-- end -->\n"
)

// score is the document, and what it would be with the verdict between its marks.
func score(v verdict) (now, should string, err error) {
	text, err := os.ReadFile(document)
	if err != nil {
		return "", "", err
	}
	before, rest, ok := strings.Cut(string(text), begin)
	_, after, closed := strings.Cut(rest, end)
	if !ok || !closed {
		return "", "", fmt.Errorf("%s lacks the marks of the score", document)
	}
	return string(text), before + begin + v.markdown() + end + after, nil
}

func (v verdict) markdown() string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n**%d of %d** cases agree: %d edits and %d wrong programs over %d resource types, judged by the real provider.\n",
		v.agree, v.edits+v.wrongs, v.edits, v.wrongs, len(types()))
	table := func(title, one, two, three string, rows []difference, reason func(difference) string) {
		if len(rows) == 0 {
			return
		}
		fmt.Fprintf(&b, "\n%s\n\n| case | %s | %s | %s |\n|---|---|---|---|\n", title, one, two, three)
		for _, d := range rows {
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", d.name, cell(d.real), cell(d.drydock), cell(reason(d)))
		}
	}
	table("Differences:", "real provider", "drydock", "reason", v.differ, func(d difference) string { return reasons[d.name] })
	var lax, missing []difference
	for _, d := range v.unjudged {
		if d.real == "accepted" {
			lax = append(lax, d)
		} else {
			missing = append(missing, d)
		}
	}
	table("Not judged, because the emulator could not make the resource:", "the emulator", "drydock", "", missing,
		func(difference) string { return "" })
	if len(lax) > 0 {
		fmt.Fprintf(&b, "\nNot judged, because the rule is AWS's own and the emulator has no such rule; the drydock refuses them:\n\n"+
			"| case | the drydock says |\n|---|---|\n")
		for _, d := range lax {
			fmt.Fprintf(&b, "| %s | %s |\n", d.name, cell(d.drydock))
		}
	}
	return b.String() + "\n"
}

func cell(s string) string {
	return strings.NewReplacer("|", "\\|", "\n", " ", "<", "&lt;").Replace(s)
}
