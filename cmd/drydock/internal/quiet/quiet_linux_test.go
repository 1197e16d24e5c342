package quiet_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"golang.org/x/sys/unix"

	_ "github.com/container-pipeline/container-pipeline/cmd/drydock/internal/quiet"
)

const asProgram = "QUIET_TEST_PROGRAM"

// TestMain makes this binary a program, with the same imports, that tells what it has for CI.
func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" {
		value, set := os.LookupEnv("CI")
		fmt.Printf("CI=%q %t", value, set)
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// TestTerminalIsNotAsked: a program in a terminal's foreground writes nothing but its own, and has the environment that it
// was given.
func TestTerminalIsNotAsked(t *testing.T) {
	for want, given := range map[string][]string{`CI="" false`: nil, `CI="" true`: {"CI="}, `CI="1" true`: {"CI=1"}} {
		assert.Equal(t, want, inTerminal(t, given...))
	}
}

// inTerminal is what a terminal gets from this binary as a program.
func inTerminal(t *testing.T, env ...string) string {
	t.Helper()
	self, err := os.Executable()
	require.NoError(t, err)
	terminal, program := openTerminal(t)
	cmd := exec.Command(self)
	given := slices.DeleteFunc(os.Environ(), func(e string) bool { return strings.HasPrefix(e, "CI=") })
	cmd.Env = append(append(given, "TERM=xterm-256color", asProgram+"=1"), env...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = program, program, program
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	require.NoError(t, cmd.Start())
	require.NoError(t, program.Close())
	said, err := io.ReadAll(terminal)
	if !errors.Is(err, syscall.EIO) { // that is how it tells that nobody has it open any more
		require.NoError(t, err)
	}
	require.NoError(t, cmd.Wait())
	return string(said)
}

// openTerminal makes a terminal: https://man7.org/linux/man-pages/man4/pts.4.html
func openTerminal(t *testing.T) (terminal, program *os.File) {
	t.Helper()
	terminal, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, terminal.Close()) })
	require.NoError(t, unix.IoctlSetPointerInt(int(terminal.Fd()), unix.TIOCSPTLCK, 0))
	n, err := unix.IoctlGetInt(int(terminal.Fd()), unix.TIOCGPTN)
	require.NoError(t, err)
	program, err = os.OpenFile(filepath.Join("/dev/pts", fmt.Sprint(n)), os.O_RDWR|unix.O_NOCTTY, 0)
	require.NoError(t, err)
	return terminal, program
}
