package codebuild

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Bounds of what is kept of a build's output, however much there is.
const (
	keptLines   = 200
	keptOfLine  = 4 << 10
	longestLine = 64 << 10 // a longer one is logged in parts
)

// output takes what commands print: it masks secrets, passes lines on, and keeps the last ones of a phase.
type output struct {
	mu      sync.Mutex
	log     io.Writer // nil for none
	line    []byte    // without its end yet
	said    string    // the last line of commands that is not blank
	tail    []string
	muted   bool
	secrets []string
	mask    *strings.Replacer
}

// hide masks a secret from now on; of several lines it masks each.
func (o *output) hide(secret string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	lines := strings.Split(strings.TrimSpace(secret), "\n")
	for _, line := range lines {
		line = strings.TrimSpace(line)
		// A brace on a line of its own is no secret, though a line of one.
		if line != "" && (len(lines) == 1 || len(line) > 3) {
			o.secrets = append(o.secrets, line)
		}
	}
	slices.SortFunc(o.secrets, func(a, b string) int { return cmp.Compare(len(b), len(a)) })
	var pairs []string
	for _, s := range o.secrets {
		pairs = append(pairs, s, "***")
	}
	o.mask = strings.NewReplacer(pairs...)
}

// accessKey is the form of the IDs of access keys.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-unique-ids
var accessKey = regexp.MustCompile(`\bA[KS]IA[A-Z0-9]{16}\b`)

// masked hides secrets and the IDs of access keys.
// https://docs.aws.amazon.com/codebuild/latest/userguide/build-spec-ref.html#build-spec.env
func (o *output) masked(text string) string {
	if o.mask != nil {
		text = o.mask.Replace(text)
	}
	return accessKey.ReplaceAllString(text, "***")
}

// clean is masked for text that is no line of output.
func (o *output) clean(text string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.masked(text)
}

// take adds what commands printed. The caller holds the lock.
func (o *output) take(text []byte) {
	if o.muted {
		return
	}
	for len(text) > 0 {
		end := bytes.IndexByte(text, '\n')
		if end < 0 {
			o.line = append(o.line, text...)
			break
		}
		o.line = append(o.line, text[:end]...)
		o.end()
		text = text[end+1:]
	}
	if len(o.line) > longestLine {
		o.part()
	}
}

// end closes the current line.
func (o *output) end() {
	line := o.masked(strings.TrimSuffix(strings.ToValidUTF8(string(o.line), "\uFFFD"), "\r"))
	o.line = o.line[:0]
	o.emit(line)
	if text := strings.TrimSpace(line); text != "" {
		o.said = shortened(text)
	}
}

// part logs an endless line but for its end, in which a secret may begin.
func (o *output) part() {
	text, keep := o.masked(strings.ToValidUTF8(string(o.line), "\uFFFD")), 32 // longer than an access key's ID
	if len(o.secrets) > 0 {
		keep = max(keep, len(o.secrets[0]))
	}
	keep = min(keep, len(text))
	o.emit(text[:len(text)-keep])
	o.line = append(o.line[:0], text[len(text)-keep:]...)
}

func (o *output) emit(line string) {
	if o.log != nil {
		_, _ = io.WriteString(o.log, line+"\n") // a log that cannot be written to does not end a build
	}
	line = shortened(line)
	if len(o.tail) == keptLines {
		o.tail = append(o.tail[:0], o.tail[1:]...)
	}
	o.tail = append(o.tail, line)
}

// shortened bounds what is kept of a line.
func shortened(line string) string {
	if len(line) > keptOfLine {
		return strings.ToValidUTF8(line[:keptOfLine], "") + " …"
	}
	return line
}

// printf writes a line of CodeBuild's own.
func (o *output) printf(format string, args ...any) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.line) > 0 {
		o.end()
	}
	for line := range strings.Lines("[Container] " + fmt.Sprintf(format, args...)) {
		o.emit(o.masked(strings.TrimRight(line, "\n")))
	}
}

// mute drops what comes, or no longer.
func (o *output) mute(muted bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.muted = muted
}

// cut gives the lines since the last cut, the last ones of many.
func (o *output) cut() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.line) > 0 {
		o.end()
	}
	lines := o.tail
	o.tail = nil
	return lines
}

// lastSaid is the last line that commands printed since it was last asked, "" without any.
func (o *output) lastSaid() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.line) > 0 {
		o.end()
	}
	said := o.said
	o.said = ""
	return said
}
