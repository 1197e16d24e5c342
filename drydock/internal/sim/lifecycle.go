package sim

import (
	"context"
	"fmt"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
)

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
	if err := op.Cloud.admit(op.call("create"), nil, op.Record); err != nil {
		return err
	}
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
	was, next := op.Record, *op.Record
	next.State = op.Record.State.Copy()
	op.Record = &next
	if r.Update != nil {
		if err := r.Update(op); err != nil {
			return err
		}
	}
	next.Inputs, next.Outputs = op.In, op.Out
	if err := op.Cloud.admit(op.call("update"), was, &next); err != nil {
		return err
	}
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
		return op.Cloud.admit(op.call("read"), rec, rec)
	})
	if err != nil {
		return plugin.ReadResponse{}, fmt.Errorf("reading %s: %w", describe(r, op), err)
	}
	if !found {
		return plugin.ReadResponse{}, nil
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
		if err := op.Cloud.admit(op.call("delete"), op.Record, nil); err != nil {
			return err
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

// call is what the guard is told of the operation.
func (op *Op) call(kind string) Call {
	return Call{Type: op.Type, Op: kind, Name: resource.URN(op.URN).Name()}
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
