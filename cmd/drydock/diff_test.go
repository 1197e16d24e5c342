package main

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock/diff"
)

// shop is a small program: a repository, a bucket's role, and a parameter that is a secret.
const shop = `package main

import "github.com/pulumi/pulumi/sdk/v3/go/pulumi"

func main() {
	pulumi.Run(func(ctx *pulumi.Context) error {
		var made pulumi.CustomResourceState
		if err := ctx.RegisterResource("aws:ecr/repository:Repository", "images", pulumi.Map{
			"name": pulumi.String("shop"), "imageTagMutability": pulumi.String("MUTABLE"),
		}, &made); err != nil {
			return err
		}
		var kept pulumi.CustomResourceState
		return ctx.RegisterResource("aws:ssm/parameter:Parameter", "password", pulumi.Map{
			"name": pulumi.String("/shop/password"), "type": pulumi.String("SecureString"),
			"value": pulumi.ToSecret(pulumi.String("hunter2")),
		}, &kept)
	})
}
`

// checkout is a git repository with the program in a folder of it, committed.
type checkout struct {
	t   *testing.T
	dir string
}

func newCheckout(t *testing.T) *checkout {
	t.Helper()
	c := &checkout{t, t.TempDir()}
	module, err := os.ReadFile("../../go.mod")
	require.NoError(t, err)
	sums, err := os.ReadFile("../../go.sum")
	require.NoError(t, err)
	_, requirements, _ := strings.Cut(string(module), "\n")
	c.write("go.mod", "module shop\n"+requirements)
	c.write("go.sum", string(sums))
	c.write("infra/Pulumi.yaml", "name: shop\nruntime: go\n")
	c.write("infra/Pulumi.dev.yaml", "config:\n  aws:region: us-east-2\n")
	c.write("infra/main.go", shop)
	c.write(".gitignore", ".drydock/\n")
	c.git("init", "--quiet", "--initial-branch=main")
	c.commit()
	return c
}

func (c *checkout) write(path, text string) {
	c.t.Helper()
	path = filepath.Join(c.dir, path)
	require.NoError(c.t, os.MkdirAll(filepath.Dir(path), 0o700))
	require.NoError(c.t, os.WriteFile(path, []byte(text), 0o600))
}

// edit replaces text in the program, each old one by the new one after it.
func (c *checkout) edit(changes ...string) {
	c.t.Helper()
	text := strings.NewReplacer(changes...).Replace(shop)
	require.NotEqual(c.t, shop, text)
	c.write("infra/main.go", text)
}

func (c *checkout) git(args ...string) string {
	c.t.Helper()
	cmd := exec.CommandContext(c.t.Context(), "git", args...)
	cmd.Dir = c.dir
	cmd.Env = append(os.Environ(), "GIT_AUTHOR_NAME=t", "GIT_AUTHOR_EMAIL=t@example.com", "GIT_COMMITTER_NAME=t",
		"GIT_COMMITTER_EMAIL=t@example.com", "GIT_CONFIG_GLOBAL=/dev/null", "GIT_OPTIONAL_LOCKS=0")
	out, err := cmd.CombinedOutput()
	require.NoError(c.t, err, "git %v: %s", args, out)
	return strings.TrimSpace(string(out))
}

func (c *checkout) commit() (hash string) {
	c.t.Helper()
	c.git("add", "--all")
	c.git("commit", "--quiet", "--message", "change")
	return c.git("rev-parse", "HEAD")
}

// diff runs the command in the checkout; with --json the report is read.
func (c *checkout) diff(args ...string) (code int, stdout, stderr string) {
	c.t.Helper()
	return call(c.t, append([]string{"diff", "--dir", filepath.Join(c.dir, "infra")}, args...)...)
}

func (c *checkout) report(want int, args ...string) diff.Report {
	c.t.Helper()
	code, stdout, stderr := c.diff(append(args, "--json")...)
	require.Equal(c.t, want, code, stdout+stderr)
	var r diff.Report
	require.NoError(c.t, json.Unmarshal([]byte(stdout), &r), stdout)
	return r
}

