//go:build unix

package codebuild

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// contents are the files under a folder with their texts, as "path=text".
func contents(t *testing.T, dir string) []string {
	t.Helper()
	names, err := listFiles(t.Context(), dir)
	require.NoError(t, err)
	for i, name := range names {
		text, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		names[i] += "=" + string(text)
	}
	slices.Sort(names)
	return names
}

func TestArtifacts(t *testing.T) {
	files := map[string]string{
		"taskdef.json": "t", "appspec.yaml": "a", ".env": "e", "my-build-1/my-file-1.txt": "1", "my-build-2/my-file-2.txt": "2",
		"my-build-2/my-subdirectory/my-file-3.txt": "3", "src/.git/config": "g", "src/main.go": "m",
	}
	for name, c := range map[string]struct {
		artifacts string
		want      []string
		fails     string
	}{
		"named files":            {"files: [taskdef.json, appspec.yaml]", []string{"appspec.yaml=a", "taskdef.json=t"}, ""},
		"a file in a folder":     {"files: my-build-1/my-file-1.txt", []string{"my-build-1/my-file-1.txt=1"}, ""},
		"with a dot before":      {"files: ./taskdef.json", []string{"taskdef.json=t"}, ""},
		"all":                    {"files: '**/*'", []string{".env=e", "appspec.yaml=a", "my-build-1/my-file-1.txt=1", "my-build-2/my-file-2.txt=2", "my-build-2/my-subdirectory/my-file-3.txt=3", "src/.git/config=g", "src/main.go=m", "taskdef.json=t"}, ""},
		"one folder":             {"files: my-build-2/*", []string{"my-build-2/my-file-2.txt=2"}, ""},
		"a folder and below":     {"files: my-build-2/**/*", []string{"my-build-2/my-file-2.txt=2", "my-build-2/my-subdirectory/my-file-3.txt=3"}, ""},
		"the reference's first":  {"files: '*/my-file-3.txt'\n  base-directory: my-build-2", []string{"my-subdirectory/my-file-3.txt=3"}, ""},
		"the reference's second": {"files: '**/*'\n  base-directory: 'my-build*'\n  discard-paths: yes", []string{"my-file-1.txt=1", "my-file-2.txt=2", "my-file-3.txt=3"}, ""},
		"without dot files":      {"files: '**/*'\n  base-directory: src\n  exclude-paths: ['**/.*/**/*']", []string{"main.go=m"}, ""},
		"a variable":             {"files: '$KIND.json'\n  base-directory: $CODEBUILD_SRC_DIR", []string{"taskdef.json=t"}, ""},
		"one is missing":         {"files: [taskdef.json, nowhere.json]", []string{"taskdef.json=t"}, ""},
		"all are missing":        {"files: [nowhere.json]", nil, "CLIENT_ERROR: no matching artifact paths found"},
		"a folder's name":        {"files: [src]", nil, "CLIENT_ERROR: no matching artifact paths found"},
		"no base":                {"files: '**/*'\n  base-directory: cdk.out", nil, "CLIENT_ERROR: no matching base directory path found for cdk.out"},
	} {
		t.Run(name, func(t *testing.T) {
			in, log := input(t, project(commands(phase("build", "KIND=taskdef"))+"artifacts:\n  "+c.artifacts+"\n"), files)
			out := run(t, in)
			if c.fails != "" {
				require.NotNil(t, out.Problem, log)
				assert.Equal(t, c.fails, out.Problem.What)
				assert.Equal(t, "phase UPLOAD_ARTIFACTS of CodeBuild project bash-dog", out.Problem.Where)
				assert.Equal(t, 8, out.Problem.Line)
				assert.Empty(t, out.Artifacts)
				return
			}
			require.True(t, out.Succeeded, log)
			assert.Equal(t, c.want, contents(t, out.Artifacts[""]))
			assert.Equal(t, name == "one is missing", strings.Contains(strings.Join(out.Notes, "\n"), "no file matches nowhere.json"))
		})
	}
}

func TestSecondaryArtifacts(t *testing.T) {
	spec := commands(phase("build", "echo x >x; echo y >\"$CODEBUILD_SRC_DIR_Config\"/y")) +
		"artifacts:\n  files: [x]\n  secondary-artifacts:\n    docs:\n      base-directory: $CODEBUILD_SRC_DIR_Config\n      files: ['**/*']\n"
	in, log := input(t, project(spec), nil)
	in.Sources = append(in.Sources, Source{Name: "Config", Dir: folder(t, map[string]string{"c": "3"})})
	out := run(t, in)
	require.True(t, out.Succeeded, log)
	assert.Equal(t, []string{"x=x\n"}, contents(t, out.Artifacts[""]))
	assert.Equal(t, []string{"c=3", "y=y\n"}, contents(t, out.Artifacts["docs"]))
}

func TestMatches(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"**/*", "a", true},
		{"**/*", "a/b/c", true},
		{"**", "a/b", true},
		{"*", "a/b", false},
		{"a/**/c", "a/c", true},
		{"a/**/c", "a/b/b/c", true},
		{"a/**/c", "a/b/d", false},
		{"**/a/**/b", "x/a/y/a/z/b", true},
		{"**/name/**/*", "x/name/y", true},
		{"**/.*", "x/.env", true},
		{"**/.*", "x/env", false},
		{"a[", "a[", true},
		{"a/", "a", true},
		{strings.Repeat("**/a/", 30) + "b", strings.Repeat("a/", 60) + "c", false},
	} {
		assert.Equal(t, c.want, matches(c.pattern, c.name), "%s %s", c.pattern, c.name)
	}
}
