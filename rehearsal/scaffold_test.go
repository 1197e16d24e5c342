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

// TestScaffoldedFilesReleaseToEveryEnvironment: the files that one environment gives are the other's, and release there.
func TestScaffoldedFilesReleaseToEveryEnvironment(t *testing.T) {
	type environment struct {
		w     *world.World
		files map[string]string
	}
	environments := map[string]environment{}
	for _, name := range []string{"dev", "staging"} {
		c := configOf(t, name)
		c.pipeline(t)["ownFiles"] = true
		c.pipeline(t)["containers"] = configOf(t, "dev").pipeline(t)["containers"]
		c.pipeline(t)["secrets"] = map[string]any{"DATABASE_URL": nil}
		dock, stack := up(t, c)
		files, err := Scaffold(t.Context(), dock, stack, "")
		require.NoError(t, err)
		environments[name] = environment{world.Of(dock.Cloud()), files}
	}
	dev := environments["dev"].files
	assert.Equal(t, dev["buildspec.yml"], environments["staging"].files["buildspec.yml"])
	assert.Equal(t, dev["taskdef.json"], environments["staging"].files["taskdef.json"])
	assert.Equal(t, dev["appspec.yaml"], environments["staging"].files["appspec.yaml"])
	app := App{Dir: copyOf(t, bashDog, dev)}
	for name, e := range environments {
		t.Run(name, func(t *testing.T) { sound(t, play(t, e.w, app, quick...)) })
	}
}

func TestScaffoldRefuses(t *testing.T) {
	t.Run("a stack that is not up", func(t *testing.T) {
		dock := drydock.Start(t)
		stack := dock.Stack("dev", drydock.Dir(".."))
		_, err := Scaffold(t.Context(), dock, stack, "")
		assert.ErrorContains(t, err, "bring it up")
	})
	t.Run("a pipeline that renders its files", func(t *testing.T) {
		dock, stack := up(t, configOf(t, "dev"))
		_, err := Scaffold(t.Context(), dock, stack, "")
		assert.ErrorContains(t, err, "set ownFiles to true")
		_, err = Scaffold(t.Context(), dock, stack, "another")
		assert.ErrorContains(t, err, `no pipeline "another"`)
	})
}
