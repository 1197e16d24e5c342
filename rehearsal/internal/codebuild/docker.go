package codebuild

import (
	"context"
	"fmt"
	"slices"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/tools"
)

// noDaemon is what docker says where none runs.
// https://docs.aws.amazon.com/codebuild/latest/userguide/troubleshooting.html#troubleshooting-cannot-connect-to-docker-daemon
const noDaemon = "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is the docker daemon running?"

// withoutDaemon is docker in a build without privilegedMode, the setting that a Docker daemon needs. What docker does
// itself goes on; next is nil where there is no docker.
func withoutDaemon(next tools.Tool) tools.Tool {
	alone := []string{"login", "logout", "help", "--help", "-v", "--version"}
	return func(ctx context.Context, c tools.Command) int {
		if next != nil && (len(c.Args) == 0 || slices.Contains(alone, c.Args[0])) {
			return next(ctx, c)
		}
		fmt.Fprintln(c.Stderr, noDaemon)
		return 1
	}
}
