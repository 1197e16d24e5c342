package rehearsal

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/codebuild"
)

// ofKubernetes are the programs of Kubernetes that a buildspec may name.
var ofKubernetes = regexp.MustCompile(`\b(kubectl|kustomize|helm)\b`)

// usesKubernetes tells whether the project's buildspec names one of Kubernetes' programs.
func (r *release) usesKubernetes(a action, project *codebuild.Project) (bool, error) {
	text := project.BuildSpec
	if !strings.Contains(text, "\n") {
		// A path in the primary source; what is missing or is no path is for the build to tell.
		dir := r.artifacts[primarySource(a)]
		if dir == "" || !filepath.IsLocal(first(text, "buildspec.yml")) {
			return false, nil
		}
		content, err := os.ReadFile(filepath.Join(dir, first(text, "buildspec.yml")))
		if errors.Is(err, fs.ErrNotExist) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
		text = string(content)
	}
	return ofKubernetes.MatchString(text), nil
}

// programs are the real programs that the build finds beside this machine's own.
func (r *release) programs(ctx context.Context, a action, project *codebuild.Project) (map[string]string, error) {
	uses, err := r.usesKubernetes(a, project)
	if err != nil || !uses {
		return nil, err
	}
	found := map[string]string{}
	for _, name := range []string{"kubectl", "kustomize", "helm"} {
		if path, err := exec.LookPath(name); err == nil {
			found[name] = path
		}
	}
	return found, nil
}
