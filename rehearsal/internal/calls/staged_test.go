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

// website is the staged pipeline of the repository as an up leaves it, with more settings.
func website(t *testing.T, more map[string]any) *world.World {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "stacks", "Pulumi.website.yaml"))
	require.NoError(t, err)
	var file struct{ Config map[string]any }
	require.NoError(t, yaml.Unmarshal(text, &file))
	pipeline := file.Config["container-pipeline:staged"].(map[string]any)["website"].(map[string]any)
	for key, value := range more {
		pipeline[key] = value
	}
	dock := drydock.Start(t)
	require.NoError(t, dock.Cloud().Locked(func() error { return dock.Cloud().Put(customersKey()) }))
	dock.Stack("website", drydock.Program(stacks.Deploy), drydock.Project("container-pipeline"), drydock.Config(file.Config)).Up(t)
	return world.Of(dock.Cloud())
}

// Every call of a staged release is allowed, all that is allowed is called, and none of what must not be possible.
func TestDeployedWebsite(t *testing.T) {
	for name, more := range map[string]map[string]any{
		"a role for each environment": nil,
		"built for each environment":  {"buildPerEnvironment": true},
		"one role":                    {"sharedRole": true},
		"one role, built for each":    {"sharedRole": true, "buildPerEnvironment": true},
		"a customer's key":            {"artifactKeyArn": artifactKey},
		"through a connection":        {"source": map[string]any{"provider": "GitHub", "repository": "acme/website"}},
		"images of a private registry": {"deploy": map[string]any{
			"image": "123456789012.dkr.ecr.us-east-2.amazonaws.com/tools/deploy:2",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := website(t, more)
			p, err := w.Pipeline("")
			require.NoError(t, err)
			judge := access.New(w)
			needed := staged(t, w, p)
			for _, c := range needed {
				decided := judge.Decide(c)
				assert.True(t, decided.Allowed, "%s\n%v\n%s", decided.Reason, c.Context, c.Doc)
			}
			assertUsed(t, w, append(needed, served(p)...))
			assertMissed(t, w, needed)
			forbidden := calls.Forbidden(w, p)
			for _, c := range forbidden {
				decided := judge.Decide(c)
				assert.False(t, decided.Allowed, "%s %s %s %v: %s", c.Role, c.Action, c.Resource, c.Context, decided.Reason)
			}
			if name == "a role for each environment" {
				assertApart(t, w, forbidden)
			}
		})
	}
}

// staged are the calls of a release of a site.
func staged(t *testing.T, w *world.World, p *world.Pipeline) []access.Call {
	t.Helper()
	all := calls.Start(w, p)
	for _, stage := range p.Stages {
		for _, a := range stage.Actions {
			switch a.Provider {
			case "CodeCommit":
				all = append(all, calls.SourceCodeCommit(w, p, a)...)
			case "CodeBuild":
				all = append(append(all, calls.StartBuild(w, p, a)...), calls.Build(w, p, a)...)
				all = append(all, syncs(w, a)...)
			default:
				all = append(all, action(t, w, p, a)...)
			}
		}
	}
	return append(all, calls.Notify(w)...)
}

// served is what the page on a pipeline's role has beyond the calls that are known: reading its own artifacts, and keeping
// the tags of what it stores.
func served(p *world.Pipeline) []access.Call {
	var all []access.Call
	for _, action := range []string{"s3:GetObject", "s3:GetObjectVersion", "s3:PutObjectTagging"} {
		all = append(all, access.Call{Role: p.Role, Action: action, Resource: "arn:aws:s3:::" + p.Bucket + "/a", Doc: pipelineRoleDoc})
	}
	return all
}

// syncs is what `aws s3 sync --delete` of a deployment calls, on the bucket that its project is told of.
func syncs(w *world.World, a world.Action) []access.Call {
	project := w.Find("aws:codebuild/project:Project", "name", a.Configuration["ProjectName"])
	var all []access.Call
	for _, v := range project.Inputs.Obj("environment").Objs("environmentVariables") {
		if v.Str("name") != "BUCKET" || !strings.HasSuffix(a.Configuration["ProjectName"], "-deploy") {
			continue
		}
		bucket := "arn:aws:s3:::" + v.Str("value")
		for action, resource := range map[string]string{
			"s3:ListBucket": bucket, "s3:PutObject": bucket + "/index.html", "s3:DeleteObject": bucket + "/index.html",
		} {
			all = append(all, access.Call{Role: project.Inputs.Str("serviceRole"), Action: action, Resource: resource})
		}
	}
	return all
}

// assertApart: what must not be possible has staging's role at production's bucket, and at the artifact that production
// will be deployed.
func assertApart(t *testing.T, w *world.World, forbidden []access.Call) {
	t.Helper()
	asked := map[string]bool{}
	for _, c := range forbidden {
		if _, rest, ours := strings.Cut(c.Role, ":role/website-"); ours {
			role, _, _ := strings.Cut(rest, "-")
			asked[c.Action+" "+role+" "+c.Resource] = true
		}
	}
	var production string
	for _, b := range w.Buckets() {
		if strings.HasPrefix(b, "website-production") {
			production = "arn:aws:s3:::" + b
		}
	}
	require.NotEmpty(t, production)
	for _, role := range []string{"staging", "build", "pipeline", "start"} {
		for _, action := range []string{"s3:PutObject", "s3:DeleteObject", "s3:GetObject"} {
			assert.True(t, asked[action+" "+role+" "+production+"/index.html"], "%s by %s", action, role)
		}
	}
	p, err := w.Pipeline("")
	require.NoError(t, err)
	artifact := "arn:aws:s3:::" + p.Bucket + "/website-pipeline/Build/rEhEaRs"
	for role, banned := range map[string]bool{"staging": true, "production": true, "start": true, "build": false, "pipeline": false} {
		assert.Equal(t, banned, asked["s3:PutObject "+role+" "+artifact], "replacing an artifact by %s", role)
	}
}
