package sim

import (
	"context"
	"encoding/json"
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

func (s *server) Create(ctx context.Context, req plugin.CreateRequest) (plugin.CreateResponse, error) {
	r, err := s.find(req.URN.Type())
	if err != nil {
		return plugin.CreateResponse{}, err
	}
	in, err := fromProperties(req.Properties)
	if err != nil {
		return plugin.CreateResponse{}, err
	}
	op := s.op(ctx, r, req.URN, "")
	op.In, op.Out = in, in.Copy()
	if req.Preview {
		r.plan(op)
		delete(op.Out, defaultsKey)
		return plugin.CreateResponse{Properties: toProperties(op.Out)}, nil
	}
	err = s.locked(Call{r.Type, "create", req.URN.Name()}, func() error { return op.create(r) })
	if err != nil {
		return plugin.CreateResponse{}, fmt.Errorf("creating %s: %w", describe(r, op), err)
	}
	return plugin.CreateResponse{ID: resource.ID(op.ID), Properties: toProperties(op.Out)}, nil
}

func (op *Op) create(r *Resource) error {
	if err := op.checkRefs(r.Inputs); err != nil {
		return err
	}
	op.Record = &Record{Type: r.Type, Scope: op.scope(), Inputs: op.In, State: Values{}}
	if err := r.Create(op); err != nil {
		return err
	}
	for _, name := range r.Outputs {
		if !op.Out.Has(name) {
			return fmt.Errorf("the drydock's %s leaves out its output %s", r.Type, name)
		}
	}
	if op.ID == "" {
		return fmt.Errorf("the drydock's %s has no id", r.Type)
	}
	op.Record.ID = r.recordID(op.ID, op.Out)
	if op.Cloud.Get(r.Type, op.scope(), op.Record.ID) != nil {
		return fmt.Errorf("%s %s already exists", r.Type, op.Record.ID)
	}
	delete(op.Out, defaultsKey)
	op.Record.Outputs = op.Out
	return op.Cloud.Put(op.Record)
}

// recordID is the key of the record that Pulumi knows by the id and outputs.
func (r *Resource) recordID(id string, out Values) string {
	if own := out.Str(r.Identity); r.Identity != "" && own != "" {
		return own
	}
	return id
}

// plan fills in what a preview knows of a resource to be made.
func (r *Resource) plan(op *Op) {
	for name, f := range r.Inputs {
		if f.computed && !op.Out.Has(name) {
			op.Out[name] = Unknown
		}
	}
	for _, name := range r.Outputs {
		if !op.Out.Has(name) { // an output that is an input too is known where the program gives it
			op.Out[name] = Unknown
		}
	}
}

func (s *server) Update(ctx context.Context, req plugin.UpdateRequest) (plugin.UpdateResponse, error) {
	r, err := s.find(req.URN.Type())
	if err != nil {
		return plugin.UpdateResponse{}, err
	}
	old, now, err := both(req.OldInputs, req.NewInputs)
	if err != nil {
		return plugin.UpdateResponse{}, err
	}
	was, err := fromProperties(req.OldOutputs)
	if err != nil {
		return plugin.UpdateResponse{}, err
	}
	op := s.op(ctx, r, req.URN, string(req.ID))
	op.In, op.Old, op.Out = now, old, merge(r, was, now)
	if req.Preview {
		r.unsettle(op, old, now)
		return plugin.UpdateResponse{Properties: toProperties(op.Out)}, nil
	}
	err = s.locked(Call{r.Type, "update", req.URN.Name()}, func() error { return op.update(r) })
	if err != nil {
		return plugin.UpdateResponse{}, fmt.Errorf("updating %s: %w", describe(r, op), err)
	}
	return plugin.UpdateResponse{Properties: toProperties(op.Out)}, nil
}

func (op *Op) update(r *Resource) error {
	op.Record = op.Cloud.Get(r.Type, op.scope(), r.recordID(op.ID, op.Out))
	if op.Record == nil {
		return fmt.Errorf("%s does not exist any more; run refresh", op.ID)
	}
	if err := op.checkRefs(r.Inputs); err != nil {
		return err
	}
	next := *op.Record
	next.State = op.Record.State.Copy()
	op.Record = &next
	if r.Update != nil {
		if err := r.Update(op); err != nil {
			return err
		}
	}
	next.Inputs, next.Outputs = op.In, op.Out
	return op.Cloud.Put(&next)
}

// merge lays the new inputs over the old state: computed values stay, inputs that are gone go.
func merge(r *Resource, was, now Values) Values {
	out := was.Copy()
	for name, f := range r.Inputs {
		if v, ok := now[name]; ok {
			out[name] = copyValue(v)
		} else if !f.computed {
			delete(out, name)
		}
	}
	return out
}

func (r *Resource) unsettle(op *Op, old, now Values) {
	if r.Unsettled == nil {
		return
	}
	changed := map[string]bool{}
	for _, c := range r.Diff(old, now) {
		top, _, _ := strings.Cut(c.Path, ".")
		top, _, _ = strings.Cut(top, "[")
		changed[top] = true
	}
	for _, name := range r.Unsettled(changed) {
		op.Out[name] = Unknown
	}
}

func (s *server) Read(ctx context.Context, req plugin.ReadRequest) (plugin.ReadResponse, error) {
	r, err := s.find(req.URN.Type())
	if err != nil {
		return plugin.ReadResponse{}, err
	}
	old, err := fromProperties(req.Inputs)
	if err != nil {
		return plugin.ReadResponse{}, err
	}
	was, err := fromProperties(req.State)
	if err != nil {
		return plugin.ReadResponse{}, err
	}
	op := s.op(ctx, r, req.URN, string(req.ID))
	found := false
	err = s.locked(Call{r.Type, "read", req.URN.Name()}, func() error {
		rec := op.Cloud.Get(r.Type, op.scope(), r.recordID(op.ID, was))
		if rec == nil {
			return nil
		}
		found = true
		op.Record, op.In, op.Out = rec, rec.Inputs.Copy(), rec.Outputs.Copy()
		if r.Read != nil {
			r.Read(op)
		}
		return nil
	})
	if err != nil || !found {
		return plugin.ReadResponse{}, err
	}
	if d := old.List(defaultsKey); len(d) > 0 {
		op.In[defaultsKey] = d
	}
	return plugin.ReadResponse{ReadResult: plugin.ReadResult{
		ID: req.ID, Inputs: toProperties(op.In), Outputs: toProperties(op.Out),
	}}, nil
}

func (s *server) Delete(ctx context.Context, req plugin.DeleteRequest) (plugin.DeleteResponse, error) {
	r, err := s.find(req.URN.Type())
	if err != nil {
		return plugin.DeleteResponse{}, err
	}
	was, err := fromProperties(req.Outputs)
	if err != nil {
		return plugin.DeleteResponse{}, err
	}
	op := s.op(ctx, r, req.URN, string(req.ID))
	err = s.locked(Call{r.Type, "delete", req.URN.Name()}, func() error {
		op.Record = op.Cloud.Get(r.Type, op.scope(), r.recordID(op.ID, was))
		if op.Record == nil {
			return nil // gone already: deleting is idempotent, as with the real provider
		}
		op.In, op.Out = op.Record.Inputs, op.Record.Outputs
		if r.Delete != nil {
			if err := r.Delete(op); err != nil {
				return err
			}
		}
		return op.Cloud.Remove(op.Record)
	})
	if err != nil {
		return plugin.DeleteResponse{}, fmt.Errorf("deleting %s: %w", describe(r, op), err)
	}
	return plugin.DeleteResponse{}, nil
}

func (s *server) op(ctx context.Context, r *Resource, urn resource.URN, id string) *Op {
	return &Op{Cloud: s.cloud, Config: configOf(ctx), Type: r.Type, ID: id, URN: string(urn)}
}

func describe(r *Resource, op *Op) string {
	kind := r.Type[strings.LastIndex(r.Type, ":")+1:]
	if op.ID != "" {
		return kind + " (" + op.ID + ")"
	}
	return kind
}

func both(a, b resource.PropertyMap) (Values, Values, error) {
	old, err := fromProperties(a)
	if err != nil {
		return nil, nil, err
	}
	now, err := fromProperties(b)
	return old, now, err
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

// configValues reads a provider's configuration, in which the engine gives everything but texts as JSON.
func configValues(fields Fields, m resource.PropertyMap) (Values, error) {
	values, err := fromProperties(m)
	if err != nil {
		return nil, err
	}
	delete(values, "version")
	for k, v := range values {
		f, known := fields[k]
		s, isText := v.(string)
		if !known || !isText || f.kind == kindString {
			continue
		}
		var parsed any
		if json.Unmarshal([]byte(s), &parsed) == nil {
			values[k] = parsed
		}
	}
	return values, nil
}
