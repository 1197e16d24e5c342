package calls_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/access"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/calls"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
	"github.com/container-pipeline/container-pipeline/stacks"
)

const root = "../../.."

// deployed is a stack of the repository as an up leaves it.
func deployed(t *testing.T, stack string) *world.World {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "stacks", "Pulumi."+stack+".yaml"))
	require.NoError(t, err)
	var file struct{ Config map[string]any }
	require.NoError(t, yaml.Unmarshal(text, &file))
	dock := drydock.Start(t)
	dock.Stack(stack, drydock.Program(stacks.Deploy), drydock.Project("container-pipeline"), drydock.Config(file.Config)).Up(t)
	return world.Of(dock.Cloud())
}

// Every call of a release of the repository's stacks is allowed, and none of those that must not be possible.
func TestDeployedStacks(t *testing.T) {
	for _, stack := range []string{"dev", "staging", "production"} {
		t.Run(stack, func(t *testing.T) {
			w := deployed(t, stack)
			p, err := w.Pipeline("")
			require.NoError(t, err)
			judge := access.New(w)

			needed := release(t, w, p)
			require.Greater(t, len(needed), 60, "the list has lost something")
			for _, c := range needed {
				decided := judge.Decide(c)
				assert.True(t, decided.Allowed, "%s\n%v\n%s", decided.Reason, c.Context, c.Doc)
				assert.NotEmpty(t, c.Why, c.Action)
				assert.True(t, strings.HasPrefix(c.Doc, "https://docs.aws.amazon.com/"), c.Action)
			}
			assertUsed(t, w, needed)
			assertMissed(t, w, needed)

			forbidden := calls.Forbidden(w, p)
			require.Greater(t, len(forbidden), 200)
			for _, c := range forbidden {
				decided := judge.Decide(c)
				assert.False(t, decided.Allowed, "%s %s %s %v: %s", c.Role, c.Action, c.Resource, c.Context, decided.Reason)
			}
		})
	}
}

// release are the calls of one release, moment by moment.
func release(t *testing.T, w *world.World, p *world.Pipeline) []access.Call {
	t.Helper()
	all := calls.Start(w, p)
	for _, stage := range p.Stages {
		for _, a := range stage.Actions {
			all = append(all, action(t, w, p, a)...)
		}
	}
	return append(all, calls.Notify(w)...)
}

func action(t *testing.T, w *world.World, p *world.Pipeline, a world.Action) []access.Call {
	t.Helper()
	switch a.Provider {
	case "CodeStarSourceConnection":
		return calls.SourceConnection(w, p, a)
	case "S3":
		return calls.SourceS3(w, p, a)
	case "Manual":
		return calls.Approval(w, p, a)
	case "CodeBuild":
		return append(append(calls.StartBuild(w, p, a), calls.Build(w, p, a)...), docker(w, a)...)
	case "CodeDeployToECS":
		return deploy(t, w, p, a)
	}
	require.Fail(t, "no list", "%s", a.Provider)
	return nil
}

// docker is what the commands of the buildspec call: they log in, pull the last image, push two tags, and ask for the
// digest.
func docker(w *world.World, a world.Action) []access.Call {
	role := w.Find("aws:codebuild/project:Project", "name", a.Configuration["ProjectName"]).Inputs.Str("serviceRole")
	all := []access.Call{calls.Registry("ecr:GetAuthorizationToken", role, "")}
	for _, r := range w.All("aws:ecr/repository:Repository") {
		for _, action := range []string{
			"BatchCheckLayerAvailability", "GetDownloadUrlForLayer", "BatchGetImage", // pull
			"InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload", "PutImage", // push
			"DescribeImages",
		} {
			all = append(all, calls.Registry("ecr:"+action, role, r.Attr("arn")))
		}
	}
	return all
}

func deploy(t *testing.T, w *world.World, p *world.Pipeline, a world.Action) []access.Call {
	t.Helper()
	task := taskOf(w, a)
	group := calls.Group(w, a.Configuration["ApplicationName"], a.Configuration["DeploymentGroupName"])
	require.NotNil(t, group)
	all := calls.Register(w, p, a, a.Configuration["ApplicationName"], task.Roles)
	all = append(all, calls.CreateTaskSet(w, group, task.Roles)...)
	all = append(all, calls.StartTasks(w, task)...)
	all = append(all, calls.RunTask(w, task)...)
	all = append(all, calls.Shift(w, group)...)
	all = append(all, calls.PollAlarms(group)...)
	all = append(all, calls.Notice(w, group)...)
	return append(all, calls.Terminate(group)...)
}

// taskOf is the revision that a release would register, but for its templates: with all of the stack's repositories,
// secrets, and the group of the bootstrap's log.
func taskOf(w *world.World, a world.Action) calls.Task {
	service := w.Find("aws:ecs/service:Service", "name", a.Configuration["ApplicationName"])
	definition := w.Find("aws:ecs/taskDefinition:TaskDefinition", "arn", service.Attr("taskDefinition"))
	cluster := w.Find("aws:ecs/cluster:Cluster", "name", service.Attr("cluster"))
	task := calls.Task{
		Roles:   calls.TaskRoles{Execution: definition.Attr("executionRoleArn"), Task: definition.Attr("taskRoleArn")},
		Cluster: cluster.Attr("arn"),
		Logs:    []calls.Log{{Group: "/ecs/" + service.Attr("name"), StreamPrefix: "api", Container: "api"}},
	}
	for _, r := range w.All("aws:ecr/repository:Repository") {
		task.Images = append(task.Images, r.Attr("arn"))
	}
	for _, r := range w.All("aws:secretsmanager/secret:Secret") {
		task.Secrets = append(task.Secrets, r.Attr("arn")+":KEY::")
	}
	return task
}
