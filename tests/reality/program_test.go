package reality

import (
	"fmt"
	"regexp"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
)

// sdkVersion is that of the pulumi-aws SDK that the components are written with.
const sdkVersion = "6.83.0"

// made is a resource of any type, with those outputs that others refer to.
type made struct {
	pulumi.CustomResourceState

	ARN    pulumi.StringOutput `pulumi:"arn"`
	Name   pulumi.StringOutput `pulumi:"name"`
	Bucket pulumi.StringOutput `pulumi:"bucket"`
	Family pulumi.StringOutput `pulumi:"family"`
}

func (m *made) output(name string) (pulumi.Output, error) {
	switch name {
	case "id":
		return m.ID(), nil
	case "arn":
		return m.ARN, nil
	case "name":
		return m.Name, nil
	case "bucket":
		return m.Bucket, nil
	case "family":
		return m.Family, nil
	}
	return nil, fmt.Errorf("there is no output %q to refer to", name)
}

// registrar registers resources by the names that references use.
type registrar struct {
	ctx  *pulumi.Context
	made map[string]*made
}

// newRegistrar has the fixtures registered.
func newRegistrar(ctx *pulumi.Context) (*registrar, error) {
	r := &registrar{ctx, map[string]*made{}}
	for _, f := range fixtures() {
		if err := r.add(f.name, f.typ, f.in); err != nil {
			return nil, err
		}
	}
	return r, nil
}

func (r *registrar) add(name, typ string, in values) error {
	props, err := r.resolve(in)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	var first []pulumi.Resource
	for _, n := range needs[typ] {
		if m := r.made[n]; m != nil {
			first = append(first, m)
		}
	}
	m := &made{}
	r.made[name] = m
	return r.ctx.RegisterResource(token(typ), name, props.(pulumi.Map), m, pulumi.Version(sdkVersion), pulumi.DependsOn(first))
}

// needs are the fixtures that must be there before a resource of the type, which does not mention them.
var needs = map[string][]string{
	"lb/trustStore:TrustStore":     {"object"},
	"ec2/natGateway:NatGateway":    {"igw"},
	"lb/loadBalancer:LoadBalancer": {"igw"},
	"appautoscaling/policy:Policy": {"scalable"},
	"ecs/service:Service":          {"listener", "listener-green"}, // a target group without a load balancer is refused
}

// resolve turns plain values into inputs, references into outputs.
func (r *registrar) resolve(v any) (pulumi.Input, error) {
	switch v := v.(type) {
	case values:
		out := pulumi.Map{}
		for k, e := range v {
			in, err := r.resolve(e)
			if err != nil {
				return nil, err
			}
			out[k] = in
		}
		return out, nil
	case []any:
		out := pulumi.Array{}
		for _, e := range v {
			in, err := r.resolve(e)
			if err != nil {
				return nil, err
			}
			out = append(out, in)
		}
		return out, nil
	case string:
		return r.text(v)
	case pulumi.Input:
		return v, nil
	}
	return pulumi.Any(v), nil
}

var reference = regexp.MustCompile(`\$\{([a-z0-9-]+)\.([a-z]+)\}`)

func (r *registrar) text(s string) (pulumi.Input, error) {
	found := reference.FindAllStringSubmatchIndex(s, -1)
	if found == nil {
		return pulumi.String(s), nil
	}
	parts, last := []any{}, 0
	for _, f := range found {
		m := r.made[s[f[2]:f[3]]]
		if m == nil {
			return nil, fmt.Errorf("%s: no such fixture before this one", s)
		}
		out, err := m.output(s[f[4]:f[5]])
		if err != nil {
			return nil, err
		}
		parts, last = append(parts, s[last:f[0]], out), f[1]
	}
	return pulumi.All(append(parts, s[last:])...).ApplyT(func(parts []any) string {
		var text strings.Builder
		for _, p := range parts {
			fmt.Fprint(&text, p)
		}
		return text.String()
	}).(pulumi.StringOutput), nil
}

// program registers the fixtures and the edits' resources with the inputs that are given for each, nil for none.
func program(inputs func(edit) values) pulumi.RunFunc {
	return func(ctx *pulumi.Context) error {
		r, err := newRegistrar(ctx)
		if err != nil {
			return err
		}
		for _, e := range edits() {
			in := inputs(e)
			if in == nil {
				continue
			}
			if err := r.add(e.name, e.typ, in); err != nil {
				return err
			}
		}
		return nil
	}
}
