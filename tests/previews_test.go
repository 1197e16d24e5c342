package tests

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock"
	"github.com/container-pipeline/container-pipeline/internal/iam"
)

// lookUps are the actions behind the provider's functions, from the calls that their documentation names and those that
// the data sources of the same name make: https://registry.terraform.io/providers/hashicorp/aws/latest/docs
var lookUps = map[string][]string{
	"aws:index/getPartition:getPartition":                 nil,
	"aws:index/getRegion:getRegion":                       nil,
	"aws:index/getCallerIdentity:getCallerIdentity":       nil, // allowed to everybody, whatever the policies say
	"aws:index/getAvailabilityZones:getAvailabilityZones": {"ec2:DescribeAvailabilityZones"},
	"aws:ec2/getVpc:getVpc":                               {"ec2:DescribeVpcs", "ec2:DescribeVpcAttribute", "ec2:DescribeRouteTables"},
	"aws:ec2/getSubnets:getSubnets":                       {"ec2:DescribeSubnets"},
	"cloudflare:index/getIpRanges:getIpRanges":            nil, // public
}

// The policy of docs/previews.md lets a preview look up what the repository's stacks look up, and nothing more.
func TestPreviewRoleMayLookUp(t *testing.T) {
	t.Parallel()
	dock := drydock.Start(t)
	var mu sync.Mutex
	want := map[string]bool{}
	dock.Cloud().Intercept(func(c drydock.Call) error {
		mu.Lock()
		defer mu.Unlock()
		if c.Op == "invoke" {
			actions, known := lookUps[c.Type]
			assert.True(t, known, "which permissions does %s need?", c.Type)
			for _, a := range actions {
				want[a] = true
			}
		}
		return nil
	})
	for _, stack := range stackNames(t) {
		repository(dock, stack, settingsOf(t, stack)).Preview(t)
	}
	var allowed []string
	for _, d := range previewPolicies(t) {
		for _, s := range d.Statements {
			if s.Sid == "LookUp" {
				allowed = append(allowed, s.Action...)
			}
		}
	}
	assert.Equal(t, slices.Sorted(maps.Keys(want)), allowed)
}

var fenced = regexp.MustCompile("(?ms)^```(\\w+)\n(.*?)^```$")

func previewPolicies(t *testing.T) []iam.Document {
	t.Helper()
	var all []iam.Document
	for _, m := range fenced.FindAllStringSubmatch(previewsPage(t), -1) {
		if m[1] == "json" {
			d, err := iam.Parse(m[2])
			require.NoError(t, err, m[2])
			all = append(all, d)
		}
	}
	require.Len(t, all, 2)
	require.NoError(t, all[0].Validate(iam.TrustPolicy))
	require.NoError(t, all[1].Validate(iam.InlineRolePolicy))
	return all
}

func previewsPage(t *testing.T) string {
	t.Helper()
	return content(t, root, "docs", "previews.md")
}

// What the page shows of the sources is in them, and what it tells to set up is what the workflows ask for.
func TestPreviewsPageIsThatOfTheSources(t *testing.T) {
	t.Parallel()
	page := previewsPage(t)
	for _, m := range fenced.FindAllStringSubmatch(page, -1) {
		if m[1] == "go" {
			assert.Contains(t, content(t, root, "examples", "previews", "main.go"), m[2])
		}
	}
	var text strings.Builder
	own, err := filepath.Glob(filepath.Join(root, ".github", "actions", "*", "action.yml"))
	require.NoError(t, err)
	for _, file := range append(own, workflows(t)...) {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		text.Write(data)
	}
	asked := map[string]bool{}
	for _, m := range regexp.MustCompile(`\b(?:vars|secrets)\.([A-Z_]+)`).FindAllStringSubmatch(text.String(), -1) {
		asked[m[1]] = true
	}
	require.NotEmpty(t, asked)
	for name := range asked {
		assert.Contains(t, page, "`"+name+"`")
	}
	for _, name := range []string{"danger-approved", "drydock / danger"} {
		assert.Contains(t, page, name)
		assert.Contains(t, text.String(), name)
	}
}
