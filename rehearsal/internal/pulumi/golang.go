package pulumi

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/tools"
)

// kept are the settings of this machine's Go that a build works with: its modules and what it has compiled stand for the
// build's own cache.
var kept = []string{"GOMODCACHE", "GOCACHE", "GOPROXY", "GOSUMDB", "GONOSUMDB", "GOPRIVATE", "GOFLAGS", "GOTOOLCHAIN"}

// golang finds this machine's Go: the folders to put on a PATH, and the settings for its environment.
func golang(ctx context.Context, before string) (path string, settings []string, err error) {
	command, err := exec.LookPath("go")
	if err != nil {
		return "", nil, fmt.Errorf("builds that run Pulumi need Go, and no go command is on PATH; install Go from https://go.dev/dl")
	}
	out, err := exec.CommandContext(ctx, command, append([]string{"env", "-json"}, kept...)...).Output()
	if err != nil {
		return "", nil, fmt.Errorf("%s env: %w", command, err)
	}
	values := map[string]string{}
	if err := json.Unmarshal(out, &values); err != nil {
		return "", nil, fmt.Errorf("%s env: %w", command, err)
	}
	// What only a debugger needs takes most of the time of linking.
	values["GOFLAGS"] = strings.TrimSpace(values["GOFLAGS"] + " '-ldflags=-s -w'")
	for _, name := range kept {
		if values[name] != "" {
			settings = append(settings, name+"="+values[name])
		}
	}
	return strings.Join([]string{before, filepath.Dir(command)}, string(os.PathListSeparator)), settings, nil
}

// golangTool is this machine's Go as the build's.
func (r *runner) golangTool(ctx context.Context, c tools.Command) int {
	command, err := exec.LookPath("go")
	if err != nil {
		failed(c, err)
		return notFound
	}
	cmd := exec.CommandContext(ctx, command, c.Args...)
	cmd.Env = r.withGo(c.Env)
	return execute(cmd, c)
}
