package world

import (
	"fmt"
	"strings"

	"github.com/container-pipeline/container-pipeline/drydock"
)

// Pipeline is a CodePipeline pipeline.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/reference-pipeline-structure.html
type Pipeline struct {
	Name, ARN, Role string
	Bucket, Key     string // the artifact store and its KMS key, "" for S3's own
	Stages          []Stage
	Record          *drydock.Record
}

// Stage is one stage of it.
type Stage struct {
	Name    string
	Actions []Action
}

// Action is one action of a stage.
type Action struct {
	Name, Category, Owner, Provider string
	Configuration                   map[string]string
	Inputs, Outputs                 []string
	Role                            string // "" for the pipeline's
	RunOrder                        int    // actions of a stage with the same run at once
	// Namespace is where the action's output variables are found, as #{Namespace.CommitId}; "" for nowhere.
	Namespace string
}

// Pipelines are all that exist.
func (w *World) Pipelines() []*Pipeline {
	var all []*Pipeline
	for _, r := range w.All("aws:codepipeline/pipeline:Pipeline") {
		all = append(all, pipelineOf(r))
	}
	return all
}

// Pipeline is the one with the name; with an empty name it is the only one. The error tells what there is.
func (w *World) Pipeline(name string) (*Pipeline, error) {
	all := w.Pipelines()
	var names []string
	for _, p := range all {
		if p.Name == name || name == "" && len(all) == 1 {
			return p, nil
		}
		names = append(names, p.Name)
	}
	switch {
	case len(all) == 0:
		return nil, fmt.Errorf("there is no pipeline in the simulated clouds: bring a stack with one up first")
	case name == "":
		return nil, fmt.Errorf("there are %d pipelines (%s): name one", len(all), strings.Join(names, ", "))
	}
	return nil, fmt.Errorf("there is no pipeline %q: there is %s", name, strings.Join(names, ", "))
}

func pipelineOf(r *drydock.Record) *Pipeline {
	p := &Pipeline{Name: r.Inputs.Str("name"), ARN: r.Attr("arn"), Role: r.Inputs.Str("roleArn"), Record: r}
	for _, store := range r.Inputs.Objs("artifactStores") {
		p.Bucket, p.Key = store.Str("location"), store.Obj("encryptionKey").Str("id")
	}
	for _, s := range r.Inputs.Objs("stages") {
		stage := Stage{Name: s.Str("name")}
		for _, a := range s.Objs("actions") {
			action := Action{
				Name: a.Str("name"), Category: a.Str("category"), Owner: a.Str("owner"), Provider: a.Str("provider"),
				Inputs: a.Strs("inputArtifacts"), Outputs: a.Strs("outputArtifacts"), Role: a.Str("roleArn"), Namespace: a.Str("namespace"),
				RunOrder: max(1, int(a.Num("runOrder"))), Configuration: map[string]string{},
			}
			for key := range a.Obj("configuration") {
				action.Configuration[key] = a.Obj("configuration").Str(key)
			}
			stage.Actions = append(stage.Actions, action)
		}
		p.Stages = append(p.Stages, stage)
	}
	return p
}
