package report

import (
	"strings"
	"time"

	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// group is steps that belong together, a stage or an action of one, in the order in which they happened.
type group struct {
	name  string
	steps []numbered
}

// numbered is a step and its place in the verdict, from 0.
type numbered struct {
	at   int
	step *verdict.Step
}

// grouped puts neighbors of the same name together.
func grouped(steps []numbered, name func(*verdict.Step) string) []group {
	var all []group
	for _, n := range steps {
		if len(all) == 0 || all[len(all)-1].name != name(n.step) {
			all = append(all, group{name: name(n.step)})
		}
		last := &all[len(all)-1]
		last.steps = append(last.steps, n)
	}
	return all
}

func stages(v *verdict.Verdict) []group {
	steps := make([]numbered, len(v.Steps))
	for i := range v.Steps {
		steps[i] = numbered{i, &v.Steps[i]}
	}
	return grouped(steps, func(s *verdict.Step) string { return s.Stage })
}

// actions are a stage's; a step outside of every action counts as one by its own name.
func (g group) actions() []group {
	return grouped(g.steps, func(s *verdict.Step) string {
		if s.Action == "" {
			return s.Name
		}
		return s.Action
	})
}

// result is what the steps come to: failed if one failed, manual where a person acts, skipped if none was reached.
func (g group) result() verdict.Result {
	has := map[verdict.Result]bool{}
	for _, n := range g.steps {
		has[n.step.Result] = true
	}
	for _, r := range []verdict.Result{verdict.Failed, verdict.Manual, verdict.Passed} {
		if has[r] {
			return r
		}
	}
	return verdict.Skipped
}

// start is the simulated time since the release began.
func (g group) start() time.Duration { return g.steps[0].step.At }

// end is when the last step is over; steps that were not reached take no time.
func (g group) end() time.Duration {
	end := g.start()
	for _, n := range g.steps {
		if n.step.Result != verdict.Skipped {
			end = max(end, n.step.At+n.step.Took)
		}
	}
	return end
}

// ends is the simulated time at which the release is over, one way or the other.
func ends(v *verdict.Verdict) time.Duration {
	var end time.Duration
	for _, s := range v.Steps {
		if s.Result != verdict.Skipped {
			end = max(end, s.At+s.Took)
		}
	}
	for _, s := range v.Traffic {
		end = max(end, s.At)
	}
	return end
}

// path is where a step is, as "Build / build", each name once.
func path(s *verdict.Step) string {
	parts := []string{s.Stage}
	for _, name := range []string{s.Action, s.Name} {
		if name != "" && name != parts[len(parts)-1] {
			parts = append(parts, name)
		}
	}
	return strings.Join(parts, " / ")
}

// defects are all that a step has shown.
func defects(s *verdict.Step) []verdict.Problem {
	if s.Problem == nil {
		return nil
	}
	return append([]verdict.Problem{*s.Problem}, s.More...)
}

// mark is a result as one character, for those who do not see its color.
func mark(r verdict.Result) string {
	switch r {
	case verdict.Passed:
		return "✓"
	case verdict.Failed:
		return "✗"
	case verdict.Manual:
		return "●"
	}
	return "–"
}

// word is a result for those who see neither color nor symbol.
func word(r verdict.Result) string {
	switch r {
	case verdict.Passed:
		return "passed"
	case verdict.Failed:
		return "FAILED"
	case verdict.Manual:
		return "by hand"
	}
	return "skipped"
}
