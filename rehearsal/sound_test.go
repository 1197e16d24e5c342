package rehearsal

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/internal/choices"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

// neighbours are what a stack of the pipelines makes in the region, with the programs' own files by pipeline.
func neighbours(t *testing.T, region string, pipelines map[string]choices.Choice) (*drydock.Dock, *drydock.Stack) {
	t.Helper()
	dock := drydock.Start(t, drydock.SkipCheckpoints())
	stack := dock.Stack("all", drydock.Program(choices.Program(region, pipelines)), drydock.Config(map[string]any{"aws:region": region}))
	stack.Up(t)
	return dock, stack
}

// sound fails the test unless the release goes through: no problem, every call allowed, and none that must not be.
func sound(t *testing.T, v *Verdict) {
	t.Helper()
	passes(t, v)
	require.NotEmpty(t, v.Calls)
	for _, c := range v.Calls {
		assert.True(t, c.Allowed, "%s %s by %s: %s", c.Action, c.Resource, c.Role, c.Reason)
	}
	require.NotEmpty(t, v.Traffic)
	assert.Equal(t, 100.0, v.Traffic[len(v.Traffic)-1].Green, "the release serves")
}

// TestStacksAreSound: every stack of the repository that has a pipeline releases the example.
func TestStacksAreSound(t *testing.T) {
	for _, stack := range []string{"dev", "staging", "production"} {
		t.Run(stack, func(t *testing.T) {
			sound(t, play(t, made(t, stack), App{Dir: bashDog}, quick...))
		})
	}
}

// TestEveryChoiceIsSound: whatever the component offers is never failed. The instances of a row share a stack, so that
// none is taken for another either.
func TestEveryChoiceIsSound(t *testing.T) {
	for name, row := range map[string]struct {
		region    string
		pipelines map[string]choices.Choice
	}{
		"containers":          {"us-east-2", choices.Containers},
		"deployments":         {"us-east-2", choices.Deployments},
		"networks":            {"us-east-2", choices.Networks},
		"what is there":       {"us-east-2", choices.Sources},
		"another region":      {"eu-central-1", choices.Regional},
		"China":               {"cn-north-1", choices.Regional},
		"the US government's": {"us-gov-west-1", choices.Regional},
	} {
		t.Run(name, func(t *testing.T) {
			dock, stack := neighbours(t, row.region, row.pipelines)
			w, dir := world.Of(dock.Cloud()), manyTargets(t)
			for _, name := range slices.Sorted(maps.Keys(row.pipelines)) {
				t.Run(name, func(t *testing.T) {
					app := App{Dir: dir, Pipeline: name + "-pipeline"}
					if name == "own-files" {
						app.Dir = scaffolded(t, dock, stack, app)
					}
					sound(t, play(t, w, app, quick...))
				})
			}
		})
	}
}

// TestContainersRun: images of a generated app are built and its containers run, one and eight of them.
func TestContainersRun(t *testing.T) {
	dock, _ := neighbours(t, "us-east-2", map[string]choices.Choice{"single": choices.AsItIs, "eight": choices.Containers["eight"]})
	w, dir := world.Of(dock.Cloud()), manyTargets(t)
	for name, containers := range map[string]int{"single": 1, "eight": 8} {
		t.Run(name, func(t *testing.T) {
			v := play(t, w, App{Dir: dir, Pipeline: name + "-pipeline"})
			sound(t, v)
			for _, note := range v.Notes {
				if strings.Contains(note, "not run") || strings.Contains(note, "RUN instructions") {
					t.Skip("this machine cannot: " + note)
				}
			}
			assert.Contains(t, steps(v), fmt.Sprintf("%d containers", containers))
		})
	}
}

// steps are the steps' names and details.
func steps(v *Verdict) string {
	var text strings.Builder
	for _, s := range v.Steps {
		fmt.Fprintln(&text, s.Name, s.Detail)
	}
	return text.String()
}

// TestTwoPipelinesNeedAName: a stack of two does not tell which one is meant.
func TestTwoPipelinesNeedAName(t *testing.T) {
	dock, stack := neighbours(t, "us-east-2", map[string]choices.Choice{"huey": choices.AsItIs, "dewey": choices.AsItIs})
	for name, options := range map[string][]Option{"of the stack": {Of(stack)}, "of the clouds": nil} {
		_, err := Release(t.Context(), dock, App{Dir: bashDog}, append(options, quick...)...)
		require.Error(t, err, name)
		for _, want := range []string{"2 pipelines", "huey-pipeline", "dewey-pipeline", "name one"} {
			assert.ErrorContains(t, err, want, name)
		}
	}
	_, err := Release(t.Context(), dock, App{Dir: bashDog, Pipeline: "louie"}, quick...)
	assert.ErrorContains(t, err, `no pipeline "louie"`)

	app := App{Dir: manyTargets(t), Pipeline: "huey-pipeline"}
	sound(t, Run(t, dock, app, append([]Option{Of(stack)}, quick...)...))
}

// TestNothingIsFoundOfADestroyedStack: a stack that is brought up again begins without images, as in AWS.
func TestNothingIsFoundOfADestroyedStack(t *testing.T) {
	dock, stack := up(t, configOf(t, "dev"))
	release := func() string {
		v := Run(t, dock, App{Dir: bashDog}, append([]Option{Of(stack)}, quick...)...)
		sound(t, v)
		return logOf(v, "PRE_BUILD") + logOf(v, "BUILD")
	}
	const missing = "not found"
	assert.Contains(t, release(), missing, "the first release has no cache")
	assert.NotContains(t, release(), missing, "the second one has")
	stack.Destroy(t)
	stack.Up(t)
	assert.Contains(t, release(), missing, "there is nothing in the new repositories")
	assert.NotContains(t, release(), missing)
}
