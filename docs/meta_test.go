package docs

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/internal/reference"
)

// metaGroups are the structs within meta.PipelineArgs, in the order of the page.
var metaGroups = []string{"Source", "PulumiRelease", "State", "Approval", "NotificationOptions", "PullRequests", "BuildOptions"}

// metaParts are the components that meta.Pipeline is made of.
var metaParts = []string{"Deployer", "StateBackend", "Notifications"}

func TestMetaArgumentsAreThoseOfTheSource(t *testing.T) {
	p, err := reference.Load("../components/meta")
	require.NoError(t, err)
	var arguments strings.Builder
	arguments.WriteString(p.Table("PipelineArgs", metaGroups))
	for _, name := range metaGroups {
		fmt.Fprintf(&arguments, "\n### %s\n\n%s\n\n%s", name, p.Doc(name), p.Table(name, metaGroups))
	}
	generated(t, "meta.md", "arguments", arguments.String())
	generated(t, "meta.md", "outputs", p.Outputs("Pipeline"))
	var about strings.Builder
	for _, name := range metaParts {
		fmt.Fprintf(&about, "### %s\n\n%s\n\n%s\nOutputs: %s.\n\n", name, p.Doc(name),
			p.Table(name+"Args", slices.Concat(metaGroups, metaParts)), p.Keys(name))
	}
	generated(t, "meta.md", "parts", strings.TrimSuffix(about.String(), "\n"))
}
