package stacks

import (
	"embed"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/components/meta"
	"github.com/container-pipeline/container-pipeline/internal/ground"
	"github.com/container-pipeline/container-pipeline/internal/problems"
)

// policyName is what IAM takes.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html
var policyName = regexp.MustCompile(`^[A-Za-z0-9+=,.@_-]{1,128}$`)

// bound puts every role of the stack within a boundary. It does nothing without one.
func bound(ctx *pulumi.Context, boundary string) error {
	if boundary == "" {
		return nil
	}
	here, err := ground.Here(ctx)
	if err != nil {
		return err
	}
	arn := fmt.Sprintf("arn:%s:iam::%s:policy/%s", here.Partition, here.Account, boundary)
	return ctx.RegisterStackTransformation(ground.Bounded(pulumi.String(arn)))
}

// permissionFiles are what `drydock permissions` has written for the stacks.
//
//go:embed permissions/*.json
var permissionFiles embed.FS

// readPermissions puts the policies of stacks in the place of their names.
func readPermissions(args *meta.PipelineArgs) error {
	p := &problems.List{}
	args.Permissions = slices.Clone(args.Permissions)
	for i, given := range args.Permissions {
		if strings.HasPrefix(strings.TrimSpace(given), "{") {
			continue
		}
		text, err := permissionFiles.ReadFile("permissions/" + given + ".json")
		if err != nil {
			p.Add(fmt.Sprintf("permissions[%d]", i), "there is no stacks/permissions/%s.json: write it with "+
				"`drydock permissions --stack %s --output stacks/permissions/%s.json`", given, given, given)
		}
		args.Permissions[i] = string(text)
	}
	return p.Err()
}

func metaPipeline(ctx *pulumi.Context, name string, args *meta.PipelineArgs) error {
	p, err := meta.NewPipeline(ctx, name, args)
	if err != nil {
		return explained("meta", name, err)
	}
	ctx.Export(name, pulumi.Map{
		"pipeline":            p.PipelineName,
		"connectionSetupUrl":  p.ConnectionSetupURL,
		"backendUrl":          p.BackendURL,
		"secretsProvider":     p.SecretsProvider,
		"permissionsBoundary": p.BoundaryName,
		"definitionParameter": p.DefinitionParameter,
		"statusParameter":     p.StatusParameter,
		"topicArn":            p.TopicArn,
	})
	return nil
}
