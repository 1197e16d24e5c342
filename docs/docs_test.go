// Package docs checks the pages of this folder: their tables say what the source says, and their links lead somewhere.
package docs

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/drydock/aws"
	"github.com/container-pipeline/container-pipeline/drydock/cloudflare"
	"github.com/container-pipeline/container-pipeline/drydock/tls"
)

var update = flag.Bool("update", false, "write the generated parts of the pages anew")

func TestSimulatedTypesAreThoseOfTheDrydock(t *testing.T) {
	services := map[string][]string{}
	add := func(token string) {
		module, name, _ := strings.Cut(token, "/")
		_, name, _ = strings.Cut(name, ":")
		if module != "cloudflare:drydock" { // the simulated Origin CA's own root, which no program sees
			services[module] = append(services[module], name)
		}
	}
	for _, r := range slices.Concat(aws.Provider().Resources, cloudflare.Provider().Resources, tls.Provider().Resources) {
		add(r.Type)
	}
	for _, f := range slices.Concat(aws.Provider().Functions, cloudflare.Provider().Functions, tls.Provider().Functions) {
		add(f.Token)
	}
	var names []string
	for module := range services {
		names = append(names, module)
	}
	slices.Sort(names)
	table := "| module | resources and functions |\n|---|---|\n"
	for _, module := range names {
		slices.Sort(services[module])
		table += fmt.Sprintf("| `%s` | `%s` |\n", module, strings.Join(slices.Compact(services[module]), "`, `"))
	}
	generated(t, "drydock.md", "types", table)
}

// generated compares what stands in a page between two marks with what the source says.
func generated(t *testing.T, page, mark, want string) {
	t.Helper()
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	begin, end := "<!-- generated: "+mark+" -->\n", "<!-- end of "+mark+" -->"
	before, rest, found := strings.Cut(string(text), begin)
	have, after, closed := strings.Cut(rest, end)
	require.True(t, found && closed, "%s has no %q … %q", page, begin, end)
	if *update {
		require.NoError(t, os.WriteFile(page, []byte(before+begin+"\n"+want+"\n"+end+after), 0o644))
		return
	}
	assert.Equal(t, "\n"+want+"\n", have, "%s is stale: run go test ./docs -update", page)
}

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	fence   = regexp.MustCompile("(?ms)^```.*?^```$")
	heading = regexp.MustCompile(`(?m)^#+ (.+)$`)
	left    = regexp.MustCompile(`[^\p{L}\p{N} _-]`) // what an anchor leaves out
)

func TestLinksLeadSomewhere(t *testing.T) {
	pages, err := filepath.Glob("../*.md")
	require.NoError(t, err)
	for _, pattern := range []string{"*.md", "adr/*.md", "../examples/*/*.md"} {
		more, err := filepath.Glob(pattern)
		require.NoError(t, err)
		pages = append(pages, more...)
	}
	require.NotEmpty(t, pages)
	for _, page := range pages {
		for _, m := range link.FindAllStringSubmatch(prose(t, page), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			file, anchor, _ := strings.Cut(m[1], "#")
			target := filepath.Join(filepath.Dir(page), file)
			if file == "" {
				target = page
			}
			if _, err := os.Stat(target); !assert.NoError(t, err, "%s: %s leads nowhere", page, m[1]) || anchor == "" {
				continue
			}
			assert.Contains(t, anchors(t, target), anchor, "%s: %s has no such heading", page, m[1])
		}
	}
}

func prose(t *testing.T, page string) string {
	t.Helper()
	text, err := os.ReadFile(page)
	require.NoError(t, err)
	return fence.ReplaceAllString(string(text), "")
}

// anchors of a page's headings as GitHub makes them.
func anchors(t *testing.T, page string) []string {
	t.Helper()
	var all []string
	for _, m := range heading.FindAllStringSubmatch(prose(t, page), -1) {
		all = append(all, strings.ReplaceAll(left.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-"))
	}
	return all
}

var testName = regexp.MustCompile("`((?:Test|Fuzz|Example)[A-Za-z0-9_]*)`\\]\\(([^)#]+_test\\.go)\\)")

var unlinked = regexp.MustCompile("[^\\[]`(?:Test|Fuzz|Example)[A-Z][A-Za-z0-9_]*`")

// TestNamedTestsExist: a page that names a test as the proof of what it says leads to one that is there.
func TestNamedTestsExist(t *testing.T) {
	pages, err := filepath.Glob("*.md")
	require.NoError(t, err)
	require.Regexp(t, testName, prose(t, "guide.md"))
	for _, page := range pages {
		text := prose(t, page)
		assert.Empty(t, unlinked.FindAllString(text, -1), "%s names tests without a link to their file", page)
		for _, m := range testName.FindAllStringSubmatch(text, -1) {
			source, err := os.ReadFile(m[2])
			if assert.NoError(t, err, page) {
				assert.Contains(t, string(source), "func "+m[1]+"(", "%s names a test that %s does not have", page, m[2])
			}
		}
	}
}

// TestEachStepIsShown: in the pages of the families, each row of a table of steps or traps ends with the test that shows it.
func TestEachStepIsShown(t *testing.T) {
	for _, page := range []string{"guide.md", "staged.md", "meta.md", "ekscicd.md"} {
		rows, within := 0, false
		for line := range strings.Lines(prose(t, page)) {
			line = strings.TrimSpace(line)
			cells := strings.Split(strings.Trim(line, "|"), "|")
			last := strings.TrimSpace(cells[len(cells)-1])
			switch {
			case !strings.HasPrefix(line, "|"):
				within = false
			case last == "shown by":
				within = true
			case within && !strings.HasPrefix(line, "|---"):
				rows++
				assert.Regexp(t, testName, last, "%s: %s", page, line)
			}
		}
		assert.NotZero(t, rows, "%s has no table of steps", page)
	}
}
