package rehearsal

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/appspec"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/calls"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/spelling"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/taskdef"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// Files of a deployment, by their default names.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-ECSbluegreen.html
const (
	taskDefinitionFile = "taskdef.json"
	appSpecFile        = "appspec.yaml"
	imageDetailFile    = "imageDetail.json"
)

// revision is what a deployment is made of.
type revision struct {
	task       *taskdef.Definition
	spec       *appspec.Spec
	roles      calls.TaskRoles
	containers string // the task definition's containerDefinitions, as JSON
}

// readRevision reads the two files and fills their placeholders. Every defect of both is in one report.
func (r *release) readRevision(s *verdict.Step, a action) (*revision, error) {
	taskText, taskErr := r.template(a, "TaskDefinitionTemplate", taskDefinitionFile)
	specText, specErr := r.template(a, "AppSpecTemplate", appSpecFile)
	if err := several(s, taskErr, specErr); err != nil {
		return nil, err
	}
	taskText, err := r.imagePlaceholders(a, taskText)
	if err != nil {
		return nil, err
	}
	task, problems := taskdef.Parse(a.configured("TaskDefinitionTemplatePath", taskDefinitionFile), []byte(taskText))
	spec, more := appspec.Parse(a.configured("AppSpecTemplatePath", appSpecFile), []byte(specText))
	if problems = append(problems, more...); len(problems) > 0 {
		s.More = append(s.More, problems[1:]...)
		return nil, &problems[0]
	}
	containers, err := containersOf(taskText)
	if err != nil {
		return nil, err
	}
	s.Detail = fmt.Sprintf("%d containers, traffic to %s:%d", len(task.Containers), spec.ContainerName, spec.ContainerPort)
	return &revision{
		task: task, spec: spec, containers: containers,
		roles: calls.TaskRoles{Execution: r.roleARN(task.ExecutionRole), Task: r.roleARN(task.TaskRole)},
	}, nil
}

func (a action) configured(key, otherwise string) string {
	return first(a.Configuration[key], otherwise)
}

// template is the text of one of the action's two templates.
func (r *release) template(a action, kind, file string) (string, error) {
	artifact := a.Configuration[kind+"Artifact"]
	dir, err := r.input(a, artifact)
	if err != nil {
		return "", err
	}
	name := a.configured(kind+"Path", file)
	text, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if errors.Is(err, fs.ErrNotExist) {
		return "", &verdict.Problem{
			What:  fmt.Sprintf("Exception while trying to read the file %s from the artifact %s: there is none", name, artifact),
			Where: fmt.Sprintf("pipeline %s, action %s", r.pipeline.Name, a.Name), File: name,
			Fix: spelling.File(dir, name, "let the build's artifacts include it, spelled exactly so"),
		}
	}
	return string(text), err
}

// several notes the errors that are problems; the first is returned.
func several(s *verdict.Step, errs ...error) error {
	var first error
	for _, err := range errs {
		var p *verdict.Problem
		switch {
		case err == nil:
		case first == nil:
			first = err
		case errors.As(err, &p):
			s.More = append(s.More, *p)
		default:
			return err
		}
	}
	return first
}

// imagePlaceholders fills what the action's image artifacts name, up to four: each has an imageDetail.json.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/file-reference.html#file-reference-ecs-bluegreen
func (r *release) imagePlaceholders(a action, text string) (string, error) {
	for i := 1; i <= 4; i++ {
		artifact := a.Configuration[fmt.Sprintf("Image%dArtifactName", i)]
		if artifact == "" {
			continue
		}
		dir, err := r.input(a, artifact)
		if err != nil {
			return "", err
		}
		content, err := os.ReadFile(filepath.Join(dir, imageDetailFile))
		var detail struct{ ImageURI string }
		if err == nil {
			err = json.Unmarshal(content, &detail)
		}
		if err != nil || detail.ImageURI == "" {
			return "", &verdict.Problem{
				What: "Exception while trying to read the image artifact file from the artifact: " + artifact,
				File: imageDetailFile, Fix: spelling.File(dir, imageDetailFile, `let the build write {"ImageURI": "<repository>@<digest>"} to it`),
			}
		}
		name := a.configured(fmt.Sprintf("Image%dContainerName", i), fmt.Sprintf("IMAGE%d_NAME", i))
		text = strings.ReplaceAll(text, "<"+name+">", detail.ImageURI)
	}
	return text, nil
}

func containersOf(text string) (string, error) {
	var file struct {
		ContainerDefinitions json.RawMessage `json:"containerDefinitions"`
	}
	if err := json.Unmarshal([]byte(text), &file); err != nil {
		return "", err
	}
	return string(file.ContainerDefinitions), nil
}

// roleARN is a role's ARN; a task definition may give its name alone.
func (r *release) roleARN(role string) string {
	if record := r.world.Find("aws:iam/role:Role", "name", role); record != nil {
		return record.Attr("arn")
	}
	return role
}
