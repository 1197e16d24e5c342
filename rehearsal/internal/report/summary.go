package report

import (
	"fmt"
	"strings"

	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

func (t *terminal) traffic(samples []verdict.Sample) {
	if len(samples) == 0 {
		return
	}
	t.heading("Traffic", "share of requests that the new version answers")
	barWidth := min(20, t.width/4)
	for _, s := range samples {
		filled := min(barWidth, max(0, int(s.Green/100*float64(barWidth)+0.5)))
		if s.Green > 0 {
			filled = max(1, filled)
		}
		bar := t.paint(green, strings.Repeat("█", filled)) + t.paint(blue, strings.Repeat("░", barWidth-filled))
		t.hanging(fmt.Sprintf("  %*s  %s %6s  ", timeWidth, duration(s.At), bar, percent(s.Green)), clean(s.Event)+" ")
	}
}

func (t *terminal) permissions(v *verdict.Verdict) {
	if len(v.Calls)+len(v.Forbidden) == 0 {
		return
	}
	t.heading("Permissions", "")
	sum := tallied(v)
	t.finding(len(v.Calls), sum.denied == 0, sum.required())
	for _, c := range v.Calls {
		if !c.Allowed {
			t.call(c)
		}
	}
	t.finding(len(v.Forbidden), sum.possible == 0, sum.forbidden())
	for _, c := range v.Forbidden {
		if c.Allowed {
			t.call(c)
		}
	}
}

// finding is the sentence on a number of calls.
func (t *terminal) finding(calls int, good bool, text string) {
	r := verdict.Failed
	if good {
		r = verdict.Passed
	}
	if calls > 0 {
		t.hanging("  "+t.result(r)+" ", text)
	}
}

func (t *terminal) call(c verdict.Call) {
	where := c.Resource
	if where == "*" {
		where = "all resources"
	}
	text := fmt.Sprintf("%s on %s, by %s", c.Action, where, short(c.Role))
	if c.Reason != "" {
		text += ": " + c.Reason
	}
	t.hanging("      ", clean(text))
}

func (t *terminal) notes(notes []string) {
	if len(notes) > 0 {
		t.heading("Notes", "")
	}
	for _, n := range notes {
		t.hanging("  · ", clean(n))
	}
}

// logLines is how many of a failed step's last lines are shown.
const logLines = 12

// problems are a step's, and after them its log.
func (t *terminal) problems(s *verdict.Step) {
	all := defects(s)
	for _, p := range all {
		t.line("")
		t.hanging(t.paint(red, "✗")+" ", t.paint(bold, clean(p.What)))
		for _, row := range [][2]string{{"step", path(s)}, {"where", p.Where}, {"file", place(&p)}, {"fix", p.Fix}} {
			t.hanging("  "+t.paint(dim, padded(row[0], 5))+"  ", clean(row[1]))
		}
	}
	if len(all) > 0 && len(s.Log) > 0 {
		t.log(s.Log)
	}
}

func (t *terminal) log(lines []string) {
	title := "log"
	if len(lines) > logLines {
		title = fmt.Sprintf("log, the last %d of %d lines", logLines, len(lines))
		lines = lines[len(lines)-logLines:]
	}
	t.line("  " + t.paint(dim, title))
	for _, line := range lines {
		t.hanging("  "+t.paint(dim, "│")+" ", clean(line)+" ")
	}
}

func (t *terminal) conclusion(v *verdict.Verdict) {
	t.line("")
	if v.Passed() {
		t.hanging("", t.paint(green, "✓ Passed:")+" "+subject(v)+" goes through, in "+duration(ends(v))+" of simulated time.")
	} else {
		t.hanging("", t.paint(red, "✗ Failed:")+" "+failure(v))
	}
	t.hanging("  ", t.paint(dim, spent(v)))
}

// subject is what was rehearsed.
func subject(v *verdict.Verdict) string {
	if v.PullRequest {
		return "the pull request"
	}
	return "the release"
}

// failure says where and when a release ends, and how many defects there are.
func failure(v *verdict.Verdict) string {
	problems := plural(len(v.Problems()), "problem", "problems")
	s := v.FailedStep()
	if s == nil {
		return problems + " to mend."
	}
	return fmt.Sprintf("%s ends at %s, %s after it began; %s to mend.", subject(v), clean(path(s)), duration(s.At+s.Took), problems)
}

// spent says what the rehearsal cost in real time.
func spent(v *verdict.Verdict) string {
	if v.Wall <= 0 {
		return ""
	}
	text := "Rehearsed in " + duration(v.Wall)
	if v.Images > 0 {
		text += fmt.Sprintf(", %s of it (%.0f%%) building images", duration(v.Images), 100*v.Images.Seconds()/v.Wall.Seconds())
	}
	return text + "; AWS was not touched."
}
