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

// eks is the EKS stack of the repository as an up leaves it.
func eks(t *testing.T) *world.World {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "stacks", "Pulumi.eks.yaml"))
	require.NoError(t, err)
	var file struct{ Config map[string]any }
	require.NoError(t, yaml.Unmarshal(text, &file))
	dock := drydock.Start(t)
	dock.Stack("eks", drydock.Program(stacks.Deploy), drydock.Project("container-pipeline"), drydock.Config(file.Config)).Up(t)
	return world.Of(dock.Cloud())
}

// Every call of a release to the clusters is allowed, and none of what must not be possible.
func TestDeployedEKS(t *testing.T) {
	w := eks(t)
	judge := access.New(w)
	var all []access.Call
	for _, p := range w.Pipelines() {
		needed := delivered(t, w, p)
		for _, c := range needed {
			decided := judge.Decide(c)
			assert.True(t, decided.Allowed, "%s\n%v\n%s", decided.Reason, c.Context, c.Doc)
			assert.True(t, strings.HasPrefix(c.Doc, "https://docs.aws.amazon.com/"), c.Action)
		}
		all = append(all, needed...)
		for _, c := range calls.Forbidden(w, p) {
			decided := judge.Decide(c)
			assert.False(t, decided.Allowed, "%s %s %s %v: %s", c.Role, c.Action, c.Resource, c.Context, decided.Reason)
		}
	}
	assertMissed(t, w, append(all, proposed(w)...))
	assertUsed(t, w, append(all, proposed(w)...))
}

// delivered are the calls of a release by the pipeline: to its clusters, by the role that each deployment takes on.
func delivered(t *testing.T, w *world.World, p *world.Pipeline) []access.Call {
	t.Helper()
	all := calls.Start(w, p)
	for _, stage := range p.Stages {
		for _, a := range stage.Actions {
			if a.Provider != "CodeBuild" {
				all = append(all, action(t, w, p, a)...)
				continue
			}
			all = append(append(all, calls.StartBuild(w, p, a)...), calls.Build(w, p, a)...)
			project := w.Find("aws:codebuild/project:Project", "name", a.Configuration["ProjectName"])
			all = append(all, commanded(w, project, variables(project))...)
		}
	}
	return append(append(all, calls.Notify(w)...), served(p)...)
}

func variables(project *drydock.Record) map[string]string {
	all := map[string]string{}
	for _, v := range project.Inputs.Obj("environment").Objs("environmentVariables") {
		all[v.Str("name")] = v.Str("value")
	}
	return all
}

// commanded is what the commands of the component's buildspecs call, of which their variables tell.
func commanded(w *world.World, project *drydock.Record, v map[string]string) []access.Call {
	role := project.Inputs.Str("serviceRole")
	var all []access.Call
	if image := w.Find("aws:ecr/repository:Repository", "repositoryUrl", v["REPOSITORY_URL"]); image != nil {
		all = append(all, calls.Registry("ecr:GetAuthorizationToken", role, ""))
		for _, action := range []string{
			"BatchCheckLayerAvailability", "GetDownloadUrlForLayer", "BatchGetImage",
			"InitiateLayerUpload", "UploadLayerPart", "CompleteLayerUpload", "PutImage",
		} {
			all = append(all, calls.Registry("ecr:"+action, role, image.Attr("arn")))
		}
	}
	if v["ROLE_ARN"] == "" {
		return all
	}
	const doc = "https://docs.aws.amazon.com/service-authorization/latest/reference/list_awssecuritytokenservice.html"
	arn, _ := world.ParseARN(v["ROLE_ARN"])
	arn.Region = v["CLUSTER_REGION"]
	cluster := arn.With("eks", "cluster/"+v["CLUSTER"])
	all = append(all, access.Call{Role: role, Action: "sts:AssumeRole", Resource: v["ROLE_ARN"], Doc: doc},
		access.Call{Role: v["ROLE_ARN"], Action: "eks:DescribeCluster", Resource: cluster, Doc: doc})
	for _, r := range w.All("aws:ecr/repository:Repository") {
		if strings.HasPrefix(project.Attr("name"), r.Attr("name")+"-") {
			all = append(all, calls.NodePull(cluster, r.Attr("arn"))...)
		}
	}
	return all
}

// proposed is what the projects of pull requests call, beyond what a pipeline's project does.
func proposed(w *world.World) []access.Call {
	var all []access.Call
	for _, hook := range w.All("aws:codebuild/webhook:Webhook") {
		project := w.Find("aws:codebuild/project:Project", "name", hook.Attr("projectName"))
		role := project.Inputs.Str("serviceRole")
		all = append(all, commanded(w, project, variables(project))...)
		group := "arn:aws:logs:us-east-2:123456789012:log-group:" + project.Inputs.Obj("logsConfig").Obj("cloudwatchLogs").Str("groupName")
		for action, resource := range map[string]string{
			"logs:CreateLogStream": group + ":log-stream:build", "logs:PutLogEvents": group + ":log-stream:build",
			"secretsmanager:GetSecretValue": w.All("aws:codebuild/sourceCredential:SourceCredential")[0].Inputs.Str("token"),
		} {
			all = append(all, access.Call{Role: role, Action: action, Resource: resource})
		}
	}
	return all
}

// What must not be possible has staging's build at production's role, a pull request's at the artifacts, and an application's
// at another's images.
func TestForbiddenEKS(t *testing.T) {
	w := eks(t)
	p, err := w.Pipeline("shop")
	require.NoError(t, err)
	asked := map[string]bool{}
	for _, c := range calls.Forbidden(w, p) {
		asked[plain(c.Role)+" "+c.Action+" "+plain(c.Resource)] = true
	}
	for _, line := range []string{
		"shop-staging-deploy sts:AssumeRole shop-production",
		"shop-production-deploy sts:AssumeRole shop-staging",
		"shop-image sts:AssumeRole shop-staging",
		"another-project sts:AssumeRole shop-staging",
		"codebuild.amazonaws.com sts:AssumeRole shop-staging",
		"shop-staging eks:DescribeCluster prod-blue",
		"shop-image eks:DescribeCluster staging",
		"shop-staging eks:CreateAccessEntry staging",
		"shop-staging iam:PutRolePolicy shop-staging",
		"shop-image ecr:PutImage blog",
		"shop-manifests ecr:PutImage shop",
		"shop-image-pull-request s3:GetObject rEhEaRs",
		"shop-image-pull-request s3:PutObject rEhEaRs",
		"shop-manifests-pull-request codebuild:StartBuild shop-image",
		"shop-image secretsmanager:GetSecretValue github-a1b2c3",
	} {
		assert.True(t, asked[line], line)
	}
	for _, line := range []string{
		"shop-staging-deploy sts:AssumeRole shop-staging",
		"shop-staging eks:DescribeCluster staging",
		"shop-image ecr:PutImage shop",
		"shop-image-pull-request ecr:PutImage shop",
		"shop-image-pull-request secretsmanager:GetSecretValue github-a1b2c3",
	} {
		assert.False(t, asked[line], line)
	}
}

// plain is what an ARN ends in, without the digits that Pulumi has chosen.
func plain(arn string) string {
	name := nameOf(arn)
	if at := strings.LastIndex(name, "-"); at > 0 && len(name)-at == 8 && strings.Contains(arn, ":role/") && name != "another-project" {
		return name[:at]
	}
	return name
}
