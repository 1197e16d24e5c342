package tests

import (
	"encoding/json"
	"errors"
	"io"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pulumi/pulumi-aws/sdk/v6/go/aws/ssm"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/drydock/diff"
	drawing "github.com/container-pipeline/container-pipeline/drydock/graph"
	"github.com/container-pipeline/container-pipeline/rehearsal"
)

// confidential is a stack with secrets, as `pulumi config set --path --secret` makes them, and what it goes through.
type confidential struct {
	stack string
	// prepare changes the configuration, and makes in the drydock what is there before.
	prepare func(t *testing.T, dock *drydock.Dock, config settings)
	// secrets of the configuration by their paths, and what some of them change to.
	secrets, changes map[string]string
	// others are secrets that are not in the configuration: made by the program, or read by it.
	others func(t *testing.T, dock *drydock.Dock) map[string]string
	// fails are creations that fail on the way: errors say much.
	fails []string
	// app is rehearsed where it is given.
	app string
}

const ciToken = "ghp_plugh4711"

var confidentials = []confidential{
	{
		stack: "dev", app: "bash-dog",
		prepare: func(t *testing.T, _ *drydock.Dock, config settings) {
			at(t, config[pipelines], "bash-dog", "containers", 1)["ownSecrets"] = settings{"TOKEN": nil}
		},
		secrets: map[string]string{
			pipelines + ".bash-dog.secrets.DATABASE_URL":           "postgres://dog:xyzzy-4711@db.example.com/bones",
			pipelines + ".bash-dog.containers[1].ownSecrets.TOKEN": "own-token-quux-2342",
		},
		changes: map[string]string{pipelines + ".bash-dog.secrets.DATABASE_URL": "postgres://dog:plugh-0815@db.example.com/bones"},
		others:  privateKeys,
		fails:   []string{"aws:secretsmanager/secretVersion:SecretVersion", "aws:acm/certificate:Certificate"},
	},
	{
		stack: "website", app: "static-site",
		secrets: map[string]string{
			staged + ".website.build.variables.NPM_TOKEN":             "npm-token-xyzzy",
			staged + ".website.deploy.variables.CDN_TOKEN":            "cdn-token-quux",
			staged + ".website.environments[1].variables.PURGE_TOKEN": "purge-token-bones",
		},
		changes: map[string]string{staged + ".website.deploy.variables.CDN_TOKEN": "cdn-token-plugh"},
		fails:   []string{"aws:codebuild/project:Project"},
	},
	{
		stack: "eks",
		prepare: func(t *testing.T, dock *drydock.Dock, config settings) {
			at(t, config[ekscicd], "acme")["credential"] = settings{"parameterName": "/ci/token"}
			program(dock, "token", func(ctx *pulumi.Context) error {
				_, err := ssm.NewParameter(ctx, "token", &ssm.ParameterArgs{
					Name: pulumi.String("/ci/token"), Type: pulumi.String("SecureString"),
					Value: pulumi.ToSecret(pulumi.String(ciToken)).(pulumi.StringOutput),
				})
				return err
			}).Up(t)
		},
		others: func(*testing.T, *drydock.Dock) map[string]string { return map[string]string{"the parameter": ciToken} },
		fails:  []string{"aws:codebuild/sourceCredential:SourceCredential"},
	},
}

// with is the stack with the secrets.
func (c *confidential) with(t *testing.T, dock *drydock.Dock, config settings, secrets map[string]string) *drydock.Stack {
	t.Helper()
	var options []drydock.StackOption
	for _, path := range sortedKeys(secrets) {
		options = append(options, drydock.Secret(path, secrets[path]))
	}
	return repository(dock, c.stack, config, options...)
}

// No secret is in plain text in anything that is written or kept: by the engine, the drydock, its graph, its diff, or a
// rehearsal.
func TestSecretsShowUpNowhere(t *testing.T) {
	for _, c := range confidentials {
		t.Run(c.stack, func(t *testing.T) {
			t.Parallel()
			dock := drydock.Start(t)
			config := settingsOf(t, c.stack)
			if c.prepare != nil {
				c.prepare(t, dock, config)
			}
			before, after := maps.Clone(c.secrets), maps.Clone(c.secrets)
			maps.Copy(after, c.changes)
			said := heard{}
			stack, changed := c.with(t, dock, config, before), c.with(t, dock, config, after)
			said.run(t, "the first preview", dock, stack, drydock.Preview)
			for _, typ := range c.fails {
				heal := dock.Fail(drydock.Call{Op: "create", Type: typ}, errors.New("InternalServiceError: try again"))
				said["the failure of "+typ] = stack.Fails(t, drydock.Up).Error()
				heal()
			}
			said.run(t, "the up", dock, stack, drydock.Up)
			if len(c.changes) > 0 {
				said.judge(t, said.run(t, "the preview of a change", dock, changed, drydock.Preview))
				said.run(t, "the up of a change", dock, changed, drydock.Up)
			}
			said.run(t, "the refresh", dock, changed, drydock.Refresh)
			said.draw(t, changed)
			if c.app != "" {
				said.rehearse(t, dock, changed, c.app)
			}
			secrets := map[string]string{}
			maps.Copy(secrets, c.changes)
			for path, secret := range c.secrets {
				secrets[path+" at first"] = secret
			}
			if c.others != nil {
				maps.Copy(secrets, c.others(t, dock))
			}
			said.folder(t, dock.Dir())
			for where, text := range said {
				for what, secret := range secrets {
					assert.False(t, strings.Contains(text, secret), "%s is in %s", what, where)
				}
			}
			c.revealed(t, changed, after)
		})
	}
}

