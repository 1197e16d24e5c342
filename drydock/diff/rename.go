package diff

import (
	"fmt"
	"reflect"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock"
)

// rename is a resource that is deleted and another of its type that is created: likely the same one under another name
// or parent, of which Pulumi knows nothing without an alias.
// https://www.pulumi.com/docs/iac/concepts/resources/options/aliases/
type rename struct{ from, to drydock.Step }

// renames are by the URN of what is deleted.
type renames map[string]rename

func findRenames(steps []drydock.Step) renames {
	found := renames{}
	taken := map[string]bool{}
	for _, from := range steps {
		if from.Op != "delete" {
			continue
		}
		best, most := -1, 0.0
		for i, to := range steps {
			if to.Op != "create" || to.Type != from.Type || taken[to.URN] {
				continue
			}
			if score := likeness(from, to); best < 0 || score > most {
				best, most = i, score
			}
		}
		if best >= 0 {
			taken[steps[best].URN] = true
			found[from.URN] = rename{from, steps[best]}
		}
	}
	return found
}

// likeness counts equal inputs, and, as less than one of them, how much of the name stays.
func likeness(from, to drydock.Step) float64 {
	score := 0.0
	for key, was := range inputs(from.Old) {
		if key != "__defaults" && reflect.DeepEqual(was, inputs(to.New)[key]) {
			score++
		}
	}
	return score + float64(commonEnds(from.Name, to.Name))/float64(1+max(len(from.Name), len(to.Name)))
}

// commonEnds is how many bytes two names share at their beginning and end.
func commonEnds(a, b string) int {
	n := 0
	for n < min(len(a), len(b)) && a[n] == b[n] {
		n++
	}
	a, b = a[n:], b[n:]
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		n, a, b = n+1, a[:len(a)-1], b[:len(b)-1]
	}
	return n
}

// root is the outermost component that was renamed with the resource in it, or the resource: that is where the alias goes.
func (r renames) root(of rename) rename {
	for of.from.Old != nil && of.to.New != nil {
		parent, ok := r[of.from.Old.Parent]
		if !ok || parent.to.URN != of.to.New.Parent {
			break
		}
		of = parent
	}
	return of
}

// wayOut says which alias keeps what is deleted; "" where nothing seems to be renamed.
func (r renames) wayOut(s drydock.Step) string {
	found, ok := r[s.URN]
	if !ok {
		return ""
	}
	found = r.root(found)
	inside := ""
	if found.from.URN != s.URN {
		inside = ", and all that is in it stays"
	}
	return fmt.Sprintf("if %s `%s` is `%s` renamed, give it `pulumi.Aliases([]pulumi.Alias{{%s}})`%s",
		noun(found.to.Type), found.to.Name, found.from.Name, strings.Join(aliasFields(found), ", "), inside)
}

func aliasFields(r rename) []string {
	var fields []string
	if r.from.Name != r.to.Name {
		fields = append(fields, fmt.Sprintf("Name: pulumi.String(%q)", r.from.Name))
	}
	was, is := parentOf(r.from.Old), parentOf(r.to.New)
	switch {
	case was == is:
	case was == "":
		fields = append(fields, "NoParent: pulumi.Bool(true)")
	default:
		fields = append(fields, fmt.Sprintf("ParentURN: pulumi.URN(%q)", was))
	}
	return fields
}

// parentOf is the component that the resource is in; the stack is none.
func parentOf(s *drydock.ResourceState) string {
	if s == nil || strings.Contains(s.Parent, "::pulumi:pulumi:Stack::") {
		return ""
	}
	return s.Parent
}
