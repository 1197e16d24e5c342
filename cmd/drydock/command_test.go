package main

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
)

// call runs the command and returns its exit code and what it wrote.
func call(t *testing.T, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, err bytes.Buffer
	code = run(t.Context(), append([]string{}, args...), &out, &err) // cobra takes nil for the test's own arguments
	return code, out.String(), err.String()
}

func TestWrongUsage(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"unknown command":       {[]string{"launch"}, `unknown command "launch"`},
		"unknown flag":          {[]string{"up", "--fast"}, "unknown flag: --fast"},
		"an argument":           {[]string{"up", "dev"}, `up takes no argument, and got "dev"`},
		"a flag without value":  {[]string{"up", "--stack"}, "flag needs an argument: --stack"},
		"a flag of another":     {[]string{"up", "--expect-no-changes"}, "unknown flag"},
		"no folder":             {[]string{"up", "--dir", "testdata/nowhere"}, "there is no folder"},
		"no project":            {[]string{"preview", "--dir", t.TempDir()}, "there is no Pulumi.yaml"},
		"no stack":              {[]string{"preview", "-s", "prod", "--dir", "testdata/keys"}, "the stacks are dev, wrong"},
		"outputs of no stack":   {[]string{"outputs", "-s", "prod", "--dir", "testdata/keys"}, "the stacks are dev, wrong"},
		"export of no stack":    {[]string{"export", "-s", "prod", "--dir", "testdata/keys"}, "the stacks are dev, wrong"},
		"env with an argument":  {[]string{"env", "pulumi"}, "a command goes after --"},
		"env in no project":     {[]string{"env", "--dir", t.TempDir()}, "there is no Pulumi.yaml"},
		"env with no command":   {[]string{"env", "--dir", "testdata/keys", "--", "no-such-command"}, "no command no-such-command"},
		"destroy of a bad name": {[]string{"destroy", "-s", "a/b", "--dir", "testdata/keys"}, `stack "a/b"`},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := call(t, append([]string{"--state", t.TempDir()}, c.args...)...)
			assert.Equal(t, wrong, code)
			assert.Empty(t, stdout)
			assert.Contains(t, stderr, c.want)
			assert.Contains(t, stderr, "drydock: ")
		})
	}
}

func TestHelp(t *testing.T) {
	code, stdout, _ := call(t, "--help")
	assert.Equal(t, done, code)
	for _, verb := range []string{"up", "preview", "refresh", "destroy", "outputs", "export", "env", "graph", "rehearse", "scaffold", "diff"} {
		assert.Contains(t, stdout, "\n  "+verb+" ")
	}
	code, bare, _ := call(t)
	assert.Equal(t, done, code)
	assert.Equal(t, stdout, bare)
}

