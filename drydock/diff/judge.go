package diff

import (
	"cmp"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock"
)

// Judge classifies what a preview would do. It looks at nothing else, so a table of results tests it.
func Judge(preview *drydock.Result) Verdict {
	steps := slices.SortedFunc(slices.Values(preview.Steps), func(a, b drydock.Step) int { return cmp.Compare(a.URN, b.URN) })
	moved := findRenames(steps)
	var v Verdict
	for _, s := range steps {
		change := Change{Op: s.Op, Resource: resourceOf(s), RenamedTo: moved[s.URN].to.Name}
		if s.Op == "update" || s.Op == "replace" {
			change.Properties = properties(s)
		}
		access, widened := policies(s)
		change.Properties = slices.DeleteFunc(change.Properties, toldBy(access))
		v.Changes = append(v.Changes, change)
		v.Dangers = append(v.Dangers, losses(s, moved)...)
		v.Access = append(v.Access, access...)
		v.Dangers = slices.Concat(v.Dangers, widened, admitted(s), disarmed(s, moved))
	}
	v.Dangers = append(v.Dangers, unguarded(slices.Concat(steps, preview.Options))...)
	v.Exposure = exposures(steps)
	v.Dangers = append(v.Dangers, opened(v.Exposure)...)
	v.sort()
	return v
}

// sort makes equal previews equal reports, the engine's order being another each time, and puts the worst first.
func (v *Verdict) sort() {
	slices.SortStableFunc(v.Changes, func(a, b Change) int {
		return cmp.Or(cmp.Compare(slices.Index(ops, a.Op), slices.Index(ops, b.Op)), a.Resource.compare(b.Resource))
	})
	slices.SortStableFunc(v.Dangers, func(a, b Danger) int {
		return cmp.Or(cmp.Compare(slices.Index(kinds, a.Kind), slices.Index(kinds, b.Kind)), a.Resource.compare(b.Resource))
	})
	slices.SortStableFunc(v.Access, func(a, b Access) int { return a.Resource.compare(b.Resource) })
	slices.SortStableFunc(v.Exposure, func(a, b Exposure) int { return a.Resource.compare(b.Resource) })
}

// ops are the operations, the worst first.
var ops = []string{"delete", "replace", "update", "import", "read", "create"}

func (r Resource) compare(other Resource) int {
	return cmp.Or(cmp.Compare(r.Type, other.Type), cmp.Compare(r.Name, other.Name), cmp.Compare(r.URN, other.URN))
}

// toldBy tells of a property whether it is part of a policy whose statements are compared.
func toldBy(access []Access) func(Property) bool {
	return func(p Property) bool {
		return slices.ContainsFunc(access, func(a Access) bool {
			return a.Problem == "" && a.Policy != attachedPolicy && strings.HasPrefix(p.Path+".", a.Policy+".")
		})
	}
}

func resourceOf(s drydock.Step) Resource { return Resource{URN: s.URN, Type: s.Type, Name: s.Name} }

func inputs(s *drydock.ResourceState) map[string]any {
	if s == nil {
		return nil
	}
	return s.Inputs
}

// kindOf is the type's token by which the rules know it: the AWS provider has three names for its load balancers.
// https://www.pulumi.com/registry/packages/aws/api-docs/alb/
func kindOf(typ string) string {
	for _, alias := range []string{"aws:alb/", "aws:elasticloadbalancingv2/", "aws:applicationloadbalancing/"} {
		if rest, ok := strings.CutPrefix(typ, alias); ok {
			return "aws:lb/" + rest
		}
	}
	return typ
}
