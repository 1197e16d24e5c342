package tests

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/container-pipeline/container-pipeline/components/bluegreen"
	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/internal/choices"
)

// The names of the parts follow the component's, and an alias on the component carries all of them over. Without it a
// new name is a new application; the preview says so.
func TestRename(t *testing.T) {
	t.Parallel()
	dock := drydock.Start(t)
	named := func(name string, opts ...pulumi.ResourceOption) *drydock.Stack {
		return program(dock, "dev", func(ctx *pulumi.Context) error {
			_, err := bluegreen.NewContainerPipeline(ctx, name, choices.Smallest("bash-dog"), opts...)
			return err
		})
	}
	named("old").Up(t)

	bare := named("new").Preview(t).Changes()
	assert.NotEmpty(t, bare["create"])
	assert.Equal(t, len(bare["create"]), len(bare["delete"]), "all of it would be made anew")

	alias := pulumi.Aliases([]pulumi.Alias{{Name: pulumi.String("old")}})
	renamed := named("new", alias)
	for op, steps := range renamed.Preview(t).Changes() {
		assert.Equal(t, "update", op, "with the alias nothing is made, replaced or deleted:\n%s", lines(steps))
	}
	renamed.Up(t)
	unchanged(t, renamed, "after the rename")
	unchanged(t, named("new"), "when the alias has done its work and is gone")
	renamed.Destroy(t)
	empty(t, dock)
}
