package kube

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func ready(w Workload) bool { return w.Ready }

// apply applies manifests to the namespace shop as the deploy role would.
func apply(t *testing.T, manifests ...string) user {
	t.Helper()
	editor := as(t, "editor")
	editor.kubectl(strings.Join(manifests, "\n---\n"), "-n shop apply --server-side -f -")
	return editor
}

func noted(t *testing.T, text string) {
	t.Helper()
	assert.True(t, slices.ContainsFunc(cluster.Notes(), func(n string) bool { return strings.Contains(n, text) }), "no note says %q", text)
}

// TestPodsThatAreNotReady has pods that do not become ready, and why.
func TestPodsThatAreNotReady(t *testing.T) {
	for name, c := range map[string]struct{ manifest, why string }{
		"no-image": {deployment("no-image", "missing:1", 1, ""),
			`container api: ImagePullBackOff: Back-off pulling image "missing:1": ErrImagePull: missing:1: not found`},
		"crash": {deployment("crash", "app:1", 1, `"stat=/nowhere"`),
			"container api: CrashLoopBackOff: back-off 10s restarting failed container=api; it ended with exit code 1 app: stat /nowhere: no such file or directory"},
		"no-program": {deployment("no-program", "app:1", 1, "", "command: [/nothing]"),
			`it ended with exit code 128 exec: "/nothing": stat /nothing: no such file or directory`},
		"unready": {deployment("unready", "app:1", 1, `"serve=:8000"`, "readinessProbe: {httpGet: {path: /, port: 9999}, periodSeconds: 1}"),
			"Unhealthy: Readiness probe of container api failed: "},
		"unready-command": {deployment("unready-command", "app:1", 1, `"wait"`, "readinessProbe: {exec: {command: [/app, stat=/nowhere]}, periodSeconds: 1}"),
			"Unhealthy: Readiness probe of container api failed: "},
		"dead": {deployment("dead", "app:1", 1, `"wait"`, "livenessProbe: {tcpSocket: {port: 8000}, periodSeconds: 1, failureThreshold: 2}"),
			"it ended with exit code 137 Liveness probe failed: "},
		"never-started": {deployment("never-started", "app:1", 1, `"wait"`, "startupProbe: {tcpSocket: {port: 8000}, periodSeconds: 1, failureThreshold: 2}"),
			"it ended with exit code 137 Startup probe failed: "},
		"no-config": {deployment("no-config", "app:1", 1, "", "envFrom: [{configMapRef: {name: nowhere}}]"),
			`container api: CreateContainerConfigError: configmap "nowhere" not found`},
		"no-key": {deployment("no-key", "app:1", 1, "", "env: [{name: A, valueFrom: {configMapKeyRef: {name: kube-root-ca.crt, key: nothing}}}]"),
			"container api: CreateContainerConfigError: couldn't find key nothing in ConfigMap shop/kube-root-ca.crt"},
		"root": {deployment("root", "app:1", 1, "", "securityContext: {runAsNonRoot: true}"),
			"container api: CreateContainerConfigError: container has runAsNonRoot and image will run as root"},
		"no-volume": {deployment("no-volume", "app:1", 1, "", "volumeMounts: [{name: v, mountPath: /v}]") +
			"      volumes: [{name: v, secret: {secretName: nowhere}}]",
			`MountVolume.SetUp failed for volume "v" : secret "nowhere" not found`},
		"bad-init": {deployment("bad-init", "app:1", 1, `"wait"`) + `      initContainers: [{name: migrate, image: "app:1", args: ["exit=4"]}]`,
			"container migrate: CrashLoopBackOff: back-off 10s restarting failed container=migrate; it ended with exit code 4"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			editor := apply(t, c.manifest)
			w := workload(t, name, because(c.why))
			assert.False(t, w.Ready)
			assert.Equal(t, 0, w.Up)
			assert.Contains(t, strings.Join(cluster.Troubles(), "\n"), "Deployment shop/"+name+": ")
			editor.kubectl("", "-n shop delete --wait --timeout 60s deployment "+name)
		})
	}
}

const configuration = `apiVersion: v1
kind: ConfigMap
metadata: {name: settings}
data: {greeting: hello, "app.conf": "from a file\n"}
---
apiVersion: v1
kind: Secret
metadata: {name: credentials}
stringData: {PASSWORD: "123"}
`

