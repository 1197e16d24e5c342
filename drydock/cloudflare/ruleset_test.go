package cloudflare

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

func strictHost(host string) map[string]any {
	return map[string]any{
		"action": "set_config", "expression": fmt.Sprintf(`(http.host eq %q)`, host),
		"actionParameters": map[string]any{"ssl": "strict"},
	}
}

func zoneRules(rules ...any) sim.Values {
	return sim.Values{
		"zoneId": ZoneID("example.com"), "name": "strict", "kind": "zone", "phase": "http_config_settings", "rules": rules,
	}
}

func TestOneEntryPointPerPhaseAndZone(t *testing.T) {
	l := open(t, "example.net")
	id, _, err := l.Create(rulesetType, "first", zoneRules(strictHost("app.example.com")))
	require.NoError(t, err)
	_, _, err = l.Create(rulesetType, "second", zoneRules(strictHost("www.example.com")))
	require.ErrorContains(t, err, `failed to create ruleset "http_config_settings": A similar configuration with rules already exists`)
	_, _, err = l.Create(rulesetType, "elsewhere", with(zoneRules(strictHost("app.example.net")), sim.Values{"zoneId": ZoneID("example.net")}))
	require.NoError(t, err)
	_, err = l.Update(rulesetType, id, zoneRules(strictHost("app.example.com"), strictHost("www.example.com")))
	require.NoError(t, err)
	_, err = l.Update(rulesetType, id, zoneRules())
	require.NoError(t, err)
	_, _, err = l.Create(rulesetType, "second", zoneRules())
	require.ErrorContains(t, err, "'zone' is not a valid value for kind because exceeded maximum number of zone rulesets for phase http_config_settings (20217)")
	require.NoError(t, l.Delete(rulesetType, id))
	_, _, err = l.Create(rulesetType, "second", zoneRules())
	require.NoError(t, err)
}

func TestWrongRulesets(t *testing.T) {
	var eleven []any
	for i := range 11 {
		eleven = append(eleven, strictHost(fmt.Sprintf("app%d.example.com", i)))
	}
	rule := func(over sim.Values) sim.Values {
		return zoneRules(map[string]any(with(strictHost("app.example.com"), over)))
	}
	tests := []struct {
		name, want string
		in         sim.Values
	}{
		{"quota", "exceeded the maximum number of rules in the phase http_config_settings: 11 out of 10 (50001)", zoneRules(eleven...)},
		{"kind", "kind zone, with a zoneId", with(zoneRules(), sim.Values{"kind": "custom"})},
		{"phase", `does not simulate the phase "http_config"`, with(zoneRules(), sim.Values{"phase": "http_config"})},
		{"no zone", "one of accountId, zoneId must be given", with(zoneRules(), sim.Values{"zoneId": nil})},
		{"other zone", "Could not route to /zones/", with(zoneRules(), sim.Values{"zoneId": strings.Repeat("0", 32)})},
		{"action", `action "block" is not allowed in this phase`, rule(sim.Values{"action": "block"})},
		{"setting", "expected one of off, flexible, full, strict, origin_pull", rule(sim.Values{"actionParameters": map[string]any{"ssl": "full_strict"}})},
		{"no setting", "set_config needs at least one setting", rule(sim.Values{"actionParameters": nil})},
		{"expression", "filter parsing error", rule(sim.Values{"expression": "http.host = app"})},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := open(t).Create(rulesetType, "rules", test.in)
			require.ErrorContains(t, err, test.want)
		})
	}
}

func TestExpressions(t *testing.T) {
	good := []string{
		`(http.host eq "app.example.com")`,
		`http.host in {"a.example.com" "b.example.com"}`,
		`(http.host eq "a" and not ssl) or (http.request.uri.path contains "/x" && ip.src in {192.0.2.0/24 2001:db8::1})`,
		`lower(http.host) == "a"`, `starts_with(http.request.uri.path, "/api/")`, `http.host wildcard "*.example.com"`,
		`http.request.full_uri strict wildcard r"https://*"`, `true`, `ip.src.asnum gt 100`,
	}
	for _, text := range good {
		require.Empty(t, checkExpression(text), text)
	}
	bad := map[string]string{
		``:                                "unknown identifier",
		`http.host`:                       "expected an operator after http.host",
		`http.host eq app`:                "expected a text in double quotes",
		`host eq "a"`:                     `unknown identifier "host"`,
		`(http.host eq "a"`:               "expected ), got",
		`http.host eq "a" http.host`:      `unexpected "http.host"`,
		`http.host in {}`:                 "a set has one element or more",
		`http.host in {"a"`:               "expected a text in double quotes",
		`http.host = "a"`:                 `unexpected "="`,
		`http.host matches "a.*"`:         "a Business plan or a WAF Advanced plan is required",
		`ip.src eq "192.0.2.1"`:           "expected an IP address",
		`ip.src.asnum contains "1"`:       "contains is for texts",
		strings.Repeat("(", 60) + "true":  "nested too deeply",
		strings.Repeat("x", 5000):         "5000 characters, 4096 are allowed",
		`starts_with(http.host "a")`:      "expected ), got",
		`http.host eq "a" or`:             "unknown identifier",
		`http.request.uri.path eq "a" ;;`: `unexpected ";"`,
	}
	for text, want := range bad {
		require.Contains(t, checkExpression(text), want, text)
	}
}

func TestRulesetEdits(t *testing.T) {
	l := open(t)
	in := zoneRules(strictHost("app.example.com"))
	id, out, err := l.Create(rulesetType, "rules", in)
	require.NoError(t, err)
	require.Regexp(t, `^[0-9a-f]{32}$`, out.Objs("rules")[0].Str("id"))
	tests := []struct {
		name string
		in   sim.Values
		want []sim.Change
	}{
		{"nothing", in, nil},
		{"another host", zoneRules(strictHost("app.example.com"), strictHost("www.example.com")), []sim.Change{{Path: "rules[1]", Kind: sim.Added}}},
		{"name", with(in, sim.Values{"name": "other"}), []sim.Change{{Path: "name", Kind: sim.Changed, Replace: true}}},
		{"zone", with(in, sim.Values{"zoneId": ZoneID("example.net")}), []sim.Change{{Path: "zoneId", Kind: sim.Changed}}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, err := l.Diff(rulesetType, id, test.in)
			require.NoError(t, err)
			require.Equal(t, test.want, got)
		})
	}
}
