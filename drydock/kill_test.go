package drydock_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/drydock/internal/sim"
)

// childDir is set in the process that the kill test starts: the drydock that it is to die in.
const childDir = "DRYDOCK_TEST_DIES_IN"

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		dieInUp(dir)
	}
	os.Exit(m.Run())
}

// dieInUp is killed when daisy is about to be made, in a drydock that it never closes.
func dieInUp(dir string) {
	dock, err := drydock.Open(dir, drydock.WithSimulated(pond()))
	if err == nil {
		err = dock.Serve(context.Background())
	}
	if err == nil {
		dock.Cloud().Intercept(func(c sim.Call) error {
			if c.Op == "create" && c.Name == "daisy" {
				self, _ := os.FindProcess(os.Getpid())
				_ = self.Kill()
				select {}
			}
			return nil
		})
		_, err = dock.Stack("dev", drydock.Program(ducks)).Run(context.Background(), drydock.Up)
	}
	panic(err) // it should not have lived
}

func TestKilledInTheMiddle(t *testing.T) {
	t.Parallel()
	for name, made := range map[string]bool{"before the creation": false, "after the creation": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			child := exec.Command(os.Args[0])
			child.Env = append(os.Environ(), childDir+"="+dir)
			said, err := child.CombinedOutput()
			var exit *exec.ExitError
			require.ErrorAs(t, err, &exit)
			require.Equal(t, -1, exit.ExitCode(), "ended by itself: %s", said)

			dock, err := drydock.Open(dir, drydock.WithSimulated(pond()))
			require.NoError(t, err)
			require.NoError(t, dock.Serve(t.Context()))
			defer func() { require.NoError(t, dock.Close()) }()
			if made {
				require.NoError(t, makeDaisy(dock.Cloud()))
			}
			stack := dock.Stack("dev", drydock.Program(ducks))
			stack.Up(t)
			assert.True(t, stack.Preview(t).Unchanged())
			assert.Len(t, dock.Cloud().Made(), 2, "none twice")
			stack.Destroy(t)
			assert.Empty(t, dock.Cloud().Made(), "none left behind")
			locks, err := filepath.Glob(filepath.Join(dir, "pulumi/.pulumi/locks/*/*/*/*.json"))
			require.NoError(t, err)
			assert.Empty(t, locks)
		})
	}
}

// makeDaisy does what the cloud would have done if the kill had come a moment later.
func makeDaisy(cloud *sim.Cloud) error {
	return cloud.Locked(func() error {
		return cloud.Put(&sim.Record{
			Type: "pond:index:Duck", ID: "daisy", Inputs: sim.Values{"name": "daisy"},
			Outputs: sim.Values{"name": "daisy", "voice": "quack daisy"}, State: sim.Values{},
		})
	})
}
