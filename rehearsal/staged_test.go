package rehearsal

import (
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/awscli"
	"github.com/container-pipeline/container-pipeline/rehearsal/internal/world"
	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// staticSite is the example of a staged pipeline.
const staticSite = "../examples/static-site"

// TestSiteIsDeployed takes the website through two releases: what was built once is in both buckets, what is not part of
// the site any more is gone, and the buckets are not destroyed with it.
func TestSiteIsDeployed(t *testing.T) {
	cloud, stack := up(t, configOf(t, "website"))
	v := Run(t, cloud, App{Dir: staticSite, Commit: strings.Repeat("c", 40)}, Of(stack), Builder("none"))

	staging, production := siteOf(t, cloud, "staging"), siteOf(t, cloud, "production")
	assert.Equal(t, staging, production, "production gets what staging has proven")
	assert.Contains(t, staging["index.html"], "Commit <code>"+strings.Repeat("c", 40))
	assert.Contains(t, staging, "404.html")
	assert.Len(t, staging, 3)

	approval := stepOf(t, v, "Approve-production", "Approval")
	assert.Equal(t, verdict.Manual, approval.Result)
	assert.Equal(t, []string{
		"Commit " + strings.Repeat("c", 40) + " of website, branch main, goes to production. Look at staging before you agree.",
		"https://console.aws.amazon.com/codesuite/codecommit/repositories/website/commit/" + strings.Repeat("c", 40) + "?region=us-east-2",
	}, approval.Log, "the variables of the source are filled in")

	Run(t, cloud, App{Dir: copyOf(t, staticSite, map[string]string{"src/404.html": "", "src/style.css": "body {}\n"})}, Of(stack), Builder("none"))
	next := siteOf(t, cloud, "production")
	assert.NotContains(t, next, "404.html")
	assert.Contains(t, next, "index.html")

	err := stack.Fails(t, drydock.Destroy)
	assert.ErrorContains(t, err, "protected")
}

// siteOf is the content of an environment's bucket, by key; the simulated S3 knows of each object.
func siteOf(t *testing.T, cloud *drydock.Dock, environment string) map[string]string {
	t.Helper()
	kept := awscli.Folder(filepath.Join(cloud.Dir(), "objects"))
	files := map[string]string{}
	for _, b := range cloud.Cloud().All("aws:s3/bucketV2:BucketV2") {
		if !strings.HasPrefix(b.ID, "website-"+environment) {
			continue
		}
		list, err := kept.List(b.ID, "")
		require.NoError(t, err)
		for _, o := range list {
			body, _, err := kept.Get(b.ID, o.Key)
			require.NoError(t, err)
			text, err := io.ReadAll(body)
			require.NoError(t, err)
			require.NoError(t, body.Close())
			files[o.Key] = string(text)
			assert.Contains(t, b.State.Obj("objects"), o.Key)
		}
	}
	require.NotEmpty(t, files)
	return files
}

func stepOf(t *testing.T, v *Verdict, stage, name string) verdict.Step {
	t.Helper()
	at := slices.IndexFunc(v.Steps, func(s verdict.Step) bool { return s.Stage == stage && s.Name == name })
	require.GreaterOrEqual(t, at, 0, "%s / %s", stage, name)
	return v.Steps[at]
}

// TestDisposableSiteIsDestroyed: its buckets go with all that the releases left in them; those of others do not.
func TestDisposableSiteIsDestroyed(t *testing.T) {
	settings := configOf(t, "website")
	settings["container-pipeline:staged"].(config)["website"].(config)["disposable"] = true
	cloud, stack := up(t, settings)
	Run(t, cloud, App{Dir: staticSite}, Builder("none"))
	stack.Destroy(t)
	assert.Empty(t, cloud.Cloud().Made())
}

// TestStagedDefects injects what can be wrong with a staged release, each alone.
func TestStagedDefects(t *testing.T) {
	policy := func(w *world.World, role string, change func(text string) string) {
		for _, r := range w.All("aws:iam/rolePolicy:RolePolicy") {
			if strings.HasPrefix(r.Inputs.Str("role"), role+"-") {
				text := change(r.Attr("policy"))
				r.Inputs["policy"], r.Outputs["policy"] = text, text
			}
		}
	}
	actions := func(w *world.World, change func(a map[string]any)) {
		for _, stage := range w.All("aws:codepipeline/pipeline:Pipeline")[0].Inputs.List("stages") {
			for _, a := range stage.(map[string]any)["actions"].([]any) {
				change(a.(map[string]any))
			}
		}
	}
	for name, c := range map[string]struct {
		world func(*world.World)
		edit  [3]string // a file, what is in it, and what comes in its place
		app   App
		at    string // "stage / step"
		says  string
	}{
		"nothing hears of a push": {
			world: func(w *world.World) {
				w.All("aws:cloudwatch/eventRule:EventRule")[0].Inputs["eventPattern"] = `{"source": ["aws.codecommit"], "detail": {"referenceName": ["master"]}}`
			},
			at: "Start / Push", says: "a push to the branch main of website starts nothing",
		},
		"a push to another branch": {
			app: App{Branch: "feature"},
			at:  "Start / Push", says: "a push to the branch feature of website starts nothing",
		},
		"a rule for every branch": {
			app: App{Branch: "feature"},
			world: func(w *world.World) {
				w.All("aws:cloudwatch/eventRule:EventRule")[0].Inputs["eventPattern"] = `{"source": ["aws.codecommit"]}`
			},
			at: "Source / Repository", says: "no branch named main was found in the selected AWS CodeCommit repository website: the push was to feature",
		},
		"the pipeline cannot read the repository": {
			world: func(w *world.World) {
				policy(w, "website-pipeline", func(text string) string { return strings.Replace(text, `"codecommit:GetCommit",`, "", 1) })
			},
			at: "Source / Repository", says: "codecommit:GetCommit",
		},
		"a source without a namespace": {
			world: func(w *world.World) { actions(w, func(a map[string]any) { delete(a, "namespace") }) },
			at:    "Approve-production / Approval", says: "#{SourceVariables.CommitId}, which no action before it has",
		},
		"a comment that is too long once it is filled in": {
			world: func(w *world.World) {
				actions(w, func(a map[string]any) {
					if a["category"] == "Approval" {
						a["configuration"].(map[string]any)["CustomData"] = strings.Repeat("#{SourceVariables.CommitId}", 30)
					}
				})
			},
			at: "Approve-production / Approval", says: "has 1200 characters once its variables are filled in",
		},
		"a deployment that is not handed on": {
			edit: [3]string{"buildspec.yml", "    - deployspec.yml\n", ""},
			at:   "staging / DOWNLOAD_SOURCE", says: "deployspec.yml",
		},
		"a deployment that fails in production alone": {
			edit: [3]string{"deployspec.yml", "- echo ", "- test \"$ENVIRONMENT\" != production\n      - echo "},
			at:   "production / BUILD", says: "test",
		},
		"staging deploys to production's bucket": {
			world: func(w *world.World) {
				bucket := ""
				for _, b := range w.Buckets() {
					if strings.HasPrefix(b, "website-production") {
						bucket = b
					}
				}
				project := w.Find("aws:codebuild/project:Project", "name", "website-staging-deploy")
				for _, v := range project.Inputs.Obj("environment").List("environmentVariables") {
					if v := v.(map[string]any); v["name"] == "BUCKET" {
						v["value"] = bucket
					}
				}
			},
			at: "staging / BUILD", says: "s3:ListBucket",
		},
		"staging may write production's bucket": {
			world: func(w *world.World) {
				policy(w, "website-staging", func(text string) string {
					return strings.Replace(text, `"Sid":"WriteSites"`, `"Sid":"Everything","Effect":"Allow","Action":["s3:PutObject"],"Resource":["arn:aws:s3:::website-*/*"]},{"Sid":"WriteSites"`, 1)
				})
			},
			at: "Afterwards / What must not be possible", says: "s3:PutObject",
		},
		"a role that cannot delete": {
			world: func(w *world.World) {
				policy(w, "website-production", func(text string) string { return strings.Replace(text, `"s3:PutObject"`, `"s3:PutObjectAcl"`, 1) })
			},
			at: "production / BUILD", says: "s3:PutObject",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, files := made(t, "website"), map[string]string{}
			if c.world != nil {
				c.world(w)
			}
			if name := c.edit[0]; name != "" {
				text, err := os.ReadFile(filepath.Join(staticSite, name))
				require.NoError(t, err)
				require.Contains(t, string(text), c.edit[1])
				files[name] = strings.Replace(string(text), c.edit[1], c.edit[2], 1)
			}
			c.app.Dir = copyOf(t, staticSite, files)
			v := play(t, w, c.app, quick...)
			failed := v.FailedStep()
			require.NotNil(t, failed, "it goes through")
			assert.Equal(t, c.at, failed.Stage+" / "+failed.Name, said(v))
			assert.Contains(t, said(v), c.says)
		})
	}
}

