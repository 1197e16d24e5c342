package task

import (
	"bytes"
	"strings"
	"sync"
)

const (
	// stateLines and taskLines are how much of the logs is kept, of each container and of the task.
	stateLines = 200
	taskLines  = 2000
	// lineLength is where a line without an end is broken: CloudWatch Logs, and awslogs with it, do so too.
	// https://docs.aws.amazon.com/AmazonECS/latest/developerguide/using_awslogs.html
	lineLength = 16 << 10
)

// journal is the log of a task's containers.
type journal struct {
	mutex sync.Mutex
	lines []string
}

// logOf is a container's log: what is written to it becomes its lines, and with its name the journal's.
type logOf struct {
	name    string
	journal *journal
	lines   []string
	partial []byte
}

func (l *logOf) Write(p []byte) (int, error) {
	l.journal.mutex.Lock()
	defer l.journal.mutex.Unlock()
	l.partial = append(l.partial, p...)
	for {
		end, skip := bytes.IndexByte(l.partial, '\n'), 1
		if end < 0 || end > lineLength {
			end, skip = lineLength, 0
		}
		if len(l.partial) < end+skip {
			return len(p), nil
		}
		l.add(string(l.partial[:end]))
		l.partial = l.partial[end+skip:]
	}
}

// finish takes a last line that has no end.
func (l *logOf) finish() {
	l.journal.mutex.Lock()
	defer l.journal.mutex.Unlock()
	if len(l.partial) > 0 {
		l.add(string(l.partial))
		l.partial = nil
	}
}

func (l *logOf) add(line string) {
	line = strings.ToValidUTF8(strings.TrimSuffix(line, "\r"), "\uFFFD")
	l.lines = last(append(l.lines, line), stateLines)
	l.journal.lines = last(append(l.journal.lines, l.name+": "+line), taskLines)
}

func (l *logOf) snapshot() []string {
	l.journal.mutex.Lock()
	defer l.journal.mutex.Unlock()
	return append([]string(nil), l.lines...)
}

func (j *journal) snapshot() []string {
	j.mutex.Lock()
	defer j.mutex.Unlock()
	return append([]string(nil), j.lines...)
}

func last(lines []string, n int) []string {
	if len(lines) > n {
		return lines[len(lines)-n:]
	}
	return lines
}
