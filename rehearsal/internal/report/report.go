// Package report shows a verdict: on a terminal as it comes about, as one HTML page, and as JSON.
package report

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/charmbracelet/x/ansi"

	"github.com/container-pipeline/container-pipeline/rehearsal/verdict"
)

// JSON writes the verdict for programs: the fields of verdict.Verdict by their JSON names, durations in seconds, and
// "passed", which sums it up.
func JSON(w io.Writer, v *verdict.Verdict) error {
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	return e.Encode(v)
}

// duration is a time with its units, two of them at most: "0.4s", "45s", "8m 20s", "1h 05m".
func duration(d time.Duration) string {
	switch {
	case d <= 0:
		return "0s"
	case d < 50*time.Millisecond:
		return "<0.1s"
	}
	if tenths := d.Round(100 * time.Millisecond); tenths < 10*time.Second && tenths%time.Second != 0 {
		return fmt.Sprintf("%.1fs", tenths.Seconds())
	}
	s := int64(d.Round(time.Second) / time.Second)
	switch {
	case s < 60:
		return fmt.Sprintf("%ds", s)
	case s < 3600 && s%60 == 0:
		return fmt.Sprintf("%dm", s/60)
	case s < 3600:
		return fmt.Sprintf("%dm %02ds", s/60, s%60)
	case s%3600 < 60:
		return fmt.Sprintf("%dh", s/3600)
	}
	return fmt.Sprintf("%dh %02dm", s/3600, s%3600/60)
}

// percent is a share of 100 without needless digits: "10%", "12.5%".
func percent(share float64) string {
	return strings.TrimSuffix(fmt.Sprintf("%.1f", share), ".0") + "%"
}

func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// clean takes from text of a build or a container what would act on the reader's terminal.
func clean(s string) string {
	s = strings.ReplaceAll(ansi.Strip(s), "\t", "    ")
	return strings.TrimRight(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' {
			return -1
		}
		return r
	}, s), " \n")
}

// place is a file and a line in it, as editors read them: "Dockerfile:12".
func place(p *verdict.Problem) string {
	if p.Line > 0 {
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	}
	return p.File
}

// short is the part of an ARN that tells it from others in a list: a role's name, or what follows the account; other
// text stays.
func short(arn string) string {
	parts := strings.SplitN(arn, ":", 6)
	if len(parts) < 6 || parts[0] != "arn" {
		return arn
	}
	if parts[2] == "iam" {
		return parts[5][strings.LastIndex(parts[5], "/")+1:]
	}
	return parts[5]
}

// revision is a commit as people quote it, by seven digits.
func revision(commit string) string {
	if len(commit) == 40 && strings.Trim(commit, "0123456789abcdef") == "" {
		return commit[:7]
	}
	return commit
}
