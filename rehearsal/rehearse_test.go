package rehearsal

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// TestReleases takes one stack through releases as a user does: images are built, pushed and found again as the next
// build's cache, the containers run, the clouds move on, and a preview finds nothing to change back.
func TestReleases(t *testing.T) {
	cloud, stack := up(t, configOf(t, "dev"))
	serving := func() string {
		services := cloud.Cloud().All("aws:ecs/service:Service")
		require.Len(t, services, 1)
		return services[0].Inputs.Objs("loadBalancers")[0].Str("targetGroupArn")
	}
	blue := serving()

	first := Run(t, cloud, App{Dir: bashDog}, Of(stack))
	assert.NotEqual(t, blue, serving(), "the green target group serves")
	assert.Equal(t, "pulumi preview --refresh", first.Steps[len(first.Steps)-1].Name)
	assert.Equal(t, 100.0, first.Traffic[len(first.Traffic)-1].Green)
	api := cloud.Cloud().Find(repositoryType, "name", "bash-dog-dev-api")
	require.NotNil(t, api)
	assert.Len(t, api.State.Obj("images"), 1, "the image is in the repository")

	second := Run(t, cloud, App{Dir: bashDog}, Of(stack))
	assert.Equal(t, blue, serving(), "and back")
	assert.Contains(t, logOf(second, "BUILD"), "latest", "the last release's images are pulled")
}

func logOf(v *Verdict, step string) string {
	for _, s := range v.Steps {
		if s.Name == step {
			return strings.Join(s.Log, "\n")
		}
	}
	return ""
}

// TestEveryDecisionIsExplained: who allowed a call, where AWS says that it is made, and at which step.
func TestEveryDecisionIsExplained(t *testing.T) {
	v := play(t, made(t, "production"), App{Dir: bashDog}, quick...)
	passes(t, v)
	require.NotEmpty(t, v.Calls)
	for _, c := range v.Calls {
		assert.True(t, c.Allowed, c.Reason)
		assert.NotEmpty(t, c.Policy, "%s by %s", c.Action, c.Role)
		assert.NotEmpty(t, c.Stage, c.Action)
		assert.Regexp(t, `^https://docs\.aws\.amazon\.com/`, c.Doc, c.Action)
	}
	require.NotEmpty(t, v.Forbidden)
	for _, c := range v.Forbidden {
		assert.False(t, c.Allowed, "%s may %s on %s", c.Role, c.Action, c.Resource)
	}
}

// TestWhatFollowsAFailureIsSkipped: no stage is carried out after one that failed, and the report says so.
func TestWhatFollowsAFailureIsSkipped(t *testing.T) {
	v := play(t, made(t, "dev"), App{Dir: copyOf(t, bashDog, map[string]string{"Dockerfile": ""})}, quick...)
	assert.Equal(t, "Build", v.FailedStep().Stage)
	var skipped []string
	for _, s := range v.Steps {
		if s.Result == verdict.Skipped {
			skipped = append(skipped, s.Action)
		}
	}
	assert.Equal(t, []string{"Deploy"}, skipped)
}
