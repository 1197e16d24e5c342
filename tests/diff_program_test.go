package tests

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock/diff"
)

// Exit codes of drydock diff.
const (
	safe      = 0
	failed    = 1
	dangerous = 3
)

const (
	buildRole = "components/bluegreen/build.go"
	deploy    = "stacks/deploy.go"
)

// Edits of the program, each built as it is, with the dev stack that it makes.
var programEdits = []expected{
	{
		name: "a comment", ops: "",
		edit: edit{{"main.go", "// The Pulumi program:", "// This is the Pulumi program:"}, {dev, "# Development:", "# For developers:"}},
	},
	{
		name: "policies widened and narrowed", ops: "update 1", dangers: "access 1",
		edit: edit{
			{buildRole, `"ecr:DescribeImages",`, `"ecr:*",`},
			{buildRole, `).On(repositoryArns...),`, `).On("*"),`},
		},
		says: []string{
			"access: update iam/rolePolicy bash-dog-build: statement PullAndPushImages of policy: action ecr:* is every action of ecr; resource * is every resource",
			"gained action ecr:*, PullAndPushImages of bash-dog-build",
			"lost action ecr:DescribeImages, PullAndPushImages of bash-dog-build",
			"gained resource *, PullAndPushImages of bash-dog-build",
		},
	},
	{
		name: "a pipeline renamed with an alias", ops: "",
		edit: edit{
			{dev, "    bash-dog:\n", "    cat:\n"},
			{deploy, "NewContainerPipeline(ctx, name, args)", `NewContainerPipeline(ctx, name, args,
		pulumi.Aliases([]pulumi.Alias{{Name: pulumi.String("bash-dog")}}))`},
		},
	},
	{
		name: "the project renamed", dangers: "leftover 1", ops: "create 75",
		edit: edit{{"Pulumi.yaml", "name: container-pipeline\n", "name: containers\n"}},
		says: []string{"leftover: create pulumi/Stack container-pipeline-dev: the project container-pipeline is renamed to containers"},
	},
}

// The command itself, from the command line to the exit code, on a copy of this repository.
func TestDiffOfThisRepository(t *testing.T) {
	t.Parallel()
	c := newCheckout(t)
	for _, e := range programEdits {
		t.Run(e.name, func(t *testing.T) {
			defer c.reset(t)
			c.apply(t, e.edit)
			code, r := c.report(t, "--stack", "dev")
			require.Len(t, r.Stacks, 1)
			require.Empty(t, r.Stacks[0].Error)
			e.check(t, r.Stacks[0].Verdict)
			if e.dangers == "" {
				assert.Equal(t, safe, code)
			} else {
				assert.Equal(t, dangerous, code)
			}
		})
	}
	t.Run("stacks come and go", func(t *testing.T) {
		defer c.reset(t)
		c.apply(t, edit{{"stacks/Pulumi.edge.yaml", "", ""}, {"stacks/Pulumi.rules.yaml", "", rulesOnly}})
		code, r := c.report(t, "--stack", "edge", "--stack", "rules")
		assert.Equal(t, safe, code)
		require.Len(t, r.Stacks, 2)
		assert.Equal(t, diff.OnlyBase, r.Stacks[0].At)
		assert.Empty(t, r.Stacks[0].Changes, "merging does not destroy a stack")
		assert.Equal(t, diff.OnlyHead, r.Stacks[1].At)
		assert.Equal(t, "create 3", operations(&r.Stacks[1].Verdict), "stack, component and rule set")
	})
	t.Run("a configuration that the program refuses", func(t *testing.T) {
		defer c.reset(t)
		c.apply(t, edit{{dev, "port: 80\n", "prot: 80\n"}})
		code, r := c.report(t, "--stack", "dev")
		assert.Equal(t, failed, code)
		assert.Contains(t, r.Stacks[0].Error, "head: preview of dev failed")
		assert.Contains(t, r.Stacks[0].Error, "bash-dog.containers[2].prot: no such key")
	})
	t.Run("a program that does not compile", func(t *testing.T) {
		defer c.reset(t)
		c.apply(t, edit{{"main.go", "stacks.Deploy", "stacks.Deplay"}})
		code, stdout, stderr := c.diff(t, "--stack", "dev")
		assert.Equal(t, failed, code)
		assert.Empty(t, stdout)
		assert.Contains(t, stderr, "head, working tree on ")
		assert.Contains(t, stderr, "undefined: stacks.Deplay")
	})
}

const rulesOnly = `config:
  aws:region: us-east-2
  container-pipeline:zones:
    example-dev:
      zoneId: "099ba34c4f663889468893a6cb876a86"
      strictHosts: [a.example.dev]
`

// A program in a module of its own, which replaces this one by a folder of the same repository: base and head each have
// their own component.
func TestDiffOfAConsumer(t *testing.T) {
	t.Parallel()
	c := newCheckout(t)
	c.apply(t, edit{
		{"examples/consumer/main.go", "ToPort:                    pulumi.Int(5432)", "ToPort:                    pulumi.Int(5433)"},
		{buildRole, `"ecr:DescribeImages",`, `"ecr:DescribeImages", "ecr:DeleteRepository",`},
	})
	code, r := c.report(t, "--dir", c.dir+"/examples/consumer")
	require.Len(t, r.Stacks, 1)
	require.Empty(t, r.Stacks[0].Error)
	assert.Equal(t, "examples/consumer", r.Dir)
	assert.Equal(t, safe, code)
	e := expected{ops: "update 2", says: []string{
		"gained action ecr:DeleteRepository, PullAndPushImages of bash-dog-build",
		"opened tcp 5432-5433 from ",
	}}
	e.check(t, r.Stacks[0].Verdict)
}
