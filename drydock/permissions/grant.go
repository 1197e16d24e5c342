package permissions

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/internal/iam"
)

// grant is what one type of resource asks for: actions, on the resources that each of the type leads to, or on everything
// for a reason.
type grant struct {
	actions    []string
	on         func(Place, Resource) []string
	everything string // the reason for "*"; on is nil then
	when       func(Options, Resource) []iam.Condition
	tagged     bool // see byTag
}

// allow grants a service's actions on the resources that on finds.
func allow(on func(Place, Resource) []string, service string, actions ...string) grant {
	return grant{actions: prefixed(service, actions), on: on}
}

// allowAll grants actions that cannot be narrowed.
func allowAll(reason, service string, actions ...string) grant {
	return grant{actions: prefixed(service, actions), everything: reason}
}

// onlyIf narrows a grant by conditions.
func (g grant) onlyIf(when func(Options, Resource) []iam.Condition) grant {
	g.when = when
	return g
}

// byTag narrows a grant on resources whose names AWS makes up to those that carry the tags which all of the stack's of
// the type have in common, if there are any.
func (g grant) byTag() grant {
	g.tagged = true
	return g
}

func prefixed(service string, actions []string) []string {
	full := make([]string, len(actions))
	for i, action := range actions {
		full[i] = service + ":" + action
	}
	return full
}

// part is a statement to be: what differs in nothing but the resources is one.
type part struct {
	sid        string
	actions    []string
	resources  []string
	conditions []iam.Condition
	reason     string
}

type builder struct {
	options Options
	parts   map[string]*part
	common  map[string]map[string]string // tags by type
}

func (b *builder) add(r Resource, grants []grant) {
	if b.parts == nil {
		b.parts, b.common = map[string]*part{}, map[string]map[string]string{}
	}
	b.meet(r)
	for _, g := range grants {
		p := &part{sid: sidOf(r.Type), actions: g.actions, reason: g.everything}
		if g.when != nil {
			p.conditions = g.when(b.options, r)
		}
		if g.on == nil {
			p.resources = []string{"*"}
		} else if p.resources = g.on(r.place(b.options.Place), r); len(p.resources) == 0 {
			continue
		}
		if g.tagged {
			p.conditions = append(p.conditions, iam.If(iam.StringEquals, tagsOf, r.Type))
		}
		b.merge(p)
	}
}

// tagsOf stands for the tags of a type until all resources have been seen.
const tagsOf = "tags of"

func (b *builder) merge(p *part) {
	key := strings.Join(p.actions, " ") + conditionsKey(p.conditions)
	if p.reason != "" {
		key = "* " + p.reason
	}
	known, seen := b.parts[key]
	if !seen {
		b.parts[key] = p
		return
	}
	if known.sid != p.sid {
		known.sid = serviceSid(known.actions[0])
	}
	known.actions = union(known.actions, p.actions)
	known.resources = union(known.resources, p.resources)
}

func conditionsKey(conditions []iam.Condition) string {
	var text strings.Builder
	for _, c := range conditions {
		text.WriteString(" " + string(c.Operator) + " " + c.Key + " " + strings.Join(c.Values, ","))
	}
	return text.String()
}

func union(a, b []string) []string {
	all := slices.Concat(a, b)
	slices.Sort(all)
	return slices.Compact(all)
}

// meet keeps the tags that all resources of a type have so far. Name is a resource's own.
func (b *builder) meet(r Resource) {
	tags := map[string]string{}
	given, _ := r.Inputs["tags"].(map[string]any)
	for key, value := range given {
		if text, ok := value.(string); ok && key != "Name" && !strings.HasPrefix(key, "__") {
			tags[key] = text
		}
	}
	if before, seen := b.common[r.Type]; seen {
		maps.DeleteFunc(before, func(key, value string) bool { return tags[key] != value })
		return
	}
	b.common[r.Type] = tags
}

// statements are the parts, sorted, so that equal stacks give equal policies. What differs in the actions alone is one.
func (b *builder) statements() []iam.Statement {
	byReach := map[string]iam.Statement{}
	for _, key := range slices.Sorted(maps.Keys(b.parts)) {
		p := b.parts[key]
		conditions := b.known(p.conditions)
		resources := narrowest(p.resources)
		reach := strings.Join(resources, " ") + conditionsKey(conditions)
		s, seen := byReach[reach]
		if !seen {
			s = iam.Allow(p.sid).On(resources...)
			for _, c := range conditions {
				s = s.When(c.Operator, c.Key, c.Values...)
			}
		}
		if s.Sid != p.sid {
			s.Sid = serviceSid(p.actions[0])
		}
		s.Action = union(s.Action, p.actions)
		byReach[reach] = s
	}
	all := slices.Collect(maps.Values(byReach))
	slices.SortFunc(all, func(a, b iam.Statement) int {
		return cmp.Or(strings.Compare(a.Action[0], b.Action[0]), slices.Compare(a.Resource, b.Resource), slices.Compare(a.Action, b.Action))
	})
	return all
}

// known puts a type's tags in the place of what stands for them.
func (b *builder) known(conditions []iam.Condition) []iam.Condition {
	var known []iam.Condition
	for _, c := range conditions {
		if c.Key != tagsOf {
			known = append(known, c)
			continue
		}
		tags := b.common[c.Values[0]]
		for _, tag := range slices.Sorted(maps.Keys(tags)) {
			known = append(known, iam.If(iam.StringEquals, "aws:ResourceTag/"+tag, tags[tag]))
		}
	}
	return known
}

func (b *builder) wildcards() []Wildcard {
	var all []Wildcard
	for _, key := range slices.Sorted(maps.Keys(b.parts)) {
		if p := b.parts[key]; p.reason != "" {
			all = append(all, Wildcard{Actions: p.actions, Reason: p.reason})
		}
	}
	return all
}

// narrowest leaves out what another of the resources covers.
func narrowest(resources []string) []string {
	return slices.DeleteFunc(slices.Clone(resources), func(r string) bool {
		return slices.ContainsFunc(resources, func(other string) bool {
			return other != r && strings.HasSuffix(other, "*") && strings.HasPrefix(r, strings.TrimSuffix(other, "*"))
		})
	})
}

// serviceSid names a statement after the service alone: Ec2 for ec2:CreateTags.
func serviceSid(action string) string {
	service, _, _ := strings.Cut(action, ":")
	service = strings.ReplaceAll(service, "-", "")
	return strings.ToUpper(service[:1]) + service[1:]
}

// sidOf names a statement after a type: EcrRepository for aws:ecr/repository:Repository.
func sidOf(token string) string {
	module, name, _ := strings.Cut(strings.TrimPrefix(token, "aws:"), "/")
	_, name, _ = strings.Cut(name, ":")
	return strings.ToUpper(module[:1]) + module[1:] + strings.TrimSuffix(name, "V2")
}
