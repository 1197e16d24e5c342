package report

import (
	"fmt"
	"time"

	"github.com/charmbracelet/x/ansi"
)

// How often a long step is told of: on a terminal the last line is written anew, elsewhere lines add up.
const (
	beat    = time.Second
	elapses = 30 * time.Second
)

// Busy tells of what is being done, as "Up: deployer-up builds", and since when, until it is stopped. Nothing else may be
// written meanwhile.
func (l *Live) Busy(what string) (stop func()) {
	every := elapses
	if l.color {
		every = beat
	}
	return l.busy(what, every)
}

func (l *Live) busy(what string, every time.Duration) (stop func()) {
	begin, ticks, ended, told := time.Now(), time.NewTicker(every), make(chan struct{}), make(chan struct{})
	go func() {
		defer close(told)
		for {
			select {
			case <-ended:
				return
			case <-ticks.C:
				l.still(what, time.Since(begin))
			}
		}
	}()
	return func() {
		ticks.Stop()
		close(ended)
		<-told
		if l.color {
			l.write("\r" + ansi.EraseEntireLine)
		}
	}
}

func (l *Live) still(what string, since time.Duration) {
	text := ansi.Truncate(fmt.Sprintf("  … %s, for %s", clean(what), since.Round(time.Second)), l.width-1, "…")
	if l.color {
		l.write("\r" + ansi.EraseEntireLine + l.paint(dim, text))
		return
	}
	l.line(text)
}
