//go:build unix

package codebuild

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
)

type object = map[string]any

func record(name string, inputs object) *drydock.Record {
	arn := "arn:aws:codebuild:us-east-2:123456789012:project/" + name
	inputs["name"] = name
	return &drydock.Record{Type: "aws:codebuild/project:Project", ID: arn, Inputs: inputs, Outputs: object{"arn": arn, "encryptionKey": "key"}}
}

func TestReadProject(t *testing.T) {
	w := &world.World{}
	_, err := ReadProject(w, "bash-dog")
	assert.EqualError(t, err, `there is no build project "bash-dog", nor any other`)
	w.Add(record("bash-dog", object{
		"serviceRole": "arn:aws:iam::123456789012:role/build", "buildTimeout": 10.0,
		"source": object{"type": "CODEPIPELINE", "buildspec": "b.yml"}, "artifacts": object{"type": "CODEPIPELINE"},
		"environment": object{
			"type": "ARM_CONTAINER", "computeType": "BUILD_GENERAL1_SMALL", "image": "i", "privilegedMode": true,
			"environmentVariables": []any{object{"name": "A", "value": "b"}, object{"name": "S", "value": "s:k", "type": "SECRETS_MANAGER"}},
		},
		"secondarySources":   []any{object{"sourceIdentifier": "Config"}},
		"secondaryArtifacts": []any{object{"artifactIdentifier": "Docs"}},
		"logsConfig":         object{"cloudwatchLogs": object{"groupName": "/codebuild/bash-dog"}},
	}))
	w.Add(record("plain", object{}))
	p, err := ReadProject(w, "bash-dog")
	require.NoError(t, err)
	assert.Equal(t, &Project{
		Name: "bash-dog", ARN: "arn:aws:codebuild:us-east-2:123456789012:project/bash-dog", Role: "arn:aws:iam::123456789012:role/build",
		BuildSpec: "b.yml", Variables: []Variable{{"A", "b", ""}, {"S", "s:k", SecretsManager}}, Privileged: true,
		Type: "ARM_CONTAINER", Compute: "BUILD_GENERAL1_SMALL", Image: "i", Timeout: 10 * time.Minute, ArtifactsType: "CODEPIPELINE",
		SecondarySources: []string{"Config"}, SecondaryArtifacts: []string{"Docs"}, LogGroup: "/codebuild/bash-dog", EncryptionKey: "key",
	}, p)

	p, err = ReadProject(w, "plain")
	require.NoError(t, err)
	assert.Equal(t, time.Hour, p.Timeout)
	assert.Equal(t, "/aws/codebuild/plain", p.LogGroup)
	_, err = ReadProject(w, "bash")
	assert.EqualError(t, err, `there is no build project "bash": there is bash-dog, plain`)
}

// TestBuildSpecFile: where it is looked for, and what is said when it is not there.
func TestBuildSpecFile(t *testing.T) {
	spec := commands(phase("build", "true"))
	for name, c := range map[string]struct {
		given string
		files map[string]string
		what  string
		fix   string
	}{
		"the usual file":        {"", map[string]string{"buildspec.yml": spec}, "", ""},
		"another":               {"ci/build.yml", map[string]string{"ci/build.yml": spec}, "", ""},
		"in the project":        {spec, nil, "", ""},
		"JSON in the project":   {`{"version": "0.2", "phases": {}}`, nil, "", ""},
		"none":                  {"", nil, "YAML_FILE_ERROR: YAML file does not exist", "Add buildspec.yml to the repository"},
		"another ending":        {"", map[string]string{"buildspec.yaml": spec}, "YAML file does not exist", "rename buildspec.yaml to buildspec.yml"},
		"a capital letter":      {"", map[string]string{"Buildspec.yml": spec}, "YAML file does not exist", "rename Buildspec.yml to buildspec.yml"},
		"a hyphen":              {"", map[string]string{"build-spec.yml": spec}, "YAML file does not exist", "rename build-spec.yml to buildspec.yml"},
		"a slip":                {"", map[string]string{"buildpsec.yml": spec}, "YAML file does not exist", "rename buildpsec.yml to buildspec.yml"},
		"in a folder":           {"ci/buildspec.yml", map[string]string{"ci/buildspec.yaml": spec}, "YAML file does not exist", "rename buildspec.yaml to buildspec.yml"},
		"outside":               {"../buildspec.yml", nil, "YAML file does not exist", "from the root"},
		"in S3":                 {"arn:aws:s3:::bucket/buildspec.yml", nil, "not simulated", "repository"},
		"what cannot be parsed": {"", map[string]string{"buildspec.yml": "version: 0.2\nphases:\n  biuld:\n    commands: [a]\n"}, "biuld", "Write build."},
	} {
		t.Run(name, func(t *testing.T) {
			in, log := input(t, project(c.given), c.files)
			out := run(t, in)
			if c.what == "" {
				assert.True(t, out.Succeeded, log)
				return
			}
			require.NotNil(t, out.Problem)
			assert.Equal(t, []string{"DOWNLOAD_SOURCE FAILED", "FINALIZING SUCCEEDED"}, statuses(out))
			assert.Contains(t, out.Problem.What, c.what)
			assert.Contains(t, out.Problem.Fix, c.fix)
		})
	}
}

func TestUnsimulated(t *testing.T) {
	for _, typ := range []string{"WINDOWS_SERVER_2019_CONTAINER", "LINUX_LAMBDA_CONTAINER", "MAC_ARM"} {
		p := project("")
		p.Type = typ
		in, _ := input(t, p, nil)
		out := run(t, in)
		assert.False(t, out.Succeeded)
		assert.Contains(t, out.Problem.What, typ+" is not simulated")
	}
}

func TestInput(t *testing.T) {
	_, err := Run(t.Context(), Input{Sources: []Source{{Name: "a b"}}, Scratch: "relative"})
	for _, what := range []string{"Project is nil", "ID is empty", `Scratch "relative"`, `Sources[0].Name "a b"`, "0 primary sources"} {
		assert.ErrorContains(t, err, what)
	}
}
