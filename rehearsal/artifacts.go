package rehearsal

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"

	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// artifact makes the folder of the action's output artifact with the index. Each action's output is a folder here, and
// a zip in the artifact store there.
func (r *release) artifact(a action, index int) (string, error) {
	if index >= len(a.Outputs) {
		return "", &verdict.Problem{
			What:  fmt.Sprintf("the action %s has no output artifact, so that nothing comes of it", a.Name),
			Where: "pipeline " + r.pipeline.Name, Fix: "name an output artifact",
		}
	}
	dir := filepath.Join(r.dir, "artifacts", a.Outputs[index])
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return "", err
	}
	r.artifacts[a.Outputs[index]] = dir
	return dir, nil
}

// input is the folder of an artifact that an action reads.
func (r *release) input(a action, name string) (string, error) {
	if dir, ok := r.artifacts[name]; ok {
		return dir, nil
	}
	return "", &verdict.Problem{
		What:  fmt.Sprintf("the action %s reads the artifact %s, which no action before it makes", a.Name, name),
		Where: "pipeline " + r.pipeline.Name, Fix: "name the output artifact of an earlier action",
	}
}

// publish makes the action's output variables known to later ones.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-variables.html
func (r *release) publish(a action, variables map[string]string) {
	if a.Namespace == "" {
		return
	}
	for name, value := range variables {
		r.variables[a.Namespace+"."+name] = value
	}
}

var variableReference = regexp.MustCompile(`#\{([A-Za-z0-9_@-]+\.[A-Za-z0-9_@-]+)\}`)

// resolved is an action's configuration value with its variables filled in.
func (r *release) resolved(a action, value string) (string, error) {
	var missing string
	text := variableReference.ReplaceAllStringFunc(value, func(reference string) string {
		name := variableReference.FindStringSubmatch(reference)[1]
		known, ok := r.variables[name]
		if !ok && missing == "" {
			missing = name
		}
		return known
	})
	if missing != "" {
		return "", &verdict.Problem{
			What:  fmt.Sprintf("the action %s uses the variable #{%s}, which no action before it has", a.Name, missing),
			Where: "pipeline " + r.pipeline.Name, Fix: "give the action that makes it a namespace, and use that",
		}
	}
	return text, nil
}
