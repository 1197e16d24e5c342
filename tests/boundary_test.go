package tests

import (
	"os"
	"strings"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	deployers "github.com/container-pipeline/container-pipeline/components/meta"
	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/drydock/permissions"
	"github.com/container-pipeline/container-pipeline/internal/iam"
	"github.com/container-pipeline/container-pipeline/internal/mocks"
)

// What the roles of a stack are allowed, they can do within the boundary of the pipeline that deploys it.
func TestRolesOfStacksWorkWithinTheBoundary(t *testing.T) {
	boundary := iam.Attached{Name: "boundary", Type: iam.Boundary, Document: boundaryOfDeployer(t)}
	for _, name := range []string{"dev", "meta"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			resources, err := permissions.Read(t.Context(), repository(drydock.Start(t), name, settingsOf(t, name)))
			require.NoError(t, err)
			calls := 0
			for _, r := range resources {
				if r.Type == "aws:iam/rolePolicy:RolePolicy" {
					calls += within(t, r.Inputs["policy"].(string), boundary)
				}
			}
			assert.Greater(t, calls, 20)
		})
	}
}

// boundaryOfDeployer is what the deployer of the stacks, with the permissions on record, makes.
func boundaryOfDeployer(t *testing.T) iam.Document {
	t.Helper()
	args := &deployers.DeployerArgs{Uses: []pulumi.StringInput{pulumi.String("arn:aws:kms:us-east-2:123456789012:key/*")}} // the state's, made with it
	for _, name := range []string{"dev", "meta"} {
		text, err := os.ReadFile("../stacks/permissions/" + name + ".json")
		require.NoError(t, err)
		args.Permissions = append(args.Permissions, string(text))
	}
	cloud := mocks.Deploy(t, func(ctx *pulumi.Context) error {
		_, err := deployers.NewDeployer(ctx, "deployer", args)
		return err
	})
	document, err := iam.Parse(cloud.Resource(t, "Policy", "deployer-boundary").Text(t, "policy"))
	require.NoError(t, err)
	return document
}

// within requires each action that a policy allows on an ARN of its service, or on everything, to be within the boundary. It
// gives their number.
func within(t *testing.T, policy string, boundary iam.Attached) (calls int) {
	t.Helper()
	document, err := iam.Parse(policy)
	require.NoError(t, err)
	for _, s := range document.Statements {
		for _, action := range s.Action {
			service, _, _ := strings.Cut(action, ":")
			for _, resource := range s.Resource {
				if s.Effect != iam.EffectAllow || resource != "*" && !strings.Contains(resource, ":"+service+":") {
					continue
				}
				calls++
				decision, err := iam.Evaluate(
					iam.Request{Principal: "arn:aws:iam::123456789012:role/x", Action: action, Resource: resource},
					iam.Attached{Name: "everything", Document: iam.Policy(iam.Allow("All").Actions("*").On("*"))}, boundary)
				require.NoError(t, err)
				assert.True(t, decision.Allowed, "%s on %s: %s", action, resource, decision.Reason)
			}
		}
	}
	return calls
}
