package pulumi

import (
	"errors"
	"os/exec"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/tools"
)

// notFound and notStarted are a shell's exit codes. https://pubs.opengroup.org/onlinepubs/9799919799/utilities/V3_chap02.html#tag_19_08_02
const (
	notStarted = 126
	notFound   = 127
)

// execute runs the program as the build's command, and ends with it all that it has started.
func execute(cmd *exec.Cmd, c tools.Command) int {
	cmd.Dir, cmd.Stdin, cmd.Stdout, cmd.Stderr = c.Dir, c.Stdin, c.Stdout, c.Stderr
	release, err := start(cmd)
	if err != nil {
		failed(c, err)
		return notStarted
	}
	defer release()
	err = cmd.Wait()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &exit) && exit.ExitCode() >= 0:
		return exit.ExitCode()
	}
	return failed(c, err)
}
