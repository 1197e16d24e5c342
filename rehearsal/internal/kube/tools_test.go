package kube

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func output(t *testing.T, name string, args ...string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), name, args...).Output()
	require.NoError(t, err)
	return string(out)
}

func TestToolsTellTheirVersions(t *testing.T) {
	assert.Contains(t, as(t, "owner").kubectl("", "version"), "Client Version: v1.34.2\nKustomize Version: v5.7.1\nServer Version: v1.34.2\n")
	assert.Equal(t, "v5.7.1\n", output(t, built.Kustomize, "version"))
	assert.Equal(t, "v3.19.0", output(t, built.Helm, "version", "--template", "{{.Version}}"))
	assert.Contains(t, output(t, built.Etcd, "--version"), "etcd Version: 3.6.4\n")
	assert.Equal(t, "Kubernetes v1.34.2\n", output(t, built.ControllerManager, "--version"))
}

func TestHelmRendersForTheClustersVersion(t *testing.T) {
	chart := t.TempDir()
	require.NoError(t, os.WriteFile(filepath.Join(chart, "Chart.yaml"), []byte("apiVersion: v2\nname: shop\nversion: 1.0.0\n"), 0o644))
	require.NoError(t, os.Mkdir(filepath.Join(chart, "templates"), 0o755))
	require.NoError(t, os.WriteFile(filepath.Join(chart, "templates", "version.yaml"), []byte("version: {{ .Capabilities.KubeVersion }}\n"), 0o644))
	assert.Contains(t, output(t, built.Helm, "template", "shop", chart), "version: v1.34.0\n")
}

// The linker is told the minor version, and the documents say the others.
func TestModulesArePinned(t *testing.T) {
	assert.Regexp(t, `^1\.34\.\d+$`, kubernetes.Version(kubernetes.Path))
	for _, c := range kubernetes.Commands {
		assert.Contains(t, string(kubernetes.GoMod), "\t"+c.Package+"\n", "as a tool")
	}
	for module, version := range map[string]string{
		"sigs.k8s.io/kustomize/kustomize/v5": "5.7.1", "helm.sh/helm/v3": "3.19.0", "go.etcd.io/etcd/server/v3": "3.6.4",
	} {
		assert.Equal(t, version, kubernetes.Version(module), module)
	}
}

func TestChosenTools(t *testing.T) {
	dir := t.TempDir()
	t.Setenv(ToolsVariable, dir)
	_, err := Tools(t.Context(), nil)
	require.ErrorContains(t, err, "REHEARSAL_KUBERNETES: stat "+dir+"/kube-apiserver: no such file or directory; put it there or unset the variable")
	require.ErrorContains(t, err, dir+"/helm")
	for _, name := range []string{"kustomize", "helm"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o755))
	}
	got, err := Renderers(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, Toolbox{Kustomize: filepath.Join(dir, "kustomize"), Helm: filepath.Join(dir, "helm")}, got)
}
