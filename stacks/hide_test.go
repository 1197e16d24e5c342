package stacks

import (
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"

	"github.com/container-pipeline/container-pipeline/components/staged"
)

func TestVariablesOfAStagedPipelineAreHidden(t *testing.T) {
	values := func() map[string]pulumi.StringInput {
		return map[string]pulumi.StringInput{"TOKEN": pulumi.String("hidden"), "NONE": nil}
	}
	args := &staged.PipelineArgs{
		Build: staged.BuildOptions{Variables: values()}, Deploy: staged.BuildOptions{Variables: values()},
		Environments: []staged.Environment{{Name: "live", Variables: values()}, {Name: "bare"}},
	}
	hideVariables(args)
	for where, variables := range map[string]map[string]pulumi.StringInput{
		"build": args.Build.Variables, "deploy": args.Deploy.Variables, "environment": args.Environments[0].Variables,
	} {
		hidden, isOutput := variables["TOKEN"].(pulumi.StringOutput)
		if assert.True(t, isOutput, where) {
			assert.True(t, pulumi.IsSecret(hidden), where)
		}
		assert.Nil(t, variables["NONE"], where)
	}
}
