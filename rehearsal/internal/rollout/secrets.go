package rollout

import (
	"cmp"
	"encoding/json"
	"fmt"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/taskdef"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

const (
	secretType    = "aws:secretsmanager/secret:Secret"
	versionType   = "aws:secretsmanager/secretVersion:SecretVersion"
	parameterType = "aws:ssm/parameter:Parameter"

	initialization = "ResourceInitializationError: unable to pull secrets or registry auth: execution resource retrieval failed: "
)

// Secrets resolves each secret variable of the containers, as ECS does before a task starts: the secret exists by its
// full ARN, has a value, and the value has the JSON key; the parameter exists. References that taskdef.Parse refuses are
// left to it.
// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/secrets-envvar-secrets-manager.html
func Secrets(w *world.World, t *taskdef.Definition) []verdict.Problem {
	var all []verdict.Problem
	for _, c := range t.Containers {
		for _, s := range c.Secrets {
			r, err := taskdef.ParseReference(s.ValueFrom)
			if err != nil {
				continue
			}
			what, fix := missing(w, r)
			if what != "" {
				all = append(all, verdict.Problem{
					What: initialization + what, Where: fmt.Sprintf("secret %s of container %s", s.Name, c.Name),
					File: t.File, Line: t.Line(s.Path + ".valueFrom"), Fix: fix,
				})
			}
		}
	}
	return all
}

// missing tells what keeps the reference from being resolved, and what to do.
func missing(w *world.World, r taskdef.Reference) (what, fix string) {
	if r.Service == "ssm" {
		return missingParameter(w, r)
	}
	if w.Find(secretType, "id", r.ARN) == nil {
		return "unable to retrieve secret from asm: ResourceNotFoundException: Secrets Manager can't find the specified secret: " + r.ARN,
			"Give the ARN of a secret that exists, with its random suffix."
	}
	version := versionOf(w, r)
	if version == nil {
		return fmt.Sprintf("unable to retrieve secret from asm: ResourceNotFoundException: Secrets Manager can't find the specified secret value for %s: %s",
			cmp.Or(r.Version, "staging label: "+cmp.Or(r.Stage, "AWSCURRENT")), r.ARN), "Give the secret a value."
	}
	if r.Key == "" {
		return "", ""
	}
	var values map[string]any
	if err := json.Unmarshal([]byte(version.Inputs.Str("secretString")), &values); err != nil {
		return fmt.Sprintf("unable to retrieve secret from asm: the secret's value is no JSON object, so that it has no key %s", r.Key),
			fmt.Sprintf("Make the value a JSON object with the key %s, or leave the key out.", r.Key)
	}
	if _, ok := values[r.Key]; !ok {
		return fmt.Sprintf("unable to retrieve secret from asm: service call has been retried 1 time(s): retrieved secret from Secrets Manager did not contain json key %s", r.Key),
			fmt.Sprintf("Add the key %s to the secret's value.", r.Key)
	}
	return "", ""
}

// versionOf is the version of the secret that the reference asks for: by ID, by stage, or the current one, which is the
// one made last.
func versionOf(w *world.World, r taskdef.Reference) *drydock.Record {
	var found *drydock.Record
	for _, v := range w.Where(versionType, "secretId", r.ARN) {
		stages := v.Outputs.Strs("versionStages")
		if len(stages) == 0 {
			stages = []string{"AWSCURRENT"}
		}
		switch {
		case r.Version != "":
			if v.Attr("versionId") == r.Version {
				found = v
			}
		default:
			for _, stage := range stages {
				if stage == cmp.Or(r.Stage, "AWSCURRENT") {
					found = v
				}
			}
		}
	}
	return found
}

func missingParameter(w *world.World, r taskdef.Reference) (what, fix string) {
	for _, p := range w.All(parameterType) {
		if r.ARN != "" && p.Attr("arn") == r.ARN || r.ARN == "" && p.Attr("name") == r.Name {
			return "", ""
		}
	}
	return "unable to retrieve secrets from ssm: service call has been retried 1 time(s): invalid ssm parameters: " + r.Name,
		"Create the parameter, or give the name or ARN of one that exists; a secret of Secrets Manager is named by its full ARN."
}
