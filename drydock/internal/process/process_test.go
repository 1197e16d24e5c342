package process

import (
	"bufio"
	"context"
	"errors"
	"os/exec"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestGracefulInterruptsOnce(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cmd := exec.CommandContext(ctx, "sh", "-c", `trap 'echo interrupted; exit 3' INT; echo ready; while :; do sleep 0.05; done`)
	Graceful(cmd, true, time.Minute)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(out)
	require.True(t, lines.Scan())
	cancel()
	require.True(t, lines.Scan())
	assert.Equal(t, "interrupted", lines.Text())
	var exit *exec.ExitError
	require.True(t, errors.As(cmd.Wait(), &exit))
	assert.Equal(t, 3, exit.ExitCode(), "it ended itself")
}

func TestTogetherReachesWhatTheCommandHasStarted(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cmd := exec.CommandContext(ctx, "sh", "-c", `sh -c 'trap "echo child; exit" INT; echo ready; while :; do sleep 0.05; done'; true`)
	Together(cmd, time.Minute)
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	lines := bufio.NewScanner(out)
	require.True(t, lines.Scan())
	cancel()
	require.True(t, lines.Scan())
	assert.Equal(t, "child", lines.Text())
	assert.Error(t, cmd.Wait())
}

func TestBound(t *testing.T) {
	cmd := exec.Command("sh", "-c", "exit 4")
	Apart(cmd)
	free, err := Bound(cmd)
	require.NoError(t, err)
	var exit *exec.ExitError
	require.ErrorAs(t, cmd.Wait(), &exit)
	free()
	assert.Equal(t, 4, exit.ExitCode())

	_, err = Bound(exec.Command("/nowhere/command"))
	assert.Error(t, err)
}
