package diff

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/renderer/html"
)

// commentPage has each width's comment in a frame, with the rules of GitHub's comments that matter for width: code and
// tables scroll on their own, words break.
const commentPage = `<!doctype html><meta charset="utf-8"><script type="application/json" id="measured">[]</script><script>
const comment = %s
const rules = "<style>body{margin:0;font:14px/1.5 sans-serif;overflow-wrap:break-word}pre{overflow:auto;font-size:12px}" +
  "table{display:block;width:max-content;max-width:100%%;overflow:auto}code{overflow-wrap:anywhere}</style>"
const all = []
for (const width of [400, 800]) {
  const frame = document.createElement("iframe")
  frame.style.width = width + "px"
  frame.onload = () => {
    const d = frame.contentDocument
    all.push({width, scroll: d.documentElement.scrollWidth, text: d.body.innerText,
      details: d.querySelectorAll("details").length, open: d.querySelectorAll("details[open]").length,
      images: d.querySelectorAll("img,script,iframe").length})
    document.getElementById("measured").textContent = JSON.stringify(all)
  }
  frame.srcdoc = rules + comment
  document.documentElement.append(frame)
}
</script>`

type shownComment struct {
	Width, Scroll, Details, Open, Images int
	Text                                 string
}

// The comment is rendered as GitHub does, at a comment's width and at a phone's.
func TestMarkdownInABrowser(t *testing.T) {
	var browser string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"} {
		if path, err := exec.LookPath(name); err == nil {
			browser = path
			break
		}
	}
	if browser == "" {
		t.Skip("no chromium and no google-chrome is on PATH: the comment is not opened in a browser")
	}
	report := someReport(3, 4, 6, "arn:aws:iam::123456789012:role/"+string(bytes.Repeat([]byte("long-name-"), 20))+" <img src=x> | `tick` @everyone")
	for _, c := range shownComments(t, browser, report) {
		assert.LessOrEqual(t, c.Scroll, c.Width, "the comment is scrolled sideways at %d", c.Width)
		assert.NotContains(t, c.Text, Marker, "the marker is not seen")
		assert.Contains(t, c.Text, "long-name-")
		assert.Positive(t, c.Details, "details of each stack")
		assert.Zero(t, c.Open, "they are folded")
		assert.Zero(t, c.Images, "what is named is text")
	}
}

func shownComments(t *testing.T, browser string, report *Report) []shownComment {
	t.Helper()
	var rendered bytes.Buffer
	markdown := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(html.WithUnsafe()))
	require.NoError(t, markdown.Convert([]byte(report.Markdown()), &rendered))
	text, err := json.Marshal(rendered.String()) // escapes < and >, so that the script's end is not in it
	require.NoError(t, err)
	dir := t.TempDir()
	file := filepath.Join(dir, "comment.html")
	require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, commentPage, text), 0o600))
	cmd := exec.CommandContext(t.Context(), browser, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
		"--user-data-dir="+filepath.Join(dir, "profile"), "--window-size=1000,900", "--virtual-time-budget=20000", "--dump-dom", "file://"+file)
	cmd.WaitDelay = 10 * time.Second
	out, err := cmd.Output()
	require.NoError(t, err)
	found := regexp.MustCompile(`(?s)id="measured">(.*?)</script>`).FindSubmatch(out)
	require.NotNil(t, found, "the browser measured nothing")
	var all []shownComment
	require.NoError(t, json.Unmarshal(found[1], &all))
	require.Len(t, all, 2)
	return all
}
