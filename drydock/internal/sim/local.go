package sim

import (
	"context"
	"errors"
	"fmt"

	"github.com/pulumi/pulumi/sdk/v3/go/common/resource"
	"github.com/pulumi/pulumi/sdk/v3/go/common/resource/plugin"
	"github.com/pulumi/pulumi/sdk/v3/go/common/tokens"
)

// Local calls a provider without an engine, for the tests of service files.
type Local struct {
	s   *server
	ctx context.Context
}

// NewLocal is one provider instance with the configuration, over the cloud.
func NewLocal(p *Provider, cloud *Cloud, config Values) *Local {
	s := &server{provider: p, cloud: cloud, resources: map[string]*Resource{}, functions: map[string]*Function{}}
	for _, r := range p.Resources {
		s.resources[r.Type] = r
	}
	for _, f := range p.Functions {
		s.functions[f.Token] = f
	}
	return &Local{s, context.WithValue(context.Background(), connKey{}, &conn{config: config})}
}

func urn(typ, name string) resource.URN {
	return resource.NewURN("test", "test", "", tokens.Type(typ), name)
}

// Check returns the checked inputs, or all problems in one error.
func (l *Local) Check(typ, name string, in Values) (Values, error) {
	out, err := l.s.Check(l.ctx, plugin.CheckRequest{URN: urn(typ, name), News: toProperties(in)})
	if err != nil {
		return nil, err
	}
	var errs []error
	for _, f := range out.Failures {
		errs = append(errs, errors.New(f.Reason))
	}
	checked, err := fromProperties(out.Properties)
	return checked, errors.Join(append(errs, err)...)
}

// Create checks and creates, and returns the id and outputs.
func (l *Local) Create(typ, name string, in Values) (string, Values, error) {
	checked, err := l.Check(typ, name, in)
	if err != nil {
		return "", nil, err
	}
	out, err := l.s.Create(l.ctx, plugin.CreateRequest{URN: urn(typ, name), Properties: toProperties(checked)})
	if err != nil {
		return "", nil, err
	}
	values, err := fromProperties(out.Properties)
	return string(out.ID), values, err
}

// Update checks and applies new inputs to the record with the id.
func (l *Local) Update(typ, id string, in Values) (Values, error) {
	checked, err := l.Check(typ, "updated", in)
	if err != nil {
		return nil, err
	}
	rec, err := l.record(typ, id)
	if err != nil {
		return nil, err
	}
	out, err := l.s.Update(l.ctx, plugin.UpdateRequest{
		URN: urn(typ, "updated"), ID: resource.ID(id),
		OldInputs: toProperties(rec.Inputs), OldOutputs: toProperties(rec.Outputs), NewInputs: toProperties(checked),
	})
	if err != nil {
		return nil, err
	}
	return fromProperties(out.Properties)
}

// Diff lists what would change, were the record with the id given new inputs.
func (l *Local) Diff(typ, id string, in Values) ([]Change, error) {
	checked, err := l.Check(typ, "updated", in)
	if err != nil {
		return nil, err
	}
	rec, err := l.record(typ, id)
	if err != nil {
		return nil, err
	}
	r, err := l.s.find(tokens.Type(typ))
	if err != nil {
		return nil, err
	}
	return append(r.Diff(r.settled(rec.Inputs, rec.Outputs, checked), checked), r.stale(checked, rec.Outputs)...), nil
}

// Read returns a record's present inputs and outputs; both nil where it does not exist.
func (l *Local) Read(typ, id string) (inputs, outputs Values, err error) {
	res, err := l.s.Read(l.ctx, plugin.ReadRequest{URN: urn(typ, "read"), ID: resource.ID(id)})
	if err != nil || res.Inputs == nil {
		return nil, nil, err
	}
	return both(res.Inputs, res.Outputs)
}

// Delete deletes the record with the id.
func (l *Local) Delete(typ, id string) error {
	_, err := l.s.Delete(l.ctx, plugin.DeleteRequest{URN: urn(typ, "deleted"), ID: resource.ID(id)})
	return err
}

// Invoke calls a function.
func (l *Local) Invoke(token string, args Values) (Values, error) {
	out, err := l.s.Invoke(l.ctx, plugin.InvokeRequest{Tok: tokens.ModuleMember(token), Args: toProperties(args)})
	if err != nil {
		return nil, err
	}
	for _, f := range out.Failures {
		return nil, errors.New(f.Reason)
	}
	return fromProperties(out.Properties)
}

func (l *Local) record(typ, id string) (*Record, error) {
	op := l.s.op(l.ctx, &Resource{Type: typ}, urn(typ, "record"), id)
	if rec := l.s.cloud.Get(typ, op.scope(), id); rec != nil {
		return rec, nil
	}
	return nil, fmt.Errorf("no %s with id %q", typ, id)
}
