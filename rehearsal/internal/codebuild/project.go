package codebuild

import (
	"fmt"
	"strings"
	"time"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

// Kind is where a variable's value comes from.
// https://docs.aws.amazon.com/codebuild/latest/APIReference/API_EnvironmentVariable.html
type Kind string

const (
	PlainText      Kind = "PLAINTEXT"
	ParameterStore Kind = "PARAMETER_STORE"
	SecretsManager Kind = "SECRETS_MANAGER"
)

// Variable is an environment variable of a build. Value is a reference where the kind is not PlainText.
// The JSON is that of a pipeline action's EnvironmentVariables.
// https://docs.aws.amazon.com/codepipeline/latest/userguide/action-reference-CodeBuild.html
type Variable struct {
	Name  string `json:"name"`
	Value string `json:"value"`
	Kind  Kind   `json:"type"`
}

// Project is a build project, with CodeBuild's defaults.
// https://docs.aws.amazon.com/codebuild/latest/APIReference/API_Project.html
type Project struct {
	Name, ARN, Role string
	// BuildSpec is the text itself, a file's path from the root of the primary source, or empty for buildspec.yml.
	BuildSpec string
	Variables []Variable
	// Privileged lets a build run a Docker daemon.
	Privileged bool
	// Type is the environment's, as LINUX_CONTAINER; Compute its size, as BUILD_GENERAL1_SMALL.
	Type, Compute, Image string
	// Timeout is how long a build may take, 5 minutes to 36 hours.
	Timeout time.Duration
	// ArtifactsType is CODEPIPELINE, S3 or NO_ARTIFACTS.
	ArtifactsType string
	// SecondarySources and SecondaryArtifacts are identifiers.
	SecondarySources, SecondaryArtifacts []string
	// LogGroup is CloudWatch's, empty without one.
	LogGroup string
	// EncryptionKey is the ARN of the KMS key for artifacts.
	EncryptionKey string
}

// ReadProject reads a build project from the clouds. The error tells which there are.
func ReadProject(w *world.World, name string) (*Project, error) {
	const typ = "aws:codebuild/project:Project"
	r := w.Find(typ, "name", name)
	if r == nil {
		var names []string
		for _, other := range w.All(typ) {
			names = append(names, other.Attr("name"))
		}
		if len(names) == 0 {
			return nil, fmt.Errorf("there is no build project %q, nor any other", name)
		}
		return nil, fmt.Errorf("there is no build project %q: there is %s", name, strings.Join(names, ", "))
	}
	in, env := r.Inputs, r.Inputs.Obj("environment")
	p := &Project{
		Name: name, ARN: r.Attr("arn"), Role: in.Str("serviceRole"), BuildSpec: in.Obj("source").Str("buildspec"),
		Privileged: env.Bool("privilegedMode"), Type: env.Str("type"), Compute: env.Str("computeType"), Image: env.Str("image"),
		// https://docs.aws.amazon.com/codebuild/latest/APIReference/API_CreateProject.html: 60 minutes by default.
		Timeout: time.Hour, ArtifactsType: in.Obj("artifacts").Str("type"), EncryptionKey: r.Attr("encryptionKey"),
	}
	if minutes := in.Num("buildTimeout"); minutes > 0 {
		p.Timeout = time.Duration(minutes * float64(time.Minute))
	}
	for _, v := range env.Objs("environmentVariables") {
		p.Variables = append(p.Variables, Variable{v.Str("name"), v.Str("value"), Kind(v.Str("type"))})
	}
	for _, s := range in.Objs("secondarySources") {
		p.SecondarySources = append(p.SecondarySources, s.Str("sourceIdentifier"))
	}
	for _, a := range in.Objs("secondaryArtifacts") {
		p.SecondaryArtifacts = append(p.SecondaryArtifacts, a.Str("artifactIdentifier"))
	}
	if logs := in.Obj("logsConfig").Obj("cloudwatchLogs"); logs.Str("status") != "DISABLED" {
		p.LogGroup = logs.Str("groupName")
		if p.LogGroup == "" {
			p.LogGroup = "/aws/codebuild/" + name
		}
	}
	return p, nil
}
