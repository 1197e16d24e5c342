package tests

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/internal/choices"
)

// Each row spoils the dev stack's configuration at one place. The error names the key and says what is accepted.
func TestWrongConfigurations(t *testing.T) {
	t.Parallel()
	const dog = pipelines + ".bash-dog"
	app := func(change func(p map[string]any)) func(settings) {
		return func(s settings) { change(at(t, s[pipelines], "bash-dog")) }
	}
	within := func(value any, path ...any) func(settings) {
		last := path[len(path)-1].(string)
		return app(func(p map[string]any) { at(t, p, path[:len(path)-1]...)[last] = value })
	}
	dock := drydock.Start(t)
	for _, c := range []struct {
		name  string
		spoil func(s settings)
		want  []string // each is in the error
	}{
		{"nothing configured", func(s settings) { delete(s, pipelines) }, []string{`stack "dev" configures nothing`, "stacks/Pulumi.dev.yaml"}},
		{"pipelines is a text", func(s settings) { s[pipelines] = "bash-dog" }, []string{pipelines + ": ", "map from names to settings"}},
		{"pipelines is a list", func(s settings) { s[pipelines] = []any{"bash-dog"} }, []string{pipelines + ": ", "map from names to settings"}},
		{"pipelines is empty", func(s settings) { s[pipelines] = settings{} }, []string{"configures nothing"}},
		{"pipeline is null", func(s settings) { s[pipelines] = settings{"bash-dog": nil} }, []string{dog}},
		{"pipeline is a text", func(s settings) { s[pipelines] = settings{"bash-dog": "yes"} }, []string{dog, `"yes"`, "give a map"}},
		{"pipeline is empty", func(s settings) { s[pipelines] = settings{"bash-dog": settings{}} }, []string{dog + ".containers", dog + ".source.repository", dog + ".edge.host"}},
		{"pipeline without a name", func(s settings) { s[pipelines].(settings)[""] = settings{} }, []string{pipelines}},
		{"unknown key", within(1, "conatiners"), []string{dog + ".conatiners: no such key", "containers"}},
		{"key in another case", within(1, "desiredcount"), []string{dog + ".desiredcount: no such key", "desiredCount"}},
		{"unknown key of a container", within(80, "containers", 0, "prot"), []string{dog + ".containers[0].prot: no such key", "port"}},
		{"unknown key of the edge", within("x", "edge", "hots"), []string{dog + ".edge.hots: no such key", "host"}},
		{"unknown key of the source", within("x", "source", "repo"), []string{dog + ".source.repo: no such key", "repository"}},
		{"unknown key of a hook", within(map[string]any{"hooks": map[string]any{"before": "x"}}, "deployment"), []string{dog + ".deployment.hooks.before: no such key", "beforeInstall"}},
		{"unknown key of a check", within(map[string]any{"cmd": "x"}, "containers", 0, "check"), []string{dog + ".containers[0].check.cmd: no such key", "command"}},
		{"unknown key of a shift", within(map[string]any{"shift": map[string]any{"percentage": 5}}, "deployment"), []string{dog + ".deployment.shift.percentage: no such key", "percent"}},
		{"text for a number", within("many", "desiredCount"), []string{dog + ".desiredCount: ", `"many"`, "a whole number"}},
		{"fraction for a number", within(1.5, "desiredCount"), []string{dog + ".desiredCount", "1.5", "a whole number"}},
		{"text for a switch", within("yes", "disposable"), []string{dog + ".disposable: ", `"yes"`, "true or false"}},
		{"number for a text", within(7, "project"), []string{dog + ".project: ", `"7"`, "is not valid"}},
		{"map for a list", within(map[string]any{"api": map[string]any{}}, "containers"), []string{dog + ".containers", "a list"}},
		{"list for a map", within([]any{"A=b"}, "containers", 0, "environment"), []string{dog + ".containers[0].environment", "a map"}},
		{"text for a list", within("DATABASE_URL", "containers", 0, "secrets"), []string{dog + ".containers[0].secrets", "a list"}},
		{"text for a container", within([]any{"api"}, "containers"), []string{dog + ".containers[0]", `"api"`, "a map"}},
		{"text for a part", within("default", "network"), []string{dog + ".network: ", `"default"`, "a map"}},
		{"list for a text", within([]any{"a"}, "edge", "host"), []string{dog + ".edge.host", "a text"}},
		{"map for a text of another resource", within(map[string]any{"a": 1}, "clusterName"), []string{dog + ".clusterName", "a text"}},
		{"huge number", within("99999999999999999999", "cpu"), []string{dog + ".cpu", "99999999999999999999"}},
		{"null container", within([]any{nil}, "containers"), []string{dog + ".containers"}},
		{"no public container", within(false, "containers", 2, "public"), []string{dog + ".containers", "public"}},
		{"out of range", within(70000, "containers", 0, "port"), []string{dog + ".containers[0].port: 70000", "1 to 65535"}},
		{"unknown secret", within([]any{"DATABASE"}, "containers", 0, "secrets"), []string{dog + ".containers[0].secrets", `"DATABASE"`}},
		{"list for a secret", within([]any{"hidden-value"}, "secrets", "DATABASE_URL"), []string{dog + ".secrets", "a text"}},
		{"unknown mode", within(map[string]any{"mode": "vpc"}, "network"), []string{dog + ".network.mode", `"vpc"`, "endpoints"}},
		{"zone is a text", func(s settings) { s[zones] = settings{"example": "com"} }, []string{zones + ".example", "a map"}},
		{"zone without id", func(s settings) { s[zones] = settings{"example": settings{"strictHosts": []any{"a.example.com"}}} }, []string{zones + ".example.zoneId", "32 hexadecimal digits"}},
		{"zone without hosts", func(s settings) { s[zones] = settings{"example": settings{"zoneId": string(choices.ZoneID)}} }, []string{zones + ".example.strictHosts"}},
		{"unknown key of a zone", func(s settings) { s[zones] = settings{"example": settings{"id": "1"}} }, []string{zones + ".example.id: no such key", "zoneId"}},
		{"unknown key of a staged pipeline", func(s settings) { s[staged] = settings{"site": settings{"sources": 1}} }, []string{staged + ".site.sources: no such key", "source"}},
		{"unknown key of a staged environment", func(s settings) {
			s[staged] = settings{"site": settings{"environments": []any{settings{"name": "live", "approve": true}}}}
		}, []string{staged + ".site.environments[0].approve: no such key", "approval"}},
		{"staged pipeline is empty", func(s settings) { s[staged] = settings{"site": settings{}} }, []string{staged + `.site.source.repository: "" is not valid`}},
		{"statement of a staged pipeline", func(s settings) {
			s[staged] = settings{"site": settings{
				"source": settings{"repository": "site"}, "statements": []any{settings{"sid": "A", "actions": []any{"*"}, "resources": []any{"*"}}},
			}}
		}, []string{staged + `.site.statements[0].actions: "*" is everything`}},
		{"several at once", func(s settings) {
			p := at(t, s[pipelines], "bash-dog")
			p["conatiners"], p["cpu"] = 1, "much"
			s[zones] = settings{"example": settings{"zoneId": "abc"}}
		}, []string{dog + ".conatiners", dog + ".cpu", zones + ".example.zoneId"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			config := settingsOf(t, "dev")
			c.spoil(config)
			err := repository(dock, "dev", config).Fails(t, drydock.Preview)
			for _, want := range c.want {
				assert.ErrorContains(t, err, want)
			}
			for _, no := range []string{"goroutine ", "panic", "hidden-value", ".go:", "map[", "*bluegreen", "pulumi.String", "mapstructure"} {
				assert.NotContains(t, err.Error(), no)
			}
		})
	}
	assert.ErrorContains(t, repository(dock, "dev", settings{}).Fails(t, drydock.Up), "configures nothing")
	empty(t, dock)
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
