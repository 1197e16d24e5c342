package kube

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/container-pipeline/container-pipeline/drydock/engine"
	"github.com/container-pipeline/container-pipeline/internal/gotool"
)

// ToolsVariable names the environment variable that names a folder with commands of these names to use instead of those
// that are built: kubectl, kustomize, helm, kube-apiserver, kube-controller-manager and etcd.
const ToolsVariable = "REHEARSAL_KUBERNETES"

//go:embed modules
var modules embed.FS

// kubernetes are the commands and the versions that they tell, set as their releases set them:
// https://github.com/kubernetes/kubernetes/blob/v1.34.2/hack/lib/version.sh,
// https://github.com/helm/helm/blob/v3.19.0/Makefile (charts are rendered for the Kubernetes of Helm's client library) and
// https://github.com/kubernetes-sigs/kustomize/blob/kustomize/v5.7.1/api/provenance/provenance.go.
var kubernetes = gotool.Module{
	Name: "kubernetes",
	Path: "k8s.io/kubernetes",
	Commands: []gotool.Command{
		{Name: "kube-apiserver", Package: "k8s.io/kubernetes/cmd/kube-apiserver"},
		{Name: "kube-controller-manager", Package: "k8s.io/kubernetes/cmd/kube-controller-manager"},
		{Name: "etcd", Package: "go.etcd.io/etcd/server/v3"},
		{Name: "kubectl", Package: "k8s.io/kubernetes/cmd/kubectl"},
		{Name: "kustomize", Package: "sigs.k8s.io/kustomize/kustomize/v5"},
		{Name: "helm", Package: "helm.sh/helm/v3/cmd/helm"},
	},
	Settings: []string{
		"k8s.io/component-base/version.gitVersion=v{k8s.io/kubernetes}",
		"k8s.io/component-base/version.gitMajor=1", "k8s.io/component-base/version.gitMinor=34",
		"k8s.io/client-go/pkg/version.gitVersion=v{k8s.io/kubernetes}",
		"sigs.k8s.io/kustomize/api/provenance.version=v{sigs.k8s.io/kustomize/kustomize/v5}",
		"helm.sh/helm/v3/internal/version.version=v{helm.sh/helm/v3}",
		"helm.sh/helm/v3/pkg/chartutil.k8sVersionMajor=1", "helm.sh/helm/v3/pkg/chartutil.k8sVersionMinor=34",
		"helm.sh/helm/v3/pkg/lint/rules.k8sVersionMajor=1", "helm.sh/helm/v3/pkg/lint/rules.k8sVersionMinor=34",
	},
	Takes: "about eight minutes on two cores",
	Env:   []string{"CGO_ENABLED=0"}, Flags: []string{"-trimpath"},
}.Read(modules, "modules")

// Toolbox has the paths of the commands.
type Toolbox struct {
	Kubectl, Kustomize, Helm           string
	APIServer, ControllerManager, Etcd string
}

// Tools returns the folder's commands that REHEARSAL_KUBERNETES names, else those in the user's cache, which are built there
// first when they are missing (minutes; progress says how far it is). A nil progress is silence.
func Tools(ctx context.Context, progress io.Writer) (Toolbox, error) {
	return tools(ctx, progress)
}

// Renderers is Tools with nothing but Kustomize and Helm, which are built in a fraction of the time.
func Renderers(ctx context.Context, progress io.Writer) (Toolbox, error) {
	return tools(ctx, progress, "kustomize", "helm")
}

func tools(ctx context.Context, progress io.Writer, names ...string) (Toolbox, error) {
	if progress == nil {
		progress = io.Discard
	}
	if len(names) == 0 {
		for _, c := range kubernetes.Commands {
			names = append(names, c.Name)
		}
	}
	if dir := os.Getenv(ToolsVariable); dir != "" {
		return chosen(dir, names)
	}
	cache, err := engine.CacheDir()
	if err != nil {
		return Toolbox{}, err
	}
	dir := filepath.Join(cache, "kubernetes", gotool.Folder("kubernetes", kubernetes))
	if err := kubernetes.Get(ctx, dir, progress, names...); err != nil {
		return Toolbox{}, fmt.Errorf("getting Kubernetes and its tools: %w\n(instead, %s can name a folder that has them)", err, ToolsVariable)
	}
	return toolbox(dir, names), nil
}

// chosen takes the user's explicit choice.
func chosen(dir string, names []string) (Toolbox, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return Toolbox{}, fmt.Errorf("%s: %w", ToolsVariable, err)
	}
	var missing []error
	for _, name := range names {
		if _, err := os.Stat(gotool.File(dir, name)); err != nil {
			missing = append(missing, fmt.Errorf("%s: %w; put it there or unset the variable", ToolsVariable, err))
		}
	}
	return toolbox(dir, names), errors.Join(missing...)
}

func toolbox(dir string, names []string) Toolbox {
	var t Toolbox
	paths := map[string]*string{
		"kubectl": &t.Kubectl, "kustomize": &t.Kustomize, "helm": &t.Helm,
		"kube-apiserver": &t.APIServer, "kube-controller-manager": &t.ControllerManager, "etcd": &t.Etcd,
	}
	for _, name := range names {
		*paths[name] = gotool.File(dir, name)
	}
	return t
}
