package rehearsal

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/internal/artifacts"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

// Scaffold gives the files that a repository starts from which owns them (OwnFiles): buildspec.yml, taskdef.json and
// appspec.yaml, by name. What differs between environments stands in them as a placeholder, as <TASK_ROLE_ARN>, that the
// build fills from its project's variables; so the same files release to every environment.
//
// The stack must be up in its drydock, with OwnFiles. pipeline is the pipeline's name; "" for the stack's only one.
func Scaffold(ctx context.Context, cloud *drydock.Dock, stack *drydock.Stack, pipeline string) (map[string]string, error) {
	if err := cloud.Serve(ctx); err != nil {
		return nil, err
	}
	if pipeline == "" {
		var err error
		if pipeline, err = pipelineOf(stack); err != nil {
			return nil, err
		}
	}
	w := world.Of(cloud.Cloud())
	variables, err := projectVariables(w, pipeline)
	if err != nil {
		return nil, err
	}
	texts, err := serviceTexts(ctx, stack, variables["TASK_FAMILY"])
	if err != nil {
		return nil, err
	}
	spec, err := scaffoldBuild(texts.TaskDefinition, variables)
	if err != nil {
		return nil, err
	}
	network := pick(variables, "SUBNETS", "SECURITY_GROUPS", "ASSIGN_PUBLIC_IP")
	return map[string]string{
		artifacts.BuildSpecFile:      spec,
		artifacts.TaskDefinitionFile: placeheld(texts.TaskDefinition, without(variables, network), strconv.Quote),
		artifacts.AppSpecFile:        placeheld(texts.AppSpec, network, func(v string) string { return v }),
	}, nil
}

// pick is those of the variables.
func pick(variables map[string]string, names ...string) map[string]string {
	picked := map[string]string{}
	for _, name := range names {
		picked[name] = variables[name]
	}
	return picked
}

// without is the others.
func without(variables, those map[string]string) map[string]string {
	rest := maps.Clone(variables)
	maps.DeleteFunc(rest, func(name, _ string) bool { _, one := those[name]; return one })
	return rest
}

// projectVariables are what the pipeline's build gives to a repository's own buildspec.
func projectVariables(w *world.World, pipeline string) (map[string]string, error) {
	p, err := w.Pipeline(pipeline)
	if err != nil {
		return nil, err
	}
	arn, _ := world.ParseARN(p.ARN)
	for _, stage := range p.Stages {
		for _, a := range stage.Actions {
			project := w.Find("aws:codebuild/project:Project", "name", a.Configuration["ProjectName"])
			if a.Provider != "CodeBuild" || project == nil {
				continue
			}
			if project.Inputs.Obj("source").Str("buildspec") != artifacts.BuildSpecFile {
				return nil, fmt.Errorf("pipeline %s renders its files itself: set ownFiles to true, bring the stack up, and scaffold then", p.Name)
			}
			variables := map[string]string{"AWS_REGION": arn.Region}
			for _, v := range project.Inputs.Obj("environment").Objs("environmentVariables") {
				variables[v.Str("name")] = v.Str("value")
			}
			return variables, nil
		}
	}
	return nil, fmt.Errorf("pipeline %s builds nothing with CodeBuild", p.Name)
}

// releaseTexts are what a service's releases are made of, as its component has rendered them.
type releaseTexts struct {
	TaskDefinition string `json:"taskDefinitionText"`
	AppSpec        string `json:"appSpecText"`
}

// serviceTexts finds them in the stack's state.
func serviceTexts(ctx context.Context, stack *drydock.Stack, family string) (releaseTexts, error) {
	text, err := stack.Export(ctx, false)
	if err != nil {
		return releaseTexts{}, err
	}
	var state struct {
		Deployment struct {
			Resources []struct {
				Type    string
				Outputs json.RawMessage
			}
		}
	}
	if err := json.Unmarshal(text, &state); err != nil {
		return releaseTexts{}, fmt.Errorf("reading the stack's state: %w", err)
	}
	for _, r := range state.Deployment.Resources {
		if r.Type != "container-pipeline:bluegreen:Service" {
			continue
		}
		var texts releaseTexts
		if err := json.Unmarshal(r.Outputs, &texts); err != nil {
			return releaseTexts{}, fmt.Errorf("reading the service's outputs: %w", err)
		}
		if strings.Contains(texts.TaskDefinition, `"family": `+strconv.Quote(family)) {
			return texts, nil
		}
	}
	return releaseTexts{}, fmt.Errorf("the stack has no service whose task definition has the family %q", family)
}

// placeheld is the text with each variable's value replaced by its placeholder. Long values go first: one may be part of
// another.
func placeheld(text string, variables map[string]string, quoted func(string) string) string {
	names := slices.SortedFunc(maps.Keys(variables), func(a, b string) int {
		if d := len(variables[b]) - len(variables[a]); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	for _, name := range names {
		if variables[name] != "" && !strings.HasPrefix(name, "REPOSITORY_") {
			text = strings.ReplaceAll(text, quoted(variables[name]), quoted(artifacts.Placeholder(name)))
		}
	}
	return text
}

// scaffoldBuild builds each container that the task definition leaves to the build; its target is the container's name.
func scaffoldBuild(taskDefinition string, variables map[string]string) (string, error) {
	var task struct {
		RuntimePlatform struct {
			CPUArchitecture string `json:"cpuArchitecture"`
		} `json:"runtimePlatform"`
		ContainerDefinitions []struct{ Name string } `json:"containerDefinitions"`
	}
	if err := json.Unmarshal([]byte(taskDefinition), &task); err != nil {
		return "", fmt.Errorf("reading the rendered task definition: %w", err)
	}
	spec := artifacts.BuildSpec{Platform: artifacts.LinuxAMD64, Fill: true}
	if task.RuntimePlatform.CPUArchitecture == "ARM64" {
		spec.Platform = artifacts.LinuxARM64
	}
	var errs []error
	for _, c := range task.ContainerDefinitions {
		image := artifacts.Image{Container: c.Name, Variable: "REPOSITORY_" + strings.ToUpper(strings.ReplaceAll(c.Name, "-", "_"))}
		if variables[image.Variable] == "" {
			errs = append(errs, fmt.Errorf("the build has no variable %s for the container %s", image.Variable, c.Name))
		}
		if variables["BASE_REGISTRY"] != "" {
			image.PassArgs = []string{"BASE_REGISTRY"}
		}
		spec.Images = append(spec.Images, image)
	}
	text, err := spec.Render()
	return text, errors.Join(append(errs, err)...)
}
