package report

import (
	"fmt"

	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// tally sums the decisions up.
type tally struct {
	allowed, denied, statements int // of the release's calls; statements are the different ones that allowed them
	possible, refused           int // of those that must not be possible
}

func tallied(v *verdict.Verdict) tally {
	var t tally
	statements := map[[3]string]bool{}
	for _, c := range v.Calls {
		if !c.Allowed {
			t.denied++
			continue
		}
		t.allowed++
		if c.Sid != "" || c.Policy != "" {
			statements[[3]string{c.Role, c.Policy, c.Sid}] = true
		}
	}
	t.statements = len(statements)
	for _, c := range v.Forbidden {
		if c.Allowed {
			t.possible++
		} else {
			t.refused++
		}
	}
	return t
}

// required is a sentence on the calls that the release makes.
func (t tally) required() string {
	s := plural(t.allowed, "call allowed", "calls allowed")
	if t.statements > 0 {
		s += ", by " + plural(t.statements, "statement", "statements")
	}
	if t.denied > 0 {
		s += "; " + plural(t.denied, "call denied", "calls denied")
	}
	return s
}

// forbidden is a sentence on the calls that must not be possible.
func (t tally) forbidden() string {
	s := plural(t.possible+t.refused, "call that must not be possible", "calls that must not be possible")
	if t.possible == 0 {
		return s + ": all denied"
	}
	return fmt.Sprintf("%s: %d of them allowed", s, t.possible)
}
