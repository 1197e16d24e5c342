package main

import (
	"regexp"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
)

func TestDeploy(t *testing.T) {
	dock := drydock.Start(t)
	stack := dock.Stack("dev", drydock.Program(deploy), drydock.Project("previews"), drydock.Config(map[string]any{
		"aws:region":     "us-east-2",
		"repository":     "acme/bash-dog",
		"connectionArn":  "arn:aws:codeconnections:us-east-2:123456789012:connection/0a1b2c3d-4e5f-6789-abcd-ef0123456789",
		"tokenSecretArn": "arn:aws:secretsmanager:us-east-2:123456789012:secret:drydock-diff/github-AbCdEf",
		"actors":         "583231, 9919",
	}))
	stack.Up(t)
	hooks := dock.Cloud().All("aws:codebuild/webhook:Webhook")
	require.Len(t, hooks, 1)
	groups, _ := hooks[0].Inputs["filterGroups"].([]any)
	require.Len(t, groups, 1)
	pattern := regexp.MustCompile(`\^\(583231\|9919\)\$`)
	assert.Regexp(t, pattern, groups[0])
	if again := stack.Preview(t); !again.Unchanged() {
		t.Errorf("a second up would change %v", again.Steps)
	}
	stack.Destroy(t)
	assert.Empty(t, dock.Cloud().Made())
}
