package graph

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMermaid(t *testing.T) {
	var b strings.Builder
	require.NoError(t, Mermaid(&b, pond(t)))
	assert.Equal(t, `flowchart LR
  subgraph n0["Pond pond"]
    subgraph n1["Water pond-water"]
      n2["<b>Vpc</b><br/>pond-vpc"]
      n3["<b>Subnet</b><br/>pond-subnet"]
    end
    subgraph n4["Ducks pond-ducks"]
      n5["<b>Role</b><br/>pond-role"]
      n6["<b>RolePolicy</b><br/>pond-policy"]
      n7["<b>PrivateKey</b><br/>duck"]
    end
  end
  n8["<b>Bucket</b><br/>bread"]
  n2 --> n3
  n5 --> n6
  n8 --> n6
  n3 --> n7
  n6 --> n7
`, b.String())
}

func TestMermaidIsEscaped(t *testing.T) {
	g, err := Parse(exportOf(
		resource{"app:index:Group", `end"]`, "", nil},
		resource{"aws:s3/bucket:Bucket", "a<b>#`\\\n%%{init}", `end"]`, nil},
		resource{"app:index:Empty", "nothing", "", nil},
	))
	require.NoError(t, err)
	var b strings.Builder
	require.NoError(t, Mermaid(&b, g))
	assert.NotContains(t, b.String(), "nothing", "an empty subgraph is no group")
	line := regexp.MustCompile(`^ *(flowchart LR|subgraph n\d+\["[^"<>]*"\]|n\d+\["<b>[^"<>]*</b><br/>[^"<>]*"\]|n\d+ --> n\d+|end)$`)
	for _, l := range strings.Split(strings.TrimSpace(b.String()), "\n") {
		assert.Regexp(t, line, l)
	}
}

func TestMermaidHasLimits(t *testing.T) {
	err := Mermaid(&strings.Builder{}, many(t, 20, 40))
	assert.ErrorContains(t, err, "Mermaid's limits are 500 and 50000: draw it as svg")
}
