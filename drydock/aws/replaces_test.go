package aws

import (
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// replacesOtherwise are the properties of which the simulator differs from the table, and why.
var replacesOtherwise = map[string]string{
	"aws:ec2/eip:Eip vpc":                               "pulumi-aws 6 is built on Terraform's provider 5, which has it yet, and replaces",
	"aws:ecs/service:Service deploymentController.type": "Terraform's provider 6.4 no longer replaces (its CHANGELOG, #43434); pulumi-aws 6 is built on 5, which does",
}

// TestReplaces holds the replace rules of every type against the real provider's schemas: a change that AWS answers with
// another resource must not look like an update, nor the other way round.
func TestReplaces(t *testing.T) {
	real := replacesByType(t)
	rest := maps.Clone(replacesOtherwise)
	for _, r := range Provider().Resources {
		want, listed := real[r.Type]
		require.True(t, listed, "%s is not in the table: write it anew with %s", r.Type, replacesMaker)
		want = slices.DeleteFunc(want, func(path string) bool { return !r.Inputs.Knows(path) })
		have := r.Inputs.Replacing()
		for _, path := range append(without(want, have), without(have, want)...) {
			if covered(want, path) && covered(have, path) {
				continue
			}
			name := r.Type + " " + path
			assert.NotEmpty(t, replacesOtherwise[name], "%s: the real provider replaces: %t; the drydock: %t", name,
				covered(want, path), covered(have, path))
			delete(rest, name)
		}
	}
	assert.Empty(t, rest, "there is no difference any more: remove the reason")
}

const (
	replacesTable = "testdata/replaces.txt"
	replacesMaker = "testdata/replaces/main.go"
)

func replacesByType(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(replacesTable)
	require.NoError(t, err)
	by := map[string][]string{}
	for line := range strings.Lines(string(text)) {
		if words := strings.Fields(line); words[0] != "#" {
			by[words[0]] = words[1:]
		}
	}
	return by
}

func without(paths, others []string) []string {
	return slices.DeleteFunc(slices.Clone(paths), func(p string) bool { return slices.Contains(others, p) })
}

// covered tells whether a change at the path replaces: by itself, or as part of a block that does.
func covered(replacing []string, path string) bool {
	return slices.ContainsFunc(replacing, func(r string) bool { return r == path || strings.HasPrefix(path, r+".") })
}
