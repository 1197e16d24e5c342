package docs

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/internal/reference"
)

// stagedGroups are the structs within staged.PipelineArgs, in the order of the page.
var stagedGroups = []string{"Source", "Environment", "SiteOptions", "Statement", "BuildOptions", "ApprovalOptions"}

// stagedParts are the components that staged.Pipeline is made of.
var stagedParts = []string{"Origin", "Site", "Runner", "Approvers"}

func TestStagedArgumentsAreThoseOfTheSource(t *testing.T) {
	p, err := reference.Load("../components/staged")
	require.NoError(t, err)
	var arguments strings.Builder
	arguments.WriteString(p.Table("PipelineArgs", stagedGroups))
	for _, name := range stagedGroups {
		fmt.Fprintf(&arguments, "\n### %s\n\n%s\n\n%s", name, p.Doc(name), p.Table(name, stagedGroups))
	}
	generated(t, "staged.md", "arguments", arguments.String())
	generated(t, "staged.md", "outputs", p.Outputs("Pipeline"))
	var about strings.Builder
	for _, name := range stagedParts {
		fmt.Fprintf(&about, "### %s\n\n%s\n\n%s\nOutputs: %s.\n\n", name, p.Doc(name),
			p.Table(name+"Args", slices.Concat(stagedGroups, stagedParts, []string{"Build"})), p.Keys(name))
	}
	fmt.Fprintf(&about, "### Build\n\n%s\n\n%s", p.Doc("Build"), p.Table("Build", stagedGroups))
	generated(t, "staged.md", "parts", strings.TrimSuffix(about.String(), "\n"))
}