func TestStackFromUpToDestroy(t *testing.T) {
	state := t.TempDir()
	in := func(args ...string) []string {
		return append([]string{"--dir", "testdata/keys", "--state", state}, args...)
	}

	code, stdout, stderr := call(t, in("outputs")...)
	require.Equal(t, done, code, stderr)
	assert.Equal(t, "dev has no outputs; `drydock up` makes them.\n", stdout)

	code, stdout, stderr = call(t, in("up")...)
	require.Equal(t, done, code, stderr)
	for _, want := range []string{
		"Updating (dev)", "+ 2 created", "Outputs\n  algorithm  ED25519\n  pem        [secret]\n",
		"Now in the simulated clouds: 1 resource\n  tls  PrivateKey 1\n", "Next\n",
	} {
		assert.Contains(t, stdout, want)
	}
	assert.NotContains(t, stdout+stderr, "PRIVATE KEY")
	assert.NotContains(t, stdout, "\033[", "no colors where there is no terminal")

	code, stdout, _ = call(t, in("up")...)
	require.Equal(t, done, code)
	assert.Contains(t, stdout, "Nothing to change: 1 resource is as the program says\n")

	code, _, stderr = call(t, in("preview", "--expect-no-changes")...)
	assert.Equal(t, done, code, stderr)
	code, _, stderr = call(t, in("refresh")...)
	assert.Equal(t, done, code, stderr)

	code, stdout, _ = call(t, in("outputs", "--json")...)
	require.Equal(t, done, code)
	assert.JSONEq(t, `{"algorithm":"ED25519","pem":"[secret]"}`, stdout)
	code, stdout, _ = call(t, in("outputs", "--show-secrets")...)
	require.Equal(t, done, code)
	assert.Contains(t, stdout, "-----BEGIN PRIVATE KEY-----")

	code, stdout, stderr = call(t, in("export")...)
	require.Equal(t, done, code, stderr)
	var exported struct{ Deployment struct{ Resources []any } }
	require.NoError(t, json.Unmarshal([]byte(stdout), &exported))
	assert.Len(t, exported.Deployment.Resources, 3, "stack, provider and key")

	code, stdout, stderr = call(t, in("env", "--", "pulumi", "preview", "-s", "dev", "--expect-no-changes")...)
	assert.Equal(t, done, code, stderr)
	assert.Contains(t, stdout, "2 unchanged")
	code, _, _ = call(t, in("env", "--", "sh", "-c", "exit 7")...)
	assert.Equal(t, 7, code)

	code, stdout, stderr = call(t, in("destroy")...)
	require.Equal(t, done, code, stderr)
	assert.Contains(t, stdout, "- 2 deleted")
	code, _, stderr = call(t, in("preview", "--expect-no-changes")...)
	assert.Equal(t, failed, code)
	assert.Contains(t, stderr, "no changes were expected")
}

func TestJSON(t *testing.T) {
	state := t.TempDir()
	code, stdout, stderr := call(t, "up", "--json", "--dir", "testdata/keys", "--state", state)
	require.Equal(t, done, code, stderr)
	var r resultJSON
	require.NoError(t, json.Unmarshal([]byte(stdout), &r), stdout)
	assert.Equal(t, map[string]int{"create": 2, "same": 0}, r.Summary)
	assert.True(t, r.Changed)
	assert.Equal(t, map[string]any{"algorithm": "ED25519", "pem": "[secret]"}, r.Outputs)
	assert.Contains(t, stderr, "Updating (dev)", "the progress")

	code, stdout, stderr = call(t, "preview", "--json", "-s", "wrong", "--dir", "testdata/keys", "--state", state)
	assert.Equal(t, failed, code)
	require.NoError(t, json.Unmarshal([]byte(stdout), &r), stdout)
	assert.Contains(t, r.Error, `got "MORSE"`)
	assert.Contains(t, stderr, "drydock: preview of wrong failed, for the reasons above")
}

func TestShell(t *testing.T) {
	assert.Equal(t, "unset A\nexport B='it'\\''s'\nexport C='a=b'\n", shell([]string{"B=it's", "C=a=b"}, []string{"A"}))
}

func TestSplit(t *testing.T) {
	for typ, want := range map[string][2]string{
		"aws:iam/role:Role":               {"aws", "iam"},
		"tls:index/privateKey:PrivateKey": {"tls", "PrivateKey"},
		"cloudflare:index/record:Record":  {"cloudflare", "Record"},
		"odd":                             {"odd", "odd"},
	} {
		provider, kind := split(typ)
		assert.Equal(t, want, [2]string{provider, kind}, typ)
	}
}

func TestOutputsAreAligned(t *testing.T) {
	var b bytes.Buffer
	p := newPrinter(&b)
	p.outputs(map[string]drydock.Output{
		"a":    {Value: "two\nlines\n"},
		"nest": {Value: map[string]any{"eggs": 2.0, "names": []any{"huey", nil}}},
	})
	require.NoError(t, p.err)
	assert.Equal(t, `Outputs
  a              two
                 lines
  nest.eggs      2
  nest.names[0]  huey
  nest.names[1]  null
`, b.String())
}
