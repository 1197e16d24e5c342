package staged

import (
	"path/filepath"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"

	"github.com/container-pipeline/container-pipeline/internal/golden"
	"github.com/container-pipeline/container-pipeline/internal/mocks"
)

// deploy makes the pipeline "site" and gives it with what it consists of.
func deploy(t *testing.T, args *PipelineArgs) (made *Pipeline, cloud *mocks.Cloud) {
	t.Helper()
	cloud = mocks.Deploy(t, func(ctx *pulumi.Context) (err error) {
		made, err = NewPipeline(ctx, "site", args)
		return err
	})
	return made, cloud
}

// stagesOf are the names of the CodePipeline's stages in order, and the actions of each.
func stagesOf(t *testing.T, cloud *mocks.Cloud) (order []string, actions map[string][]map[string]any) {
	t.Helper()
	actions = map[string][]map[string]any{}
	for _, action := range cloud.Resource(t, "Pipeline", "site-pipeline").Actions() {
		if actions[action.Stage] == nil {
			order = append(order, action.Stage)
		}
		actions[action.Stage] = append(actions[action.Stage], action.Inputs)
	}
	return order, actions
}

// goldenPolicies compares the policies of all roles with a file of testdata each: what they may do, and who may take
// them on.
func goldenPolicies(t *testing.T, dir string, cloud *mocks.Cloud) {
	t.Helper()
	for _, policy := range cloud.All("RolePolicy") {
		golden.JSON(t, filepath.Join(dir, policy.Name+".json"), policy.Text(t, "policy"))
		golden.JSON(t, filepath.Join(dir, policy.Name+".trust.json"), cloud.Resource(t, "Role", policy.Name).Text(t, "assumeRolePolicy"))
	}
}
