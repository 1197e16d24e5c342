package drydock_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

func TestLifecycle(t *testing.T) {
	t.Parallel()
	dock := start(t)
	stack := func(color, size string) *drydock.Stack {
		return dock.Stack("dev", drydock.Program(ducks), drydock.Secret("paint", "hunter2"),
			drydock.Config(map[string]any{"color": color, "size": size}))
	}

	planned := stack("white", "small").Preview(t)
	assert.Equal(t, "create daisy; create donald; create drydock-dev", names(planned.Steps))
	assert.Empty(t, dock.Cloud().Made(), "a preview makes nothing")

	up := stack("white", "small").Up(t)
	assert.Len(t, up.Changes()["create"], 3)
	assert.Len(t, dock.Cloud().Made(), 2)
	assert.Equal(t, "quack donald", stack("white", "small").Output(t, "voice"))
	assert.Equal(t, "hunter2", stack("white", "small").Output(t, "paint"))
	outputs, err := stack("white", "small").Outputs(false)
	require.NoError(t, err)
	assert.Equal(t, drydock.Output{Value: "[secret]", Secret: true}, outputs["paint"])

	again := stack("white", "small").Preview(t, drydock.Args("--expect-no-changes"))
	assert.True(t, again.Unchanged(), again.Steps)
	assert.Equal(t, 3, again.Same)

	recolored := stack("yellow", "small").Preview(t)
	assert.Equal(t, "update donald", names(recolored.Steps))
	assert.Equal(t, []string{"color"}, recolored.Step("donald").Diff)

	resized := stack("white", "big").Preview(t)
	assert.Equal(t, "replace donald", names(resized.Steps))
	assert.Equal(t, []string{"size"}, resized.Step("donald").ReplaceKeys)

	assert.True(t, stack("white", "small").Refresh(t).Unchanged())
	stack("white", "small").Destroy(t)
	assert.Empty(t, dock.Cloud().Made())
}

func TestRefreshFindsDrift(t *testing.T) {
	t.Parallel()
	dock := start(t)
	stack := dock.Stack("dev", drydock.Program(ducks), drydock.Config(map[string]any{"color": "white"}))
	stack.Up(t)
	require.NoError(t, dock.Cloud().Locked(func() error {
		painted := *dock.Cloud().Get("pond:index:Duck", "", "donald")
		painted.Inputs, painted.Outputs = painted.Inputs.Copy(), painted.Outputs.Copy()
		painted.Inputs["color"], painted.Outputs["color"] = "pink", "pink"
		return dock.Cloud().Put(&painted)
	}))
	assert.Equal(t, "update donald", names(stack.Refresh(t).Steps))
	assert.Equal(t, "update donald", names(stack.Preview(t).Steps), "the program wants it white again")
}

func TestStacksAreApart(t *testing.T) {
	t.Parallel()
	dock := start(t)
	one := func(duck string) drydock.Source {
		return drydock.Program(func(ctx *pulumi.Context) error {
			_, err := newDuck(ctx, duck, pulumi.Map{})
			return err
		})
	}
	dock.Stack("blue", one("huey"), drydock.Project("nephews")).Up(t)
	green := dock.Stack("green", one("dewey"), drydock.Project("nephews"))
	green.Up(t)
	assert.Len(t, dock.Cloud().Made(), 2)
	green.Destroy(t)
	require.Len(t, dock.Cloud().Made(), 1)
	assert.Equal(t, "huey", dock.Cloud().Made()[0].ID)
}

func TestFailuresNameTheResourceAndTheReason(t *testing.T) {
	t.Parallel()
	dock := start(t)
	for name, c := range map[string]struct {
		program pulumi.RunFunc
		op      drydock.Operation
		want    string
	}{
		"refused by the cloud": {func(ctx *pulumi.Context) error {
			_, err := newDuck(ctx, "swan", pulumi.Map{})
			return err
		}, drydock.Up, "a swan is not a duck"},
		"unknown input": {func(ctx *pulumi.Context) error {
			_, err := newDuck(ctx, "donald", pulumi.Map{"wings": pulumi.Int(2)})
			return err
		}, drydock.Preview, "wings"},
		"the program's own error": {func(*pulumi.Context) error {
			return errors.New("ducks:mood: not today")
		}, drydock.Preview, "ducks:mood: not today"},
		"a panic": {func(*pulumi.Context) error { panic("egg broken") }, drydock.Preview, "panicked: egg broken (at "},
	} {
		t.Run(name, func(t *testing.T) {
			err := dock.Stack("dev", drydock.Program(c.program)).Fails(t, c.op)
			var failure *drydock.Failure
			require.ErrorAs(t, err, &failure)
			assert.Contains(t, err.Error(), c.want)
			assert.NotContains(t, err.Error(), "goroutine ")
		})
	}
	assert.Empty(t, dock.Cloud().Made())
}

func TestOneProcessAtATime(t *testing.T) {
	t.Parallel()
	dock := start(t)
	second, err := drydock.Open(dock.Dir())
	require.NoError(t, err)
	err = second.Serve(t.Context())
	require.ErrorContains(t, err, fmt.Sprintf("in use by another process (pid %d)", os.Getpid()))
	require.NoError(t, dock.Close())
	require.NoError(t, second.Serve(t.Context()))
	require.NoError(t, second.Close())
}

func TestInterruptedUpCanBeRepeated(t *testing.T) {
	t.Parallel()
	dock := start(t)
	stack := dock.Stack("dev", drydock.Program(ducks))
	ctx, cancel := context.WithCancelCause(t.Context())
	dock.Cloud().Intercept(func(c sim.Call) error {
		cancel(errors.New("enough"))
		return nil
	})
	_, err := stack.Run(ctx, drydock.Up)
	require.ErrorContains(t, err, "up of dev was interrupted: enough")
	dock.Cloud().Intercept(nil)
	stack.Up(t)
	assert.True(t, stack.Preview(t).Unchanged())
}

func TestSecretsAreNowhereInPlain(t *testing.T) {
	t.Parallel()
	dock := start(t)
	const secret = "xyzzy-plugh-42"
	stack := dock.Stack("dev", drydock.Program(ducks), drydock.Secret("paint", secret))
	stack.Up(t)
	stack.Up(t)
	exported, err := stack.Export(t.Context(), false)
	require.NoError(t, err)
	assert.NotContains(t, string(exported), secret)
	require.NoError(t, filepath.WalkDir(dock.Dir(), func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Base(filepath.Dir(path)) == "clouds" {
			return err // what a cloud's type calls sensitive is the simulator's to keep
		}
		text, err := os.ReadFile(path)
		assert.NotContains(t, string(text), secret, path)
		return err
	}))
}
