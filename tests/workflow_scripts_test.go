package tests

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// script runs a step's script as GitHub does with "shell: bash", with stand-ins first on PATH.
// https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
func script(t *testing.T, file, job, step string, env map[string]string, standIns map[string]string) (code int, out string) {
	t.Helper()
	w, _ := readWorkflow(t, workflowFile(file))
	var run string
	for _, s := range w.Jobs[job].Steps {
		if strings.HasPrefix(s.Name, step) {
			run = s.Run
		}
	}
	require.NotEmpty(t, run, "%s has no step %q in %s", file, step, job)
	bin := t.TempDir()
	for name, text := range standIns {
		require.NoError(t, os.WriteFile(filepath.Join(bin, name), []byte("#!/usr/bin/env bash\n"+text), 0o700))
	}
	cmd := exec.CommandContext(t.Context(), "bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", run)
	cmd.Env = append(os.Environ(), "PATH="+bin+string(filepath.ListSeparator)+os.Getenv("PATH"))
	for name, value := range env {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	text, err := cmd.CombinedOutput()
	if err != nil {
		require.ErrorAs(t, err, new(*exec.ExitError))
	}
	return cmd.ProcessState.ExitCode(), string(text)
}

// The diff's step writes the comment, the number and the code, whatever the diff ends with.
func TestDiffStep(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		build, ends, writes string
		code, comment       string
		last                int // what the last step ends with
	}{
		"no danger":        {"0", "0", "a report", "0", "a report", 0},
		"danger":           {"0", "3", "a report", "3", "a report", 0},
		"a failed stack":   {"0", "1", "a report", "1", "a report", 1},
		"no report":        {"0", "1", "", "1", "**drydock diff** failed: [what it said](https://run)", 1},
		"does not compile": {"1", "0", "", "1", "**drydock diff** failed: [what it said](https://run)", 1},
	} {
		t.Run(name, func(t *testing.T) {
			temp := t.TempDir()
			env := map[string]string{
				"RUNNER_TEMP": temp, "GITHUB_STEP_SUMMARY": filepath.Join(temp, "summary"), "NUMBER": "7", "RUN_URL": "https://run",
				"BUILD": c.build, "ENDS": c.ends, "WRITES": c.writes,
			}
			code, out := script(t, "drydock.yml", "diff", "Diff", env, map[string]string{"go": `
[ "$*" = "build -o $RUNNER_TEMP/drydock ./cmd/drydock" ] || exit 9
[ "$BUILD" = 0 ] || exit "$BUILD"
cat > "$RUNNER_TEMP/drydock" <<'END'
#!/usr/bin/env bash
printf '%s\n' "$@" > "$RUNNER_TEMP/args"
if [ -n "$WRITES" ]; then printf '%s\n%s\n' '<!-- drydock-diff -->' "$WRITES" > "$RUNNER_TEMP/report/comment.md"; fi
exit "$ENDS"
END
chmod +x "$RUNNER_TEMP/drydock"
`})
			require.Zero(t, code, out)
			assert.Equal(t, "7\n", content(t, temp, "report/number"))
			assert.Equal(t, c.code+"\n", content(t, temp, "report/code"))
			assert.Equal(t, "<!-- drydock-diff -->\n"+c.comment+"\n", content(t, temp, "report/comment.md"))
			assert.Equal(t, content(t, temp, "report/comment.md"), content(t, temp, "summary"))
			last, _ := script(t, "drydock.yml", "diff", "Fail when", env, nil)
			assert.Equal(t, c.last, last)
			if c.build == "0" {
				understands(t, strings.Fields(content(t, temp, "args")))
			}
		})
	}
}

// understands runs the real command with the arguments where there is nothing to compare: it says so, and not that it does
// not know a flag.
func understands(t *testing.T, args []string) {
	t.Helper()
	path, err := drydockCommand()
	require.NoError(t, err)
	cmd := exec.CommandContext(t.Context(), path, append(args, "--dir", t.TempDir())...)
	out, err := cmd.CombinedOutput()
	require.Error(t, err)
	assert.Contains(t, string(out), "is in no git repository")
}

// gh stands for GitHub's command: it notes every call that writes, and answers those that read.
const gh = `
case "$*" in
*--method*) printf '%s\n' "$*" >> "$CALLS"; for a in "$@"; do case $a in body=@*) cat "${a#body=@}" > "$CALLS.body" ;; esac; done ;;
*/pulls/7*) echo "$HEAD_OF_7" ;;
*/comments*) printf "%b" "$COMMENTS" ;;
*/environments/danger-approved*) printf "%b" "$RULES" ;;
*) echo "no such call: $*" >&2; exit 1 ;;
esac
`

