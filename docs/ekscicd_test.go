package docs

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/internal/reference"
)

// The structs of EKS delivery, in the order of its page.
var (
	eksConfiguration = []string{"Cluster", "Application", "Manifests", "DeploymentTo"}
	eksComponents    = []string{
		"ArtifactBucket", "CodeBuildCredential", "SourceConnection", "ImageRepository", "ImageProject", "ManifestsProject",
		"DeployRole", "DeployProject", "Pipeline",
	}
	eksGroups = []string{"ArtifactStore", "BuildMachine", "PullRequests", "Target", "Source", "Project", "Deployment", "Approval"}
)

func TestEKSArgumentsAreThoseOfTheSource(t *testing.T) {
	config, err := reference.Load("../stacks")
	require.NoError(t, err)
	text := config.Table("Operations", eksConfiguration)
	for _, name := range eksConfiguration {
		text += fmt.Sprintf("\n### %s\n\n%s\n\n%s", name, config.Doc(name), config.Table(name, eksConfiguration))
	}
	generated(t, "ekscicd.md", "configuration", text)

	p, err := reference.Load("../components/ekscicd")
	require.NoError(t, err)
	linked := slices.Concat(eksGroups, eksComponents)
	var about strings.Builder
	for _, name := range eksComponents {
		fmt.Fprintf(&about, "### %s\n\n%s\n\n%s\nOutputs: %s.\n\n", name, p.Doc(name), p.Table(name+"Args", linked), p.Keys(name))
	}
	for _, name := range eksGroups {
		fmt.Fprintf(&about, "### %s\n\n%s\n\n%s\n", name, p.Doc(name), p.Table(name, linked))
	}
	generated(t, "ekscicd.md", "components", strings.TrimSuffix(about.String(), "\n"))
}
