package meta

import (
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// fakeTools record their calls and answer as the real ones do. FAIL is an extended regular expression of calls that fail.
// The definition's parameter is a file.
const fakeTools = `#!/bin/sh
tool="$(basename "$0")"
call="$tool $*"
printf '%s\n' "$call" >>"$CALLS"
if printf '%s' "$call" | grep -Eq "${FAIL:-^$}"; then
  echo "$call: refused" >&2
  exit 1
fi
case "$call" in
"curl "*) cp "$ARCHIVE" "$5" ;;
"aws ssm get-parameter"*) cat "$PARAMETERS/$(basename "$4")" ;;
"aws ssm put-parameter"*) printf '%s' "$6" >"$PARAMETERS/$(basename "$4")" ;;
"pulumi preview"*--json*)
  while [ $# -gt 1 ]; do [ "$1" != --save-plan ] || printf plan >"$2"; shift; done
  printf '%s' "$PREVIEWED"
  ;;
"go run"*) while [ $# -gt 1 ]; do [ "$1" != --output ] || echo '# Review' >"$2"; shift; done ;;
esac
`

const previewed = `{"changeSummary": {"create": 2, "same": 7}, "steps": [
	{"op": "same", "urn": "urn:pulumi:dev::p::aws:s3/bucketV2:BucketV2::old"},
	{"op": "create", "urn": "urn:pulumi:dev::p::aws:s3/bucketV2:BucketV2::new"}]}`

// build is one run of a build specification, and what it left.
type build struct {
	spec       string
	env        []string
	deployed   string // the definition that is deployed
	plan       map[string]string
	badArchive bool

	calls     []string
	output    string
	succeeded bool
	root      string
}

// run does as CodeBuild with version 0.2: one shell for all commands, which stops at the first that fails; post_build follows
// a build that has failed.
// https://docs.aws.amazon.com/codebuild/latest/userguide/view-build-details-phases.html
func (b *build) run(t *testing.T) {
	t.Helper()
	b.root = t.TempDir()
	for _, folder := range []string{"home", "src", "bin", "parameters", "Plan"} {
		require.NoError(t, os.Mkdir(filepath.Join(b.root, folder), 0o755))
	}
	write := func(path, text string, mode os.FileMode) {
		require.NoError(t, os.WriteFile(filepath.Join(b.root, path), []byte(text), mode))
	}
	for _, tool := range []string{"aws", "curl", "git", "go"} {
		write("bin/"+tool, fakeTools, 0o755)
	}
	for name, text := range b.plan {
		write("Plan/"+name, text, 0o644)
	}
	write("parameters/definition", b.deployed, 0o644)
	sum := b.pack(t)
	if b.badArchive {
		sum = strings.Repeat("0", 64)
	}
	shell := exec.Command("sh")
	shell.Dir = filepath.Join(b.root, "src")
	shell.Stdin = strings.NewReader(driver(parseSpecification(t, b.spec)))
	shell.Env = append([]string{
		"PATH=" + filepath.Join(b.root, "bin") + ":" + os.Getenv("PATH"), "HOME=" + filepath.Join(b.root, "home"),
		"CALLS=" + filepath.Join(b.root, "calls"), "ARCHIVE=" + filepath.Join(b.root, "pulumi.tar.gz"),
		"PARAMETERS=" + filepath.Join(b.root, "parameters"), "PREVIEWED=" + previewed,
		"PULUMI_VERSION=3.255.0", "PULUMI_SHA256=" + sum, "BACKEND_URL=s3://states", "STACKS=dev meta", "OWN_STACK=meta", "DIRECTORY=.", "BOUNDARY=deployer-boundary",
		"DEFINITION_PARAMETER=/container-pipeline/deployer/definition", "STATUS_PARAMETER=/container-pipeline/deployer/status",
		"BASE_BRANCH=main", "PREVIEW=yes", "CODEBUILD_SRC_DIR=" + shell.Dir, "CODEBUILD_SRC_DIR_Plan=" + filepath.Join(b.root, "Plan"),
		"CODEBUILD_RESOLVED_SOURCE_VERSION=" + commit,
	}, b.env...)
	output, err := shell.CombinedOutput()
	b.output, b.succeeded = string(output), err == nil
	b.calls = nil
	if recorded, err := os.ReadFile(filepath.Join(b.root, "calls")); err == nil {
		b.calls = strings.Split(strings.TrimSpace(string(recorded)), "\n")
	}
}

// pack makes the archive of Pulumi, and gives its checksum.
func (b *build) pack(t *testing.T) string {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Join(b.root, "pack/pulumi"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(b.root, "pack/pulumi/pulumi"), []byte(fakeTools), 0o755))
	archive := filepath.Join(b.root, "pulumi.tar.gz")
	output, err := exec.Command("tar", "-czf", archive, "-C", filepath.Join(b.root, "pack"), "pulumi").CombinedOutput()
	require.NoError(t, err, string(output))
	bytes, err := os.ReadFile(archive)
	require.NoError(t, err)
	return fmt.Sprintf("%x", sha256.Sum256(bytes))
}

func driver(s specification) string {
	var script strings.Builder
	script.WriteString("ok=1\n")
	for _, phase := range []string{"install", "build", "post_build"} {
		if phase == "post_build" {
			script.WriteString("built=$ok; ok=1\n")
		}
		for _, command := range s.Phases[phase].Commands {
			fmt.Fprintf(&script, "if [ $ok = 1 ]; then\n%s\n[ $? = 0 ] || ok=0\nfi\n", command)
		}
	}
	script.WriteString("echo \"EXPORTED $SUMMARY$RESULT\"\n[ $built = 1 ]\n")
	return script.String()
}

func (b *build) read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(b.root, path))
	require.NoError(t, err)
	return strings.TrimSpace(string(text))
}

func (b *build) called(prefix string) []string {
	var list []string
	for _, call := range b.calls {
		if strings.HasPrefix(call, prefix) {
			list = append(list, call)
		}
	}
	return list
}
