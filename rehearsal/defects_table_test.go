package rehearsal

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write the table of docs/rehearsal.md anew")

const (
	docsPage   = "../docs/rehearsal.md"
	tableBegin = "<!-- defects: written by the tests of package rehearsal with -update -->\n"
	tableEnd   = "<!-- end of defects -->"
)

// inTheDocs compares the page's table with what the rows say, or with -update writes it. It needs all rows.
func inTheDocs(t *testing.T, want string) {
	t.Helper()
	want = random.ReplaceAllString(want, "$1$2…")
	text, err := os.ReadFile(docsPage)
	require.NoError(t, err)
	before, rest, found := strings.Cut(string(text), tableBegin)
	have, after, closed := strings.Cut(rest, tableEnd)
	require.True(t, found && closed, "%s has no %q … %q", docsPage, tableBegin, tableEnd)
	if *update {
		require.NoError(t, os.WriteFile(docsPage, []byte(before+tableBegin+"\n"+want+"\n"+tableEnd+after), 0o644))
		return
	}
	assert.Equal(t, "\n"+want+"\n", have, "%s is stale: run go test ./rehearsal -run TestInjectedDefects -update", docsPage)
}

// tableOf has a line for each defect.
func tableOf(rows []row) string {
	table := "| kind | defect | fails at | and says |\n|---|---|---|---|\n"
	for _, r := range rows {
		table += fmt.Sprintf("| %s | %s | %s | %s |\n", r.kind, cell(r.name), r.at, cell(shortened(r.says)))
	}
	return table
}

// cell escapes what Markdown would take for a column or an HTML tag.
func cell(text string) string {
	return strings.NewReplacer("|", `\|`, "<", `\<`, "*", `\*`, "_", `\_`, "`", "'", "$", `\$`).Replace(text)
}

// What differs from one run, or one stack, to the next, or tells a reader nothing.
var (
	noise = regexp.MustCompile(`arn:aws:[a-z0-9-]*:[a-z0-9-]*:\d*:|sha256:[0-9a-f]{64}|/tmp/[^ ”]*/|COMMAND_EXECUTION_ERROR: Error while executing command: `)
	drawn = regexp.MustCompile(`\b((?:sg|subnet|vpc)-)[0-9a-f]{17}|([a-z]-)[0-9a-f]{7}\b|/[0-9a-f]{16}\b|(DATABASE_URL-)\w{6}|\b[0-9a-f]{8}-[0-9a-f-]{27}\b`)
)

// random is what a run makes up: revisions, and the ends of names of policies and pods.
var random = regexp.MustCompile(`\b[0-9a-f]{40}\b|(-\d-)[0-9a-f]{7}\b|(-[0-9a-f]{8,10}-)[a-z0-9]{5}\b`)

const widest = 170

func shortened(text string) string {
	text = drawn.ReplaceAllString(noise.ReplaceAllString(text, ""), "$1$2$3…")
	if runes := []rune(text); len(runes) > widest {
		text = string(runes[:widest-1])
		if at := strings.LastIndexByte(text, ' '); at > widest/2 {
			text = text[:at]
		}
		text += " …"
	}
	return text
}