// TestSiteIsSound: without a defect the site is released in every shape of the pipeline.
func TestSiteIsSound(t *testing.T) {
	for name, more := range map[string]map[string]any{
		"built for each environment": {"buildPerEnvironment": true},
		"one role":                   {"sharedRole": true},
		"through a connection":       {"source": map[string]any{"provider": "GitHub", "repository": "acme/website"}},
		"one environment":            {"environments": []any{map[string]any{"name": "live", "site": map[string]any{}}}, "approval": nil},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := configOf(t, "website")
			site := c["container-pipeline:staged"].(config)["website"].(config)
			for key, value := range more {
				site[key] = value
			}
			dock, _ := up(t, c)
			passes(t, play(t, world.Of(dock.Cloud()), App{Dir: staticSite}, quick...))
		})
	}
}

// TestInterruptedReleaseLeavesNoObjects: what a command has put counts when the release is over.
func TestInterruptedReleaseLeavesNoObjects(t *testing.T) {
	w, kept := made(t, "website"), t.TempDir()
	r, err := newRelease(w, App{Dir: staticSite}, settled(quick), kept)
	require.NoError(t, err)
	bucket := w.Buckets()[0]
	_, err = r.objects.Put(bucket, "index.html", strings.NewReader("new"), awscli.Object{})
	require.NoError(t, err)
	require.NoError(t, r.tidy())

	list, err := awscli.Folder(filepath.Join(kept, "objects")).List(bucket, "")
	require.NoError(t, err)
	assert.Empty(t, list)
}
