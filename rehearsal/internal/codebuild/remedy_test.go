package codebuild

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestFailedCommandIsExplained: a command that says nothing fails for a reason that can often be found.
func TestFailedCommandIsExplained(t *testing.T) {
	for command, want := range map[string]string{
		"test -f taskdef.json":                             "rename tasksdef.json to taskdef.json: the name is exact",
		"[ -s taskdef.json ]":                              "rename tasksdef.json to taskdef.json: the name is exact",
		"test -e deploy/appspec.yaml":                      "Add deploy/appspec.yaml to the repository: the command looks for it.",
		`test -f "$CODEBUILD_SRC_DIR_config/taskdef.json"`: "Give the build a secondary source config, without which CODEBUILD_SRC_DIR_config is empty: it has Config.",
		`test -f "$CODEBUILD_SRC_DIR_Config/taskdef.json"`: "Run the command by hand: it printed nothing.",
		"./check.sh": "the shell said “./check.sh: not found”",
		"(exit 3)":   "Run the command by hand: it printed nothing.",
	} {
		t.Run(command, func(t *testing.T) {
			in, _ := input(t, project(commands(phase("build", command))), map[string]string{"tasksdef.json": "{}"})
			in.Sources = append(in.Sources, Source{Name: "Config", Dir: folder(t, nil)})
			out := run(t, in)
			require.NotNil(t, out.Problem)
			assert.Contains(t, out.Problem.Fix, want)
		})
	}
}
