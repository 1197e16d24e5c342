package report

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// told is a writer that tells of each write.
type told struct {
	text   bytes.Buffer
	writes chan struct{}
}

func (w *told) Write(p []byte) (int, error) {
	n, err := w.text.Write(p)
	select {
	case w.writes <- struct{}{}:
	default:
	}
	return n, err
}

func TestBusy(t *testing.T) {
	for name, color := range map[string]bool{"on a terminal": true, "elsewhere": false} {
		t.Run(name, func(t *testing.T) {
			w := &told{writes: make(chan struct{}, 1)}
			stop := NewLive(w, color, 60).busy("Up: deployer-up builds\x1b[2J", time.Millisecond)
			<-w.writes
			stop()
			text := w.text.String()
			assert.Contains(t, text, "  … Up: deployer-up builds")
			assert.NotContains(t, text, "\x1b[2J", "what is named may not steer the terminal")
			if color {
				assert.True(t, strings.HasSuffix(text, "\r\x1b[2K"), "the line is free for what follows")
				assert.NotContains(t, text, "\n")
			} else {
				assert.True(t, strings.HasSuffix(text, "\n"))
			}
		})
	}
}
