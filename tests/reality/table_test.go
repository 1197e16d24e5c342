package reality

import (
	"maps"
	"slices"
	"strings"
)

// values are a resource's inputs as a program gives them. A text may be a reference to a fixture's output: "${vpc.id}".
type values = map[string]any

// edit is a right program and a change of it: what is planned must be the same in both clouds.
type edit struct {
	name   string // of the case, and of the resource in the program
	typ    string // short: "ecr/repository:Repository"
	base   values
	change values // over base; none removes an input
}

// after are the inputs after the change.
func (e edit) after() values { return over(e.base, e.change) }

// none stands for an input that the change removes.
type none struct{}

func over(base, change values) values {
	out := maps.Clone(base)
	for k, v := range change {
		if v == (none{}) {
			delete(out, k)
		} else {
			out[k] = v
		}
	}
	return out
}

// wrong is a program that must be refused.
type wrong struct {
	name string
	typ  string
	in   values
}

// fixture is a resource that the cases refer to. It has no changes of its own.
type fixture struct {
	name string
	typ  string
	in   values
}

// service are the cases of one AWS service.
type service struct {
	fixtures []fixture
	edits    []edit
	wrongs   []wrong
}

func services() []service {
	return []service{
		network(), balancing(), identity(), storage(), containers(), clusters(), delivery(), operations(),
	}
}

func fixtures() (all []fixture) {
	for _, s := range services() {
		all = append(all, s.fixtures...)
	}
	return all
}

func edits() (all []edit) {
	for _, s := range services() {
		all = append(all, s.edits...)
	}
	return all
}

func wrongs() (all []wrong) {
	for _, s := range services() {
		all = append(all, s.wrongs...)
	}
	return all
}

// token is the resource type in full.
func token(short string) string { return "aws:" + short }

// types are the short tokens that the cases are about.
func types() []string {
	seen := map[string]bool{}
	for _, e := range edits() {
		seen[e.typ] = true
	}
	for _, w := range wrongs() {
		seen[w.typ] = true
	}
	return slices.Sorted(maps.Keys(seen))
}

// list is what a program writes as pulumi.Array.
func list(elements ...any) []any { return elements }

// top is the input that a property path lies in: "tags" of "tags.team".
func top(path string) string {
	name, _, _ := strings.Cut(path, ".")
	name, _, _ = strings.Cut(name, "[")
	return name
}
