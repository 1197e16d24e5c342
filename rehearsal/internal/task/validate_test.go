package task

import (
	"runtime"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/stretchr/testify/require"
)

func TestStartRefusesTasks(t *testing.T) {
	img := withLayers(t, runtime.GOARCH, v1.Config{})
	named := func(name string, on ...Dependency) Container { return Container{Name: name, Image: img, DependsOn: on} }
	essential := named("api")
	essential.Essential = true
	checked := named("api")
	checked.HealthCheck = &HealthCheck{Command: []string{"curl", "localhost"}}
	for name, c := range map[string]struct {
		containers []Container
		want       string
	}{
		"none":      {nil, "Containers is empty: a task needs one at least"},
		"name":      {[]Container{named("a/b")}, `Containers[0].Name "a/b": use letters, digits, hyphens and underscores`},
		"twice":     {[]Container{named("a"), named("a")}, `Containers[1].Name "a" is another container's too: give each its own`},
		"image":     {[]Container{{Name: "a"}}, `container "a" has no Image`},
		"unknown":   {[]Container{named("a", Dependency{"b", ConditionStart})}, `container "a" depends on "b", which the task does not have`},
		"condition": {[]Container{named("a"), named("b", Dependency{"a", "UP"})}, `container "b" depends on "a" with condition "UP": use one of ["START" "COMPLETE" "SUCCESS" "HEALTHY"]`},
		"health":    {[]Container{named("a"), named("b", Dependency{"a", ConditionHealthy})}, `container "b" waits for "a" to be HEALTHY, which has no health check: give it one`},
		"essential": {[]Container{essential, named("b", Dependency{"api", ConditionSuccess})}, `container "b" waits for "api" to end with SUCCESS, which is essential and would end the task: make it non-essential`},
		"circle":    {[]Container{named("a", Dependency{"b", ConditionStart}), named("b", Dependency{"a", ConditionStart})}, "containers depend on each other in a circle: a -> b -> a"},
		"check":     {[]Container{checked}, `container "api": health check command ["curl" "localhost"]: begin it with "CMD" or "CMD-SHELL", then the command`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Start(t.Context(), Task{Containers: c.containers, Scratch: t.TempDir()})
			require.EqualError(t, err, c.want)
		})
	}
	_, err := Start(t.Context(), Task{})
	require.EqualError(t, err, "Containers is empty: a task needs one at least\nScratch is empty: name a directory for the containers' files")
}

func TestStartRefusesOtherArchitectures(t *testing.T) {
	img := withLayers(t, "s390x", v1.Config{})
	_, err := Start(t.Context(), Task{Containers: []Container{{Name: "app", Image: img}}, Scratch: t.TempDir()})
	require.ErrorIs(t, err, ErrArchitecture)
	require.ErrorContains(t, err, `container "app"`)
}
