package sim

import (
	"context"
	"fmt"
	"sort"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

// defaultsKey lists, within the inputs, the properties that the provider chose itself, as bridged providers do.
const defaultsKey = "__defaults"

func (s *server) Check(_ context.Context, req plugin.CheckRequest) (plugin.CheckResponse, error) {
	r, err := s.find(req.URN.Type())
	if err != nil {
		return plugin.CheckResponse{}, err
	}
	in, err := fromProperties(req.News)
	if err != nil {
		return plugin.CheckResponse{}, err
	}
	old, err := fromProperties(req.Olds)
	if err != nil {
		return plugin.CheckResponse{}, err
	}
	delete(in, defaultsKey)
	s.cloud.texts.learn(in)
	if err := autoName(r, req, in, old); err != nil {
		return plugin.CheckResponse{}, err
	}
	c := &Check{In: in}
	c.fields("", r.Inputs, in)
	if r.Validate != nil && len(c.Problems) == 0 {
		r.Validate(c)
	}
	return plugin.CheckResponse{Properties: toProperties(in), Failures: failures(c.Problems)}, nil
}

// autoName gives the name that the program left out: the old one where there is one, else a new one.
func autoName(r *Resource, req plugin.CheckRequest, in, old Values) error {
	if r.AutoName == nil || in.Has(r.AutoName.Field) || in.Has(r.AutoName.Field+"Prefix") {
		return nil
	}
	in[defaultsKey] = []any{r.AutoName.Field}
	if was, ok := old[r.AutoName.Field]; ok && len(old.List(defaultsKey)) > 0 {
		in[r.AutoName.Field] = was
		return nil
	}
	if a := req.Autonaming; a != nil && a.Mode != plugin.AutonamingModePropose {
		if a.Mode == plugin.AutonamingModeDisabled {
			delete(in, defaultsKey)
			return nil
		}
		in[r.AutoName.Field] = a.ProposedName
		return nil
	}
	base := req.URN.Name()
	if r.AutoName.Lower {
		base = strings.ToLower(base)
	}
	name, err := resource.NewUniqueName(req.RandomSeed, base+"-", 7, r.AutoName.Max, nil)
	if err != nil {
		return fmt.Errorf("naming %s automatically: %w; give %s", base, err, r.AutoName.Field)
	}
	in[r.AutoName.Field] = name
	return nil
}

func (s *server) Diff(_ context.Context, req plugin.DiffRequest) (plugin.DiffResponse, error) {
	r, err := s.find(req.URN.Type())
	if err != nil {
		return plugin.DiffResult{}, err
	}
	old, now, err := both(req.OldInputs, req.NewInputs)
	if err != nil {
		return plugin.DiffResult{}, err
	}
	was, err := fromProperties(req.OldOutputs)
	if err != nil {
		return plugin.DiffResult{}, err
	}
	changes := append(r.Diff(r.settled(old, was, now), now), r.stale(now, was)...)
	if len(changes) > 0 {
		s.cloud.learnOld(r.Type, string(req.ID))
	}
	before := r.DeleteBeforeReplace || keepsName(r, old, now)
	return diffResult(changes, before), nil
}

func (r *Resource) stale(now, was Values) []Change {
	if r.Stale == nil {
		return nil
	}
	var changes []Change
	for _, name := range r.Stale(now, was) {
		changes = append(changes, Change{name, Changed, true})
	}
	return changes
}

// settled are the old inputs with what the cloud chose for those that the program left out and now spells out: that is
// no change.
func (r *Resource) settled(old, was, now Values) Values {
	out := old.Copy()
	for name, f := range r.Inputs {
		if v, ok := was[name]; ok && f.computed && !old.Has(name) && now.Has(name) && f.equal(v, now[name]) {
			out[name] = v
		}
	}
	return out
}

// keepsName tells whether a replacement would want the name that its original still holds; bridged providers then
// delete first.
func keepsName(r *Resource, old, now Values) bool {
	if r.AutoName == nil || len(now.List(defaultsKey)) > 0 {
		return false
	}
	return now.Str(r.AutoName.Field) != "" && now.Str(r.AutoName.Field) == old.Str(r.AutoName.Field)
}

func failures(problems []Problem) []plugin.CheckFailure {
	var out []plugin.CheckFailure
	for _, p := range problems {
		out = append(out, plugin.CheckFailure{Property: resource.PropertyKey(p.Path), Reason: p.Path + ": " + p.Reason})
	}
	return out
}

func diffResult(changes []Change, before bool) plugin.DiffResult {
	if len(changes) == 0 {
		return plugin.DiffResult{Changes: plugin.DiffNone}
	}
	d := plugin.DiffResult{Changes: plugin.DiffSome, DetailedDiff: map[string]plugin.PropertyDiff{}}
	tops := map[string]bool{}
	for _, c := range changes {
		k := map[ChangeKind][2]plugin.DiffKind{
			Added:   {plugin.DiffAdd, plugin.DiffAddReplace},
			Removed: {plugin.DiffDelete, plugin.DiffDeleteReplace},
			Changed: {plugin.DiffUpdate, plugin.DiffUpdateReplace},
		}[c.Kind]
		i := 0
		if c.Replace {
			i = 1
		}
		d.DetailedDiff[c.Path] = plugin.PropertyDiff{Kind: k[i], InputDiff: true}
		top, _, _ := strings.Cut(c.Path, ".")
		top, _, _ = strings.Cut(top, "[")
		tops[top] = true
	}
	for _, k := range sortedKeys(tops) {
		d.ChangedKeys = append(d.ChangedKeys, resource.PropertyKey(k))
	}
	for _, k := range replaced(changes) {
		d.ReplaceKeys = append(d.ReplaceKeys, resource.PropertyKey(k))
	}
	sort.Slice(d.ReplaceKeys, func(i, j int) bool { return d.ReplaceKeys[i] < d.ReplaceKeys[j] })
	d.DeleteBeforeReplace = before && len(d.ReplaceKeys) > 0
	return d
}
