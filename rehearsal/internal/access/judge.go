package access

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/container-pipeline/container-pipeline/internal/iam"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// Judge decides calls by the policies that a world has attached, as they are at the moment of each decision.
type Judge struct {
	world  *world.World
	parsed sync.Map // documents by their text: a release asks hundreds of times for the same few
}

// New is the judge of the world.
func New(w *world.World) *Judge { return &Judge{world: w} }

// Decide says whether AWS would allow the call, by which statement or for which lack. What AWS could not decide either,
// as a policy that is no policy or a role that does not exist, is a denial that says so. Stage and Step are left to the
// caller. Policies of organizations, sessions and VPC endpoints are beyond it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
func (j *Judge) Decide(c Call) verdict.Call {
	request := j.request(c)
	decided := verdict.Call{
		Role: c.Role, Action: c.Action, Resource: c.Resource, Context: particular(c.Context), Why: c.Why, Doc: c.Doc,
	}
	attached, unknown, err := j.attached(c)
	if err == nil {
		var decision iam.Decision
		if decision, err = iam.Evaluate(request, attached...); err == nil {
			decided.Allowed, decided.Sid, decided.Policy = decision.Allowed, decision.Sid, decision.Policy
			decided.Reason = reason(request, decision, attached, unknown)
			return decided
		}
	}
	decided.Reason = undecidable(c, err)
	return decided
}

// particular is a copy of the keys that the call brings itself; those of every request would only blur them.
func particular(context map[string][]string) map[string][]string {
	if len(context) == 0 {
		return nil
	}
	own := maps.Clone(context)
	for key, values := range own {
		own[key] = slices.Clone(values)
	}
	return own
}

// attached are the policies that have a say in the call: the role's, and the resource's.
func (j *Judge) attached(c Call) (attached []iam.Attached, unknown []string, err error) {
	var texts []policyText
	if !isService(c.Role) {
		if texts, unknown, err = j.ofCaller(c); err != nil {
			return nil, nil, err
		}
	}
	guarding, err := j.ofResource(c)
	if err != nil {
		return nil, nil, err
	}
	var problems []error
	for _, t := range append(texts, guarding...) {
		a, err := j.parse(t)
		attached, problems = append(attached, a), append(problems, err)
	}
	return attached, unknown, errors.Join(problems...)
}

// policyText is a policy as the clouds keep it.
type policyText struct {
	name string
	kind iam.PolicyType
	text string
}

func (j *Judge) parse(p policyText) (iam.Attached, error) {
	document, ok := j.parsed.Load(p.text)
	if !ok {
		read, err := iam.Parse(p.text)
		if err != nil {
			return iam.Attached{}, fmt.Errorf("policy %q does not parse: %w", p.name, err)
		}
		document = read
		j.parsed.Store(p.text, read)
	}
	return iam.Attached{Name: p.name, Type: p.kind, Document: document.(iam.Document)}, nil
}