func TestDiff(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	c := newCheckout(t)
	before := gitFiles(t, c.dir)

	c.edit(`"MUTABLE"`, `"IMMUTABLE"`)
	r := c.report(done, "--base", "main")
	require.Len(t, r.Stacks, 1)
	assert.Equal(t, "infra", r.Dir)
	assert.True(t, r.Head.Dirty)
	assert.False(t, r.Stacks[0].Reused)
	assert.Empty(t, r.Stacks[0].Dangers)
	require.Len(t, r.Stacks[0].Changes, 1)
	assert.Equal(t, []diff.Property{{Path: "imageTagMutability", Old: "MUTABLE", New: "IMMUTABLE"}}, r.Stacks[0].Changes[0].Properties)

	t.Run("a rename without an alias is a danger, and an alias the way out", func(t *testing.T) {
		c.edit(`"images"`, `"pictures"`)
		r := c.report(dangerous, "--base", "main")
		require.True(t, r.Stacks[0].Reused, "the base is still up")
		require.Len(t, r.Stacks[0].Dangers, 1)
		d := r.Stacks[0].Dangers[0]
		assert.Equal(t, diff.Data, d.Kind)
		assert.Equal(t, "images", d.Name)
		assert.Contains(t, d.WayOut[0], `pulumi.Alias{{Name: pulumi.String("images")}}`)

		c.edit(`"images"`, `"pictures"`, "}, &made)", `}, &made, pulumi.Aliases([]pulumi.Alias{{Name: pulumi.String("images")}}))`)
		r = c.report(done, "--base", "main")
		assert.Empty(t, r.Stacks[0].Dangers)
		assert.Empty(t, r.Stacks[0].Changes)
	})
	t.Run("a secret is shown nowhere", func(t *testing.T) {
		c.edit("hunter2", "hunter3")
		for _, form := range []string{"--json", "--markdown", ""} {
			code, stdout, stderr := c.diff(strings.Fields("--base main " + form)...)
			assert.Equal(t, done, code, stderr)
			assert.Contains(t, stdout, "[secret]")
			assert.NotContains(t, stdout+stderr, "hunter", form)
		}
	})
	t.Run("markdown goes to a file", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "comment.md")
		code, stdout, _ := c.diff("--base", "main", "--markdown", "--output", file)
		assert.Equal(t, done, code)
		assert.Empty(t, stdout)
		text, err := os.ReadFile(file)
		require.NoError(t, err)
		assert.True(t, strings.HasPrefix(string(text), diff.Marker+"\n"))
	})
	t.Run("a side that does not compile is named, with what the compiler says", func(t *testing.T) {
		c.edit("var made", "var made = nonsense")
		code, _, stderr := c.diff("--base", "main")
		assert.Equal(t, failed, code)
		assert.Contains(t, stderr, "head, working tree on ")
		assert.Contains(t, stderr, "main.go:")
		c.git("checkout", "--quiet", "-b", "broken")
		c.commit()
		c.git("checkout", "--quiet", "main")
		code, _, stderr = c.diff("--base", "broken", "--head", "main")
		assert.Equal(t, failed, code)
		assert.Contains(t, stderr, "base, broken (")
		assert.Contains(t, stderr, "main.go:")
	})
	t.Run("a program that fails at the head fails its stack", func(t *testing.T) {
		c.edit(`"IMMUTABLE"`, `"SOMETIMES"`, `"MUTABLE"`, `"SOMETIMES"`)
		r := c.report(failed, "--base", "main")
		assert.Contains(t, r.Stacks[0].Error, "head: preview of dev failed")
		assert.Contains(t, r.Stacks[0].Error, "SOMETIMES")
	})
	t.Run("stacks come and go", func(t *testing.T) {
		c.write("infra/main.go", shop)
		c.write("infra/Pulumi.prod.yaml", "config:\n  aws:region: us-east-2\n")
		require.NoError(t, os.Remove(filepath.Join(c.dir, "infra/Pulumi.dev.yaml")))
		r := c.report(done, "--base", "main")
		require.Len(t, r.Stacks, 2)
		assert.Equal(t, diff.OnlyBase, r.Stacks[0].At)
		assert.Empty(t, r.Stacks[0].Changes)
		assert.Equal(t, diff.OnlyHead, r.Stacks[1].At)
		assert.Equal(t, 3, r.Stacks[1].Count("create"), "the stack, and two resources")
		c.git("checkout", "--quiet", "--", ".")
		require.NoError(t, os.Remove(filepath.Join(c.dir, "infra/Pulumi.prod.yaml")))
	})
	t.Run("the head may be a commit, whatever the working tree is", func(t *testing.T) {
		c.git("checkout", "--quiet", "-b", "renamed", "main")
		c.edit(`"/shop/password"`, `"/shop/secret"`)
		c.commit()
		c.git("checkout", "--quiet", "main")
		c.write("infra/main.go", "package broken")
		r := c.report(done, "--base", "main", "--head", "renamed", "--stack", "dev")
		require.Len(t, r.Stacks[0].Changes, 1)
		assert.Equal(t, "replace", r.Stacks[0].Changes[0].Op)
		assert.True(t, r.Stacks[0].Changes[0].Properties[0].Forces)
		c.git("checkout", "--quiet", "--", ".")
	})
	t.Run("what is cut off leaves nothing", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := diff.Run(ctx, diff.Options{Dir: filepath.Join(c.dir, "infra"), Base: "broken", State: t.TempDir()})
		assert.ErrorIs(t, err, context.Canceled)
	})

	left, err := os.ReadDir(temp)
	require.NoError(t, err)
	assert.Empty(t, left, "temporary files")
	assert.Empty(t, c.git("status", "--porcelain"))
	assert.Equal(t, before["config"], gitFiles(t, c.dir)["config"])
	assert.NoDirExists(t, filepath.Join(c.dir, ".git", "worktrees"))
}

