package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
)

// commands of a phase, as one script; /tmp of the build is a folder of the test's.
func commands(t *testing.T, phase, temp string) string {
	t.Helper()
	var spec struct {
		Version float64
		Phases  map[string]struct{ Commands []string }
	}
	require.NoError(t, yaml.Unmarshal([]byte(buildspec), &spec))
	require.InDelta(t, 0.2, spec.Version, 0)
	require.NotEmpty(t, spec.Phases[phase].Commands)
	return strings.ReplaceAll(strings.Join(spec.Phases[phase].Commands, "\n"), "/tmp/", temp+"/")
}

// run runs the phase with stand-ins for the commands, and returns what it ends with.
func run(t *testing.T, phase, temp string, standIns map[string]string, env ...string) (code int, out string) {
	t.Helper()
	bin := t.TempDir()
	for name, text := range standIns {
		require.NoError(t, os.WriteFile(filepath.Join(bin, name), []byte("#!/usr/bin/env bash\n"+text), 0o700))
	}
	cmd := exec.CommandContext(t.Context(), "bash", "-c", commands(t, phase, temp))
	cmd.Env = append(append(os.Environ(), "PATH="+bin+string(filepath.ListSeparator)+os.Getenv("PATH"), "CALLS="+filepath.Join(temp, "calls")), env...)
	text, err := cmd.CombinedOutput()
	if err != nil {
		require.ErrorAs(t, err, new(*exec.ExitError))
	}
	return cmd.ProcessState.ExitCode(), string(text)
}

func TestBuildPhase(t *testing.T) {
	for name, c := range map[string]struct{ ends, writes, comment string }{
		"danger":    {"3", "<!-- drydock-diff -->\ndanger\n", "<!-- drydock-diff -->\ndanger\n"},
		"no report": {"1", "", "<!-- drydock-diff -->\n**drydock diff** failed: see the log of the build.\n"},
	} {
		t.Run(name, func(t *testing.T) {
			temp := t.TempDir()
			note := `echo "$(basename "$0") $*" >> "$CALLS"` + "\n"
			code, out := run(t, "build", temp, map[string]string{
				"git":     note,
				"drydock": note + `printf '%s' "$WRITES" > "${@: -1}"; exit "$ENDS"`,
			}, "CODEBUILD_WEBHOOK_BASE_REF=refs/heads/main", "ENDS="+c.ends, "WRITES="+c.writes)
			require.Zero(t, code, out)
			assert.Equal(t, "git fetch --quiet origin refs/heads/main\n"+
				"drydock diff --base FETCH_HEAD --merge-base --head HEAD --all --markdown --output "+temp+"/comment.md\n", read(t, temp, "calls"))
			assert.Equal(t, c.comment, read(t, temp, "comment.md"))
			assert.Equal(t, c.ends+"\n", read(t, temp, "code"))
		})
	}
}

// curl stands for GitHub: it refuses calls without the token, notes those that write, and has two comments.
const curl = `
config=
for a in "$@"; do case $a in /dev/fd/*) config=$(cat "$a") ;; esac; done
[ "$config" = 'header = "Authorization: Bearer s3cret"' ] || { echo "no token" >&2; exit 22; }
case "$*" in *s3cret*) echo "the token is on the command line" >&2; exit 22 ;; esac
case "$*" in
*--request*) echo "${*: -5}" >> "$CALLS" ;;
*/user) echo '{"login": "bot"}' ;;
*/comments?per_page=100) printf '%s' "$COMMENTS" ;;
*) exit 22 ;;
esac
`

func TestPostBuildPhase(t *testing.T) {
	if _, err := exec.LookPath("jq"); err != nil {
		t.Skip("jq, which CodeBuild's images have, is not installed here")
	}
	const comment = "<!-- drydock-diff -->\n\"quoted\" $(not run)\n"
	const api = "https://api.github.com/repos/acme/shop/issues"
	for name, c := range map[string]struct{ comments, call, code string }{
		"the first":         {"[]", "--request POST --data @TEMP/body.json " + api + "/7/comments", "0"},
		"another's comment": {`[{"id": 1, "user": {"login": "eve"}, "body": "<!-- drydock-diff -->"}]`, "--request POST --data @TEMP/body.json " + api + "/7/comments", "0"},
		"an update":         {`[{"id": 1, "user": {"login": "bot"}, "body": "hi"}, {"id": 2, "user": {"login": "bot"}, "body": "<!-- drydock-diff -->\nold"}]`, "--request PATCH --data @TEMP/body.json " + api + "/comments/2", "3"},
	} {
		t.Run(name, func(t *testing.T) {
			temp := t.TempDir()
			for file, text := range map[string]string{"comment.md": comment, "code": c.code + "\n"} {
				require.NoError(t, os.WriteFile(filepath.Join(temp, file), []byte(text), 0o600))
			}
			code, out := run(t, "post_build", temp, map[string]string{"curl": curl, "aws": "echo s3cret"},
				"CODEBUILD_WEBHOOK_TRIGGER=pr/7", "TOKEN_SECRET=arn", "REPOSITORY=acme/shop", "COMMENTS="+c.comments)
			assert.Equal(t, c.code, string(rune('0'+code)), out)
			assert.Equal(t, strings.ReplaceAll(c.call, "TEMP", temp)+"\n", read(t, temp, "calls"), out)
			var body struct{ Body string }
			require.NoError(t, json.Unmarshal([]byte(read(t, temp, "body.json")), &body))
			assert.Equal(t, comment, body.Body)
		})
	}
}

func read(t *testing.T, parts ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(parts...))
	require.NoError(t, err)
	return string(text)
}
