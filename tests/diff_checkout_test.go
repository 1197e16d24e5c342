package tests

import (
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock/diff"
)

// checkout is a git repository with this one's files, committed as its main branch, in a folder of its own. The drydocks
// of its base are kept, so each stack is brought up once, however many edits of it are compared.
type checkout struct{ dir, state string }

func newCheckout(t testing.TB) *checkout {
	t.Helper()
	c := &checkout{t.TempDir(), t.TempDir()}
	files, err := exec.CommandContext(t.Context(), "git", "-C", root, "ls-files", "-z").Output()
	if err != nil {
		t.Skip("the repository's files are not in git, which would tell which of them are its own: ", err)
	}
	for path := range strings.SplitSeq(strings.TrimSuffix(string(files), "\x00"), "\x00") {
		text, err := os.ReadFile(filepath.Join(root, path))
		if errors.Is(err, os.ErrNotExist) {
			continue // removed, and not committed yet
		}
		require.NoError(t, err)
		c.write(t, path, string(text))
	}
	c.git(t, "init", "--quiet", "--initial-branch=main")
	c.commit(t)
	return c
}

func (c *checkout) write(t testing.TB, path, text string) {
	t.Helper()
	path = filepath.Join(c.dir, path)
	require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
}

func (c *checkout) git(t testing.TB, args ...string) {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = c.dir
	cmd.Env = append(os.Environ(), "GIT_AUTHOR_NAME=t", "GIT_AUTHOR_EMAIL=t@example.com", "GIT_COMMITTER_NAME=t",
		"GIT_COMMITTER_EMAIL=t@example.com", "GIT_CONFIG_GLOBAL="+os.DevNull)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, "git %v: %s", args, out)
}

func (c *checkout) commit(t testing.TB) {
	t.Helper()
	c.git(t, "add", "--all")
	c.git(t, "commit", "--quiet", "--message", "change")
}

// reset takes back what was edited since the commit.
func (c *checkout) reset(t testing.TB) {
	t.Helper()
	c.git(t, "checkout", "--quiet", "--", ".")
	c.git(t, "clean", "--quiet", "--force", "-d")
}

// edit changes files of the checkout.
type edit []change

// change replaces one text in a file by another: the whole file where the old text is empty, which may be new or, without
// a new text, is removed.
type change struct{ path, old, new string }

func (c *checkout) apply(t testing.TB, e edit) {
	t.Helper()
	for _, ch := range e {
		path := filepath.Join(c.dir, ch.path)
		switch {
		case ch.old == "" && ch.new == "":
			require.NoError(t, os.Remove(path))
		case ch.old == "":
			c.write(t, ch.path, ch.new)
		default:
			c.write(t, ch.path, ch.in(t, read(t, path)))
		}
	}
}

func (ch change) in(t testing.TB, text string) string {
	t.Helper()
	require.Equal(t, 1, strings.Count(text, ch.old), "%s should have once %q", ch.path, ch.old)
	return strings.Replace(text, ch.old, ch.new, 1)
}

// diff runs the drydock's command on the checkout, from the command line to the exit code.
func (c *checkout) diff(t testing.TB, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	path, err := drydockCommand()
	require.NoError(t, err)
	cmd := exec.Command(path, append([]string{"diff", "--dir", c.dir, "--state", c.state, "--base", "main"}, args...)...)
	var out, said strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &said
	err = cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		require.NoError(t, err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), said.String()
}

func (c *checkout) report(t testing.TB, args ...string) (code int, r diff.Report) {
	t.Helper()
	code, stdout, stderr := c.diff(t, append(args, "--json")...)
	require.NoError(t, json.Unmarshal([]byte(stdout), &r), "exit code %d: %s", code, stderr)
	return code, r
}
