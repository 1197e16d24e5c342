package rehearsal

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/internal/iam"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

// place is a policy in a world: a property of the record at an index among those of its type.
type place struct {
	typ, property string
	index         int
	name          string // as decisions call the policy
}

// mutant is a policy with one thing in it changed.
type mutant struct {
	place
	statement iam.Statement // as it was
	change    string        // as "without s3:GetObject"
	document  iam.Document
	whole     bool // the statement is gone
	widens    bool // more is allowed than before, or less denied
}

// drawnName is a name that Pulumi has ended in digits of its own choice.
var drawnName = regexp.MustCompile(`^(.* of )?(?:bash-dog|shop|website|blog|acme)(?:-([a-z-]+))?-[0-9a-f]{7}$`)

// key names the mutant in every stack alike: without the digits that Pulumi has chosen, and without what a stack is called.
func (m mutant) key() string {
	name := strings.TrimSuffix(drawnName.ReplaceAllString(m.name, "$1$2"), " of ")
	return fmt.Sprintf("%s, %s: %s", name, m.statement.Sid, m.change)
}

// places are all policies of a release.
func places(w *world.World) []place {
	var all []place
	for _, of := range []struct {
		typ, property string
		name          func(*drydock.Record) string
	}{
		{roleType, "assumeRolePolicy", func(r *drydock.Record) string { return "trust policy of " + r.Attr("name") }},
		{inlineType, "policy", func(r *drydock.Record) string { return r.Attr("name") }},
		{bucketPolicyType, "policy", func(r *drydock.Record) string { return "bucket policy of " + r.Attr("bucket") }},
		{repositoryPolicyType, "policy", func(r *drydock.Record) string { return "repository policy of " + r.Attr("repository") }},
		{topicPolicyType, "policy", func(r *drydock.Record) string { return "topic policy of " + r.ID[strings.LastIndex(r.ID, ":")+1:] }},
	} {
		for i, r := range w.All(of.typ) {
			all = append(all, place{of.typ, of.property, i, of.name(r)})
		}
	}
	return all
}

func (p place) document(t testing.TB, w *world.World) iam.Document {
	t.Helper()
	document, err := iam.Parse(w.All(p.typ)[p.index].Attr(p.property))
	require.NoError(t, err, p.name)
	return document
}

// in is a copy of the world that has the mutant.
func (m mutant) in(t testing.TB, w *world.World) *world.World {
	t.Helper()
	text, err := m.document.MarshalJSON()
	require.NoError(t, err)
	w = w.Clone()
	r := w.All(m.typ)[m.index]
	r.Inputs[m.property] = string(text)
	if _, has := r.Outputs[m.property]; has {
		r.Outputs[m.property] = string(text)
	}
	return w
}

// mutants are those of all policies in the world, each with one change: a statement less, or in one statement an action
// less, another resource or principal in the place of one, a condition that fails, or a condition less.
func mutants(t testing.TB, w *world.World) []mutant {
	t.Helper()
	var all []mutant
	for _, p := range places(w) {
		document := p.document(t, w)
		for i, s := range document.Statements {
			less := document
			less.Statements = slices.Delete(slices.Clone(document.Statements), i, i+1)
			all = append(all, mutant{place: p, statement: s, change: "without the statement", document: less, whole: true, widens: s.Effect == iam.EffectDeny})
			for change, other := range variants(s) {
				next := document
				next.Statements = slices.Clone(document.Statements)
				next.Statements[i] = other
				all = append(all, mutant{place: p, statement: s, change: change, document: next,
					widens: s.Effect == iam.EffectDeny || strings.HasPrefix(change, "without the condition")})
			}
		}
	}
	slices.SortStableFunc(all, func(a, b mutant) int { return strings.Compare(a.name+a.key(), b.name+b.key()) })
	return all
}

// variants are the statement with one thing changed, by what it is.
func variants(s iam.Statement) map[string]iam.Statement {
	all := map[string]iam.Statement{}
	for i, action := range s.Action {
		if len(s.Action) > 1 { // else it is the whole statement
			all["without "+action] = with(s, func(s *iam.Statement) { s.Action = slices.Delete(slices.Clone(s.Action), i, i+1) })
		}
	}
	for i, resource := range s.Resource {
		all["another resource than "+kindOf(resource, i)] = with(s, func(s *iam.Statement) { s.Resource = replacedAt(s.Resource, i, elsewhere(resource)) })
	}
	for kind, identifiers := range s.Principal {
		for i, identifier := range identifiers {
			if kind == iam.Service {
				all["another principal than "+identifier] = with(s, func(s *iam.Statement) {
					s.Principal = maps.Clone(s.Principal)
					s.Principal[kind] = replacedAt(identifiers, i, "another.amazonaws.com")
				})
			}
		}
	}
	for operator, keys := range s.Condition {
		for key, values := range keys {
			all["a condition on "+key+" that fails"] = with(s, func(s *iam.Statement) { s.Condition[operator][key] = otherwise(values) })
			all["without the condition on "+key] = with(s, func(s *iam.Statement) { delete(s.Condition[operator], key) })
		}
	}
	return all
}

// with is a changed copy of the statement.
func with(s iam.Statement, change func(*iam.Statement)) iam.Statement {
	conditions := iam.Conditions{}
	for operator, keys := range s.Condition {
		conditions[operator] = maps.Clone(keys)
	}
	s.Condition = conditions
	change(&s)
	maps.DeleteFunc(s.Condition, func(_ iam.Operator, keys map[string][]string) bool { return len(keys) == 0 })
	return s
}

func replacedAt(list []string, at int, value string) []string {
	list = slices.Clone(list)
	list[at] = value
	return list
}

// kindOf is a resource without its account and names, which differ from stack to stack, and its place in the list.
func kindOf(resource string, at int) string {
	arn, ok := world.ParseARN(resource)
	if !ok {
		return resource
	}
	kind, rest, _ := strings.Cut(strings.Replace(arn.Resource, ":", "/", 1), "/")
	if arn.Service == "s3" {
		kind = map[bool]string{true: "bucket", false: "objects"}[rest == ""]
	}
	return fmt.Sprintf("the %s %s (%d)", arn.Service, kind, at+1)
}

// elsewhere is a resource of the same kind that the release does not use.
func elsewhere(resource string) string {
	if resource == "*" {
		return "arn:aws:iam::123456789012:role/another"
	}
	return resource + "-another"
}

// otherwise are values that the request does not have.
func otherwise(values []string) []string {
	if slices.Equal(values, []string{"false"}) {
		return []string{"true"}
	}
	return []string{"another"}
}