// TestPodsThatAreReady has pods whose containers end, or do not become ready, unless all is as it is to be.
func TestPodsThatAreReady(t *testing.T) {
	if cluster.node.Cannot() != "" {
		t.Skip(cluster.node.Cannot())
	}
	apply(t, configuration)
	for name, c := range map[string]struct{ manifest, note string }{
		"environment": {deployment("environment", "app:1", 1, `"expect=GREETING=hello", "expect=PASSWORD=123", "expect=URL=http://hello/$$(NO)", `+
			`"expect=POD=environment", "expect=LIMIT=2", "expect=WORDS=$$(GREETING)", "wait"`,
			`env:`,
			`  - {name: GREETING, valueFrom: {configMapKeyRef: {name: settings, key: greeting}}}`,
			`  - {name: URL, value: "http://$(GREETING)/$(NO)"}`,
			`  - {name: WORDS, value: "$$(GREETING)"}`,
			`  - {name: POD, valueFrom: {fieldRef: {fieldPath: "metadata.labels['app']"}}}`,
			`  - {name: LIMIT, valueFrom: {resourceFieldRef: {resource: limits.cpu}}}`,
			`  - {name: ABSENT, valueFrom: {secretKeyRef: {name: credentials, key: nothing, optional: true}}}`,
			`envFrom: [{secretRef: {name: credentials}}]`,
			`resources: {limits: {cpu: "2"}}`), ""},
		"volumes": {deployment("volumes", "app:1", 1, `"stat=/etc/app/app.conf", "stat=/etc/app/greeting", "stat=/one/file", "stat=/secret/renamed", `+
			`"write=/cache/written", "stat=/labels/labels", "wait"`,
			`volumeMounts:`,
			`  - {name: settings, mountPath: /etc/app}`,
			`  - {name: settings, mountPath: /one/file, subPath: app.conf}`,
			`  - {name: credentials, mountPath: /secret}`,
			`  - {name: cache, mountPath: /cache}`,
			`  - {name: labels, mountPath: /labels}`,
			`securityContext: {runAsUser: 1000, readOnlyRootFilesystem: true}`) + `
      volumes:
        - {name: settings, configMap: {name: settings}}
        - {name: credentials, projected: {sources: [{secret: {name: credentials, items: [{key: PASSWORD, path: renamed}]}}]}}
        - {name: cache, emptyDir: {}}
        - {name: labels, downwardAPI: {items: [{path: labels, fieldRef: {fieldPath: metadata.labels}}]}}
`, ""},
		"initialized": {deployment("initialized", "app:1", 1, `"stat=/shared/written", "serve=:8000"`, `volumeMounts: [{name: shared, mountPath: /shared}]`,
			`ports: [{name: http, containerPort: 8000}]`, `startupProbe: {tcpSocket: {port: http}, periodSeconds: 1}`, httpReadiness,
			`livenessProbe: {exec: {command: [/app, "get=http://localhost:8000/"]}, periodSeconds: 1}`) + `
      volumes: [{name: shared, emptyDir: {}}]
      initContainers:
        - {name: sidecar, image: "app:1", args: ["serve=:9000"], restartPolicy: Always}
        - {name: migrate, image: "app:1", args: ["await=http://localhost:9000/", "write=/shared/written"], volumeMounts: [{name: shared, mountPath: /shared}]}
`, ""},
		"encrypted": {deployment("encrypted", "app:1", 1, `"serve=:8443"`, `readinessProbe: {httpGet: {path: /, port: 8443, scheme: HTTPS}}`),
			"is probed by gRPC or HTTPS"},
		"inconclusive": {deployment("inconclusive", "app:1", 1, `"get=http://192.0.2.1/"`), "nothing beyond the pod is reached in a rehearsal: "},
		"foreign":      {deployment("foreign", "foreign:1", 1, ""), "the image foreign:1 is made for linux/s390x"},
		"public":       {deployment("public", "public:1", 1, ""), "nothing is known of the image public:1"},
		"privileged":   {deployment("privileged", "app:1", 1, "", "securityContext: {privileged: true}"), "container api is privileged"},
		"claims": {`apiVersion: apps/v1
kind: StatefulSet
metadata: {name: claims}
spec:
  replicas: 2
  selector: {matchLabels: {app: claims}}
  template:
    metadata: {labels: {app: claims}}
    spec:
      containers: [{name: db, image: "app:1", args: ["write=/data/file", "wait"], volumeMounts: [{name: data, mountPath: /data}]}]
  volumeClaimTemplates: [{metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}]
`, "is an empty directory: the claim data-claims-0 is taken as bound"},
		"daemon": {`apiVersion: apps/v1
kind: DaemonSet
metadata: {name: daemon}
spec:
  selector: {matchLabels: {app: daemon}}
  template: {metadata: {labels: {app: daemon}}, spec: {containers: [{name: agent, image: "app:1", args: [wait]}]}}
`, ""},
		"job": {`apiVersion: batch/v1
kind: Job
metadata: {name: job}
spec: {completions: 2, template: {spec: {restartPolicy: Never, containers: [{name: once, image: "app:1", args: ["say=done"]}]}}}
`, ""},
		"pod": {`{apiVersion: v1, kind: Pod, metadata: {name: pod}, spec: {containers: [{name: api, image: "app:1", args: [wait]}]}}`, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			editor := apply(t, c.manifest)
			w := workload(t, name, ready)
			assert.Empty(t, w.Reasons)
			if c.note != "" {
				noted(t, c.note)
			}
			editor.kubectl("", fmt.Sprintf("-n shop delete --wait --timeout 60s %s %s", w.Kind, name))
		})
	}
}

func TestJobThatFails(t *testing.T) {
	apply(t, `apiVersion: batch/v1
kind: Job
metadata: {name: failing}
spec: {backoffLimit: 0, template: {spec: {restartPolicy: Never, containers: [{name: once, image: "app:1", args: ["exit=5"]}]}}}
`)
	w := workload(t, "failing", because("BackoffLimitExceeded"))
	assert.False(t, w.Ready)
	assert.Contains(t, strings.Join(w.Reasons, "\n"), "container once: it ended with exit code 5")
}

// TestServerSideApplyConflict has two managers of one field: the second one is refused, and forces its way.
func TestServerSideApplyConflict(t *testing.T) {
	editor := apply(t, configuration)
	changed := strings.Replace(configuration, "greeting: hello", "greeting: goodbye", 1)
	out, err := editor.try(changed, "-n", shop, "apply", "--server-side", "--field-manager", "another", "-f", "-")
	require.Error(t, err)
	assert.Contains(t, out, `conflict with "kubectl": .data.greeting`)
	editor.kubectl(changed, "-n shop apply --server-side --field-manager another --force-conflicts -f -")
	editor.kubectl(configuration, "-n shop apply --server-side --force-conflicts -f -")
}
