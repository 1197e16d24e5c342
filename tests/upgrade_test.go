package tests

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/blang/semver"
	"github.com/pulumi/pulumi/sdk/v3/go/pulumi"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
)

// records has a folder for each released version, with a record of each stack that it shipped: the state of a drydock
// in which that version has brought the stack up.
const (
	records      = "testdata/upgrade"
	recordSuffix = ".tar.gz"
)

var recordAs = flag.String("update-upgrade", "", "record every stack as the program is today, for this version (v1.2.3)")

// Whoever has a released version's stacks up, and brings them up with today's program and configuration, loses nothing
// that the changelog does not announce.
func TestUpgrade(t *testing.T) {
	if *recordAs != "" {
		record(t, *recordAs)
	}
	versions, admissions := changelog(t)
	recordsAreComplete(t)
	for _, version := range recordedVersions(t) {
		assert.Contains(t, versions, version, "CHANGELOG.md has no heading of a version that is recorded")
		later, err := since(admissions, version)
		require.NoError(t, err)
		files, err := filepath.Glob(filepath.Join(records, version, "*"+recordSuffix))
		require.NoError(t, err)
		require.NotEmpty(t, files, version)
		for _, file := range files {
			stack := strings.TrimSuffix(filepath.Base(file), recordSuffix)
			t.Run(version+"/"+stack, func(t *testing.T) {
				t.Parallel()
				if _, err := os.Stat(fileOf(stack)); os.IsNotExist(err) {
					t.Skipf("the repository has no stack %s any more, so no program of today's to bring up on it", stack)
				}
				upgrade(t, reopen(t, file), stack, later)
			})
		}
	}
}

// recordsAreComplete: each stack is among the newest version's records, unless it came after that version.
func recordsAreComplete(t *testing.T) {
	t.Helper()
	_, unreleased, _ := strings.Cut(read(t, filepath.Join(root, "CHANGELOG.md")), "## [Unreleased]")
	unreleased, _, _ = strings.Cut(unreleased, "\n## [")
	for _, stack := range stackNames(t) {
		if _, err := os.Stat(newestRecord(t, stack)); err != nil && !strings.Contains(unreleased, filepath.Base(fileOf(stack))) {
			t.Errorf("%s is not recorded, and CHANGELOG.md does not say under Unreleased that %s is new", stack, filepath.Base(fileOf(stack)))
		}
	}
}

// newestRecord is the file in which the newest version's stack is recorded.
func newestRecord(t *testing.T, stack string) string {
	t.Helper()
	versions := recordedVersions(t)
	newest := slices.MaxFunc(versions, func(a, b string) int {
		return semver.MustParse(strings.TrimPrefix(a, "v")).Compare(semver.MustParse(strings.TrimPrefix(b, "v")))
	})
	return filepath.Join(records, newest, stack+recordSuffix)
}

func upgrade(t *testing.T, dock *drydock.Dock, stack string, announced []admission) {
	t.Helper()
	today := repository(dock, stack, settingsOf(t, stack))
	for _, loss := range unannounced(today.Preview(t), announced) {
		t.Errorf("the upgrade %s", loss)
	}
	if t.Failed() {
		t.Log("Keep the resource with an alias, or announce its end in CHANGELOG.md: CONTRIBUTING.md, \"Release\"")
		return
	}
	for _, loss := range unannounced(today.Up(t), announced) {
		t.Errorf("the upgrade's up, other than its preview, %s", loss)
	}
	unchanged(t, today, "after the upgrade")
}

// unannounced are the replacements and deletions that no entry admits. Components are only names for what is in them.
func unannounced(r *drydock.Result, announced []admission) []string {
	var all []string
	for _, s := range r.Steps {
		if (s.Op == "replace" || s.Op == "delete") && strings.Contains(s.Type, "/") && !listed(announced, s.Op, s.Type, s.Name) {
			loss := fmt.Sprintf("%ss %s %s", s.Op, s.Type, s.Name)
			if len(s.ReplaceKeys) > 0 {
				loss += ", forced by " + strings.Join(s.ReplaceKeys, ", ")
			}
			all = append(all, loss)
		}
	}
	return all
}

func listed(announced []admission, op, token, name string) bool {
	return slices.ContainsFunc(announced, func(a admission) bool { return a.admits(op, token, name) })
}

