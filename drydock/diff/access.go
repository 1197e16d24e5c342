package diff

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/internal/iam"
)

// policies compares the IAM policies among the inputs, statement by statement, whichever resource they belong to.
func policies(s drydock.Step) (changes []Access, widened []Danger) {
	was, will := documents(inputs(s.Old)), documents(inputs(s.New))
	for path := range was {
		if lookup(inputs(s.New), path) == drydock.Unknown {
			will[path] = drydock.Unknown
		}
	}
	for _, property := range []string{"policy", "assumeRolePolicy"} {
		if strings.HasPrefix(s.Type, "aws:iam/") && inputs(s.New)[property] == drydock.Unknown {
			will[property] = drydock.Unknown
		}
	}
	for _, path := range slices.Sorted(maps.Keys(union(was, will))) {
		change := Access{Op: s.Op, Resource: resourceOf(s), Policy: path}
		before, errBefore := policyOf(was[path])
		after, errAfter := policyOf(will[path])
		switch {
		case was[path] == will[path]:
			continue
		case will[path] == drydock.Unknown:
			change.Problem = "it names resources that do not exist yet: known after the up"
		case errBefore != nil:
			change.Problem = errBefore.Error()
		case errAfter != nil:
			change.Problem = errAfter.Error()
		default:
			change.Statements = compareStatements(before.Statements, after.Statements)
		}
		if len(change.Statements) == 0 && change.Problem == "" {
			continue
		}
		changes = append(changes, change)
		widened = append(widened, widenings(s, change)...)
	}
	return append(changes, attached(s)...), append(widened, attachedWide(s)...)
}

// documents are the texts among the inputs that are policies, by path.
func documents(in map[string]any) map[string]any {
	found := map[string]any{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for key, e := range v {
				walk(strings.TrimPrefix(path+"."+key, "."), e)
			}
		case []any:
			for i, e := range v {
				walk(fmt.Sprintf("%s[%d]", path, i), e)
			}
		case string:
			if isPolicy(v) {
				found[path] = v
			}
		}
	}
	walk("", in)
	return found
}

func isPolicy(text string) bool {
	doc, _ := document(text)
	fields, _ := doc.(map[string]any)
	switch fields["Statement"].(type) {
	case []any, map[string]any:
		return true
	}
	return false
}

func policyOf(text any) (iam.Document, error) {
	if text == nil {
		return iam.Document{}, nil
	}
	return iam.Parse(text.(string)) // documents finds texts only
}

// compareStatements pairs the statements: first those that say the same, then those of one Sid, then, of what has none,
// those of one effect in their order.
func compareStatements(was, will []iam.Statement) []StatementChange {
	was, will = slices.Clone(was), slices.Clone(will)
	was, will, _ = pair(was, will, func(a, b iam.Statement) bool { return meaning(a) == meaning(b) })
	was, will, bySid := pair(was, will, func(a, b iam.Statement) bool { return a.Sid != "" && a.Sid == b.Sid && a.Effect == b.Effect })
	was, will, byPlace := pair(was, will, func(a, b iam.Statement) bool { return a.Sid == "" && b.Sid == "" && a.Effect == b.Effect })
	var changes []StatementChange
	for _, p := range append(bySid, byPlace...) {
		gained, lost := minus(elements(p[1]), elements(p[0])), minus(elements(p[0]), elements(p[1]))
		changes = append(changes, StatementChange{
			Change: "changed", Sid: p[1].Sid, Effect: string(p[1].Effect), Gained: gained, Lost: lost,
			Widened: widening(p[0], p[1], gained, lost),
		})
	}
	for _, s := range will {
		all := elements(s)
		changes = append(changes, StatementChange{
			Change: "gained", Sid: s.Sid, Effect: string(s.Effect), Gained: all, Widened: widening(iam.Statement{}, s, all, nil),
		})
	}
	for _, s := range was {
		c := StatementChange{Change: "lost", Sid: s.Sid, Effect: string(s.Effect), Lost: elements(s)}
		if s.Effect == iam.EffectDeny {
			c.Widened = []string{"what the statement denied is denied no more"}
		}
		changes = append(changes, c)
	}
	return changes
}

// pair takes out of both lists what fits together.
func pair(was, will []iam.Statement, fits func(a, b iam.Statement) bool) (left, right []iam.Statement, pairs [][2]iam.Statement) {
	for _, a := range was {
		i := slices.IndexFunc(will, func(b iam.Statement) bool { return fits(a, b) })
		if i < 0 {
			left = append(left, a)
			continue
		}
		pairs = append(pairs, [2]iam.Statement{a, will[i]})
		will = slices.Delete(will, i, i+1)
	}
	return left, will, pairs
}

// meaning is what a statement says, whatever it is called and in which order.
func meaning(s iam.Statement) string {
	s.Sid = ""
	text, _ := json.Marshal(s) // cannot fail: it was read from JSON
	return string(text)
}

// elements are what a statement is made of, a line each.
func elements(s iam.Statement) []string {
	var all []string
	add := func(what string, values []string) {
		for _, v := range values {
			all = append(all, what+" "+v)
		}
	}
	add("action", s.Action)
	add("every action but", s.NotAction)
	add("resource", s.Resource)
	add("every resource but", s.NotResource)
	for _, kind := range slices.Sorted(maps.Keys(s.Principal)) {
		add(strings.TrimSpace("principal "+strings.TrimPrefix(kind, iam.Everyone)), s.Principal[kind])
	}
	for _, kind := range slices.Sorted(maps.Keys(s.NotPrincipal)) {
		add("every principal but "+kind, s.NotPrincipal[kind])
	}
	for _, operator := range slices.Sorted(maps.Keys(s.Condition)) {
		for _, key := range slices.Sorted(maps.Keys(s.Condition[operator])) {
			values := slices.Sorted(slices.Values(s.Condition[operator][key]))
			all = append(all, fmt.Sprintf("condition %s %s %s", operator, key, strings.Join(values, ", ")))
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

func minus(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(e string) bool { return slices.Contains(b, e) })
}
