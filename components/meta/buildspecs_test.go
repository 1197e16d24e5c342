package meta

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v3"
	"mvdan.cc/sh/v3/syntax"
)

const (
	commit  = "0123456789abcdef0123456789abcdef01234567"
	bounded = "--config container-pipeline:permissionsBoundary=deployer-boundary"
)

// specification is a build specification as CodeBuild reads it.
type specification struct {
	Version string
	Env     struct {
		Exported  []string `yaml:"exported-variables"`
		GitHelper string   `yaml:"git-credential-helper"`
	}
	Phases map[string]struct {
		Runtimes map[string]string `yaml:"runtime-versions"`
		Commands []string
	}
	Artifacts struct {
		Base  string `yaml:"base-directory"`
		Files []string
	}
	Cache struct{ Paths []string }
}

func parseSpecification(t *testing.T, text string) specification {
	t.Helper()
	var s specification
	decoder := yaml.NewDecoder(strings.NewReader(text))
	decoder.KnownFields(true)
	require.NoError(t, decoder.Decode(&s))
	return s
}

func TestBuildspecForms(t *testing.T) {
	for name, text := range map[string]string{"preview": previewBuildspec, "up": upBuildspec, "review": reviewBuildspec} {
		s := parseSpecification(t, text)
		assert.Equal(t, "0.2", s.Version, name)
		assert.NotEmpty(t, s.Cache.Paths, name)
		assert.Equal(t, parseSpecification(t, previewBuildspec).Phases["install"], s.Phases["install"], "all install Pulumi alike")
		for phase, p := range s.Phases {
			for _, command := range p.Commands {
				_, err := syntax.NewParser(syntax.Variant(syntax.LangPOSIX)).Parse(strings.NewReader(command), phase)
				assert.NoError(t, err, command)
			}
		}
	}
	assert.Equal(t, []string{"SUMMARY"}, parseSpecification(t, previewBuildspec).Env.Exported)
	assert.Equal(t, "plan", parseSpecification(t, previewBuildspec).Artifacts.Base)
	assert.Empty(t, parseSpecification(t, upBuildspec).Artifacts.Files)
}

func TestPreview(t *testing.T) {
	b := build{spec: previewBuildspec, deployed: "none"}
	b.run(t)
	require.True(t, b.succeeded, b.output)
	assert.Equal(t, commit, b.read(t, "src/plan/definition"))
	assert.Equal(t, "plan", b.read(t, "src/plan/dev.plan"))
	assert.NoFileExists(t, filepath.Join(b.root, "src/plan/dev.json"), "it has secrets in plain text")
	assert.Contains(t, b.output, "EXPORTED dev: 2 create, 7 same. meta: 2 create, 7 same.")
	assert.Contains(t, b.output, "create aws:s3/bucketV2:BucketV2 new\n")
	assert.NotContains(t, b.output, "BucketV2 old")
	assert.Equal(t, []string{"pulumi login s3://states"}, b.called("pulumi login"))
	assert.Empty(t, b.called("pulumi up"))
	assert.Empty(t, b.called("aws ssm put-parameter"))
}

func TestThePreviewOfWhatIsDeployedDoesNothing(t *testing.T) {
	b := build{spec: previewBuildspec, deployed: commit}
	b.run(t)
	require.True(t, b.succeeded, b.output)
	assert.Contains(t, b.output, "EXPORTED Definition "+commit+" is what is deployed.")
	assert.Empty(t, b.called("pulumi"))
}

func TestPreviewFails(t *testing.T) {
	for name, c := range map[string]struct {
		build build
		says  string
	}{
		"Pulumi is another":            {build{badArchive: true}, "is not the file whose SHA-256 is pinned: 0000"},
		"no download":                  {build{env: []string{"FAIL=^curl"}}, "refused"},
		"no parameter":                 {build{env: []string{"FAIL=get-parameter"}}, "refused"},
		"no login":                     {build{env: []string{"FAIL=^pulumi login"}}, "refused"},
		"a stack was never brought up": {build{env: []string{"FAIL=^pulumi stack select meta"}}, "The stack meta is not in s3://states"},
		"the preview fails":            {build{env: []string{"FAIL=^pulumi preview --stack meta"}}, "The preview of meta has failed."},
	} {
		t.Run(name, func(t *testing.T) {
			b := c.build
			b.spec, b.deployed = previewBuildspec, "none"
			b.run(t)
			assert.False(t, b.succeeded, b.output)
			assert.Contains(t, b.output, c.says)
		})
	}
}

