package docs

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/internal/reference"
)

// family is what the page of a family tells of the source: structs and components in the page's order.
type family struct {
	pipeline string   // component whose arguments and outputs the page has, if any
	groups   []string // structs within its arguments
	parts    []string // components that the pipeline is made of
	values   []string // structs within the arguments of parts
}

var families = map[string]family{
	"bluegreen": {
		pipeline: "ContainerPipeline",
		groups: []string{
			"Container", "ContainerCheck", "Source", "Edge", "HealthCheck", "Scaling", "NetworkOptions", "DeploymentOptions",
			"TrafficShift", "Hooks", "AlarmOptions", "BuildOptions", "Approval", "NotificationOptions",
		},
		parts: []string{
			"Repositories", "Secrets", "Network", "OriginCertificate", "ZoneRules", "ArtifactStore", "OriginPulls", "Traffic",
			"Service", "Alarms", "Deployment", "Notifications", "Build", "Release", "EdgeRecord",
		},
	},
	"staged": {
		pipeline: "Pipeline",
		groups:   []string{"Source", "Environment", "SiteOptions", "Statement", "BuildOptions", "ApprovalOptions"},
		parts:    []string{"Origin", "Site", "Runner", "Approvers"},
		values:   []string{"Build"},
	},
	"meta": {
		pipeline: "Pipeline",
		groups:   []string{"Source", "PulumiRelease", "State", "Approval", "NotificationOptions", "PullRequests", "BuildOptions"},
		parts:    []string{"Deployer", "StateBackend", "Notifications"},
	},
	"ekscicd": {
		parts: []string{
			"ArtifactBucket", "CodeBuildCredential", "SourceConnection", "ImageRepository", "ImageProject", "ManifestsProject",
			"DeployRole", "DeployProject", "Pipeline",
		},
		values: []string{"ArtifactStore", "BuildMachine", "PullRequests", "Target", "Source", "Project", "Deployment", "Approval"},
	},
}

func TestArgumentsAreThoseOfTheSource(t *testing.T) {
	for name, f := range families {
		t.Run(name, func(t *testing.T) {
			p, err := reference.Load("../components/" + name)
			require.NoError(t, err)
			page := name + ".md"
			if name == "bluegreen" {
				page = "container-pipeline.md"
			}
			if f.pipeline != "" {
				generated(t, page, "arguments", arguments(p, f.pipeline+"Args", f.groups))
				generated(t, page, "outputs", p.Outputs(f.pipeline))
			}
			generated(t, page, "parts", f.describeParts(p))
		})
	}
}

func TestEKSConfigurationIsThatOfTheSource(t *testing.T) {
	p, err := reference.Load("../stacks")
	require.NoError(t, err)
	generated(t, "ekscicd.md", "configuration", arguments(p, "Operations", []string{"Cluster", "Application", "Manifests", "DeploymentTo"}))
}

// arguments are the table of a struct, and below it those of the structs within.
func arguments(p *reference.Package, name string, groups []string) string {
	var text strings.Builder
	text.WriteString(p.Table(name, groups))
	for _, group := range groups {
		fmt.Fprintf(&text, "\n### %s\n\n%s\n\n%s", group, p.Doc(group), p.Table(group, groups))
	}
	return text.String()
}

func (f family) describeParts(p *reference.Package) string {
	linked := slices.Concat(f.groups, f.parts, f.values)
	var all []string
	for _, name := range f.parts {
		all = append(all, fmt.Sprintf("### %s\n\n%s\n\n%s\nOutputs: %s.\n", name, p.Doc(name), p.Table(name+"Args", linked), p.Keys(name)))
	}
	for _, name := range f.values {
		all = append(all, fmt.Sprintf("### %s\n\n%s\n\n%s", name, p.Doc(name), p.Table(name, linked)))
	}
	return strings.Join(all, "\n")
}
