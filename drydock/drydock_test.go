package drydock_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi/config"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
)

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

func TestLifecycle(t *testing.T) {
	pond, cloud := withPond(t, t.TempDir())
	dock := drydock.Start(t, pond)
	stack := func(color, size string) *drydock.Stack {
		return dock.Stack("dev", drydock.Program(ducks), drydock.Secret("paint", "hunter2"),
			drydock.Config(map[string]any{"color": color, "size": size}))
	}

	planned := stack("white", "small").Preview(t)
	assert.Equal(t, "create daisy; create donald; create drydock-dev", names(planned.Steps))
	assert.Empty(t, cloud.Made(), "a preview makes nothing")

	up := stack("white", "small").Up(t)
	assert.Len(t, up.Changes()["create"], 3)
	assert.Len(t, cloud.Made(), 2)
	assert.Equal(t, "quack donald", stack("white", "small").Output(t, "voice"))
	assert.Equal(t, "hunter2", stack("white", "small").Output(t, "paint"))
	outputs, err := stack("white", "small").Outputs(false)
	require.NoError(t, err)
	assert.Equal(t, drydock.Output{Value: "[secret]", Secret: true}, outputs["paint"])

	again := stack("white", "small").Preview(t, drydock.Args("--expect-no-changes"))
	assert.True(t, again.Unchanged(), again.Steps)
	assert.Equal(t, 3, again.Same)

	recolored := stack("yellow", "small").Preview(t)
	require.Len(t, recolored.Steps, 1)
	assert.Equal(t, "update", recolored.Steps[0].Op)
	assert.Equal(t, []string{"color"}, recolored.Step("donald").Diff)

	resized := stack("white", "big").Preview(t)
	require.Len(t, resized.Steps, 1)
	assert.Equal(t, "replace", resized.Steps[0].Op)
	assert.Equal(t, []string{"size"}, resized.Steps[0].ReplaceKeys)

	assert.True(t, stack("white", "small").Refresh(t).Unchanged())
	stack("white", "small").Destroy(t)
	assert.Empty(t, cloud.Made())
}
