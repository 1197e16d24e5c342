package tests

import (
	"fmt"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/blang/semver"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// upgradeSection is the changelog's heading over what an upgrade replaces or deletes. Each entry is one line that begins
//
//   - Replaces `aws:lb/targetGroup:TargetGroup` `*-blue`: why, and what it means for who upgrades
//   - Deletes `aws:cloudwatch/logGroup:LogGroup` `*-old-logs`: …
//
// and goes on indented. The second is a resource's name in Pulumi, with * for what users choose.
const upgradeSection = "### Upgrading"

// admission is what a version may replace or delete.
type admission struct {
	version     *semver.Version // nil: not released yet
	op          string          // replace or delete
	token, name string
}

func (a admission) admits(op, token, name string) bool {
	match, _ := path.Match(a.name, name) // checked when it was read
	return a.op == op && a.token == token && match
}

var (
	versionHeading = regexp.MustCompile(`^## \[([^\]]+)\]`)
	upgradeEntry   = regexp.MustCompile("^- (Replaces|Deletes) `([^`]+)` `([^`]+)`: .")
)

// readChangelog returns the versions and what they replace or delete.
func readChangelog(text string) (versions []string, all []admission, err error) {
	var version *semver.Version
	upgrading := false
	for i, line := range strings.Split(text, "\n") {
		switch m := versionHeading.FindStringSubmatch(line); {
		case m != nil:
			upgrading, version = false, nil
			if m[1] == "Unreleased" {
				continue
			}
			v, err := semver.Parse(m[1])
			if err != nil {
				return nil, nil, fmt.Errorf("line %d: %w", i+1, err)
			}
			versions, version = append(versions, "v"+m[1]), &v
		case strings.HasPrefix(line, "### "):
			upgrading = line == upgradeSection
		case upgrading && strings.HasPrefix(line, "- "):
			m := upgradeEntry.FindStringSubmatch(line)
			if m == nil {
				return nil, nil, fmt.Errorf("line %d: %q: under %q an entry is \"- Replaces `type` `name`: why\" or \"- Deletes …\"", i+1, line, upgradeSection)
			}
			if _, err := path.Match(m[3], ""); err != nil {
				return nil, nil, fmt.Errorf("line %d: %q: %w", i+1, m[3], err)
			}
			op := map[string]string{"Replaces": "replace", "Deletes": "delete"}[m[1]]
			all = append(all, admission{version, op, m[2], m[3]})
		}
	}
	return versions, all, nil
}

// since are the entries of the versions after the one, and of what is not released yet.
func since(all []admission, version string) ([]admission, error) {
	from, err := semver.Parse(strings.TrimPrefix(version, "v"))
	if err != nil {
		return nil, err
	}
	var later []admission
	for _, a := range all {
		if a.version == nil || a.version.GT(from) {
			later = append(later, a)
		}
	}
	return later, nil
}

func changelog(t testing.TB) (versions []string, all []admission) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "CHANGELOG.md"))
	require.NoError(t, err)
	versions, all, err = readChangelog(string(text))
	require.NoError(t, err, "CHANGELOG.md")
	return versions, all
}

const sampleChangelog = `# Changelog

## [Unreleased]

### Upgrading

- Deletes ` + "`aws:cloudwatch/logGroup:LogGroup` `*-old`" + `: the logs are in
  - Replaces nothing: an indented line is text

## [1.2.0] - 2026-12-01

### Changed

- Replaces of another section are text.

### Upgrading

- Replaces ` + "`aws:ecs/service:Service` `shop`" + `: its name

## [1.1.0] - 2026-11-01

### Upgrading

- Replaces ` + "`aws:lb/listener:Listener` `shop-*`" + `: its port
`

func TestChangelogEntries(t *testing.T) {
	t.Parallel()
	versions, all, err := readChangelog(sampleChangelog)
	require.NoError(t, err)
	assert.Equal(t, []string{"v1.2.0", "v1.1.0"}, versions)
	for _, c := range []struct {
		from, op, token, name string
		want                  bool
	}{
		{"v1.1.0", "replace", "aws:ecs/service:Service", "shop", true},
		{"v1.1.0", "delete", "aws:ecs/service:Service", "shop", false},
		{"v1.1.0", "replace", "aws:ecs/service:Service", "shop2", false},
		{"v1.1.0", "replace", "aws:ecs/taskDefinition:TaskDefinition", "shop", false},
		{"v1.2.0", "replace", "aws:ecs/service:Service", "shop", false}, // it was replaced on the way to 1.2.0
		{"v1.2.0", "delete", "aws:cloudwatch/logGroup:LogGroup", "shop-old", true},
		{"v1.1.0", "replace", "aws:lb/listener:Listener", "shop-https", false},
		{"v1.0.0", "replace", "aws:lb/listener:Listener", "shop-https", true},
	} {
		later, err := since(all, c.from)
		require.NoError(t, err)
		assert.Equal(t, c.want, listed(later, c.op, c.token, c.name), "%+v", c)
	}
	for _, wrong := range []string{"- Replaces the service", "- Replaces `a:b/c:C` `shop`", "- Renames `a:b/c:C` `shop`: why", "- Deletes `a:b/c:C` `[`: why"} {
		_, _, err := readChangelog("## [1.0.0]\n\n### Upgrading\n\n" + wrong + "\n")
		assert.ErrorContains(t, err, "line 5: ", wrong)
	}
	_, _, err = readChangelog("## [one]\n")
	assert.ErrorContains(t, err, "line 1: ")
	_, err = since(all, "latest")
	assert.Error(t, err)
}
