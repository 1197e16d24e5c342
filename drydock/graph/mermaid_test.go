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
  subgraph n0["<b>Stack dev</b>"]
    direction LR
    n1["<b>Bucket</b> bread"]
  end
  subgraph n2["<b>pond</b> Pond"]
    direction LR
    subgraph n3["<b>Water</b> water"]
      direction LR
      n4["<b>Vpc</b> vpc"]
      n5["<b>Subnet</b> subnet"]
      n4 --> n5
    end
    subgraph n6["<b>Ducks</b> ducks"]
      direction LR
      n7["<b>Role</b> role"]
      n8["<b>RolePolicy</b> policy"]
      n9["<b>PrivateKey</b> duck"]
      n7 --> n8
      n8 --> n9
    end
  end
  n0 --> n6
  n3 --> n6
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
	line := regexp.MustCompile(`^ *(flowchart LR|direction LR|(subgraph )?n\d+\["<b>[^"<>]*</b>( [^"<>]*)?"\]|n\d+ --> n\d+|end)$`)
	for _, l := range strings.Split(strings.TrimSpace(b.String()), "\n") {
		assert.Regexp(t, line, l)
	}
}

func TestMermaidHasLimits(t *testing.T) {
	err := Mermaid(&strings.Builder{}, many(t, 20, 40))
	assert.ErrorContains(t, err, "Mermaid's limits are 500 and 50000: draw it as svg")
}
