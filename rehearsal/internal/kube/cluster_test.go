package kube

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// deployment is one of the app, with the container's further lines.
func deployment(name, image string, replicas int, args string, more ...string) string {
	return fmt.Sprintf(`apiVersion: apps/v1
kind: Deployment
metadata: {name: %[1]s, labels: {app: %[1]s}}
spec:
  replicas: %[3]d
  selector: {matchLabels: {app: %[1]s}}
  template:
    metadata: {labels: {app: %[1]s}}
    spec:
      containers:
        - name: api
          image: %[2]s
          args: [%[4]s]
%[5]s
`, name, image, replicas, args, indent(more))
}

func indent(lines []string) string {
	if len(lines) == 0 {
		return ""
	}
	return "          " + strings.Join(lines, "\n          ")
}

const httpReadiness = "readinessProbe: {httpGet: {path: /health, port: 8000}, periodSeconds: 1}"

// workload is the one of a name once it is as wanted.
func workload(t *testing.T, name string, wanted func(Workload) bool) Workload {
	t.Helper()
	var last Workload
	met := assert.Eventually(t, func() bool {
		all, err := cluster.Workloads(t.Context())
		require.NoError(t, err)
		for _, w := range all {
			if w.Name == name {
				last = w
				return wanted(w)
			}
		}
		return false
	}, waits, poll)
	require.True(t, met, "%v, because %q", last, last.Reasons)
	return last
}

func because(text string) func(Workload) bool {
	return func(w Workload) bool { return strings.Contains(strings.Join(w.Reasons, "\n"), text) }
}

func TestDeploymentBecomesReady(t *testing.T) {
	editor := as(t, "editor")
	editor.kubectl(deployment("api", "app:1", 2, `"serve=:8000"`, httpReadiness), "-n shop apply --server-side -f -")
	out := editor.kubectl("", "-n shop rollout status deployment/api --timeout 60s")
	assert.Contains(t, out, `deployment "api" successfully rolled out`)
	w := workload(t, "api", func(w Workload) bool { return w.Ready })
	assert.Equal(t, Workload{Kind: "Deployment", Namespace: shop, Name: "api", Images: []string{"app:1"}, Wanted: 2, Up: 2, Ready: true}, w)

	editor.kubectl(deployment("api", "app:2", 2, `"exit=3"`, httpReadiness), "-n shop apply --server-side -f -")
	w = workload(t, "api", because("CrashLoopBackOff"))
	assert.False(t, w.Ready)
	assert.Contains(t, editor.kubectl("", "-n shop logs deployment/api --tail 1"), "listening on :8000")
	assert.Contains(t, strings.Join(w.Reasons, "\n"), "container api: CrashLoopBackOff: back-off 10s restarting failed container=api; it ended with exit code 3")
	_, err := editor.try("", "-n", shop, "rollout", "status", "deployment/api", "--timeout", "1s")
	require.Error(t, err)
	editor.kubectl("", "-n shop rollout undo deployment/api")
	editor.kubectl("", "-n shop rollout status deployment/api --timeout 60s")
	assert.Contains(t, cluster.Troubles(), "Deployment shop/api: container api ended with exit code 3")
	assert.Equal(t, []string{"app:1"}, workload(t, "api", func(w Workload) bool { return w.Ready }).Images)
	editor.kubectl("", "-n shop delete deployment api --wait --timeout 60s")
}
