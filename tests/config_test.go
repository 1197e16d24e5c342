package tests

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
)

// A stack of each family, spoiled at several places at once: an up makes nothing, and its one report has all of them. The
// tables of what can be wrong are in stacks and in the components; here it is the engine that hands the configuration over.
func TestWrongConfigurations(t *testing.T) {
	t.Parallel()
	dock := drydock.Start(t)
	for _, c := range []struct {
		name  string
		stack string
		spoil func(t *testing.T, s settings)
		want  []string // each is in the error
	}{
		{"nothing configured", "dev", func(_ *testing.T, s settings) { clear(s) }, []string{`stack "dev" configures nothing`, "stacks/Pulumi.dev.yaml"}},
		{"no map", "dev", func(_ *testing.T, s settings) { s[pipelines], s[zones] = "bash-dog", []any{"bash-dog"} }, []string{
			pipelines + ": must be a map from names to settings", zones + ": must be a map from names to settings",
		}},
		{"pipelines", "dev", func(t *testing.T, s settings) {
			p := at(t, s[pipelines], "bash-dog")
			p["conatiners"], p["cpu"], p["desiredCount"] = 1, "much", 1.5
			at(t, p, "secrets")["DATABASE_URL"] = []any{"hidden-value"}
			s[zones] = settings{"example": settings{"zoneId": "abc"}}
		}, []string{
			pipelines + ".bash-dog.conatiners: no such key: give one of", pipelines + `.bash-dog.cpu: "much" is not accepted: give a whole number`,
			pipelines + `.bash-dog.desiredCount: "1.5" is not accepted`, pipelines + ".bash-dog.secrets.DATABASE_URL: a list is not accepted",
			zones + `.example.zoneId: "abc" is not valid`, zones + ".example.strictHosts: missing",
		}},
		{"numbers and quotes", "dev", func(t *testing.T, s settings) {
			p := at(t, s[pipelines], "bash-dog")
			p["project"], p["logRetentionDays"] = 7, 31
			at(t, p, "containers", 0)["port"] = 70000
		}, []string{
			pipelines + `.bash-dog.project: "7" is not valid`, pipelines + ".bash-dog.logRetentionDays: 31 is no period",
			pipelines + ".bash-dog.containers[0].port: 70000 is out of range: give 1 to 65535",
		}},
		{"staged", "website", func(t *testing.T, s settings) {
			p := at(t, s[staged], "website")
			at(t, p, "environments", 0)["name"] = "Staging"
			at(t, p, "approval")["emails"] = []any{"team"}
		}, []string{staged + `.website.environments[0].name: "Staging" is not valid`, staged + `.website.approval.emails[0]: "team" is not valid`}},
		{"meta", "meta", func(t *testing.T, s settings) {
			p := at(t, s[meta], "deployer")
			p["stacks"], p["secrets"] = []any{"meta", "dev"}, settings{"TOKEN": "hidden-value"}
		}, []string{meta + `.deployer.stacks[0]: "meta" is the stack that the pipeline itself is in`, meta + `.deployer.secrets["TOKEN"]: this value is not valid`}},
		{"ekscicd", "eks", func(t *testing.T, s settings) {
			acme := at(t, s[ekscicd], "acme")
			at(t, acme, "clusters", "staging")["account"] = 22
			at(t, acme, "applications", "shop", "deployments", 0)["namespace"] = "Shop"
			at(t, acme, "applications", "blog", "manifests")["chart"] = "../chart"
		}, []string{
			ekscicd + `.acme.clusters.staging.account: "22" is not valid`, ekscicd + `.acme.applications.shop.deployments[0].namespace: "Shop" is not valid`,
			ekscicd + `.acme.applications.blog.manifests.chart: "../chart" leaves the repository`,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := settingsOf(t, c.stack)
			c.spoil(t, config)
			err := repository(dock, c.stack, config).Fails(t, drydock.Up)
			for _, want := range c.want {
				assert.ErrorContains(t, err, want)
			}
			for _, no := range []string{"goroutine ", "panic", "hidden-value", ".go:", "map[", "*bluegreen", "pulumi.String", "mapstructure"} {
				assert.NotContains(t, err.Error(), no)
			}
			empty(t, dock)
		})
	}
}

// The command ends with 1 for a stack that is wrong, with 2 for one that is not there, and writes no stack trace.
func TestWrongStacksFailTheCommand(t *testing.T) {
	t.Parallel()
	cmd := command(t, t.TempDir(), "up", "--stack", "develop")
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	assert.Equal(t, 2, cmd.ProcessState.ExitCode())
	assert.Contains(t, string(out), `there is no stack "develop"`)
	assert.Contains(t, string(out), "the stacks are "+strings.Join(stackNames(t), ", "))
	assert.False(t, strings.Contains(string(out), "goroutine "), "%s", out)
}
