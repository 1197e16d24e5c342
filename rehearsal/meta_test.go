package rehearsal

import (
	"os"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/components/meta"
	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// definitionDir is a small Pulumi program, whose stack "app" a meta pipeline deploys; beside it is what `drydock permissions`
// writes of it.
const definitionDir = "testdata/definition"

// deployer is a meta pipeline of that program.
func deployer(t testing.TB, change func(*meta.PipelineArgs)) pulumi.RunFunc {
	t.Helper()
	granted, err := os.ReadFile(definitionDir + ".permissions.json")
	require.NoError(t, err)
	args := &meta.PipelineArgs{
		Source: meta.Source{Repository: "acme/definition", Paths: []string{"*.go", "go.mod", "go.sum", "Pulumi*.yaml"}},
		Stacks: []string{"app"}, Permissions: []string{string(granted)},
		Pulumi:        meta.PulumiRelease{Version: "3.255.0", SHA256: strings.Repeat("ab", 32)},
		Approval:      &meta.Approval{},
		Notifications: &meta.NotificationOptions{Emails: []string{"team@example.com"}},
		PullRequests:  &meta.PullRequests{Actors: []string{"583231"}},
		Disposable:    true,
	}
	if change != nil {
		change(args)
	}
	return func(ctx *pulumi.Context) error {
		_, err := meta.NewPipeline(ctx, "deployer", args)
		return err
	}
}

// upDeployer brings a meta pipeline up in a drydock of its own.
func upDeployer(t testing.TB, change func(*meta.PipelineArgs)) (*drydock.Dock, *drydock.Stack) {
	t.Helper()
	dock := drydock.Start(t)
	stack := dock.Stack("meta", drydock.Program(deployer(t, change)), drydock.Project("definition"), drydock.Config(map[string]any{"aws:region": "us-east-2"}))
	stack.Up(t)
	return dock, stack
}

// deployerWorlds is what upDeployer makes, brought up once.
var deployerWorlds struct {
	sync.Mutex
	made *world.World
}

// deployerWorld is a copy of what the pipeline's stack makes.
func deployerWorld(t testing.TB) *world.World {
	t.Helper()
	deployerWorlds.Lock()
	defer deployerWorlds.Unlock()
	if deployerWorlds.made == nil {
		dock, _ := upDeployer(t, nil)
		deployerWorlds.made = world.Of(dock.Cloud())
	}
	return deployerWorlds.made.Clone()
}

func TestDefinitionIsDeployed(t *testing.T) {
	dock, stack := upDeployer(t, nil)
	before := world.Of(dock.Cloud())
	v := Run(t, dock, App{Dir: definitionDir}, Of(stack), Builder("none"))

	assert.Equal(t, verdict.Manual, stepOf(t, v, "Preview", "Stacks").Result)
	approval := stepOf(t, v, "Approval", "Approval")
	assert.Equal(t, "Update of deployer: app: 7 create. ", approval.Log[0], "the preview's summary")
	assert.Equal(t, "app: 6 created", stepOf(t, v, "Up", "Deployed").Detail)
	assert.Equal(t, "Definition "+v.Source.Commit+" is deployed.", stepOf(t, v, "Afterwards", "Definition").Detail)
	assert.Equal(t, "it finds nothing to do", stepOf(t, v, "Afterwards", "The same definition again").Detail)
	assert.Equal(t, before, world.Of(dock.Cloud()), "what is deployed goes to a copy of the clouds")

	made := slices.IndexFunc(v.Calls, func(c verdict.Call) bool {
		return c.Action == "iam:CreateRole" && strings.Contains(c.Role, "deployer-up")
	})
	require.GreaterOrEqual(t, made, 0)
	assert.Equal(t, []string{"arn:aws:iam::123456789012:policy/deployer-boundary"}, v.Calls[made].Context["iam:PermissionsBoundary"])
}
