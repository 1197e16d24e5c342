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

// The variables of the process that the kill test starts: the drydock it is to die in, and the duck it dies making.
const (
	childDir  = "DRYDOCK_TEST_DIES_IN"
	childDuck = "DRYDOCK_TEST_DIES_MAKING"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		dieInUp(dir, os.Getenv(childDuck))
	}
	os.Exit(m.Run())
}

func bigDucks(dock *drydock.Dock) *drydock.Stack {
	return dock.Stack("dev", drydock.Program(ducks), drydock.Config(map[string]any{"size": "big"}))
}

// dieInUp is killed when the duck is about to be made, in a drydock that it never closes.
func dieInUp(dir, duck string) {
	dock, err := drydock.Open(dir, drydock.WithSimulated(pond()))
	if err == nil {
		err = dock.Serve(context.Background())
	}
	if err == nil {
		dock.Cloud().Intercept(func(c sim.Call) error {
			if c.Op == "create" && c.Name == duck {
				self, _ := os.FindProcess(os.Getpid())
				_ = self.Kill()
				select {}
			}
			return nil
		})
		_, err = bigDucks(dock).Run(context.Background(), drydock.Up)
	}
	panic(err) // it should not have lived
}

func TestKilledInTheMiddle(t *testing.T) {
	t.Parallel()
	daisy := &sim.Record{
		Type: "pond:index:Duck", ID: "daisy", Inputs: sim.Values{"name": "daisy", "color": ""},
		Outputs: sim.Values{"name": "daisy", "color": "", "voice": "quack daisy"}, State: sim.Values{},
	}
	big := sim.Values{"name": "donald", "color": "", "size": "big"}
	donald := &sim.Record{
		Type: "pond:index:Duck", ID: "donaldbig", Inputs: big, Outputs: big.Copy(), State: sim.Values{},
	}
	donald.Outputs["voice"] = "quack donald"
	for name, c := range map[string]struct {
		small bool        // whether there is a small donald, for the big one to replace
		duck  string      // at whose creation the process is killed
		made  *sim.Record // what the cloud would have made if the kill had come a moment later
	}{
		"before a creation":    {duck: "daisy"},
		"after a creation":     {duck: "daisy", made: daisy},
		"before a replacement": {duck: "donald", small: true},
		"after a replacement":  {duck: "donald", small: true, made: donald},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			if c.small {
				dock := reopen(t, dir)
				dock.Stack("dev", drydock.Program(ducks)).Up(t)
				require.NoError(t, dock.Close())
			}
			killChild(t, dir, c.duck)

			dock := reopen(t, dir)
			defer func() { require.NoError(t, dock.Close()) }()
			if c.made != nil {
				require.NoError(t, dock.Cloud().Locked(func() error { return dock.Cloud().Put(c.made) }))
			}
			stack := bigDucks(dock)
			stack.Up(t)
			assert.True(t, stack.Preview(t).Unchanged())
			assert.Equal(t, "quack donald", stack.Output(t, "voice"))
			assert.Len(t, dock.Cloud().Made(), 2, "none twice")
			stack.Destroy(t)
			assert.Empty(t, dock.Cloud().Made(), "none left behind")
			locks, err := filepath.Glob(filepath.Join(dir, "pulumi/.pulumi/locks/*/*/*/*.json"))
			require.NoError(t, err)
			assert.Empty(t, locks)
		})
	}
}

func reopen(t *testing.T, dir string) *drydock.Dock {
	t.Helper()
	dock, err := drydock.Open(dir, drydock.WithSimulated(pond()))
	require.NoError(t, err)
	require.NoError(t, dock.Serve(t.Context()))
	return dock
}

func killChild(t *testing.T, dir, duck string) {
	t.Helper()
	child := exec.Command(os.Args[0])
	child.Env = append(os.Environ(), childDir+"="+dir, childDuck+"="+duck)
	said, err := child.CombinedOutput()
	var exit *exec.ExitError
	require.ErrorAs(t, err, &exit)
	require.Equal(t, -1, exit.ExitCode(), "ended by itself: %s", said)
}
