package calls_test

import (
	"maps"
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

const (
	root = "../../.."
	hook = "arn:aws:lambda:us-east-2:123456789012:function:check"

	artifactKey = "arn:aws:kms:us-east-2:123456789012:key/1234abcd-12ab-34cd-56ef-1234567890ab"
)

// deployed is a stack of the repository as an up leaves it, with more settings for its pipeline.
func deployed(t *testing.T, stack string, more map[string]any) *world.World {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "stacks", "Pulumi."+stack+".yaml"))
	require.NoError(t, err)
	var file struct{ Config map[string]any }
	require.NoError(t, yaml.Unmarshal(text, &file))
	pipeline := file.Config["container-pipeline:pipelines"].(map[string]any)["bash-dog"].(map[string]any)
	maps.Copy(pipeline, more)
	dock := drydock.Start(t)
	require.NoError(t, dock.Cloud().Locked(func() error { return dock.Cloud().Put(customersKey()) }))
	dock.Stack(stack, drydock.Program(stacks.Deploy), drydock.Project("container-pipeline"), drydock.Config(file.Config)).Up(t)
	return world.Of(dock.Cloud())
}

// customersKey is a key that the account has, with the policy that KMS gives a key by default.
// https://docs.aws.amazon.com/kms/latest/developerguide/key-policy-default.html
func customersKey() *drydock.Record {
	properties := values{"arn": artifactKey, "keyId": nameOf(artifactKey), "isEnabled": true, "policy": `{"Version":"2012-10-17","Statement":
		{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"kms:*","Resource":"*"}}`}
	return &drydock.Record{
		Type: "aws:kms/key:Key", ID: nameOf(artifactKey), Inputs: values{}, Outputs: properties, Scope: "123456789012/us-east-2", Seeded: true,
	}
}

// Every call of a release of the repository's stacks is allowed, and none of those that must not be possible.
func TestDeployedStacks(t *testing.T) {
	for name, more := range map[string]map[string]any{
		"dev": nil, "staging": nil, "production": nil,
		"dev with all that asks for more rights": {
			"enableExec":     true,
			"artifactKeyArn": artifactKey,
			"build":          map[string]any{"baseImageCache": true},
			"deployment":     map[string]any{"hooks": map[string]any{"afterInstall": hook}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			stack, _, _ := strings.Cut(name, " ")
			w := deployed(t, stack, more)
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
	return append(all, baseImage(w, role)...)
}

// baseImage is the Dockerfile's FROM by way of the stack's cache, where it has one.
func baseImage(w *world.World, role string) []access.Call {
	var all []access.Call
	for _, rule := range w.All("aws:ecr/pullThroughCacheRule:PullThroughCacheRule") {
		repository := "arn:aws:ecr:us-east-2:123456789012:repository/" + rule.Attr("ecrRepositoryPrefix") + "/docker/library/python"
		for _, action := range []string{"BatchCheckLayerAvailability", "GetDownloadUrlForLayer", "BatchGetImage"} {
			all = append(all, calls.Registry("ecr:"+action, role, repository))
		}
		all = append(all, calls.FillCache(w, role, repository)...)
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
	if config, _ := w.Object(p.Bucket, "config/"+a.Configuration["ApplicationName"]+".zip"); strings.Contains(config.Files["appspec.yaml"], hook) {
		all = append(all, calls.Hook(w, group, hook)...)
	}
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
		Cluster: cluster.Attr("arn"), Execute: service.Outputs.Bool("enableExecuteCommand"),
		Logs: []calls.Log{{Group: "/ecs/" + service.Attr("name"), StreamPrefix: "api", Container: "api"}},
	}
	for _, r := range w.All("aws:ecr/repository:Repository") {
		task.Images = append(task.Images, r.Attr("arn"))
	}
	for _, r := range w.All("aws:secretsmanager/secret:Secret") {
		task.Secrets = append(task.Secrets, r.Attr("arn")+":KEY::")
	}
	return task
}
