package drydock_test

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
)

// One stack reads what another one has told, when that is up in the same drydock.
func TestStackReference(t *testing.T) {
	t.Parallel()
	dock := drydock.Start(t, drydock.WithSimulated(pond()))
	reader := dock.Stack("reader", drydock.Program(func(ctx *pulumi.Context) error {
		teller, err := pulumi.NewStackReference(ctx, "organization/ducks/teller", nil)
		if err != nil {
			return err
		}
		ctx.Export("color", teller.GetOutput(pulumi.String("color")))
		return nil
	}), drydock.Project("ducks"))
	_, err := reader.Run(t.Context(), drydock.Up)
	require.ErrorContains(t, err, `unknown stack "organization/ducks/teller"`)

	dock.Stack("teller", drydock.Program(func(ctx *pulumi.Context) error {
		ctx.Export("color", pulumi.String("white"))
		return nil
	}), drydock.Project("ducks")).Up(t)
	reader.Up(t)
	assert.Equal(t, "white", reader.Output(t, "color"))
}
