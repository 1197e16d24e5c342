package task

import (
	"strings"
	"testing"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/stretchr/testify/require"
)

func TestContainerIsConfined(t *testing.T) {
	c := container(t, "app", "read=/proc/self/status", "refused=/proc/sys/kernel/core_pattern", "stat=/proc/1",
		"stat=/dev/urandom", "write=/dev/null", "write=/dev/shm/x", "stat=/dev/pts/ptmx", "write=/file", "exit=0")
	c.Essential = false
	r := start(t, c)
	eventually(t, r, "the container ends", func() bool { return state(r, "app").Status == StatusStopped })
	log := strings.Join(state(r, "app").Log, "\n")
	require.Equal(t, 0, state(r, "app").ExitCode, log)
	// https://docs.docker.com/engine/containers/run/#runtime-privilege-and-linux-capabilities
	require.Contains(t, log, "CapBnd:\t00000000a80425fb\n")
	require.Contains(t, log, "CapEff:\t00000000a80425fb\n")
}

func TestVolumes(t *testing.T) {
	writer, reader := container(t, "writer", "write=/shared/dir/file", "say=done"), container(t, "reader", "read=/in/file", "write=/in/file")
	writer.Essential, writer.ReadonlyRootFilesystem = false, true
	writer.MountPoints = []MountPoint{{SourceVolume: "scratch", ContainerPath: "/shared/dir"}}
	reader.DependsOn = []Dependency{{"writer", ConditionSuccess}}
	reader.MountPoints = []MountPoint{{SourceVolume: "scratch", ContainerPath: "in", ReadOnly: true}}
	r := start(t, writer, reader)
	eventually(t, r, "the reader ends", func() bool { return r.Failed() != nil })
	require.Contains(t, r.Logs(), "reader: /in/file: written")
	require.Contains(t, r.Failed().What, "app: open /in/file: read-only file system")
}

func TestVolumeOfTheImage(t *testing.T) {
	config := v1.Config{Entrypoint: []string{"/app"}, Volumes: map[string]struct{}{"/data/": {}}}
	c := Container{Name: "app", Command: []string{"read=/data/seed", "wait"}, Image: image(t, config, map[string]string{"data/seed": "sown"})}
	c.MountPoints = []MountPoint{{SourceVolume: "data", ContainerPath: "/data"}}
	r := start(t, c)
	eventually(t, r, "it reads what the image has", logged(r, "app: /data/seed: sown"))
}

func TestStopSignalOfTheImage(t *testing.T) {
	for signal, want := range map[string]string{"SIGQUIT": "quit", "3": "quit", "": "terminated"} {
		t.Run(signal, func(t *testing.T) {
			c := Container{Name: "app", Image: image(t, v1.Config{Entrypoint: []string{"/app", "wait"}, StopSignal: signal}, nil)}
			r := start(t, c)
			eventually(t, r, "it runs", logged(r, "waiting"))
			require.NoError(t, r.Stop())
			require.Contains(t, r.Logs(), "app: told to stop by "+want)
		})
	}
}

func TestWhatIsNotReached(t *testing.T) {
	for url, c := range map[string]struct {
		fix          string
		inconclusive bool
	}{
		"http://192.0.2.1/":        {"Nothing beyond the task is reached", true},
		"http://db.example:5432/":  {"Nothing beyond the task is reached", true},
		"http://sibling:8000/path": {"reach sibling at localhost", false},
	} {
		t.Run(url, func(t *testing.T) {
			r := start(t, container(t, "sibling", "wait"), container(t, "app", "get="+url))
			eventually(t, r, "the task ends", func() bool { return r.Failed() != nil })
			require.Contains(t, r.Failed().Fix, c.fix, r.Failed().What)
			require.Equal(t, c.inconclusive, r.Inconclusive())
		})
	}
}
