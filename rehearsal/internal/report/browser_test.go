package report

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"html/template"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

//go:embed testdata/measure.html
var measureText string

// measured is what the browser finds of a page, see testdata/measure.html.
type measured struct {
	Name   string
	Width  int
	Scroll int
	Steps  int
	// Loaded are resources that the page asked for.
	Loaded []string
	// Faint are texts whose contrast is below 4.5:1. https://www.w3.org/TR/WCAG22/#contrast-minimum
	Faint []string
	// Outside are elements that reach beyond the page's right edge.
	Outside []string
	// Texts is how many texts were measured.
	Texts int
	// Filtered is how many calls are left when the filter says "PutImage sidecar", -1 without a filter.
	Filtered int
	Drawings int  // that are visible
	Dark     bool // the theme that the page was shown in
}

func chromium(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	t.Skip("no chromium and no google-chrome is on PATH: the page is not opened in a browser")
	return ""
}

// The page is opened at 400 and at 1400 pixels, in light and in dark.
func TestPageInABrowser(t *testing.T) {
	browser := chromium(t)
	pages := map[string]string{}
	for name, v := range samples() {
		var b bytes.Buffer
		require.NoError(t, HTML(&b, v))
		pages[name] = b.String()
	}
	for theme, setting := range map[string]string{"light": "1", "dark": "0"} { // blink::mojom::PreferredColorScheme
		t.Run(theme, func(t *testing.T) {
			all := measure(t, browser, setting, pages)
			require.Len(t, all, 2*len(pages))
			for _, m := range all {
				assert.Equal(t, theme == "dark", m.Dark)
				v := samples()[m.Name]
				assert.LessOrEqual(t, m.Scroll, m.Width, "%s at %d is scrolled sideways", m.Name, m.Width)
				assert.Empty(t, m.Outside, "%s at %d", m.Name, m.Width)
				assert.Empty(t, m.Faint, "%s at %d", m.Name, m.Width)
				assert.Empty(t, m.Loaded, "%s at %d", m.Name, m.Width)
				assert.Equal(t, len(v.Steps), m.Steps, "%s at %d", m.Name, m.Width)
				if m.Name == "passed" {
					assert.Equal(t, 1, m.Filtered)
					assert.Equal(t, 2, m.Drawings, "pipeline and chart, each once")
					assert.Greater(t, m.Texts, 500)
				}
			}
		})
	}
}

func measure(t *testing.T, browser, scheme string, pages map[string]string) []measured {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "measure.html")
	var b bytes.Buffer
	require.NoError(t, template.Must(template.New("").Parse(measureText)).Execute(&b, pages))
	require.NoError(t, os.WriteFile(file, b.Bytes(), 0o600))
	cmd := exec.CommandContext(t.Context(), browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
		"--user-data-dir="+filepath.Join(dir, "profile"), "--blink-settings=preferredColorScheme="+scheme,
		"--window-size=1500,900", "--virtual-time-budget=20000", "--dump-dom", "file://"+file)
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.Output()
	require.NoError(t, err)
	found := regexp.MustCompile(`(?s)<script type="application/json" id="measured">(.*?)</script>`).FindSubmatch(out)
	require.NotNil(t, found, "the browser measured nothing")
	var all []measured
	require.NoError(t, json.Unmarshal(found[1], &all))
	return all
}

func written(t *testing.T, v *verdict.Verdict) string {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, HTML(&b, v))
	return b.String()
}

func TestPageNeedsNothingElse(t *testing.T) {
	for name, v := range samples() {
		text := written(t, v)
		for _, m := range regexp.MustCompile(`(?i)\b(?:src|srcset|action|data)=["'][^"']*`).FindAllString(text, -1) {
			assert.Failf(t, "a resource", "%s: %s", name, m)
		}
		for _, m := range regexp.MustCompile(`<link[^>]*>`).FindAllString(text, -1) {
			assert.Equal(t, `<link rel="icon" href="data:,">`, m, name)
		}
		assert.NotContains(t, text, "url(")
		assert.NotContains(t, text, "@import")
	}
}

func TestPageIsEscaped(t *testing.T) {
	text := written(t, hostile())
	assert.NotContains(t, text, "<script>alert")
	assert.NotContains(t, text, "<img")
	assert.NotContains(t, text, `href="javascript:`)
	assert.Equal(t, 1, strings.Count(text, "</script>"))
	assert.NotContains(t, text, "\033")
	assert.NotContains(t, text, "\x00")
}

func TestPageSaysWhatIsWrongFirst(t *testing.T) {
	text := written(t, brokenBuild())
	for _, want := range []string{
		"<title>✗ failed · bash-dog-dev-pipeline · rehearsal</title>", "This release would fail",
		"Name the stage that begins here sidecar", `<a href="#step-6">Build / build</a>`, `<li id="step-6" class="failed">`,
		"<code>Dockerfile:15</code>", "79 of 80", "not reached", "<code>taskdef.json</code>", `<p class="problem">taskdef.json names no image`, "The old version answers all requests from beginning to end",
	} {
		assert.Contains(t, text, want)
	}
	assert.Less(t, strings.Index(text, "Dockerfile:15"), strings.Index(text, `id="pipeline"`))
	calls := text[strings.Index(text, `id="calls-table"`):]
	first := calls[strings.Index(calls, "<tbody"):]
	assert.Less(t, strings.Index(first, "denied"), strings.Index(first, "allowed"), "denied calls are first")
}

// Hundreds of calls that are as they must be are not in the way.
func TestForbiddenCallsAreFolded(t *testing.T) {
	v := passed()
	assert.Contains(t, written(t, v), `<details class="all"><summary>40 calls</summary>`)
	v.Forbidden[7].Allowed = true
	assert.NotContains(t, written(t, v), `<details class="all"><summary>`)
}

func TestHeadline(t *testing.T) {
	assert.Equal(t, "This release goes through", headline(passed()))
	assert.Equal(t, "This release would fail", headline(brokenBuild()))
	assert.Equal(t, "This release would be rolled back", headline(alarmed()))
}

func TestChart(t *testing.T) {
	c := charts(alarmed())
	require.Len(t, c, 2)
	assert.Equal(t, "The new version's share of requests. 0% after 0s: blue answers all requests; 10% after 5m 31s: canary of 10% for 5 minutes; "+
		"0% after 7m 31s: alarm bash-dog-dev-errors: rolled back.", c[0].Summary)
	for _, one := range c {
		assert.LessOrEqual(t, one.Events[1].X, one.Events[2].X)
		assert.Less(t, one.Events[1].Y, one.Events[2].Y, "more is higher")
		assert.GreaterOrEqual(t, len(one.Times), 3)
		assert.LessOrEqual(t, len(one.Times), 15)
	}
	assert.Empty(t, charts(brokenBuild()), "nothing changed")
}

func TestInterval(t *testing.T) {
	for end, want := range map[time.Duration]time.Duration{
		time.Second: time.Second, 43 * time.Second: 5 * time.Second, 15 * time.Minute: 2 * time.Minute, time.Hour: 10 * time.Minute, 300 * time.Hour: 48 * time.Hour,
	} {
		got := interval(end, 9)
		assert.Equal(t, want, got, "%s", end)
	}
}
