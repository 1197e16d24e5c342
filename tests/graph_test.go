package tests

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
)

// The guide's system stays small: what it takes in other tools is more than eighty resources and five functions.
func TestTheDevStackIsSmall(t *testing.T) {
	t.Parallel()
	dock := drydock.Start(t)
	dev := repository(dock, "dev", settingsOf(t, "dev"))
	dev.Up(t)
	exported, err := dev.Export(t.Context(), false)
	require.NoError(t, err)
	g := graphOf(t, exported)
	t.Logf("%d resources in the clouds, %d with components; the longest chain has %d:\n  %s",
		len(dock.Cloud().Made()), g.all, len(g.chain), strings.Join(g.chain, "\n  "))
	assert.Len(t, g.cloud, perPipeline, "the benchmarks divide by it")
	assert.LessOrEqual(t, len(g.cloud), 60)
	for _, typ := range g.cloud {
		assert.NotContains(t, typ, "lambda")
		assert.NotContains(t, typ, "pulumi-nodejs")
	}
	assert.LessOrEqual(t, len(g.chain), 20, "the longest chain: each waits for the one before")
}

type graph struct {
	all   int
	cloud []string // types of what is in a cloud
	chain []string // names along the longest way of dependencies
}

// graphOf reads a stack's deployment, in which each resource comes after those that it depends on.
func graphOf(t *testing.T, exported []byte) (g graph) {
	t.Helper()
	var state struct {
		Deployment struct {
			Resources []struct {
				URN, Type    string
				Custom       bool
				Dependencies []string
			}
		}
	}
	require.NoError(t, json.Unmarshal(exported, &state))
	longest := map[string][]string{}
	for _, r := range state.Deployment.Resources {
		if strings.HasPrefix(r.Type, "pulumi:") {
			continue // the stack and its providers
		}
		g.all++
		if !r.Custom {
			continue
		}
		g.cloud = append(g.cloud, r.Type)
		var before []string
		for _, d := range r.Dependencies {
			if len(longest[d]) > len(before) {
				before = longest[d]
			}
		}
		name := lastPart(r.Type) + " " + r.URN[strings.LastIndex(r.URN, "::")+2:]
		longest[r.URN] = append(before[:len(before):len(before)], name)
		if len(longest[r.URN]) > len(g.chain) {
			g.chain = longest[r.URN]
		}
	}
	return g
}