// revealed makes sure that secrets are searched for as they are written: they are in the state when it is decrypted.
func (c *confidential) revealed(t *testing.T, stack *drydock.Stack, secrets map[string]string) {
	t.Helper()
	hidden, err := stack.Export(t.Context(), false)
	require.NoError(t, err)
	revealed, err := stack.Export(t.Context(), true)
	require.NoError(t, err)
	all := maps.Clone(secrets)
	if c.prepare != nil && len(secrets) == 0 {
		all = map[string]string{"the parameter": ciToken}
	}
	for what, secret := range all {
		assert.NotContains(t, string(hidden), secret, what)
		assert.Contains(t, string(revealed), secret, what)
	}
}

// privateKeys are a line of the body of each key: a whole PEM is broken into lines differently from place to place.
func privateKeys(t *testing.T, dock *drydock.Dock) map[string]string {
	t.Helper()
	keys := map[string]string{}
	for _, key := range dock.Cloud().All("tls:index/privateKey:PrivateKey") {
		rows := strings.Split(strings.TrimSpace(key.Attr("privateKeyPem")), "\n")
		require.Greater(t, len(rows), 2)
		keys["the key "+key.ID] = rows[1]
	}
	require.NotEmpty(t, keys)
	return keys
}

// heard is what was written, by where.
type heard map[string]string

func (r heard) run(t *testing.T, when string, dock *drydock.Dock, s *drydock.Stack, op drydock.Operation) *drydock.Result {
	t.Helper()
	var out strings.Builder
	result, err := s.Run(t.Context(), op, drydock.Stream(&out, &out), drydock.Args("--diff"))
	require.NoError(t, err, out.String())
	r[when] = out.String()
	r["the event log of "+when] = read(t, filepath.Join(dock.Dir(), "events.jsonl"))
	r["the result of "+when] = encoded(t, result)
	return result
}

// judge adds what drydock diff says of a preview.
func (r heard) judge(t *testing.T, preview *drydock.Result) {
	t.Helper()
	report := &diff.Report{Stacks: []diff.Stack{{Name: preview.Stack, At: diff.Both, Verdict: diff.Judge(preview)}}}
	require.NotEmpty(t, report.Stacks[0].Changes)
	r["the diff's JSON"], r["the diff's comment"] = encoded(t, report), report.Markdown()
}

func (r heard) draw(t *testing.T, stack *drydock.Stack) {
	t.Helper()
	g, err := drawing.Read(t.Context(), stack)
	require.NoError(t, err)
	for format, write := range map[string]func(io.Writer, *drawing.Graph) error{"Mermaid": drawing.Mermaid, "SVG": drawing.SVG} {
		var text strings.Builder
		require.NoError(t, write(&text, g))
		r["the graph in "+format] = text.String()
	}
}

// rehearse adds all that a rehearsal says. Images are neither built nor run: what is in them is the application's.
func (r heard) rehearse(t *testing.T, dock *drydock.Dock, stack *drydock.Stack, app string) {
	t.Helper()
	var log, progress, html, data strings.Builder
	v, err := rehearsal.Release(t.Context(), dock, rehearsal.App{Dir: filepath.Join(root, "examples", app)},
		rehearsal.Of(stack), rehearsal.Builder("none"), rehearsal.WithoutTasks(), rehearsal.Log(&log), rehearsal.Progress(&progress))
	require.NoError(t, err, log.String())
	require.NotEmpty(t, v.Steps)
	require.NoError(t, rehearsal.WriteHTML(&html, v))
	require.NoError(t, rehearsal.WriteJSON(&data, v))
	r["the rehearsal's log"], r["the rehearsal's progress"] = log.String(), progress.String()
	r["the rehearsal's report"], r["the rehearsal's verdict"] = html.String(), data.String()
}

func encoded(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	require.NoError(t, err)
	return string(text)
}

// folder adds every file of the folder.
func (r heard) folder(t *testing.T, dir string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		r[path] = read(t, path)
		return nil
	}))
}

func read(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}
