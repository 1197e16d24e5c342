package stacks

import (
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/components/staged"
)

// hideVariables marks the variables of builds and deployments: one of them may have been given as a secret, and Pulumi
// does not tell which. CodeBuild shows them to all who may see the project; state and previews do not.
func hideVariables(args *staged.PipelineArgs) {
	hide(args.Build.Variables)
	hide(args.Deploy.Variables)
	for _, e := range args.Environments {
		hide(e.Variables)
	}
}

// hide marks values as secrets; nil, which is set outside, stays.
func hide(values map[string]pulumi.StringInput) {
	for name, value := range values {
		if value != nil {
			values[name] = pulumi.ToSecret(value).(pulumi.StringOutput)
		}
	}
}