func TestTheSummaryFitsAnApproval(t *testing.T) {
	var stacks []string
	for i := range 60 {
		stacks = append(stacks, fmt.Sprintf("a-stack-with-a-long-name-%d", i))
	}
	b := build{spec: previewBuildspec, deployed: "none", env: []string{"STACKS=" + strings.Join(stacks, " ")}}
	b.run(t)
	require.True(t, b.succeeded, b.output)
	_, summary, _ := strings.Cut(b.output, "EXPORTED ")
	assert.Len(t, strings.TrimSuffix(summary, "\n"), 600)
}

func planned(definition string) map[string]string {
	return map[string]string{"definition": definition + "\n", "dev.plan": "plan", "meta.plan": "plan"}
}

func TestUp(t *testing.T) {
	b := build{spec: upBuildspec, deployed: "none", plan: planned(commit)}
	b.run(t)
	require.True(t, b.succeeded, b.output)
	plan := filepath.Join(b.root, "Plan")
	put := "aws ssm put-parameter --name /container-pipeline/deployer/"
	assert.Equal(t, []string{
		"pulumi login s3://states",
		"pulumi up --stack dev --yes --skip-preview --non-interactive " + bounded + " --plan " + plan + "/dev.plan",
		put + "definition --value " + commit + " --overwrite",
		"pulumi up --stack meta --yes --skip-preview --non-interactive " + bounded + " --plan " + plan + "/meta.plan",
		put + "definition --value " + commit + " --overwrite",
		put + "status --value Definition " + commit + " is deployed. --overwrite",
	}, b.calls[2:], "what the own stack's update starts finds the definition deployed")
	assert.Contains(t, b.output, "EXPORTED Definition "+commit+" is deployed.")
}

func TestUpOfWhatIsDeployedDoesNothing(t *testing.T) {
	b := build{spec: upBuildspec, deployed: commit, plan: planned(commit)}
	b.run(t)
	require.True(t, b.succeeded, b.output)
	assert.Empty(t, b.called("pulumi"))
}

func TestAFailedUpdateLeavesTheLastGoodDefinition(t *testing.T) {
	for _, stack := range []string{"dev", "meta"} {
		b := build{spec: upBuildspec, deployed: "good", plan: planned(commit), env: []string{"FAIL=^pulumi up --stack " + stack}}
		b.run(t)
		assert.False(t, b.succeeded)
		assert.Equal(t, "good", b.read(t, "parameters/definition"))
		want := "Definition " + commit + " has failed at the stack " + stack + ". The last good definition is good."
		assert.Equal(t, want, b.read(t, "parameters/status"))
		assert.Contains(t, b.output, "EXPORTED "+want)
	}
}

func TestUpDoesOnlyWhatWasPlanned(t *testing.T) {
	b := build{spec: upBuildspec, deployed: "none", plan: planned("another")}
	b.run(t)
	assert.False(t, b.succeeded)
	assert.Contains(t, b.output, "The plan is of definition another, and this is "+commit)
	assert.Contains(t, b.output, "EXPORTED The update did not begin.")
	assert.Empty(t, b.called("pulumi"))
}

func TestReview(t *testing.T) {
	b := build{spec: reviewBuildspec}
	b.run(t)
	require.True(t, b.succeeded, b.output)
	assert.Contains(t, b.output, "# Review")
	assert.Equal(t, []string{"go run github.com/container-pipeline/container-pipeline/cmd/drydock diff --base origin/main --merge-base " +
		"--markdown --output " + filepath.Join(b.root, "home") + "/review.md --stack dev --stack meta"}, b.called("go "))
	assert.Equal(t, []string{
		"pulumi preview --stack dev --non-interactive " + bounded + " --diff",
		"pulumi preview --stack meta --non-interactive " + bounded + " --diff",
	}, b.called("pulumi preview"))
	assert.Empty(t, b.called("aws"))

	b.env = []string{"PREVIEW=no"}
	b.run(t)
	require.True(t, b.succeeded, b.output)
	assert.Empty(t, b.called("pulumi"))
}

func TestAReviewThatFindsDangersFailsAfterAll(t *testing.T) {
	b := build{spec: reviewBuildspec, env: []string{"FAIL=^go run"}}
	b.run(t)
	assert.False(t, b.succeeded)
	assert.Len(t, b.called("pulumi preview"), 2)
	assert.Contains(t, b.output, "names dangers, or could not judge every stack")
}
