package drydock_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// pond is a provider of one resource type, small enough to test the drydock apart from the clouds.
func pond() *sim.Provider {
	return &sim.Provider{Name: "pond", Version: "1.0.0", Resources: []*sim.Resource{{
		Type: "pond:index:Duck",
		Inputs: sim.Fields{
			"name":  sim.String().Required(),
			"color": sim.String(),
			"size":  sim.String().Replaces(),
		},
		Outputs: []string{"voice"},
		Create: func(op *sim.Op) error {
			if op.In.Str("name") == "swan" {
				return errors.New("a swan is not a duck")
			}
			op.ID = op.In.Str("name") + op.In.Str("size")
			op.Out["voice"] = "quack " + op.In.Str("name")
			return nil
		},
	}}}
}

// start is a drydock with nothing but a pond.
func start(t *testing.T) *drydock.Dock {
	t.Helper()
	return drydock.Start(t, drydock.WithSimulated(pond()))
}

type duck struct {
	pulumi.CustomResourceState
	Voice pulumi.StringOutput `pulumi:"voice"`
}

func newDuck(ctx *pulumi.Context, name string, props pulumi.Map) (*duck, error) {
	d := &duck{}
	if _, ok := props["name"]; !ok {
		props["name"] = pulumi.String(name)
	}
	return d, ctx.RegisterResource("pond:index:Duck", name, props, d, pulumi.Version("1.0.0"))
}

func names(steps []drydock.Step) string {
	var all []string
	for _, s := range steps {
		all = append(all, s.Op+" "+s.Name)
	}
	slices.Sort(all) // the engine works in parallel
	return strings.Join(all, "; ")
}

// ducks makes two ducks, the first of the configured color and size.
func ducks(ctx *pulumi.Context) error {
	c := config.New(ctx, "")
	donald, err := newDuck(ctx, "donald", pulumi.Map{
		"color": pulumi.String(c.Get("color")), "size": pulumi.String(c.Get("size")),
	})
	if err != nil {
		return err
	}
	if _, err := newDuck(ctx, "daisy", pulumi.Map{"color": c.GetSecret("paint")}); err != nil {
		return err
	}
	ctx.Export("voice", donald.Voice)
	ctx.Export("paint", c.GetSecret("paint"))
	return nil
}