func TestDiffLeavesTheCheckoutAlone(t *testing.T) {
	c := newCheckout(t)
	c.edit("hunter2", "hunter3")
	c.git("add", "--all")
	before := gitFiles(t, c.dir)
	code, _, stderr := c.diff("--base", "main", "--stack", "nothing")
	assert.Equal(t, wrong, code)
	assert.Contains(t, stderr, `there is no stack "nothing" at base or head; the stacks are dev`)
	assert.Equal(t, before, gitFiles(t, c.dir))
}

func TestDiffOfWhatIsNotThere(t *testing.T) {
	c := newCheckout(t)
	for name, test := range map[string]struct {
		args []string
		want string
	}{
		"no base":         {nil, "no base is named"},
		"an unknown base": {[]string{"--base", "nowhere"}, `"nowhere" is no commit of `},
		"an unknown head": {[]string{"--base", "main", "--head", "nowhere"}, `"nowhere" is no commit of `},
		"a flag as base":  {[]string{"--base=--all"}, `"--all" is no commit of `},
		"all and some":    {[]string{"--base", "main", "--all", "--stack", "dev"}, "--all and --stack exclude each other"},
		"two forms":       {[]string{"--base", "main", "--json", "--markdown"}, "--json and --markdown exclude each other"},
		"no repository":   {[]string{"--base", "main", "--dir", t.TempDir()}, "is in no git repository"},
		"no folder":       {[]string{"--base", "main", "--dir", "testdata/nowhere"}, "there is no folder"},
		"no program":      {[]string{"--base", "main", "--dir", c.dir}, "there is no Pulumi.yaml"},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := c.diff(test.args...)
			assert.Equal(t, wrong, code)
			assert.Empty(t, stdout)
			assert.Contains(t, stderr, test.want)
		})
	}
}

// gitFiles are the texts of what git keeps of a checkout, other than its objects.
func gitFiles(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	root := filepath.Join(dir, ".git")
	require.NoError(t, filepath.WalkDir(root, func(path string, entry os.DirEntry, err error) error {
		if err != nil || entry.IsDir() || strings.Contains(path, "objects") {
			return err
		}
		text, err := os.ReadFile(path)
		all[strings.TrimPrefix(path, root+string(filepath.Separator))] = string(text)
		return err
	}))
	return all
}
