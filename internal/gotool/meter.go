package gotool

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"golang.org/x/term"
)

// meter shows how far a build is: one line written over and over on a terminal, else a plain line every five seconds.
type meter struct {
	w     io.Writer
	tty   bool
	start time.Time
	quit  chan struct{}
	ended sync.WaitGroup

	mu    sync.Mutex
	what  string
	count int
	total int
}

func newMeter(w io.Writer) *meter {
	m := &meter{w: w, start: time.Now(), quit: make(chan struct{})}
	if f, ok := w.(*os.File); ok {
		m.tty = term.IsTerminal(int(f.Fd()))
	}
	every := 5 * time.Second
	if m.tty {
		every = 250 * time.Millisecond
	}
	m.ended.Go(func() {
		tick := time.NewTicker(every)
		defer tick.Stop()
		for {
			select {
			case <-m.quit:
				return
			case <-tick.C:
				m.show()
			}
		}
	})
	return m
}

func (m *meter) phase(what string, total int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.what, m.count, m.total = what, 0, total
}

// step counts the line when it is one of the go command's lines of progress, and tells whether it was: a module that
// is downloaded, or the bare path of a package that is compiled.
func (m *meter) step(line string) bool {
	downloading := strings.HasPrefix(line, "go: downloading ")
	if !downloading && strings.ContainsAny(line, " :#\t") {
		return false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.count++
	return true
}

// line is the present state. What Go's build cache already had is not compiled, so the count may end below the total.
func (m *meter) line() string {
	m.mu.Lock()
	defer m.mu.Unlock()
	of := ""
	if m.total > 0 {
		of = fmt.Sprintf(" of %d", m.total)
	}
	return fmt.Sprintf("  %s: %d%s  (%s)", m.what, m.count, of, time.Since(m.start).Round(time.Second))
}

func (m *meter) show() {
	if m.tty {
		fmt.Fprint(m.w, "\r\033[K"+m.line())
		return
	}
	fmt.Fprintln(m.w, m.line())
}

func (m *meter) done(text string) {
	m.stop()
	fmt.Fprintf(m.w, "%s (%s)\n", text, time.Since(m.start).Round(time.Second))
}

func (m *meter) stop() {
	select {
	case <-m.quit:
		return
	default:
		close(m.quit)
	}
	m.ended.Wait()
	if m.tty {
		fmt.Fprint(m.w, "\r\033[K")
	}
}
