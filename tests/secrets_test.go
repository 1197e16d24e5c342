package tests

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
)

// The values that must show up nowhere, and where the configuration has them.
const (
	databaseURL = "postgres://dog:xyzzy-4711@db.example.com/bones"
	changedURL  = "postgres://dog:plugh-0815@db.example.com/bones"
	ownToken    = "own-token-quux-2342"
)

// confidential is the dev stack with a shared secret and one of a container's own, as
// `pulumi config set --path --secret container-pipeline:pipelines.bash-dog.secrets.DATABASE_URL` makes them.
func confidential(t *testing.T, dock *drydock.Dock, url string) *drydock.Stack {
	t.Helper()
	config := settingsOf(t, "dev")
	at(t, config[pipelines], "bash-dog", "containers", 1)["ownSecrets"] = settings{"TOKEN": nil}
	return repository(dock, "dev", config,
		drydock.Secret(pipelines+".bash-dog.secrets.DATABASE_URL", url),
		drydock.Secret(pipelines+".bash-dog.containers[1].ownSecrets.TOKEN", ownToken))
}

// No secret is in plain text in anything that the engine writes or keeps: not the given ones, not the generated key.
func TestSecretsShowUpNowhere(t *testing.T) {
	t.Parallel()
	dock := drydock.Start(t)
	stack := confidential(t, dock, databaseURL)
	said := map[string]string{}
	run := func(when string, s *drydock.Stack, op drydock.Operation) {
		var out strings.Builder
		_, err := s.Run(t.Context(), op, drydock.Stream(&out, &out), drydock.Args("--diff"))
		require.NoError(t, err, out.String())
		said[when] = out.String()
		said["the event log of "+when] = read(t, filepath.Join(dock.Dir(), "events.jsonl"))
	}

	run("the first preview", stack, drydock.Preview)
	for _, call := range []drydock.Call{
		{Op: "create", Type: "aws:secretsmanager/secretVersion:SecretVersion"},
		{Op: "create", Type: "aws:acm/certificate:Certificate"},
	} {
		heal := dock.Fail(call, errors.New("InternalServiceError: try again"))
		said["the failure of "+call.Type] = stack.Fails(t, drydock.Up).Error()
		heal()
	}
	run("the up", stack, drydock.Up)
	other := confidential(t, dock, changedURL)
	run("the preview of a changed secret", other, drydock.Preview)
	run("the up of a changed secret", other, drydock.Up)
	run("the refresh", other, drydock.Refresh)
	exported, err := other.Export(t.Context(), false)
	require.NoError(t, err)
	said["the exported stack"] = string(exported)

	secrets := map[string]string{"the database's URL": databaseURL, "the changed URL": changedURL, "the token": ownToken}
	for _, key := range dock.Cloud().All("tls:index/privateKey:PrivateKey") {
		secrets["the key "+key.ID] = keyBody(t, key.Attr("privateKeyPem"))
	}
	require.Greater(t, len(secrets), 3, "there is a generated key")
	addFiles(t, said, dock.Dir())
	for where, text := range said {
		for what, secret := range secrets {
			assert.False(t, strings.Contains(text, secret), "%s is in %s", what, where)
		}
	}

	revealed, err := other.Export(t.Context(), true)
	require.NoError(t, err)
	assert.Contains(t, string(revealed), changedURL, "it is searched for as it is written")
}

// keyBody is a line of the key's body: the whole PEM is broken into lines differently from place to place.
func keyBody(t *testing.T, pem string) string {
	t.Helper()
	rows := strings.Split(strings.TrimSpace(pem), "\n")
	require.Greater(t, len(rows), 2)
	return rows[1]
}

// addFiles adds every file of the folder.
func addFiles(t *testing.T, to map[string]string, dir string) {
	t.Helper()
	require.NoError(t, filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		to[path] = read(t, path)
		return nil
	}))
}

func read(t testing.TB, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(text)
}
