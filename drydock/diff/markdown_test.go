package diff

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// hostile is text that would format, link, notify or end what it stands in.
const hostile = "a|b `x` ``` <img src=x> </details> @octocat #1 *b* [l](http://e) www.e.com \u202e --> \\"

func someReport(stacks, dangers, changes int, text string) *Report {
	r := &Report{Base: Commit{Ref: "main", Hash: "0123456789abcdef"}, Head: Commit{Ref: text, Hash: "fedcba9876543210"}}
	for i := range stacks {
		s := Stack{Name: fmt.Sprintf("stack-%d-%s", i, text), At: Both, Same: 7}
		for range dangers {
			s.Dangers = append(s.Dangers, Danger{
				Kind: Data, Op: "delete", Resource: Resource{Type: bucketType, Name: text}, Reason: "the bucket `x` is deleted",
				Forces: []string{text}, WayOut: []string{"one", "two"},
			})
		}
		for range changes {
			s.Changes = append(s.Changes, Change{Op: "update", Resource: Resource{Type: bucketType, Name: text}, Properties: []Property{
				{Path: "tags", Old: text, New: text + "\n" + text}, {Path: "password", Old: "[secret]", New: "[secret]"},
			}})
		}
		r.Stacks = append(r.Stacks, s)
	}
	return r
}

func TestMarkdownFitsAComment(t *testing.T) {
	for name, r := range map[string]*Report{
		"nothing":           someReport(0, 0, 0, ""),
		"many stacks":       someReport(5000, 0, 1, "x"),
		"many dangers":      someReport(3, 5000, 10, "x"),
		"many changes":      someReport(4, 2, 5000, "x"),
		"long texts":        someReport(4, 2, 10, strings.Repeat("語", 30000)),
		"ticks":             someReport(2, 2, 50, strings.Repeat("`", 20000)),
		"a very long error": {Stacks: []Stack{{Name: "dev", At: Both, Error: strings.Repeat("error: 語\n", 20000)}}},
		"many errors": func() *Report {
			r := someReport(100, 0, 0, "x")
			for i := range r.Stacks {
				r.Stacks[i].Error = strings.Repeat("e", 9000)
			}
			return r
		}(),
	} {
		t.Run(name, func(t *testing.T) {
			text := r.Markdown()
			assert.LessOrEqual(t, len(text), commentLimit)
			assert.True(t, strings.HasPrefix(text, Marker+"\n### "))
			assert.True(t, utf8.ValidString(text))
			assert.Equal(t, strings.Count(text, "<details>"), strings.Count(text, "</details>"))
		})
	}
}

func TestMarkdownLeavesOutDetailsBeforeDangers(t *testing.T) {
	text := someReport(2, 20, 5000, "x").Markdown()
	assert.Equal(t, 40, strings.Count(text, "**loses data**"))
	assert.Contains(t, text, "more lines")
	assert.Contains(t, text, "A comment has no room for more")
	assert.Contains(t, text, "<summary>stack-1-x: 5000 changes</summary>")
	assert.NotContains(t, text, "for which there is no room here")

	text = someReport(1, 5000, 1, "x").Markdown()
	shown := strings.Count(text, "**loses data**")
	assert.Contains(t, text, fmt.Sprintf("**%d dangers more, for which there is no room here.**", 5000-shown))
	assert.Contains(t, text, "| **5000** |", "the table counts them all")

	assert.NotContains(t, someReport(1, 1, 1, "x").Markdown(), "no room")
}

func TestMarkdownEscapes(t *testing.T) {
	r := someReport(1, 1, 1, hostile)
	r.Notes = []string{hostile}
	text := r.Markdown()
	inCode := false
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "````") {
			inCode = !inCode // longer than the ticks in the text
			continue
		}
		if inCode {
			continue
		}
		for _, raw := range []string{"<img", "`", "@octocat", "*b*", "[l]", "--> ", "www.e", "\u202e"} {
			assert.NotContains(t, line, raw)
		}
		if strings.HasPrefix(line, "| <code>stack") {
			assert.Equal(t, 8, strings.Count(line, "|"), line)
		}
	}
	assert.False(t, inCode)
	require.Contains(t, text, "&#64;\u200boctocat", "outside of code, nobody is notified")
	assert.NotContains(t, text, "\u202e")
}

func TestMarkdownTellsOfEveryStack(t *testing.T) {
	r := &Report{Stacks: []Stack{
		{Name: "gone", At: OnlyBase}, {Name: "new", At: OnlyHead, Same: 1}, {Name: "sad", At: Both, Error: "base: up of sad failed\u202e"},
		{Name: "kept", At: Both, Refused: true, Verdict: Verdict{Dangers: []Danger{{Kind: Traffic, Reason: "x"}}}},
	}}
	text := r.Markdown()
	for _, want := range []string{
		"### Drydock diff: 1 stack could not be judged", "merging destroys nothing", "| none, new stack |", "| not judged, failed |", "<code>pulumi destroy</code>", "**sad failed**\n\n```text\nbase: up of sad failed\uFFFD\n```",
		"| **1**, Pulumi refuses |",
	} {
		assert.Contains(t, text, want)
	}
	r.Stacks = r.Stacks[3:]
	assert.Contains(t, r.Markdown(), "### Drydock diff: 1 danger\n")
	r.Stacks = nil
	assert.Contains(t, r.Markdown(), "### Drydock diff: no danger\n")
}

func TestMarkdownSaysAWayOutOnce(t *testing.T) {
	way := "give it `an alias`"
	danger := func(name, own string) Danger {
		return Danger{Kind: Data, Resource: Resource{Type: "aws:s3/bucketV2:BucketV2", Name: name}, WayOut: []string{way, own}}
	}
	text := (&Report{Stacks: []Stack{{Name: "dev", Verdict: Verdict{Dangers: []Danger{danger("a", "keep a"), danger("b", "keep b")}}}}}).Markdown()
	assert.Equal(t, 1, strings.Count(text, "an alias"))
	assert.Contains(t, text, "way out: as above; or keep b")
}
