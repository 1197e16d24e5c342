package rehearsal

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

// scaffolded is a copy of the app with the files that Scaffold gives for its pipeline.
func scaffolded(t *testing.T, dock *drydock.Dock, stack *drydock.Stack, app App) string {
	t.Helper()
	files, err := Scaffold(t.Context(), dock, stack, app.Pipeline)
	require.NoError(t, err)
	require.Equal(t, []string{"appspec.yaml", "buildspec.yml", "taskdef.json"}, slices.Sorted(maps.Keys(files)))
	return copyOf(t, app.Dir, files)
}

// environment is a stack of the repository whose app owns its files, with the dev stack's containers, and those files.
type environment struct {
	w     *world.World
	files map[string]string
}

func environmentOf(t *testing.T, name string, network map[string]any) environment {
	t.Helper()
	c, dev := configOf(t, name), configOf(t, "dev").pipeline(t)
	p := c.pipeline(t)
	p["ownFiles"], p["containers"], p["secrets"], p["network"] = true, dev["containers"], dev["secrets"], network
	dock, stack := up(t, c)
	files, err := Scaffold(t.Context(), dock, stack, "")
	require.NoError(t, err)
	return environment{world.Of(dock.Cloud()), files}
}

// TestScaffoldedFilesReleaseToEveryEnvironment: the files that one environment gives are the other's, and release there.
func TestScaffoldedFilesReleaseToEveryEnvironment(t *testing.T) {
	dev, staging := environmentOf(t, "dev", nil), environmentOf(t, "staging", nil)
	assert.Equal(t, dev.files, staging.files)
	private := environmentOf(t, "staging", map[string]any{"mode": "nat"})
	assert.Equal(t, dev.files, private.files)

	app := App{Dir: copyOf(t, bashDog, dev.files)}
	for name, e := range map[string]environment{"dev": dev, "staging": staging, "staging in private subnets": private} {
		t.Run(name, func(t *testing.T) { sound(t, play(t, e.w, app, quick...)) })
	}
}

func TestScaffoldRefuses(t *testing.T) {
	t.Run("a stack that is not up", func(t *testing.T) {
		dock := drydock.Start(t)
		stack := dock.Stack("dev", drydock.Dir(".."))
		_, err := Scaffold(t.Context(), dock, stack, "")
		assert.ErrorContains(t, err, "drydock up --stack dev")
	})
	t.Run("a pipeline that renders its files", func(t *testing.T) {
		dock, stack := up(t, configOf(t, "dev"))
		_, err := Scaffold(t.Context(), dock, stack, "")
		assert.ErrorContains(t, err, "set ownFiles to true")
		_, err = Scaffold(t.Context(), dock, stack, "another")
		assert.ErrorContains(t, err, `no pipeline "another"`)
	})
}
