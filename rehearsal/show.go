package rehearsal

import (
	"io"

	"github.com/container-pipeline/container-pipeline/rehearsal/internal/report"
)

// Terminal shows a release on a terminal while it is rehearsed.
type Terminal = report.Live

// NewTerminal writes lines of at most width columns, with colors or, without, with words.
func NewTerminal(w io.Writer, color bool, width int) *Terminal {
	return report.NewLive(w, color, width)
}

// WriteHTML writes the verdict as one page that needs nothing else.
func WriteHTML(w io.Writer, v *Verdict) error { return report.HTML(w, v) }

// WriteJSON writes the verdict for programs: the fields of Verdict, durations in seconds, and whether it passed.
func WriteJSON(w io.Writer, v *Verdict) error { return report.JSON(w, v) }
