package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/calls"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// ask puts the step's calls before the policies. All are decided, so that one report shows every lack.
func (r *release) ask(s *verdict.Step, list []access.Call) error {
	var first *verdict.Problem
	for _, c := range list {
		p, _ := r.decide(s.Stage, s.Name, c)
		switch {
		case p == nil:
		case first == nil:
			first = p
		default:
			s.More = append(s.More, *p)
		}
	}
	if first == nil {
		return nil
	}
	return first
}

// decide puts one call before the policies and notes the decision; the problem is nil for one that is allowed.
func (r *release) decide(stage, step string, c access.Call) (*verdict.Problem, verdict.Call) {
	decided := r.judge.Decide(c)
	decided.Stage, decided.Step = stage, step
	r.remember(decided)
	return access.Problem(decided), decided
}

// remember notes a decision, once for calls that are made again and again, as for each layer of an image.
func (r *release) remember(c verdict.Call) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !slices.ContainsFunc(r.verdict.Calls, func(o verdict.Call) bool {
		return o.Stage == c.Stage && o.Step == c.Step && o.Role == c.Role && o.Action == c.Action && o.Resource == c.Resource && o.Reason == c.Reason
	}) {
		r.verdict.Calls = append(r.verdict.Calls, c)
	}
}

// problemOf is the problem that an error is, or nil.
func problemOf(err error) *verdict.Problem {
	var p *verdict.Problem
	errors.As(err, &p)
	return p
}

// ignoreProblem is the error, unless it is a problem of the release, which the verdict has.
func ignoreProblem(err error) error {
	if problemOf(err) != nil {
		return nil
	}
	return err
}

// notify asks for those who are to be told of the release.
func (r *release) notify(ctx context.Context) error {
	list := calls.Notify(r.world)
	if r.group != nil {
		list = append(list, calls.Notice(r.world, r.group)...)
	}
	if len(list) == 0 {
		return nil
	}
	return r.do(ctx, verdict.Step{Stage: "Afterwards", Name: "Notifications"}, func(s *verdict.Step) error {
		s.Detail = "the release and its alarms are told of"
		return r.ask(s, list)
	})
}

// forbid asks for what no role of the release may be able to do.
func (r *release) forbid(ctx context.Context) error {
	return r.do(ctx, verdict.Step{Stage: "Afterwards", Name: "What must not be possible"}, func(s *verdict.Step) error {
		var first *verdict.Problem
		for _, c := range calls.Forbidden(r.world, r.pipeline) {
			decided := r.judge.Decide(c)
			decided.Stage, decided.Step = s.Stage, s.Name
			r.verdict.Forbidden = append(r.verdict.Forbidden, decided)
			switch p := access.Excess(decided); {
			case p == nil:
			case first == nil:
				first = p
			default:
				s.More = append(s.More, *p)
			}
		}
		s.Detail = fmt.Sprintf("%d calls, all denied", len(r.verdict.Forbidden))
		if first == nil {
			return nil
		}
		s.Detail = ""
		return first
	})
}
