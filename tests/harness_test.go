// Package tests takes the project's stacks and components through their lives with the real Pulumi engine, in the
// drydock: no account, no credentials, no network.
package tests

import (
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/stacks"
)

const (
	root      = ".." // the repository
	project   = "container-pipeline"
	pipelines = project + ":pipelines"
	staged    = project + ":staged"
	meta      = project + ":meta"
	ekscicd   = project + ":ekscicd"
	zones     = project + ":zones"
)

// scratch is a folder for what all tests share.
var scratch string

// TestMain lets the tests start this very binary as a process that dies on the way.
func TestMain(m *testing.M) {
	if dir := os.Getenv(victimDir); dir != "" {
		dieInUp(dir)
	}
	var err error
	if scratch, err = os.MkdirTemp("", "container-pipeline-tests-"); err != nil {
		panic(err)
	}
	code := m.Run()
	_ = os.RemoveAll(scratch) // in the system's folder for such things
	os.Exit(code)
}

// settings is a stack's configuration, as its file has it under config:.
type settings map[string]any

// fileOf is a stack's configuration file.
func fileOf(stack string) string { return filepath.Join(root, "stacks", "Pulumi."+stack+".yaml") }

// stackNames are the stacks that the repository has a file of.
func stackNames(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob(fileOf("*"))
	require.NoError(t, err)
	require.NotEmpty(t, files)
	var names []string
	for _, f := range files {
		name := strings.TrimPrefix(filepath.Base(f), "Pulumi.")
		names = append(names, strings.TrimSuffix(name, ".yaml"))
	}
	return names
}

// settingsOf reads a stack's configuration; each call returns a copy of its own.
func settingsOf(t testing.TB, stack string) settings {
	t.Helper()
	config, err := readSettings(stack)
	require.NoError(t, err)
	return config
}

func readSettings(stack string) (settings, error) {
	text, err := os.ReadFile(fileOf(stack))
	if err != nil {
		return nil, err
	}
	var file struct{ Config settings }
	return file.Config, yaml.Unmarshal(text, &file)
}

// drydockCommand is the drydock's command, built once.
var drydockCommand = sync.OnceValues(func() (string, error) {
	built := filepath.Join(scratch, "drydock")
	out, err := exec.Command("go", "build", "-o", built, root+"/cmd/drydock").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return built, nil
})

// command is a run of the drydock's command on the repository, with its state in the folder.
func command(t testing.TB, state string, args ...string) *exec.Cmd {
	t.Helper()
	path, err := drydockCommand()
	require.NoError(t, err)
	return exec.CommandContext(t.Context(), path, append(args, "--dir", root, "--state", state)...)
}

// pipelines are the stack's pipelines by name.
func (s settings) pipelines() map[string]map[string]any { return s.of(pipelines) }

// of are the components that a key of the configuration has, by name.
func (s settings) of(key string) map[string]map[string]any {
	all, _ := s[key].(settings)
	by := map[string]map[string]any{}
	for name, p := range all {
		by[name], _ = p.(settings)
	}
	return by
}

// at goes down to the map at the path of keys and list indexes.
func at(t testing.TB, v any, path ...any) map[string]any {
	t.Helper()
	for _, step := range path {
		switch step := step.(type) {
		case string:
			v = asMap(t, v)[step]
		case int:
			list, ok := v.([]any)
			require.True(t, ok && step < len(list), "%v is not there", path)
			v = list[step]
		}
	}
	return asMap(t, v)
}

func asMap(t testing.TB, v any) map[string]any {
	t.Helper()
	switch v := v.(type) {
	case settings:
		return v
	case map[string]any:
		return v
	}
	require.Fail(t, "no map", "%v", v)
	return nil
}

// repository is the repository's program as a stack in the dock, with the configuration. It runs in this process, which
// saves building it; plain_test.go runs the built one.
func repository(dock *drydock.Dock, stack string, config settings, more ...drydock.StackOption) *drydock.Stack {
	options := append([]drydock.StackOption{drydock.Project(project), drydock.Config(config)}, more...)
	return dock.Stack(stack, drydock.Program(stacks.Deploy), options...)
}

// program is one of a test's own, in us-east-2.
func program(dock *drydock.Dock, stack string, run pulumi.RunFunc, more ...drydock.StackOption) *drydock.Stack {
	region := drydock.Config(map[string]any{"aws:region": "us-east-2"})
	return dock.Stack(stack, drydock.Program(run), append([]drydock.StackOption{region}, more...)...)
}

// unchanged fails the test when the stack would change.
func unchanged(t *testing.T, s *drydock.Stack, when string, options ...drydock.RunOption) {
	t.Helper()
	if r := s.Preview(t, options...); !r.Unchanged() {
		t.Errorf("%s, an up would change:\n%s", when, lines(r.Steps))
	}
}

// empty fails the test when something that a program made is left in the clouds.
func empty(t *testing.T, dock *drydock.Dock) {
	t.Helper()
	var left []string
	for _, r := range dock.Cloud().Made() {
		left = append(left, r.Type+" "+r.ID)
	}
	require.Empty(t, left, "the simulated clouds should be empty")
}

// changed are the steps as "update name", sorted, without the stack's own and the components'.
func changed(r *drydock.Result) []string {
	var all []string
	for _, s := range r.Steps {
		if strings.Contains(s.Type, "/") { // components have no module with a resource in it
			all = append(all, s.Op+" "+lastPart(s.Type)+" "+s.Name)
		}
	}
	slices.Sort(all)
	return all
}

func lines[T fmt.Stringer](all []T) string {
	var b strings.Builder
	for _, v := range all {
		b.WriteString("  " + v.String() + "\n")
	}
	return b.String()
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// lastPart of a type or token is what comes after its last colon.
func lastPart(token string) string { return token[strings.LastIndex(token, ":")+1:] }
