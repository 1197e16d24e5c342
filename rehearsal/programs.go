package rehearsal

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/codebuild"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/kube"
)

// ofKubernetes are the programs of Kubernetes as words of a command; a part of an address is none.
var ofKubernetes = regexp.MustCompile(`(?:^|[\s;&|("'` + "`" + `])(kubectl|kustomize|helm)(?:[\s;&|)"'` + "`" + `]|$)`)

// kubernetesPrograms are those that the project's buildspec names.
func (r *release) kubernetesPrograms(a action, project *codebuild.Project) ([]string, error) {
	text := project.BuildSpec
	if !strings.Contains(text, "\n") {
		// A path in the primary source; what is missing or is no path is for the build to tell.
		file := first(text, "buildspec.yml")
		dir := r.artifacts[primarySource(a)]
		if dir == "" || !filepath.IsLocal(file) {
			return nil, nil
		}
		content, err := os.ReadFile(filepath.Join(dir, file))
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		text = string(content)
	}
	var names []string
	for _, found := range ofKubernetes.FindAllStringSubmatch(text, -1) {
		names = append(names, found[1])
	}
	slices.Sort(names)
	return slices.Compact(names), nil
}

// programs are the real programs that the build finds beside this machine's own, by name: those of Kubernetes that its
// buildspec names.
func (r *release) programs(ctx context.Context, a action, project *codebuild.Project) (map[string]string, error) {
	names, err := r.kubernetesPrograms(a, project)
	if err != nil || len(names) == 0 {
		return nil, err
	}
	get := kube.Renderers
	if slices.Contains(names, "kubectl") {
		get = kube.Tools
	}
	toolbox, err := get(ctx, r.settings.progress)
	if err != nil {
		return nil, err
	}
	all := map[string]string{"kubectl": toolbox.Kubectl, "kustomize": toolbox.Kustomize, "helm": toolbox.Helm}
	maps.DeleteFunc(all, func(name, _ string) bool { return !slices.Contains(names, name) })
	return all, r.noteVersions(ctx, project, all)
}

// versions are how a program is asked for its version.
var versions = map[string][]string{
	"kubectl": {"version", "--client"}, "kustomize": {"version"}, "helm": {"version", "--template", "{{.Version}}"}, "kube-apiserver": {"--version"},
}

var versionNumber = regexp.MustCompile(`\bv(\d+\.\d+(\.\d+)?)\b`)

// versionOf asks the program for its version, as "1.34.2".
func versionOf(ctx context.Context, name, path string) (string, error) {
	out, err := exec.CommandContext(ctx, path, versions[name]...).Output()
	if err != nil {
		return "", fmt.Errorf("asking %s for its version: %w", path, err)
	}
	found := versionNumber.FindSubmatch(out)
	if found == nil {
		return "", fmt.Errorf("asking %s for its version: it said %q", path, out)
	}
	return string(found[1]), nil
}

// noteVersions tells which programs the build has, and where the project asks for another version.
func (r *release) noteVersions(ctx context.Context, project *codebuild.Project, programs map[string]string) error {
	for _, name := range slices.Sorted(maps.Keys(programs)) {
		version, err := versionOf(ctx, name, programs[name])
		if err != nil {
			return err
		}
		pinned := ""
		for _, v := range project.Variables {
			if v.Name == strings.ToUpper(name)+"_VERSION" {
				pinned = v.Value
			}
		}
		switch pinned {
		case "", version:
			r.note("Builds run %s %s.", name, version)
		default:
			r.note("Builds run %s %s here, and install %s where their image lacks it.", name, version, pinned)
		}
	}
	return nil
}