// The comment's step posts what is a comment for the pull request that the diff was of, and nothing else.
func TestCommentStep(t *testing.T) {
	t.Parallel()
	const marker = "<!-- drydock-diff -->\n"
	post := "api --silent --method POST repos/acme/shop/issues/7/comments --field body=@comment.md"
	patch := "api --silent --method PATCH repos/acme/shop/issues/comments/41 --field body=@comment.md"
	status := func(state, said string) string {
		return "api --silent --method POST repos/acme/shop/statuses/abc --raw-field state=" + state +
			" --raw-field context=drydock / danger --raw-field description=" + said + " --raw-field target_url=https://run"
	}
	for name, c := range map[string]struct {
		number, code, comment string
		head                  string // of pull request 7
		comments              string // ids of the comments that are ours
		calls                 []string
		fails                 string
	}{
		"the first":            {"7", "0", marker + "fine", "abc", "", []string{post, status("success", "no danger")}, ""},
		"another":              {"7", "0", marker + "fine", "abc", `41\n42\n`, []string{patch, status("success", "no danger")}, ""},
		"danger":               {"7", "3", marker + "oh", "abc", `41\n`, []string{patch, status("pending", "danger: somebody has to agree to it")}, ""},
		"failed":               {"7", "1", marker + "no", "abc", "", []string{post, status("error", "the diff failed")}, ""},
		"scripts are text":     {"7", "0", marker + "$(touch pwned) `touch pwned` '; touch pwned", "abc", "", []string{post, status("success", "no danger")}, ""},
		"a newer commit":       {"7", "0", marker + "old", "def", "", nil, ""},
		"no number":            {"main", "0", marker, "abc", "", nil, "the number is none"},
		"a path":               {"7/../../9", "0", marker, "abc", "", nil, "the number is none"},
		"two lines":            {"7\n8", "0", marker, "abc", "", nil, "the number is none"},
		"a command":            {"7$(touch pwned)", "0", marker, "abc", "", nil, "the number is none"},
		"an option":            {"--7", "0", marker, "abc", "", nil, "the number is none"},
		"nothing":              {"", "0", marker, "abc", "", nil, "the number is none"},
		"no code":              {"7", "0; touch pwned", marker, "abc", "", nil, "the code is none"},
		"a code of none":       {"7", "4", marker, "abc", "", nil, "the code is none"},
		"no comment of ours":   {"7", "0", "hello\n" + marker, "abc", "", nil, "not of drydock diff"},
		"too long":             {"7", "0", marker + strings.Repeat("x", 1<<20), "abc", "", nil, "too long"},
		"the comment is a way": {"7", "0", "", "abc", "", nil, "comment.md is no file"},
	} {
		t.Run(name, func(t *testing.T) {
			temp := t.TempDir()
			report := filepath.Join(temp, "report")
			require.NoError(t, os.Mkdir(report, 0o700))
			for file, text := range map[string]string{"number": c.number, "code": c.code, "comment.md": c.comment} {
				path := filepath.Join(report, file)
				if text == "" && file == "comment.md" {
					require.NoError(t, os.Symlink("/etc/hostname", path))
					continue
				}
				require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
			}
			code, out := script(t, "drydock-comment.yml", "comment", "Comment", map[string]string{
				"RUNNER_TEMP": temp, "GITHUB_OUTPUT": filepath.Join(temp, "output"), "GITHUB_REPOSITORY": "acme/shop", "HEAD_SHA": "abc",
				"RUN_URL": "https://run", "CALLS": filepath.Join(temp, "calls"), "HEAD_OF_7": c.head, "COMMENTS": c.comments,
			}, map[string]string{"gh": gh})
			assert.NoFileExists(t, filepath.Join(report, "pwned"))
			calls := strings.Split(strings.TrimSpace(content(t, temp, "calls")), "\n")
			if len(c.calls) == 0 {
				calls = nil
			}
			assert.Equal(t, c.calls, calls)
			if c.fails != "" {
				assert.Equal(t, 1, code)
				assert.Contains(t, out, "::error::The artifact is refused: ")
				assert.Contains(t, out, c.fails)
				return
			}
			assert.Zero(t, code, out)
			if len(c.calls) > 0 {
				assert.Equal(t, c.comment, content(t, temp, "calls.body"))
			}
			assert.Equal(t, c.code == "3", content(t, temp, "output") == "danger=true\n")
		})
	}
}

// An agreement counts only where somebody had to be asked.
func TestAgreeStep(t *testing.T) {
	t.Parallel()
	for rules, want := range map[string]int{`required_reviewers\n`: 0, `branch_policy\nrequired_reviewers\n`: 0, "": 1, `wait_timer\n`: 1} {
		t.Run(strconv.Quote(rules), func(t *testing.T) {
			temp := t.TempDir()
			code, out := script(t, "drydock-comment.yml", "agree", "Let it pass", map[string]string{
				"GITHUB_REPOSITORY": "acme/shop", "HEAD_SHA": "abc", "RUN_URL": "https://run", "CALLS": filepath.Join(temp, "calls"), "RULES": rules,
			}, map[string]string{"gh": gh})
			assert.Equal(t, want, code, out)
			assert.Equal(t, want == 0, strings.Contains(content(t, temp, "calls"), "state=success"))
			assert.Equal(t, want != 0, strings.Contains(out, "has no required reviewers"))
		})
	}
}

// content of the file, "" where there is none.
func content(t *testing.T, parts ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(parts...))
	if !os.IsNotExist(err) {
		require.NoError(t, err)
	}
	return string(text)
}