func recordedVersions(t *testing.T) []string {
	t.Helper()
	entries, err := os.ReadDir(records)
	require.NoError(t, err)
	require.NotEmpty(t, entries)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// record writes the version's folder. What is recorded stays as it is: it stands for what users run.
func record(t *testing.T, version string) {
	t.Helper()
	_, err := since(nil, version)
	require.NoError(t, err, "-update-upgrade takes a version such as v1.2.3")
	dir := filepath.Join(records, version)
	require.NoDirExists(t, dir, "the version is recorded already; remove the folder when it has not been released")
	require.NoError(t, os.MkdirAll(dir, 0o755))
	for _, stack := range stackNames(t) {
		var packed bytes.Buffer
		require.NoError(t, pack(&packed, broughtUp(t, func(dock *drydock.Dock) *drydock.Stack {
			return repository(dock, stack, settingsOf(t, stack))
		})))
		require.NoError(t, os.WriteFile(filepath.Join(dir, stack+recordSuffix), packed.Bytes(), 0o644))
		t.Logf("recorded %s of %s: %d bytes", stack, version, packed.Len())
	}
}

// broughtUp is the folder of a drydock, closed, in which the stack is up.
func broughtUp(t *testing.T, of func(*drydock.Dock) *drydock.Stack) (dir string) {
	t.Helper()
	dock, err := drydock.Open(t.TempDir())
	require.NoError(t, err)
	defer func() { require.NoError(t, dock.Close()) }()
	of(dock).Up(t)
	return dock.Dir()
}

// reopen opens the record in a drydock of the test's own.
func reopen(t *testing.T, file string) *drydock.Dock {
	t.Helper()
	data, err := os.ReadFile(file)
	require.NoError(t, err)
	dir := t.TempDir()
	require.NoError(t, unpack(bytes.NewReader(data), dir))
	dock, err := drydock.Open(dir)
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, dock.Close()) })
	return dock
}

// The guard itself: a rename without an alias is told, and either the alias or the changelog's word settles it.
func TestUpgradeGuard(t *testing.T) {
	t.Parallel()
	const token = "aws:ecr/repository:Repository"
	images := func(name, physical string, options ...pulumi.ResourceOption) func(*drydock.Dock) *drydock.Stack {
		return func(dock *drydock.Dock) *drydock.Stack {
			return program(dock, "dev", func(ctx *pulumi.Context) error {
				var made pulumi.CustomResourceState
				return ctx.RegisterResource(token, name, pulumi.Map{"name": pulumi.String(physical)}, &made, options...)
			})
		}
	}
	file := filepath.Join(t.TempDir(), "dev"+recordSuffix)
	var packed bytes.Buffer
	require.NoError(t, pack(&packed, broughtUp(t, images("shop-images", "shop"))))
	require.NoError(t, os.WriteFile(file, packed.Bytes(), 0o600))

	alias := pulumi.Aliases([]pulumi.Alias{{Name: pulumi.String("shop-images")}})
	for _, c := range []struct {
		name  string
		today func(*drydock.Dock) *drydock.Stack
		entry string
		want  []string
	}{
		{"as it was", images("shop-images", "shop"), "", nil},
		{"renamed", images("shop-pictures", "shop"), "", []string{"deletes " + token + " shop-images"}},
		{"renamed, with an alias", images("shop-pictures", "shop", alias), "", nil},
		{"renamed, and announced", images("shop-pictures", "shop"), "- Deletes `" + token + "` `*-images`: it is named anew", nil},
		{"another one announced", images("shop-pictures", "shop"), "- Deletes `" + token + "` `*-layers`: they are gone", []string{"deletes " + token + " shop-images"}},
		{"replaced", images("shop-images", "store"), "", []string{"replaces " + token + " shop-images, forced by name"}},
		{"replaced, and announced", images("shop-images", "store"), "- Replaces `" + token + "` `shop-images`: its name follows the shop's", nil},
		{"replaced, and its deletion announced", images("shop-images", "store"), "- Deletes `" + token + "` `shop-images`: no more", []string{"replaces " + token + " shop-images, forced by name"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, announced, err := readChangelog("## [Unreleased]\n\n### Upgrading\n\n" + c.entry + "\n")
			require.NoError(t, err)
			assert.Equal(t, c.want, unannounced(c.today(reopen(t, file)).Preview(t), announced))
		})
	}
}

// The guard on what is recorded: whoever renames a component of any family without an alias is told what goes.
func TestUpgradeGuardOfEveryFamily(t *testing.T) {
	for stack, c := range map[string]struct{ key, name, loses string }{
		"dev":     {pipelines, "bash-dog", "aws:ecs/service:Service bash-dog"},
		"website": {staged, "website", "aws:codecommit/repository:Repository website"},
		"meta":    {meta, "deployer", "aws:kms/key:Key deployer-state"},
		"eks":     {ekscicd, "acme", "aws:s3/bucketV2:BucketV2 acme"},
		"edge":    {zones, "example-com", "cloudflare:index/ruleset:Ruleset example-com"},
	} {
		t.Run(stack, func(t *testing.T) {
			t.Parallel()
			config := settingsOf(t, stack)
			all := at(t, config[c.key])
			all["renamed"] = all[c.name]
			delete(all, c.name)
			result, err := repository(reopen(t, newestRecord(t, stack)), stack, config).Run(t.Context(), drydock.Preview)
			require.NotNil(t, result, "%v", err)
			assert.Contains(t, unannounced(result, nil), "deletes "+c.loses)
		})
	}
}
