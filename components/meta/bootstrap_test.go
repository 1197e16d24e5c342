package meta

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fakePulumi has no stacks yet, and answers for the stack's output. FAIL is an extended regular expression of calls that fail.
const fakePulumi = `#!/bin/sh
printf '%s %s\n' "${PULUMI_BACKEND_URL%%:*}" "$*" >>"$CALLS"
if printf '%s' "$*" | grep -Eq "${FAIL:-^$}"; then exit 1; fi
case "$*" in
"stack select"*) exit 1 ;;
"stack output"*) echo '{"backendUrl": "s3://states?region=r", "secretsProvider": "awskms://alias/deployer-state?region=r", "connectionSetupUrl": "https://c"}' ;;
esac
`

func bootstrap(t *testing.T, folder, fail string) (calls []string, output string, err error) {
	t.Helper()
	script, err := filepath.Abs("bootstrap.sh")
	require.NoError(t, err)
	bin := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(bin, "pulumi"), []byte(fakePulumi), 0o755))
	shell := exec.Command("sh", script, "meta", "deployer")
	shell.Dir = folder
	shell.Env = []string{"PATH=" + bin + ":" + os.Getenv("PATH"), "CALLS=" + filepath.Join(bin, "calls"), "FAIL=" + fail}
	said, err := shell.CombinedOutput()
	recorded, readErr := os.ReadFile(filepath.Join(bin, "calls"))
	require.NoError(t, readErr)
	return strings.Split(strings.TrimSpace(string(recorded)), "\n"), string(said), err
}

func TestBootstrapMovesTheStateIntoItsBucket(t *testing.T) {
	folder := t.TempDir()
	calls, output, err := bootstrap(t, folder, "")
	require.NoError(t, err, output)
	const provider = "awskms://alias/deployer-state?region=r"
	assert.Equal(t, []string{
		"file stack select meta", "file stack init meta --secrets-provider passphrase", "file up --stack meta --yes",
		"file stack output deployer --stack meta --json", "file stack output deployer --stack meta --json",
		"file stack change-secrets-provider " + provider + " --stack meta", "file stack export --stack meta --file .bootstrap/state.json",
		"s3 stack select meta", "s3 stack init meta --no-select --secrets-provider " + provider,
		"s3 stack import --stack meta --file .bootstrap/state.json", "s3 stack output deployer --stack meta --json",
	}, calls)
	assert.NoDirExists(t, filepath.Join(folder, ".bootstrap"))
	assert.Contains(t, output, "complete the connection: https://c")
}

func TestABootstrapThatFailsKeepsTheState(t *testing.T) {
	for _, fail := range []string{"^up", "^stack import"} {
		folder := t.TempDir()
		_, _, err := bootstrap(t, folder, fail)
		assert.Error(t, err)
		assert.FileExists(t, filepath.Join(folder, ".bootstrap", "passphrase"))
	}
}
