package task

import (
	"strings"
	"testing"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/stretchr/testify/require"
)

// Health checks are the container's processes: its files, its user, its PIDs.
func TestHealthCheckRunsInTheContainer(t *testing.T) {
	c := container(t, "app", "wait")
	c.Image = image(t, v1.Config{Entrypoint: []string{"/app"}, WorkingDir: "/data", User: "0:5"}, map[string]string{"data/here": ""})
	c.HealthCheck = &HealthCheck{Command: []string{"CMD", "/app", "stat=here", "who", "exit=1"}, Interval: time.Millisecond, Retries: 1}
	r := start(t, c)
	eventually(t, r, "its failure is reported", func() bool { return r.Failed() != nil })
	require.Contains(t, r.Failed().What, "in /data at ip-10-0-0-2")
	require.NotContains(t, r.Failed().What, "pid 1 ")
}

// TestTaskIsUnhealthyUntilItsChecksPass: a check that fails within its retries counts as not passed yet.
func TestTaskIsUnhealthyUntilItsChecksPass(t *testing.T) {
	c := container(t, "app", "wait")
	r := start(t, c)
	require.Nil(t, r.Unhealthy(), "a container without a health check")

	c.HealthCheck = &HealthCheck{Command: []string{"CMD", "/app", "exit=1"}, Interval: time.Hour, Retries: 1}
	r = start(t, c)
	eventually(t, r, "why it failed is known", func() bool { return strings.Contains(r.Unhealthy().What, "exit code 1") })
	require.Nil(t, r.Failed())

	c.HealthCheck = &HealthCheck{Command: []string{"CMD", "/app", "exit=0"}, Interval: time.Hour}
	r = start(t, c)
	eventually(t, r, "the check passes", func() bool { return r.Unhealthy() == nil })
}

func TestHealthCheckTimesOut(t *testing.T) {
	c := container(t, "app", "wait")
	c.HealthCheck = &HealthCheck{Command: []string{"CMD", "/app", "hang"}, Interval: time.Millisecond, Retries: 1, Timeout: 50 * time.Millisecond}
	r := start(t, c)
	eventually(t, r, "the check fails", func() bool { return r.Failed() != nil })
	require.Contains(t, r.Failed().What, "no result within 50ms")
}
